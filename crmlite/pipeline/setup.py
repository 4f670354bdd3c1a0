"""The form that a pipeline is set up with: its name, and its stages as rows that are added, moved and taken away."""

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import FormField, HiddenField, IntegerField, StringField, ValidationError
from wtforms.validators import NumberRange, Optional

from crmlite.forms import Form, at_most, one_line, required
from crmlite.number_fields import PercentField
from crmlite.pipeline.models import LOST, OPEN, WON, Pipeline
from crmlite.records.forms import Rows, row_id

MAX_STAGES = 20


def _kind(value: Any) -> str:
    return value if value in {OPEN, WON, LOST} else OPEN


class StageForm(Form):
    id = HiddenField(filters=[row_id])
    kind = HiddenField(filters=[_kind])
    name = StringField(_l("Stage"), [required(), at_most(60)], filters=[one_line])
    probability_bp = PercentField(_l("Probability"))
    stale_days = IntegerField(
        _l("Idle after days"),
        [Optional(), NumberRange(1, 999, _l("Write a number from %(min)s to %(max)s, or nothing."))],
    )


class PipelineForm(Form):
    name = StringField(_l("Name"), [required(), at_most(60)], filters=[one_line])
    stages = Rows(FormField(StageForm), max_entries=MAX_STAGES)

    def validate_name(self, _field: StringField) -> None:
        kinds = [entry.form.kind.data for entry in self.stages.entries]
        if OPEN not in kinds or sorted(kind for kind in kinds if kind != OPEN) != sorted((WON, LOST)):
            raise ValidationError(_("A pipeline has at least one open stage, and one each for what is won and lost."))

    def rows(self) -> list[dict[str, Any]]:
        """Stages for Pipeline.create() and change()."""
        rows = [entry.form.data for entry in self.stages.entries]
        rows.sort(key=lambda row: (OPEN, WON, LOST).index(row["kind"]))
        return [{**row, "probability_bp": row["probability_bp"] or 0} for row in rows]


def form_of(pipeline: Pipeline) -> PipelineForm:
    names = ("id", "kind", "name", "probability_bp", "stale_days")
    rows = [{name: getattr(stage, name) for name in names} for stage in pipeline.stages]
    return PipelineForm(data={"name": pipeline.name, "stages": rows})


def starter() -> PipelineForm:
    """What a new pipeline begins with, in the language of whoever makes it."""
    open_stages = ((_("New"), 1000), (_("In talks"), 3000), (_("Quote sent"), 5000), (_("Agreed in principle"), 8000))
    rows: list[dict[str, Any]] = [
        {"kind": OPEN, "name": name, "probability_bp": chance, "stale_days": 14} for name, chance in open_stages
    ]
    rows += [{"kind": WON, "name": _("Won")}, {"kind": LOST, "name": _("Lost")}]
    return PipelineForm(data={"name": _("Sales"), "stages": rows})


def rearranged(typed: "MultiDict[str, str]", action: str) -> "MultiDict[str, str]":
    """What was typed with one row more ("add"), moved ("up 2", "down 2") or less ("remove 2"). Anything else changes nothing."""
    verb, _sep, number = action.partition(" ")
    numbers = _numbers(typed)
    rows = [_row(typed, n) for n in numbers]
    at = numbers.index(int(number)) if number.isascii() and number.isdigit() and int(number[:6]) in numbers else None
    if verb == "add" and len(rows) < MAX_STAGES:
        ends = sum(row.get("kind") in {WON, LOST} for row in rows)
        rows.insert(len(rows) - ends, {"kind": OPEN})
    elif at is not None and rows[at].get("kind") not in {WON, LOST}:
        if verb == "remove":
            del rows[at]
        elif verb == "up" and at > 0:
            rows[at - 1 : at + 1] = [rows[at], rows[at - 1]]
        elif verb == "down" and at + 1 < len(rows) and rows[at + 1].get("kind") not in {WON, LOST}:
            rows[at : at + 2] = [rows[at + 1], rows[at]]
    return _numbered({key: value for key, value in typed.items() if not key.startswith("stages-")}, rows)


def _numbers(typed: Iterable[str]) -> list[int]:
    found = (re.fullmatch("stages-([0-9]{1,4})-[a-z_]+", key) for key in typed)
    return sorted({int(match[1]) for match in found if match})


def _row(typed: "MultiDict[str, str]", number: int) -> dict[str, str]:
    start = f"stages-{number}-"
    return {key.removeprefix(start): value for key, value in typed.items() if key.startswith(start)}


def _numbered(rest: dict[str, str], rows: list[dict[str, str]]) -> "MultiDict[str, str]":
    cells = {f"stages-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    return MultiDict({**rest, **cells})
