"""Working through an import: the trial that writes nothing but what it found, and the run. Both are jobs in batches of 500 rows.

Rows are read and tidied while nobody waits; then a transaction looks up, writes, counts, and remembers the place. Killed in between
the job begins again where the last transaction ended. A batch that fails is done again row by row, so that only the row that is at
fault is refused.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import sqlalchemy as sa
from flask import current_app

from crmlite import jobs, journal
from crmlite.desk import telling
from crmlite.extensions import db, reading, utcnow, writing
from crmlite.imports import fields, outside, pictures, taking
from crmlite.imports.ahead import Ahead, AheadOfRun
from crmlite.imports.draft import Draft
from crmlite.imports.matching import Known, firm_keys, look_up, own_firm_keys, person_keys
from crmlite.imports.models import (
    DONE,
    JOINED,
    MAPPING,
    NEW,
    REFUSED,
    RUNNING,
    STOPPED,
    TRIED,
    TRYING,
    Halted,
    Import,
    ImportRow,
)
from crmlite.imports.planning import Plan
from crmlite.imports.scratch import Scratch
from crmlite.imports.work import Work, maker
from crmlite.journal import bulk

log = logging.getLogger(__name__)
LONG = 10_000
"""Rows: a trial takes some three seconds, a run six."""


@jobs.apart
def try_out(import_id: int) -> None:
    """The trial: says of every row what would become of it. Begun again it begins anew."""
    if _forget_trial(import_id):
        scratch = Scratch()
        try:
            with Ahead() as ahead:
                while _try_batch(import_id, scratch, ahead):
                    pass
        finally:
            scratch.close()


@jobs.apart
def run(import_id: int) -> None:
    """The run, from where it was left."""
    with AheadOfRun() as ahead:
        while _run_batch(import_id, ahead):
            pass


# --- the trial --------------------------------------------------------------------------------------------------------


def _forget_trial(import_id: int) -> bool:
    while True:
        writing()
        found = Import.locked(import_id)
        if found is None or found.state != TRYING:
            db.session.rollback()
            return False
        mine = (ImportRow.import_id == import_id, ImportRow.trial.is_(True))
        some = sa.select(ImportRow.number).where(*mine).limit(5000)
        gone = db.session.execute(sa.delete(ImportRow).where(*mine, ImportRow.number.in_(some))).rowcount  # type: ignore[attr-defined]
        found.trial_counts = {}
        db.session.commit()
        if not gone:
            return True


def _try_batch(import_id: int, scratch: Scratch, ahead: Ahead) -> bool:
    reading()
    found = db.session.get(Import, import_id, populate_existing=True)
    if found is None or found.state != TRYING or found.stream is None:
        return False
    work = Work(found)
    begin = int(found.trial_counts.get("place", 0))
    path = found.stream.location
    rows, drafts, place = ahead.batch(work.drafter, path, begin)
    with suppress(Halted):  # without the renderer it cannot say what becomes of pictures, and all the rest it can
        pictures.make(rows, drafts, path, keeps=False)
    known = look_up(drafts, work.user, None, outside.source_of(found))
    people = [key for draft in drafts if draft.has_person for key in person_keys(draft)]
    firms = [key for draft in drafts for key in _firm_keys(draft)]
    scratch.add_to(known, people, firms)
    plans = work.planner(locks=False).plan(drafts, known)
    _remember(plans, known, scratch)
    writing()
    found = Import.locked(import_id)
    if found is None or found.state != TRYING or int(found.trial_counts.get("place", 0)) != begin:
        db.session.rollback()
        return False
    _write_rows(found, plans, trial=True)
    found.trial_counts = {**found.trial_counts, "place": place}
    if not rows:
        found.state = TRIED
        _tell("import_waits", found)
    db.session.commit()
    return bool(rows)


def _firm_keys(draft: Draft) -> list[tuple[str, str]]:
    return own_firm_keys(draft) + firm_keys(draft.parent)


def _remember(plans: Sequence[Plan], known: Known, scratch: Scratch) -> None:
    for plan in plans:
        draft = plan.draft
        if plan.outcome in {NEW, JOINED} and draft.has_person:
            person = known.person(draft)
            if person is not None and person.row is not None:
                scratch.remember_person(person_keys(draft), person)
        if "c" in plan.brings:
            scratch.remember_firm(own_firm_keys(draft), draft.number)
        if "m" in plan.brings:
            scratch.remember_firm(firm_keys(draft.parent), draft.number)


# --- the run ----------------------------------------------------------------------------------------------------------


def _run_batch(import_id: int, ahead: Ahead) -> bool:
    reading()
    found = db.session.get(Import, import_id, populate_existing=True)
    if found is None or found.state != RUNNING or found.stream is None:
        return False
    if found.operation_id is None:
        return _begin(found)
    begin, path = found.place, found.stream.location
    drafts: Sequence[Draft] = ()
    try:
        _require_room()
        work = Work(found)
        rows, drafts, place = ahead.batch(work.drafter, path, begin)
        pictures.make(rows, drafts, path, keeps=True)
    except (Halted, OSError) as reason:
        pictures.drop(drafts)
        _halt(import_id, str(reason) if isinstance(reason, Halted) else "file_gone")
        return False
    writing()
    found = Import.locked(import_id)
    if found is None or found.state != RUNNING or found.place != begin:
        db.session.rollback()
        pictures.drop(drafts)
        return False
    journal.go_on(found.operation_id or 0)
    _do(found, work, drafts)
    found.place = place
    if not rows:
        found.state, found.ended_at = DONE, utcnow()
        _tell("import_done", found)
    db.session.commit()
    pictures.drop(drafts)
    db.session.expunge_all()
    return bool(rows)


def _begin(begun: Import) -> bool:
    """All batches are one operation, by whoever began the import: that is what its undo takes back. It begins with the fields
    that the import makes."""
    try:
        user = maker(begun)
    except Halted as reason:
        _halt(begun.id, str(reason))
        return False
    writing()
    found = Import.locked(begun.id)
    if found is None or found.state != RUNNING or found.operation_id is not None:
        db.session.rollback()
        return False
    journal.act_as("user", found.made_by_id)
    journal.label("import")
    found.operation_id = journal.operation()
    fields.make(found, user)
    taking.remember(found)
    db.session.commit()
    return True


def _do(found: Import, work: Work, drafts: Sequence[Draft]) -> None:
    """The batch at once, or, where that fails, one row after the other."""
    try:
        with db.session.begin_nested():
            plans = _done(found, work, drafts)
            _write_rows(found, plans, trial=False)
        return
    except Exception:
        log.exception("imports.batch_failed import=%s rows from %s", found.id, drafts[0].number if drafts else "-")
    for draft in drafts:
        try:
            with db.session.begin_nested():
                _write_rows(found, _done(found, work, [draft]), trial=False)
        except Exception as error:
            log.warning("imports.row_failed import=%s row=%s %s", found.id, draft.number, type(error).__name__)
            pictures.let_go(draft)
            _write_rows(found, [Plan(draft, REFUSED, [("failed", type(error).__name__)])], trial=False)


def _done(found: Import, work: Work, drafts: Sequence[Draft]) -> list[Plan]:
    planner = work.planner(locks=True)
    plans = planner.plan(drafts, look_up(drafts, work.user, found.id, outside.source_of(found)))
    work.writer().write(plans, planner.stock)
    outside.remember(found, work.user, plans)
    db.session.flush()
    return plans


def _write_rows(found: Import, plans: Sequence[Plan], trial: bool) -> None:
    if plans:
        rows = [
            {
                "import_id": found.id,
                "trial": trial,
                "number": plan.draft.number,
                "place": plan.draft.place,
                "outcome": plan.outcome,
                "brought": plan.brings,
                "reasons": [list(reason) for reason in plan.reasons],
                "contact_id": _real(plan.contact_id),
                "company_id": _real(plan.company_id),
                "parent_id": _real(plan.parent_id) if "m" in plan.brings else None,
                "undone": "",
            }
            for plan in plans
        ]
        bulk.fill(sa.insert(ImportRow.__table__), rows)
    outcomes = Counter(plan.outcome for plan in plans)
    letters = Counter(letter for plan in plans for letter in plan.brings)
    more = Counter(
        "noted"
        for plan in plans
        if plan.outcome not in {REFUSED, "skipped"} and (plan.draft.note or plan.draft.company_note)
    )
    more += Counter(f"consent_{said.action}" for plan in plans for said in plan.agreed)
    more["pictures"] = sum(len(plan.pictures if trial else plan.kept) for plan in plans)
    found.count({**outcomes, "people": letters["p"], "companies": letters["c"] + letters["m"], **more}, trial)


def _real(number: int | None) -> int | None:
    return number if number is not None and number > 0 else None


def _halt(import_id: int, why: str) -> None:
    writing()
    found = Import.locked(import_id)
    if found is not None and found.state == RUNNING:
        found.state, found.problem = STOPPED, why
        _tell("import_waits", found)
    db.session.commit()


def _tell(kind: str, found: Import) -> None:
    """Notices go to who began it, where it is so long that they looked elsewhere."""
    if found.total >= LONG:
        telling.tell(kind, found.made_by_id, found, own=True)


def _require_room() -> None:
    """Imports are the first to stop when the disk fills up."""
    settings = current_app.extensions["crmlite.settings"]
    if settings.free < settings.disk_floor_mb * 1024 * 1024:
        raise Halted("disk_full")


def rewind(found: Import) -> None:
    """Back to its columns, as before any trial."""
    found.state, found.trial_counts = MAPPING, {}
