"""What a batch of an import is done with: whose rights hold, how columns are read. For the trial and the run alike."""

from typing import Any

import sqlalchemy as sa

from crmlite.auth import signin
from crmlite.auth.models import Organisation, User, Viewer
from crmlite.extensions import db
from crmlite.imports import fields
from crmlite.imports import writing as writer
from crmlite.imports.drafts import Drafter
from crmlite.imports.models import Halted, Import
from crmlite.imports.planning import FILL, OVERWRITE, Planner
from crmlite.imports.sources.habits import HABITS, Habits
from crmlite.imports.updates import Stock


def maker(found: Import) -> Viewer:
    """Whose rights hold."""
    people = signin.viewers(User.id == found.made_by_id)
    if not people or not people[0].may("import", "create"):
        raise Halted("may_not")
    return people[0]


class Work:
    """What a batch is done with: whose rights hold, how columns are read. Made anew for each batch, as rights may change."""

    def __init__(self, found: Import) -> None:
        self.user = maker(found)
        self._match = found.options.get("match", FILL)
        self._owner_id: int | None = found.options.get("owner_id", found.made_by_id)
        self._teams = _teams()
        orders = {int(index): order for index, order in found.options.get("orders", {}).items()}
        looks = found.found.get("columns") or ()
        commas = {index: look["comma"] for index, look in enumerate(looks) if look.get("comma")}
        country = found.options.get("country", Organisation.get().country) or ""
        habits = HABITS.get(found.source, Habits())
        self.drafter = Drafter(
            found.headers, found.mapping, orders, commas, country, _owners(), habits, fields.of_columns(found)
        )

    def planner(self, locks: bool) -> Planner:
        return Planner(self.user, self._match, Stock(locks))

    def writer(self) -> writer.Writer:
        return writer.Writer(self.user.id, self._owner_id, self._teams, self._match != OVERWRITE)


def _teams() -> dict[int, int | None]:
    return {row.id: row.team_id for row in db.session.execute(sa.select(User.id, User.team_id))}


def _owners() -> dict[str, int]:
    """Users by name and by e-mail address."""
    rows: Any = db.session.execute(sa.select(User.id, User.name, User.email).where(User.active)).all()
    return {text.casefold().strip(): number for number, *texts in rows for text in texts}
