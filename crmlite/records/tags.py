"""Tags: words that people put on any record."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.auth.models import Viewer
from crmlite.extensions import Base, at_most, db
from crmlite.journal import Journaled
from crmlite.records.policy import statement_for
from crmlite.web import hue

MAX_LENGTH = 40


class Tag(Journaled, Base):
    __tablename__ = "tag"
    name: Mapped[str] = mapped_column(unique=True)
    hue: Mapped[str]


class Tagging(Journaled, Base):
    __tablename__ = "tagging"
    is_copied: ClassVar[bool] = False
    __table_args__ = (
        sa.UniqueConstraint("record_type", "record_id", "tag_id"),
        sa.Index(None, "tag_id", "record_type", "record_id"),
    )
    tag_id: Mapped[int] = mapped_column(sa.ForeignKey("tag.id"))
    record_type: Mapped[str]
    record_id: Mapped[int]
    tag: Mapped[Tag] = relationship()

    def concerns(self) -> list[tuple[str, int]]:
        return [(self.record_type, self.record_id)]


def add(record: Any, name: str) -> bool:
    """Puts the tag on the record, making the tag where it is new; False where it was there already."""
    name = " ".join(name.split())[:MAX_LENGTH]
    if not name:
        return False
    tag = find(name)
    if tag is None:
        tag = Tag(name=name, hue=hue(name))
        db.session.add(tag)
        db.session.flush()
    if _tagging(record, tag.id) is not None:
        return False
    db.session.add(Tagging(tag_id=tag.id, record_type=record.__tablename__, record_id=record.id))
    events.emit(events.TAG_ADDED, record, tag=tag.name)
    return True


def find(name: str) -> Tag | None:
    """The tag of that name, however its letters are cased: Walk and walk are one."""
    exact = db.session.scalar(sa.select(Tag).where(Tag.name == name))
    if exact is not None:
        return exact
    key = name.casefold()
    names = db.session.execute(sa.select(Tag.id, Tag.name).order_by(Tag.id))  # databases fold letters each in its way
    known = next((tag_id for tag_id, other in names if other.casefold() == key), None)
    return db.session.get(Tag, known) if known else None


def remove(record: Any, tag_id: int) -> bool:
    tagging = _tagging(record, tag_id)
    if tagging is None:
        return False
    name = tagging.tag.name
    db.session.delete(tagging)
    events.emit(events.TAG_REMOVED, record, tag=name)
    return True


def take(record: Any, name: str) -> bool:
    """remove() by the tag's name."""
    tag = find(name)
    return tag is not None and remove(record, tag.id)


_TAGS = (
    sa.select(Tagging.record_id, Tag.id, Tag.name, Tag.hue)
    .join(Tag, Tag.id == Tagging.tag_id)
    .where(Tagging.record_type == sa.bindparam("type"), Tagging.record_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(Tag.name)
)


def of(record_type: str, record_ids: list[int]) -> dict[int, list[tuple[int, str, str]]]:
    """(id, name, hue) of the tags of each record, by name: one statement for a whole page."""
    rows = db.session.execute(_TAGS, {"type": record_type, "ids": record_ids})
    found: dict[int, list[tuple[int, str, str]]] = {}
    for record_id, tag_id, name, colour in rows:
        found.setdefault(record_id, []).append((tag_id, name, colour))
    return found


def names(kind: Any, user: Viewer, limit: int = 200) -> list[str]:
    """For the filter's choices: tags of records of that type that `user` may see. A tag's name says something too."""
    query = statement_for(user, f"tags.{kind.name}.{limit}", lambda: _names_query(kind, user, limit))
    return list(db.session.scalars(query))


def _names_query(kind: Any, user: Viewer, limit: int) -> sa.Select[Any]:
    on = sa.select(Tagging.id).where(Tagging.tag_id == Tag.id, Tagging.record_type == kind.name)
    sees_all = any(person.scope(kind.name, "view") == "all" for person in user.acting("view"))
    if not sees_all:  # joined, so that one visible record is enough and not all are gathered
        on = on.join(kind.model, kind.model.id == Tagging.record_id).where(kind.policy.rows(user))
    return sa.select(Tag.name).where(on.exists()).order_by(Tag.name).limit(at_most(limit))


def _tagging(record: Any, tag_id: int) -> Tagging | None:
    return db.session.scalar(
        sa.select(Tagging).where(
            Tagging.record_type == record.__tablename__, Tagging.record_id == record.id, Tagging.tag_id == tag_id
        )
    )
