"""How people and companies are reached: e-mails, phones, links and postal addresses, several of each, labelled."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from crmlite import postal
from crmlite.auth.models import Organisation
from crmlite.extensions import PERSONAL, Base, db
from crmlite.journal import Journaled
from crmlite.points import normal_email, normal_phone, normal_url

KINDS = ("email", "phone", "url")
LABELS = (
    ("work", _l("Work")),
    ("home", _l("Home")),
    ("mobile", _l("Mobile")),
    ("direct", _l("Direct")),
    ("invoice", _l("Invoices")),
    ("delivery", _l("Deliveries")),
    ("other", _l("Other")),
)


_LABEL_TEXTS = dict(LABELS)


class Held:
    """Mixin of what belongs to one contact or one company. One of each kind is the main one."""

    derived: ClassVar[frozenset[str]] = frozenset({"main"})

    @declared_attr
    def contact_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(sa.ForeignKey("contact.id"), index=True)

    @declared_attr
    def company_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(sa.ForeignKey("company.id"), index=True)

    def concerns(self) -> list[tuple[str, int]]:
        return [("contact", self.contact_id)] if self.contact_id is not None else [("company", self.company_id or 0)]


class Reachable:
    """Mixin of records that have points and addresses, with the copies that lists show of the main ones."""

    __tablename__: str
    id: Mapped[int]
    language: Mapped[str | None]
    country: Mapped[str | None]
    city: Mapped[str] = mapped_column(default="", info=PERSONAL)
    region: Mapped[str | None]
    main_email: Mapped[str | None] = mapped_column(info=PERSONAL)
    main_phone: Mapped[str | None] = mapped_column(info=PERSONAL)

    COPIES: ClassVar[frozenset[str]] = frozenset({"main_email", "main_phone", "city", "region", "country"})
    """What derive_points() and derive_addresses() set."""

    def derive_points(self, known: list["Point"] | None = None) -> None:
        """One of each kind is the main one; where two say so, the one that is shown. Lists show copies of them."""
        known = of(self, Point) if known is None else known
        _mark_main(self, known)
        self.main_email, self.main_phone = main_value(known, "email"), main_value(known, "phone")

    def derive_addresses(self, known: list["Address"] | None = None) -> None:
        known = of(self, Address) if known is None else known
        _mark_main(self, known)
        main = next((address for address in known if address.main), None)
        self.city = main.city if main else ""
        self.region = (main.region if main else "") or None
        if main and main.country:
            self.country = main.country

    def derive_reach(self) -> None:
        """Both, except that a town which is known without an address stays."""
        self.derive_points()
        if addresses := of(self, Address):
            self.derive_addresses(addresses)

    def point_texts(self) -> list[str]:
        """Its e-mails, phones and links, for search."""
        return [point.value for point in of(self, Point)]


_ONE_HOLDER = "(contact_id IS NULL) <> (company_id IS NULL)"


class Point(Held, Journaled, Base):
    """An e-mail address, phone number or link. `normal` is what equal ones share: duplicates are found by it."""

    __tablename__ = "point"
    __table_args__ = (sa.CheckConstraint(_ONE_HOLDER, name="one_holder"), sa.Index(None, "kind", "normal"))
    kind: Mapped[str]
    value: Mapped[str] = mapped_column(info=PERSONAL)
    normal: Mapped[str] = mapped_column(info=PERSONAL)
    label: Mapped[str] = mapped_column(default="work")
    main: Mapped[bool] = mapped_column(default=False)

    @property
    def label_text(self) -> Any:
        return _LABEL_TEXTS.get(self.label, self.label)


class Address(Held, Journaled, Base):
    __tablename__ = "address"
    __table_args__ = (sa.CheckConstraint(_ONE_HOLDER, name="one_holder"),)
    label: Mapped[str] = mapped_column(default="work")
    lines: Mapped[str] = mapped_column(default="", info=PERSONAL)
    postcode: Mapped[str] = mapped_column(default="", info=PERSONAL)
    city: Mapped[str] = mapped_column(default="", info=PERSONAL)
    region: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    main: Mapped[bool] = mapped_column(default=False)

    @property
    def label_text(self) -> Any:
        return _LABEL_TEXTS.get(self.label, self.label)

    @property
    def written(self) -> list[str]:
        """Its lines in the order of its country, without the country; at the end what nobody writes there, but somebody did."""
        lines = postal.address(postal.Place.of(self))
        known = " ".join(lines)
        return lines + [
            part for part in (self.postcode, self.region) if part and not postal.says(known, part, self.country)
        ]


def normal(kind: str, value: str, country: str = "") -> str:
    """What two spellings of one address or number share. Raises ValueError for what cannot be one."""
    if kind == "email":
        return normal_email(value)
    if kind == "phone":
        return normal_phone(value, country or Organisation.get().country) or "".join(filter(str.isdigit, value))
    return normal_url(value)


def of(holder: Any, kind: Any) -> list[Any]:
    """The Points or Addresses of a contact or company, main ones first."""
    query = _of_query(kind, f"{holder.__tablename__}_id")
    return list(db.session.scalars(query, {"holder": holder.id}))


@cache
def _of_query(kind: Any, key: str) -> sa.Select[Any]:
    held = getattr(kind, key) == sa.bindparam("holder")
    return sa.select(kind).where(held).order_by(kind.main.desc(), kind.id)


def put(holder: Any, email: Any = None, phone: Any = None, points: Any = None, addresses: Any = None) -> None:
    """Sets what is given: the main e-mail or phone ("" takes it away), all points, all addresses."""
    db.session.flush()
    if points is not None:
        set_points(holder, points)
    if addresses is not None:
        set_addresses(holder, addresses)
    if email is not None:
        set_main(holder, "email", email)
    if phone is not None:
        set_main(holder, "phone", phone)


def set_points(holder: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Changes the points that `rows` (id?, kind, value, label, main) name, adds those without id, removes those whose value is
    empty. What no row names stays: somebody else added it meanwhile. One of each kind is main."""
    country = holder.country or ""
    named = [{**row, "normal": normal(row["kind"], row["value"], country) if row["value"] else ""} for row in rows]
    holder.derive_points(_replace(holder, Point, named, lambda row: not row["value"]))


def set_addresses(holder: Any, rows: Iterable[dict[str, Any]]) -> None:
    """The same for addresses; one without street, town and region is empty."""
    named = list(rows)
    if named:  # else a town that is known without an address would go
        holder.derive_addresses(
            _replace(holder, Address, named, lambda row: not any(row.get(name) for name in _WRITTEN))
        )


_WRITTEN = ("lines", "postcode", "city", "region", "country")


def set_main(holder: Any, kind: str, value: str) -> None:
    """Changes the main e-mail or phone, adds it where there is none, or takes it away where `value` is empty."""
    points = [point for point in of(holder, Point) if point.kind == kind]
    main = next((point for point in points if point.main), None)
    if not value:
        if main:
            db.session.delete(main)
    elif main:
        main.value, main.normal = value, normal(kind, value, holder.country or "")
    else:
        add(holder, kind, value)
    db.session.flush()
    holder.derive_points()


def add(holder: Any, kind: str, value: str, label: str = "work") -> Point:
    """Adds one point; a second one of its kind does not become the main one."""
    point = Point(kind=kind, value=value, normal=normal(kind, value, holder.country or ""), label=label)
    setattr(point, f"{holder.__tablename__}_id", holder.id)
    db.session.add(point)
    db.session.flush()
    holder.derive_points()
    return point


def main_value(points: Iterable[Point], kind: str) -> str | None:
    return next((point.value for point in points if point.kind == kind and point.main), None)


def _replace(
    holder: Any, model: Any, rows: list[dict[str, Any]], is_empty: Callable[[dict[str, Any]], bool]
) -> list[Any]:
    """Returns those that there are now."""
    existing = {item.id: item for item in of(holder, model)}
    kept = list(existing.values())
    for row in rows:
        item = existing.get(int(row.get("id") or 0))
        if is_empty(row):
            if item is not None:
                db.session.delete(item)
                kept.remove(item)
            continue
        if item is None:
            item = model(**{f"{holder.__tablename__}_id": holder.id})
            db.session.add(item)
            kept.append(item)
        for name, value in row.items():
            if name != "id":
                setattr(item, name, value)
    _mark_main(holder, kept)
    db.session.flush()
    return kept


def _mark_main(holder: Any, items: list[Any]) -> None:
    """Exactly one of each kind is the main one: the one that says so, of several the one that is shown, else the first."""
    for kind in {getattr(item, "kind", "") for item in items}:
        same = [item for item in items if getattr(item, "kind", "") == kind]
        mains = sorted((item for item in same if item.main), key=lambda item: not _is_shown(holder, item))
        chosen = next(iter(mains or same))
        for item in same:
            item.main = item is chosen


def _is_shown(holder: Any, item: Any) -> bool:
    """Whether lists show a copy of it."""
    if isinstance(item, Address):
        return item.city == str(holder.city)
    return bool(item.value == getattr(holder, f"main_{item.kind}", None))
