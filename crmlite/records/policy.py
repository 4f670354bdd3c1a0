"""Who may see and do what: grants and membership turned into SQL, once, for every query."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite import journal
from crmlite.auth.models import Member, Viewer
from crmlite.extensions import db

NOT_YOURS = _l("Only its owner, or somebody who may delete it, says who owns this from now on.")

NOT_LENT = _l("Who stands in for somebody does not say who works on this. Ask somebody whose record it is.")


_Statement = TypeVar("_Statement")
_MOST_STATEMENTS = 500


def statement_for(user: Viewer, name: str, build: Callable[[], _Statement]) -> _Statement:
    """The statement `name`, which follows from what `user` may see and nothing else: built once for all who may see the same.

    To build one of ten types costs ten times what it costs to run it.
    """
    cache = current_app.extensions.setdefault("crmlite.statements", {})
    key = name, user.rights
    if key not in cache:
        if len(cache) >= _MOST_STATEMENTS:
            cache.clear()
        cache[key] = build()
    found: _Statement = cache[key]
    return found


class Policy:
    """The rules of one record type. Lists, search, counts, exports and relations all start here."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.name: str = model.__tablename__

    def rows(self, user: Viewer, action: str = "view") -> sa.ColumnElement[bool]:
        """The condition for rows that `user` may `action`; trash included. Whoever stands in for absent colleagues may see
        and change what they may."""
        return sa.or_(*(self._rows(person, action) for person in user.acting(action)))

    def _rows(self, user: Viewer, action: str) -> sa.ColumnElement[bool]:
        scope = user.scope(self.name, action)
        if scope == "all":
            return sa.true()
        if scope == "none":
            return sa.false()
        model = self.model
        mine = [model.owner_id == user.id]
        if action != "delete":  # who works on a record may change it; only its owner's side may throw it away
            mine.append(model.id.in_(self.joined(user)))
        if scope == "team":
            nobodys = sa.and_(model.owner_id.is_(None), model.team_id.is_(None))
            mine.append(nobodys)
            if user.team_id is not None:  # `team_id = NULL` would become IS NULL and show every record without a team
                mine.append(model.team_id == user.team_id)
        return sa.or_(*mine)

    def joined(self, user: Viewer) -> sa.Select[int]:
        """Ids of records that `user` is a member of: a subquery, 0.7 ms at a million rows where EXISTS took 165."""
        return sa.select(Member.record_id).where(Member.record_type == self.name, Member.user_id == user.id)

    def visible(self, user: Viewer) -> sa.Select[Any]:
        """All records that `user` may see, without the trash."""
        return sa.select(self.model).where(self.model.deleted_at.is_(None), self.rows(user))

    def find(
        self, user: Viewer, record_id: int, action: str = "view", *, trashed: bool = False, version: int | None = None
    ) -> Any:
        """The record, locked where it is found for a change. Unseen is 404, seen but not allowed 403, a stale `version` 409."""
        session: Any = db.session()
        locked = action != "view" and not session.reading  # a form for the change is shown without a lock
        name = f"find.{self.name}.{trashed}.{locked}"
        query = statement_for(user, name, lambda: self._find_query(user, trashed, locked))
        record = db.session.scalar(query, {"record_id": record_id})
        if record is None:
            raise NotFound
        if action != "view" and not self.may(user, action, record):
            raise Forbidden
        if action != "view" and user.absent:
            journal.act_for(record, self.stands_in(user, action, record))
        if action == "edit":
            record.may_be_handed_over = self.may_hand_over(user, record)
        if version is not None and record.row_version != version:
            raise Conflict
        return record

    def _find_query(self, user: Viewer, trashed: bool, locked: bool) -> sa.Select[Any]:
        model = self.model
        query = sa.select(model).where(model.id == sa.bindparam("record_id"), self.rows(user))
        in_trash = sa.and_(model.deleted_at.is_not(None), ~model.is_merged())
        query = query.where(in_trash if trashed else model.deleted_at.is_(None))
        return query.with_for_update(of=model) if locked else query

    def seen(self, user: Viewer, record_id: int) -> Any:
        """The record where the user may see it and it is not in the trash, else None."""
        query = statement_for(user, f"find.{self.name}.{False}.{False}", lambda: self._find_query(user, False, False))
        return db.session.scalar(query, {"record_id": record_id})

    def may(self, user: Viewer, action: str, record: Any) -> bool:
        """Whether `user` may `action` this record, which was found through the policy."""
        return any(self._may(person, action, record) for person in user.acting(action))

    def _may(self, user: Viewer, action: str, record: Any) -> bool:
        if self._covers(user, action, record):
            return True
        if action == "delete" or user.scope(self.name, action) == "none":
            return False
        joined = self.joined(user).where(Member.record_id == record.id)
        return db.session.scalar(joined) is not None

    def covers(self, user: Viewer, action: str, record: Any) -> bool:
        """may(), of a record or a row with its owner and team, as far as these alone say: without a statement."""
        return any(self._covers(person, action, record) for person in user.acting(action))

    def stands_in(self, user: Viewer, action: str, record: Any) -> int | None:
        """The absent colleague for whom `user` does that to the record: its owner, or else whose rights alone allow it."""
        for person in user.acting(action)[1:]:
            if record.owner_id == person.id:
                return person.id
        if user.absent and not self._may(user, action, record):
            return next((person.id for person in user.absent if self._may(person, action, record)), None)
        return None

    def _covers(self, user: Viewer, action: str, record: Any) -> bool:
        scope = user.scope(self.name, action)
        if scope in {"all", "none"}:
            return scope == "all"
        if record.owner_id == user.id:
            return True
        is_teams = record.team_id is not None and record.team_id == user.team_id
        return scope == "team" and (is_teams or (record.owner_id is None and record.team_id is None))

    def may_hand_over(self, user: Viewer, record: Any) -> bool:
        """Whether `user`, who may edit this record, may also say who owns it: else they could take it and throw it away.

        Its owner may, and whoever may delete it; where nobody owns it, whoever may edit it, except as a mere member, and
        except for an absent colleague: who stands in gives nothing of theirs away.
        """
        if record.owner_id == user.id:
            return self._covers(user, "edit", record)
        return self._covers(user, "delete", record) or (record.owner_id is None and self._covers(user, "edit", record))

    def may_share(self, user: Viewer, record: Any) -> bool:
        """Whether `user` may say who works on it: by their own rights, as a membership outlasts an absence."""
        return self._may(user, "edit", record)

    def require_share(self, user: Viewer, record: Any) -> None:
        if not self.may_share(user, record):
            raise Forbidden(str(NOT_LENT))

    def require_hand_over(self, user: Viewer, record: Any) -> None:
        if not self.may_hand_over(user, record):
            raise Forbidden(str(NOT_YOURS))

    def may_create(self, user: Viewer) -> bool:
        return user.scope(self.name, "create") != "none"

    def require_create(self, user: Viewer) -> None:
        if not self.may_create(user):
            raise Forbidden
