"""What a row says of a person and a company, as data. Pure."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crmlite.contacts.models import whole_name
from crmlite.fold import index_text, sort_key
from crmlite.imports.answers import Said

Reason = tuple[str, str]
"""A word (wording.py) and what it is about."""


@dataclass
class Picture:
    """One that was made anew."""

    sha256: str
    stored: dict[str, Any] | None = None
    """The row of its file, which lies on disk; None in a trial."""
    is_kept: bool = False
    """Whether a record has it."""


@dataclass
class Reach:
    """How one person or one company is reached."""

    points: list[dict[str, str]] = field(default_factory=list)
    """kind, value, normal, label."""
    addresses: list[dict[str, str]] = field(default_factory=list)

    @property
    def city(self) -> str:
        """Of the main address."""
        return self.addresses[0].get("city", "") if self.addresses else ""

    @property
    def values(self) -> list[str]:
        return [point["value"] for point in self.points]

    def normals(self, kind: str) -> list[str]:
        return [point["normal"] for point in self.points if point["kind"] == kind]


@dataclass
class Draft:
    """What a row says. Without `person` it is about a company alone. It does not change any more once it is made."""

    number: int
    place: int
    person: dict[str, Any] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    company: dict[str, Any] = field(default_factory=dict)
    company_reach: Reach = field(default_factory=Reach)
    custom: dict[str, Any] = field(default_factory=dict)
    """Of the person, by key."""
    company_custom: dict[str, Any] = field(default_factory=dict)
    own_key: str = ""
    """What the program the file is from calls whom or what the row is about."""
    company_key: str = ""
    """What the program the file is from calls the company, where it is the row's own or nothing else is said of it."""
    parent: str = ""
    job: str = ""
    owner_id: int | None = None
    tags: list[str] = field(default_factory=list)
    company_tags: list[str] = field(default_factory=list)
    note: str = ""
    company_note: str = ""
    told: list[tuple[str, str, str]] = field(default_factory=list)
    """What went into custom fields: of which record, heading, value."""
    agreed: list[Said] = field(default_factory=list)
    """What its person agreed to, and what not any more."""
    pictures: list[Picture] = field(default_factory=list)
    """Of the person, or of the company where the row has nobody."""
    remarks: list[Reason] = field(default_factory=list)
    refused: Reason | None = None

    @property
    def has_person(self) -> bool:
        return bool(self.person.get("given") or self.person.get("family") or self.reach.points)

    @property
    def has_company(self) -> bool:
        return bool(self.company.get("name"))

    @property
    def says_of_company(self) -> bool:
        """Whether it says more of the company than its name."""
        more = any(value for name, value in self.company.items() if name != "name")
        return bool(
            more
            or self.company_custom
            or self.company_tags
            or self.company_reach.points
            or self.company_reach.addresses
            or self.company_note
            or self.parent
        )

    @cached_property
    def company_sort_name(self) -> str:
        return sort_key(self.company["name"]) if self.has_company else ""

    @cached_property
    def sort_name(self) -> str:
        return sort_key(self.person.get("family", ""), self.person.get("given", ""))

    @cached_property
    def name(self) -> str:
        return whole_name(self.person.get("given", ""), self.person.get("family", ""))

    @cached_property
    def search_text(self) -> str:
        """What its person is found by, as Contact.search_texts() gives it to the index."""
        return index_text(self.name, self.reach.city, *self.reach.values)

    @property
    def company_search_text(self) -> str:
        reach = self.company_reach
        return index_text(self.company["name"], reach.city, self.company.get("vat_id"), *reach.values)

    @property
    def title(self) -> str:
        return self.name or self.company.get("name", "")
