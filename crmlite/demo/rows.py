"""Made-up firms and people as rows of every table, in the form the drivers store: what the verbs would have left.

Each method names the verb whose rows it makes. Where a verb flushes decides how many change rows there are, and of what;
tests/demo/test_bulk.py finds every difference.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from crmlite.contacts.models import whole_name
from crmlite.demo.people import Customer, Deal, Firm, Note, Person
from crmlite.fold import index_text, sort_key
from crmlite.pipeline import rank
from crmlite.records.lifecycle import Facts, derive
from crmlite.records.search import scope_text
from crmlite.web import hue

TABLES: dict[str, tuple[str, ...]] = {
    "operation": ("id", "kind", "actor_id", "actor_kind", "at"),
    "company": (
        "id", "name", "parent_id", "vat_id", "industry", "language", "country", "city", "instructions", "lifecycle",
        "customer_since", "customer_until", "main_email", "main_phone", "owner_id", "team_id", "created_at",
        "created_by_id", "updated_at", "sort_name", "row_version",
    ),
    "contact": (
        "id", "given", "family", "name", "salutation", "language", "country", "city", "birthday", "instructions",
        "lifecycle", "customer_since", "customer_until", "main_email", "main_phone", "main_company_id",
        "last_activity_at", "owner_id", "team_id", "created_at", "created_by_id", "updated_at", "sort_name",
        "row_version",
    ),
    "deal": (
        "id", "name", "contact_id", "company_id", "pipeline_id", "stage_id", "rank", "kind", "amount_minor", "currency",
        "close_on", "stage_since", "last_activity_at", "closed_at", "reason", "owner_id", "team_id", "created_at",
        "created_by_id", "updated_at", "sort_name", "row_version",
    ),
    "point": ("id", "contact_id", "company_id", "kind", "value", "normal", "label", "main"),
    "address": ("id", "contact_id", "company_id", "label", "lines", "postcode", "city", "region", "country", "main"),
    "affiliation": ("id", "contact_id", "company_id", "title", "buying_role", "since", "main"),
    "tag": ("id", "name", "hue"),
    "tagging": ("id", "tag_id", "record_type", "record_id"),
    "note": ("id", "record_type", "record_id", "author_id", "text", "created_at"),
    "event": ("id", "operation_id", "name", "subject_type", "subject_id", "at", "data"),
    "event_link": ("record_type", "record_id", "event_id"),
    "change": ("id", "operation_id", "record_type", "record_id", "action", "old", "new"),
    "search": ("id", "record_type", "record_id", "owner_id", "team_id", "title", "text"),
    "search_fts": ("rowid", "text", "scope"),
}  # fmt: skip
"""What is written, in this order: whatever a row points at comes before it. Who writes events and changes adds their `tx`."""

Tables = dict[str, list[tuple[Any, ...]]]


class KnownStage(NamedTuple):
    """An open stage, and the ends of its pipeline."""

    id: int
    name: str
    pipeline_id: int
    won_id: int
    lost_id: int


_text = json.encoder.encode_basestring
"""A JSON string, quotes and all. What is written bare below are numbers, dates and words of ours."""


class Rows:
    """The rows of a batch by table, numbered on from the last ids that the database has."""

    def __init__(
        self, user_ids: Sequence[int], team_ids: Sequence[int], last_ids: dict[str, int], stages: Sequence[KnownStage]
    ) -> None:
        self.last_ids = last_ids
        self._stages = stages
        self._tops: dict[int, str] = {}
        self._user_ids, self._team_ids = user_ids, team_ids
        self._firm_before: int | None = None
        self._tag_ids: dict[str, int] = {}
        self._scopes: dict[tuple[str, int | None, int | None], str] = {}
        self.tables: Tables = {name: [] for name in TABLES}
        self.people = 0
        """How many of them are in this batch."""

    def take(self) -> Tables:
        """The batch; what is added from here on is the next."""
        taken, self.tables, self.people = self.tables, {name: [] for name in TABLES}, 0
        return taken

    def add(self, firm: Firm) -> None:
        self._operation(firm.at, firm.by)
        company_id = self._create_company(firm)
        first_id = 0
        for person in firm.people:
            self._operation(person.at, person.by)
            sort_name = sort_key(person.family, person.given)
            contact_id, version = self._create_contact(person, sort_name)
            first_id = first_id or contact_id
            version += self._join(person, contact_id, firm, company_id)
            for tag in person.tags:
                self._tag(contact_id, tag)
            if person is firm.people[-1] and not _follows(firm, firm.deal):
                self._search_company(firm, company_id)
            for number, note in enumerate(person.notes):
                before = person.at + person.notes[number - 1].after if number else None
                self._write_note(person, contact_id, note, before)
            last = person.at + person.notes[-1].after if person.notes else None
            deal = firm.deal if person is firm.people[0] else None
            self._contact(person, contact_id, company_id, sort_name, last, version + len(person.notes), deal)
            if not _follows(person, deal):
                self._search_contact(person, contact_id)
        if firm.deal is not None:
            self._add_deal(firm, firm.deal, company_id, first_id)
        self.people += len(firm.people)
        self._firm_before = company_id

    # --- companies ----------------------------------------------------------------------------------------------------

    def _create_company(self, firm: Firm) -> int:
        company_id = self._next("company")
        owner_id, team_id, by = self._holders(firm)
        customer_since, customer_until = _dates(firm.customer)
        sort_name = sort_key(firm.name)
        created = _record_json(made=firm, holders=(owner_id, team_id, by), at=self._iso, sort_name=sort_name, city="")
        created += f',"name":{_text(firm.name)},"vat_id":"","industry":{_text(firm.industry)}'
        created += f',"instructions":{_text(firm.instructions)}}}'
        self._created("company", company_id, created)
        for kind, value in (("email", firm.email), ("phone", firm.phone), ("url", firm.url)):
            self._point(None, company_id, kind, value, "work", True)
        self._changed("company", company_id, _MAINS_OLD, _mains(firm.email, firm.phone))
        self._address(None, company_id, firm, "delivery")
        self._changed("company", company_id, '{"city":""}', f'{{"city":{_text(firm.city)}}}')
        self._event("company.created", "company", company_id)
        lifecycle = self._renew_lifecycle("company", company_id, firm)
        parent_id = None
        if firm.parent is not None:
            parent_id = self._firm_before
            self._changed("company", company_id, '{"parent_id":null}', f'{{"parent_id":{parent_id}}}')
            self._event("company.updated", "company", company_id)
        version = 3 + (lifecycle is not None) + (parent_id is not None)
        lifecycle, updated_at, more = _after_deal(firm, firm.deal, lifecycle, self._at)
        self.tables["company"].append((
            company_id, firm.name, parent_id, "", firm.industry, firm.language, firm.country, firm.city,
            firm.instructions, lifecycle, customer_since, customer_until, firm.email, firm.phone, owner_id, team_id,
            self._at, by, updated_at, sort_name, version + more,
        ))  # fmt: skip
        return company_id

    # --- contacts -----------------------------------------------------------------------------------------------------

    def _create_contact(self, person: Person, sort_name: str) -> tuple[int, int]:
        """(id, row version so far)."""
        contact_id = self._next("contact")
        created = _record_json(
            made=person,
            holders=self._holders(person),
            at=self._iso,
            sort_name=sort_name,
            city="" if person.street else person.city,
        )
        created += f',"given":{_text(person.given)},"family":{_text(person.family)},"name":{_text(whole_name(person.given, person.family))}'
        created += f',"birthday":"{person.birthday}"' if person.birthday else ""
        created += ',"salutation":"","instructions":""}'
        self._created("contact", contact_id, created)
        self._point(contact_id, None, "email", person.email, "work", True)
        self._point(contact_id, None, "phone", person.phone, "direct", True)
        if person.mobile:
            self._point(contact_id, None, "phone", person.mobile, "mobile", False)
        self._changed("contact", contact_id, _MAINS_OLD, _mains(person.email, person.phone))
        version = 2
        if person.street:
            self._address(contact_id, None, person, "home")
            self._changed("contact", contact_id, '{"city":""}', f'{{"city":{_text(person.city)}}}')
            version += 1
        self._event("contact.created", "contact", contact_id)
        return contact_id, version

    def _join(self, person: Person, contact_id: int, firm: Firm, company_id: int) -> int:
        """Returns how many versions it adds."""
        lifecycle = self._renew_lifecycle("contact", contact_id, person)
        link_id = self._next("affiliation")
        since = person.since.isoformat()
        self.tables["affiliation"].append(
            (link_id, contact_id, company_id, person.title, person.buying_role, since, True)
        )
        link = f'{{"contact_id":{contact_id},"company_id":{company_id},"title":{_text(person.title)},'
        link += f'"buying_role":"{person.buying_role}","since":"{since}","main":false}}'
        self._created("affiliation", link_id, link)
        self._changed("affiliation", link_id, '{"main":false}', '{"main":true}')
        self._changed("contact", contact_id, '{"main_company_id":null}', f'{{"main_company_id":{company_id}}}')
        names = f'{{"contact":{_text(whole_name(person.given, person.family))},"company":{_text(firm.name)}}}'
        self._event("affiliation.added", "contact", contact_id, names, company_id)
        return 2 if lifecycle else 1

    def _contact(
        self,
        person: Person,
        contact_id: int,
        company_id: int,
        sort_name: str,
        last: datetime | None,
        version: int,
        deal: Deal | None,
    ) -> None:
        owner_id, team_id, by = self._holders(person)
        customer_since, customer_until = _dates(person.customer)
        at, last_at = _stored(person.at), _stored(last) if last else None
        lifecycle, updated_at, more = _after_deal(person, deal, _lifecycle(person), last_at or at)
        self.tables["contact"].append((
            contact_id, person.given, person.family, whole_name(person.given, person.family), "", person.language,
            person.country, person.city, _iso(person.birthday), "", lifecycle, customer_since, customer_until,
            person.email, person.phone, company_id, last_at, owner_id, team_id, at, by, updated_at,
            sort_name, version + more,
        ))  # fmt: skip

    def _tag(self, contact_id: int, name: str) -> None:
        tag_id = self._tag_ids.get(name)
        if tag_id is None:
            tag_id = self._tag_ids[name] = self._next("tag")
            self.tables["tag"].append((tag_id, name, hue(name)))
            self._created("tag", tag_id, f'{{"name":{_text(name)},"hue":"{hue(name)}"}}')
        tagging_id = self._next("tagging")
        self.tables["tagging"].append((tagging_id, tag_id, "contact", contact_id))
        tagging = f'{{"tag_id":{tag_id},"record_type":"contact","record_id":{contact_id}}}'
        self._created("tagging", tagging_id, tagging)
        self._event("tag.added", "contact", contact_id, f'{{"tag":{_text(name)}}}')

    def _write_note(self, person: Person, contact_id: int, note: Note, before: datetime | None) -> None:
        self._operation(person.at + note.after, note.author)
        note_id = self._next("note")
        author_id = self._user_ids[note.author]
        self.tables["note"].append((note_id, "contact", contact_id, author_id, note.text, self._at))
        written = f'{{"record_type":"contact","record_id":{contact_id},"author_id":{author_id},'
        written += f'"text":{_text(note.text)},"created_at":"{self._iso}"}}'
        self._created("note", note_id, written)
        old = f'{{"last_activity_at":"{before.isoformat()}"}}' if before else '{"last_activity_at":null}'
        self._changed("contact", contact_id, old, f'{{"last_activity_at":"{self._iso}"}}')
        self._event("note.added", "contact", contact_id, f'{{"note_id":{note_id}}}')

    # --- deals --------------------------------------------------------------------------------------------------------

    def _add_deal(self, firm: Firm, deal: Deal, company_id: int, contact_id: int) -> None:
        """Deal.create(), and win() or lose() where it has an end."""
        self._operation(deal.at, firm.by)
        deal_id, stage, about = self._next("deal"), self._stages[deal.stage], (company_id, contact_id)
        place = rank.between(None, self._tops.get(stage.id))
        owner_id, team_id, by = self._holders(firm)
        at, sort_name, close_on = self._at, sort_key(deal.name), deal.close_on.isoformat()
        created = f'{{"name":{_text(deal.name)},"contact_id":{contact_id},"company_id":{company_id}'
        created += f',"pipeline_id":{stage.pipeline_id},"stage_id":{stage.id},"rank":"{place}","kind":"{deal.kind}"'
        created += f',"amount_minor":{deal.amount_minor},"currency":"EUR","close_on":"{close_on}","reason":""'
        created += f',"stage_since":"{self._iso}","last_activity_at":"{self._iso}","created_at":"{self._iso}"'
        created += f',"created_by_id":{by},"sort_name":{_text(sort_name)}'
        created += "" if owner_id is None else f',"owner_id":{owner_id}'
        created += "}" if team_id is None else f',"team_id":{team_id}}}'
        self._created("deal", deal_id, created)
        names = f'{{"name":{_text(deal.name)},"stage":{_text(stage.name)}}}'
        self._event("deal.created", "deal", deal_id, names, *about)
        self._prospects(firm, about, "", "prospect")
        end_id, closed_at, reason = stage.id, None, ""
        if deal.end is None:
            self._tops[stage.id] = place
        else:
            end_id, reason = (stage.lost_id if deal.end.reason else stage.won_id), deal.end.reason
            self._end_deal(firm, deal, deal_id, stage, end_id, about)
            closed_at = self._at
        self.tables["deal"].append((
            deal_id, deal.name, contact_id, company_id, stage.pipeline_id, end_id, place, deal.kind, deal.amount_minor,
            "EUR", close_on, self._at, self._at, closed_at, reason, owner_id, team_id, at, by, self._at, sort_name,
            1 + (deal.end is not None),
        ))  # fmt: skip
        if firm.customer is None:
            self._search_company(firm, company_id)
        if firm.people[0].customer is None:
            self._search_contact(firm.people[0], contact_id)
        self._search("deal", deal_id, firm, deal.name)

    def _end_deal(
        self, firm: Firm, deal: Deal, deal_id: int, stage: KnownStage, end_id: int, about: tuple[int, int]
    ) -> None:
        assert deal.end is not None  # noqa: S101 - for the type checker
        self._operation(deal.last, firm.by)
        began, reason = deal.at.isoformat(), deal.end.reason
        old = f'{{"stage_id":{stage.id},"stage_since":"{began}","last_activity_at":"{began}","closed_at":null'
        new = f'{{"stage_id":{end_id},"stage_since":"{self._iso}","last_activity_at":"{self._iso}"'
        new += f',"closed_at":"{self._iso}"'
        if reason:
            self._changed("deal", deal_id, f'{old},"reason":""}}', f'{new},"reason":{_text(reason)}}}')
            self._event("deal.lost", "deal", deal_id, f'{{"reason":{_text(reason)}}}', *about)
        else:
            self._changed("deal", deal_id, f"{old}}}", f"{new}}}")
            worth = f'{{"amount_minor":{deal.amount_minor},"currency":"EUR"}}'
            self._event("deal.won", "deal", deal_id, worth, *about)
        self._prospects(firm, about, "prospect", "")

    def _prospects(self, firm: Firm, about: tuple[int, int], was: str, now: str) -> None:
        """The person of a deal and their firm become prospects, or are none any more, unless they are customers."""
        company_id, contact_id = about
        for record_type, record_id, made in (("contact", contact_id, firm.people[0]), ("company", company_id, firm)):
            if made.customer is None:
                old, new = (f'{{"lifecycle":{json.dumps(state or None)}}}' for state in (was, now))
                self._changed(record_type, record_id, old, new)
                self._event("lifecycle.changed", record_type, record_id, f'{{"was":"{was}","now":"{now}"}}')

    # --- both ---------------------------------------------------------------------------------------------------------

    def _holders(self, made: Firm | Person) -> tuple[int | None, int | None, int]:
        owner_id = None if made.owner is None else self._user_ids[made.owner]
        return owner_id, None if made.team is None else self._team_ids[made.team], self._user_ids[made.by]

    def _point(
        self, contact_id: int | None, company_id: int | None, kind: str, value: str, label: str, main: bool
    ) -> None:
        point_id = self._next("point")
        normal = "+" + "".join(filter(str.isdigit, value)) if kind == "phone" else value
        self.tables["point"].append((point_id, contact_id, company_id, kind, value, normal, label, main))
        holder = f'"company_id":{company_id}' if contact_id is None else f'"contact_id":{contact_id}'
        point = f'{{{holder},"kind":"{kind}","value":"{value}","normal":"{normal}","label":"{label}","main":'
        self._created("point", point_id, point + ("true}" if main else "false}"))

    def _address(self, contact_id: int | None, company_id: int | None, made: Firm | Person, label: str) -> None:
        address_id = self._next("address")
        lines, postcode, city, country = made.street, made.postcode, made.city, made.country
        self.tables["address"].append(
            (address_id, contact_id, company_id, label, lines, postcode, city, "", country, True)
        )
        holder = f'"company_id":{company_id}' if contact_id is None else f'"contact_id":{contact_id}'
        address = f'{{{holder},"label":"{label}","lines":{_text(lines)},"postcode":"{postcode}","city":{_text(city)},'
        address += f'"region":"","country":"{country}","main":true}}'
        self._created("address", address_id, address)

    def _renew_lifecycle(self, record_type: str, record_id: int, made: Firm | Person) -> str | None:
        now = _lifecycle(made)
        if now:
            self._changed(record_type, record_id, '{"lifecycle":null}', f'{{"lifecycle":"{now}"}}')
            self._event("lifecycle.changed", record_type, record_id, f'{{"was":"","now":"{now}"}}')
        return now

    def _search_company(self, firm: Firm, company_id: int) -> None:
        self._search("company", company_id, firm, firm.name, firm.city, "", firm.email, firm.phone, firm.url)

    def _search_contact(self, person: Person, contact_id: int) -> None:
        mobile = [person.mobile] if person.mobile else []
        title = whole_name(person.given, person.family)
        self._search("contact", contact_id, person, title, person.city, person.email, person.phone, *mobile)

    def _search(self, record_type: str, record_id: int, made: Firm | Person, title: str, *texts: str) -> None:
        row_id = self._next("search")
        owner_id, team_id, _by = self._holders(made)
        text = index_text(title, *texts)
        self.tables["search"].append((row_id, record_type, record_id, owner_id, team_id, title, text))
        key = (record_type, owner_id, team_id)
        if key not in self._scopes:
            self._scopes[key] = scope_text(record_type, owner_id, team_id)
        self.tables["search_fts"].append((row_id, text, self._scopes[key]))

    # --- the journal --------------------------------------------------------------------------------------------------

    def _operation(self, at: datetime, by: int) -> None:
        self._at, self._iso = _stored(at), at.isoformat()
        self._operation_id = self._next("operation")
        self.tables["operation"].append((self._operation_id, "request", self._user_ids[by], "user", self._at))

    def _created(self, record_type: str, record_id: int, new: str) -> None:
        self._change(record_type, record_id, "created", None, new)

    def _changed(self, record_type: str, record_id: int, old: str, new: str) -> None:
        self._change(record_type, record_id, "updated", old, new)

    def _change(self, record_type: str, record_id: int, action: str, old: str | None, new: str) -> None:
        self.tables["change"].append(
            (self._next("change"), self._operation_id, record_type, record_id, action, old, new)
        )

    def _event(
        self,
        name: str,
        record_type: str,
        record_id: int,
        data: str = "{}",
        company_id: int | None = None,
        contact_id: int | None = None,
    ) -> None:
        event_id = self._next("event")
        self.tables["event"].append((event_id, self._operation_id, name, record_type, record_id, self._at, data))
        links = self.tables["event_link"]
        if company_id is not None:
            links.append(("company", company_id, event_id))
        if contact_id is not None:
            links.append(("contact", contact_id, event_id))
        links.append((record_type, record_id, event_id))

    def _next(self, table: str) -> int:
        self.last_ids[table] = number = self.last_ids[table] + 1
        return number


_MAINS_OLD = '{"main_email":null,"main_phone":null}'


def _mains(email: str, phone: str) -> str:
    return f'{{"main_email":"{email}","main_phone":"{phone}"}}'


def _record_json(
    made: Firm | Person, holders: tuple[int | None, int | None, int], at: str, sort_name: str, city: str
) -> str:
    """What the first change of a contact or company has in common, to be gone on with."""
    owner_id, team_id, by = holders
    since, until = _dates(made.customer)
    found = f'{{"language":"{made.language}","country":"{made.country}","city":{_text(city)},"created_at":"{at}"'
    found += f',"created_by_id":{by},"sort_name":{_text(sort_name)}'
    found += "" if owner_id is None else f',"owner_id":{owner_id}'
    found += "" if team_id is None else f',"team_id":{team_id}'
    found += "" if since is None else f',"customer_since":"{since}"'
    return found + ("" if until is None else f',"customer_until":"{until}"')


def _stored(at: datetime) -> str:
    """As SQLite keeps it; PostgreSQL's sessions are in UTC and read the same."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _dates(customer: Customer | None) -> tuple[str | None, str | None]:
    return (customer.since.isoformat(), _iso(customer.until)) if customer else (None, None)


def _lifecycle(made: Firm | Person) -> str | None:
    if made.customer is None:
        return None
    return derive(Facts(customer_since=made.customer.since, customer_until=made.customer.until), made.at.date())


def _follows(made: Firm | Person, deal: Deal | None) -> bool:
    """Whether the lifecycle follows from the deal: that of a customer does not."""
    return deal is not None and made.customer is None


def _after_deal(
    made: Firm | Person, deal: Deal | None, lifecycle: str | None, updated_at: str
) -> tuple[str | None, str, int]:
    """Lifecycle, time of the last change and further versions, with what the deal did to them."""
    if deal is None or not _follows(made, deal):
        return lifecycle, updated_at, 0
    return ("prospect" if deal.end is None else None), _stored(deal.last), 1 + (deal.end is not None)
