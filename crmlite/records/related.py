"""How records of a type hang together with others: what they name, and what names them. For filters, one hop either way."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmlite.auth.models import Viewer
from crmlite.records import types
from crmlite.records.types import RecordType


@dataclass(frozen=True)
class Related:
    """`company` of a contact, which it names; or `deals` of a contact, which name it."""

    name: str
    kind: RecordType
    """The other type."""
    key: Any
    """The foreign key, on either side."""
    many: bool

    @property
    def label(self) -> Any:
        return self.kind.label_plural if self.many else self.kind.label

    def have(self, of: RecordType, which: sa.ColumnElement[bool], user: Viewer) -> sa.ColumnElement[bool]:
        """Records of the type `of` that have one like that among those that `user` may see."""
        model = self.kind.model
        seen = (model.deleted_at.is_(None), self.kind.policy.rows(user), which)
        if self.many:
            return of.model.id.in_(sa.select(self.key).where(self.key.is_not(None), *seen))
        return self.key.in_(sa.select(model.id).where(*seen))


def of(kind: RecordType) -> dict[str, Related]:
    """By the word that stands for it in a filter; of the modules that are on."""
    found = {name: Related(name, other, getattr(kind.model, key), False) for name, key, other in _named(kind)}
    for other in types.registered().values():
        for _name, key, target in _named(other):
            if target is kind:
                found.setdefault(other.plural, Related(other.plural, other, getattr(other.model, key), True))
    return found


def _named(kind: RecordType) -> list[tuple[str, str, RecordType]]:
    """(word, foreign key, type) of each link to a type that is there."""
    found = []
    for name, key in kind.links.items():
        target = types.get(next(iter(kind.model.__table__.c[key].foreign_keys)).column.table.name)
        if target is not None:
            found.append((name, key, target))
    return found
