"""Setting records back to how they were."""

from typing import Any

import sqlalchemy as sa
from werkzeug.exceptions import Conflict

from crmlite import events, journal
from crmlite.extensions import db
from crmlite.journal.history import Values
from crmlite.journal.models import journaled_columns, read_back
from crmlite.records import types
from crmlite.timetravel.planning import Plan, Plans
from crmlite.timetravel.saying import settable_fields


class Restoration(Plans):
    """The plans, carried out."""

    def carry_out(self) -> int:
        """Sets back what is not left alone; says of how many records something changed. Does not commit."""
        return sum(self._tried(plan) for plan in self.plans if plan.changes and not plan.is_left)

    def _tried(self, plan: Plan) -> bool:
        """A verb may refuse, such as that of a product whose code another one has by now: then the record stays whole as it is."""
        try:
            with db.session.begin_nested():
                self._set_back(plan)
        except Conflict as refusal:
            plan.problems.append(refusal.description or "")
            return False
        return True

    def _set_back(self, plan: Plan) -> None:
        record, names = plan.record, {found.name for found in plan.fields}
        if self.user.absent:
            journal.act_for(record, self.kind.policy.stands_in(self.user, "edit", record))
        record.may_be_handed_over = self.kind.policy.may_hand_over(self.user, record)
        if plan.comes_back:
            record.restore()
        for name in sorted(names & set(plan.was.parts)):
            _set_parts_back(plan, name)
        if names & set(plan.was.parts):
            db.session.flush()
            record.derive()
        values = plan.was.values or {}
        if "address" in names:
            record.city, record.country = values.get("city") or "", values.get("country")
        chosen = {
            name: self.read(record, name, values.get(name)) for name in settable_fields(self.kind) if name in names
        }
        if chosen:
            record.change(**chosen)
        if "owner_id" in chosen:
            record.team_id = values.get("team_id")
        db.session.flush()
        about = _others(plan) if "affiliation" in names else []
        events.emit(events.RECORD_SET_BACK, record, about=about, then={"moment": self.at.isoformat()})


def _set_parts_back(plan: Plan, name: str) -> None:
    """Rows that are gone come back with their ids, those that came since go, others get their values back."""
    model: Any = journal.models()[name]
    wanted, present = plan.was.parts[name], plan.now.parts[name]
    wanted_tags, present_tags = (
        {values["tag_id"] for values in found.values() if "tag_id" in values} for found in (wanted, present)
    )
    for number, values in present.items():
        if number not in wanted and values.get("tag_id") not in wanted_tags:
            db.session.delete(db.session.get_one(model, number))
    db.session.flush()
    for number, values in wanted.items():
        if (name, number) in plan.left_out or values.get("tag_id") in present_tags:
            continue
        if number not in present:
            db.session.add(model(id=number, **_attributes(model, values)))
            continue
        row = db.session.get_one(model, number)
        for key, value in _attributes(model, values).items():
            if getattr(row, key) != value:
                setattr(row, key, value)
    db.session.flush()


def _others(plan: Plan) -> list[Any]:
    """The companies whose people change by it: their timelines, and their past, know of it too."""
    was, now = plan.was.parts["affiliation"], plan.now.parts["affiliation"]
    differing = [
        found.get(number)
        for number in was.keys() | now.keys()
        if was.get(number) != now.get(number)
        for found in (was, now)
    ]
    ids = {values["company_id"] for values in differing if values is not None}
    return [record for number in sorted(ids) if (record := types.load("company", number)) is not None]


def _attributes(model: Any, values: Values) -> dict[str, Any]:
    mapper, found = sa.inspect(model), {}
    for column in journaled_columns(model):
        value = read_back(column, values)
        if value is not None or column.nullable:
            found[mapper.get_property_by_column(column).key] = value
    return found
