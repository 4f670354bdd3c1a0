"""Records that were merged into another one: they stay as they were, out of sight, so that they can be taken apart again."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from crmlite.auth.models import Viewer
from crmlite.extensions import db

LONGEST = 50
"""How many merges may lead from one record to the next."""


class Mergeable:
    """Mixin of records of which two may turn out to be one."""

    if TYPE_CHECKING:
        __tablename__: Any
        id: Any
        name: Any

    @declared_attr
    def merged_into_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(sa.ForeignKey(f"{cls.__tablename__}.id"), index=True)

    @classmethod
    def is_merged(cls) -> sa.ColumnElement[bool]:
        return cls.merged_into_id.is_not(None)

    def former_names(self) -> list[str]:
        """What those are called that were merged into it: it is found by them too."""
        model: Any = type(self)
        return list(db.session.scalars(sa.select(model.name).where(model.merged_into_id == self.id)))


def successor(kind: Any, user: Viewer, record_id: int) -> int | None:
    """The id of the record that this one was merged into in the end, where `user` may see both."""
    model = kind.model
    if not hasattr(model, "merged_into_id"):
        return None
    query = sa.select(model.merged_into_id).where(model.id == record_id, kind.policy.rows(user))
    found = db.session.scalar(query)
    for _step in range(LONGEST):
        if found is None:
            return None
        further = db.session.scalar(sa.select(model.merged_into_id).where(model.id == found))
        if further is None:
            seen = kind.policy.visible(user).with_only_columns(model.id).where(model.id == found)
            return found if db.session.scalar(seen) else None
        found = further
    return None
