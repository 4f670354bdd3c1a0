"""What tests of imports share: a file, through all pages, by somebody of the cast."""

import io
import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.extensions import db
from crmlite.imports.models import Import, ImportRow


class Mover:
    """Moves files in, the way people do it: upload, columns, trial, run."""

    def __init__(self, stage, actor: str = "manager") -> None:
        self.stage, self.actor, self.client = stage, actor, stage.client(actor)

    def upload(self, text: str | bytes, name: str = "people.csv"):
        data = text.encode() if isinstance(text, str) else text
        return self.client.post("/imports/new", data={"file": (io.BytesIO(data), name)})

    def begin(self, text: str | bytes, name: str = "people.csv") -> int:
        answer = self.upload(text, name)
        assert answer.status_code == 303, problem(answer)
        return int(answer.headers["Location"].rsplit("/", 1)[1])

    def try_out(self, number: int, **form: str) -> SimpleNamespace:
        answer = self.client.post(
            f"/imports/{number}/columns", data={"match": "fill", "country": "NL", "owner_id": "", **form}
        )
        assert answer.status_code == 303, problem(answer)
        self.work()
        return self.look(number)

    def run(self, number: int) -> SimpleNamespace:
        assert self.client.post(f"/imports/{number}/run").status_code == 303
        self.work()
        return self.look(number)

    def undo(self, number: int) -> SimpleNamespace:
        assert self.client.post(f"/imports/{number}/undo").status_code == 303
        self.work()
        return self.look(number)

    def move_in(self, text: str | bytes, name: str = "people.csv", **form: str) -> SimpleNamespace:
        number = self.begin(text, name)
        self.try_out(number, **form)
        return self.run(number)

    def work(self) -> None:
        with self.stage.app.app_context():
            jobs.run_due()
            failed = db.session.scalars(
                sa.select(jobs.Job.error).where(jobs.Job.error.is_not(None), jobs.Job.name.like("imports.%"))
            ).all()
            db.session.rollback()
        assert not failed, failed

    def look(self, number: int) -> SimpleNamespace:
        """The import and its rows as they stand: of the run, or else of the trial."""
        with self.stage.app.app_context():
            found = db.session.get_one(Import, number)
            query = sa.select(ImportRow).where(ImportRow.import_id == number, ImportRow.trial.is_(not found.has_begun))
            rows = {row.number: row for row in db.session.scalars(query.order_by(ImportRow.number))}
            counts = found.counts if found.has_begun else found.trial_counts
            return SimpleNamespace(
                id=number, state=found.state, mapping=found.mapping, source=found.source, found=found.found, total=found.total,
                counts={name: counts[name] for name in counts if name != "place" and counts[name]}, rows=rows,
                outcomes={row.number: row.outcome for row in rows.values()}, undo_counts=found.undo_counts,
                operation_id=found.operation_id, problem=found.problem,
            )  # fmt: skip


def problem(answer) -> str:
    found = re.search(r'role="alert"[^>]*>.*?<div>(.*?)</div>', answer.get_data(as_text=True), re.DOTALL)
    return f"{answer.status_code} {found[1] if found else answer.get_data(as_text=True)[:400]}"


@pytest.fixture
def mover(stage) -> Mover:
    return Mover(stage)
