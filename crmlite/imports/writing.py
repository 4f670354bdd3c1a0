"""The run of one batch: what is new in a few statements, what is there already through the verbs of its records.

What is written for new people and companies is what `Contact.create()`, `Company.create()`, `join()` and `Note.write()` leave (a test
compares them), except that a note or a consent of an import is no activity.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from crmlite import events
from crmlite.companies.models import Company, InsideItself
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db, utcnow
from crmlite.fold import index_text, sort_key
from crmlite.imports import agreeing, pictures, tagging
from crmlite.imports.answers import Said
from crmlite.imports.draft import Draft, Reach
from crmlite.imports.planning import Plan
from crmlite.imports.updates import Stock, Update
from crmlite.journal import bulk
from crmlite.records import search, tags
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point

Rows = list[dict[str, Any]]


class Writer:
    """Writes one batch. Flushes, does not commit."""

    def __init__(self, user_id: int, owner_id: int | None, teams: dict[int, int | None], fills: bool) -> None:
        """`teams`: of every user; whose record it is decides the team. `fills`: what is there already is not overwritten."""
        self._fills = fills
        self._user_id, self._owner_id, self._teams = user_id, owner_id, teams
        self._companies: dict[int, int] = {}
        self._contacts: dict[int, int] = {}
        self._names: dict[int, str] = {}
        """Of companies, by id."""
        self._tagged: list[tuple[str, int, list[str]]] = []
        """(record type, id, tags) of new records."""
        self._agreed: list[tuple[int, list[Said]]] = []
        """(id, what they agreed to) of new people."""
        self._parts: dict[Any, Rows] = {Point: [], Address: [], Affiliation: [], Note: []}

    def write(self, plans: Sequence[Plan], stock: Stock) -> None:
        """Afterwards the ids in `plans` are those of real records."""
        self._names |= {number: company.name for number, company in stock.companies.items()}
        self._make_companies(plans)
        for plan in plans:
            plan.company_id = self._companies.get(plan.company_id or 0, plan.company_id)
            plan.parent_id = self._companies.get(plan.parent_id or 0, plan.parent_id)
        self._make_contacts(plans)
        later = [plan for plan in plans if plan.contact_id is not None and plan.contact_id < 0]
        for plan in plans:
            if "p" in plan.brings:
                plan.contact_id = self._contacts[-plan.draft.number]
            elif plan in later:
                plan.contact_id = self._contacts[plan.contact_id or 0]
        tagging.put([tagged for tagged in self._tagged if tagged[2]])
        agreeing.put(self._agreed, self._user_id)
        self._update(plans, later)
        pictures.attach([(plan.holder, picture) for plan in plans for picture in plan.pictures], self._user_id)

    # --- what is new --------------------------------------------------------------------------------------------------

    def _make_companies(self, plans: Sequence[Plan]) -> None:
        made: list[tuple[int, dict[str, Any], Draft | None]] = []
        for plan in plans:
            if "m" in plan.brings:
                made.append(
                    (plan.parent_id or 0, self._company({"name": plan.draft.parent}, Reach(), plan.draft), None)
                )
            if "c" in plan.brings:
                row = self._company(plan.draft.company, plan.draft.company_reach, plan.draft)
                made.append((plan.company_id or 0, {**row, "custom": plan.draft.company_custom or None}, plan.draft))
        rows = [row for _key, row, _draft in made]
        for (key, row, draft), number in zip(made, bulk.create(Company, rows), strict=True):
            self._companies[key], self._names[number] = number, row["name"]
            if draft is not None:
                self._reach("company", number, draft.company_reach)
                self._note("company", number, draft.company_note)
                self._tagged.append(("company", number, draft.company_tags))
        events.emit_many(events.COMPANY_CREATED, [(("company", row["id"]), (), {}) for row in rows])
        texts = [draft.company_search_text if draft else index_text(row["name"]) for _key, row, draft in made]
        search.add_many(db.session(), "company", _found(rows, texts))

    def _make_contacts(self, plans: Sequence[Plan]) -> None:
        made = [plan for plan in plans if "p" in plan.brings]
        rows = [self._contact(plan) for plan in made]
        for plan, number in zip(made, bulk.create(Contact, rows), strict=True):
            self._contacts[-plan.draft.number] = number
            self._reach("contact", number, plan.draft.reach)
            self._note("contact", number, plan.draft.note)
            self._tagged.append(("contact", number, plan.draft.tags))
            self._agreed.append((number, plan.draft.agreed))
            if plan.company_id:
                link = {"contact_id": number, "company_id": plan.company_id, "title": plan.draft.job, "main": True}
                self._parts[Affiliation].append(link)
        for model, parts in self._parts.items():
            bulk.create(model, parts)
        events.emit_many(events.CONTACT_CREATED, [(("contact", row["id"]), (), {}) for row in rows])
        names = {row["id"]: row["name"] for row in rows}
        links = [
            (
                ("contact", link["contact_id"]),
                (("company", link["company_id"]),),
                {"contact": names[link["contact_id"]], "company": self._names[link["company_id"]]},
            )
            for link in self._parts[Affiliation]
        ]
        events.emit_many(events.AFFILIATION_ADDED, links)
        notes = [((note["record_type"], note["record_id"]), (), {"note_id": note["id"]}) for note in self._parts[Note]]
        events.emit_many(events.NOTE_ADDED, notes)
        search.add_many(db.session(), "contact", _found(rows, [plan.draft.search_text for plan in made]))

    def _contact(self, plan: Plan) -> dict[str, Any]:
        person = plan.draft.person
        return {
            **self._shared(plan.draft, plan.draft.reach, person),
            "custom": plan.draft.custom or None,
            "given": person.get("given", ""),
            "family": person.get("family", ""),
            "name": plan.draft.name,
            "sort_name": plan.draft.sort_name,
            "salutation": person.get("salutation", ""),
            "birthday": person.get("birthday"),
            "main_company_id": plan.company_id,
        }

    def _company(self, values: dict[str, Any], reach: Reach, draft: Draft) -> dict[str, Any]:
        return {
            **self._shared(draft, reach, values),
            "name": values["name"],
            "sort_name": sort_key(values["name"]),
            "vat_id": values.get("vat_id", ""),
            "industry": values.get("industry", ""),
        }

    def _shared(self, draft: Draft, reach: Reach, values: dict[str, Any]) -> dict[str, Any]:
        owner_id = draft.owner_id if draft.owner_id is not None else self._owner_id
        team_id = self._teams.get(owner_id) if owner_id is not None else self._teams.get(self._user_id)
        main = reach.addresses[0] if reach.addresses else {}
        now = utcnow()
        return {
            "owner_id": owner_id,
            "team_id": team_id,
            "created_by_id": self._user_id,
            "created_at": now,
            "updated_at": now,
            "language": values.get("language"),
            "instructions": values.get("instructions", ""),
            "main_email": _first(reach, "email"),
            "main_phone": _first(reach, "phone"),
            "city": reach.city,
            "region": main.get("region") or None,
            "country": main.get("country") or None,
        }

    def _reach(self, record_type: str, number: int, reach: Reach) -> None:
        holder = {"contact_id": None, "company_id": None, f"{record_type}_id": number}
        mains: set[str] = set()
        for point in reach.points:
            self._parts[Point].append({**point, **holder, "main": point["kind"] not in mains})
            mains.add(point["kind"])
        for index, address in enumerate(reach.addresses):
            self._parts[Address].append({**address, **holder, "main": index == 0})

    def _note(self, record_type: str, number: int, text: str) -> None:
        if text:
            note = {"record_type": record_type, "record_id": number, "author_id": self._user_id, "text": text}
            self._parts[Note].append(note)

    # --- what is there already ----------------------------------------------------------------------------------------

    def _update(self, plans: Sequence[Plan], later: Sequence[Plan]) -> None:
        """What an earlier row of this batch brought or added is looked up anew: the same is not added twice."""
        known = [plan for plan in plans if plan.update or (plan.update is not None and plan.draft.agreed)]
        for turn, some in enumerate(_rounds(known, "contact_id")):
            self._take_people(some, self._fills if turn else None)
        for some in _rounds(later, "contact_id"):
            self._take_people(some, True)
        for turn, some in enumerate(_rounds(_unlike_the_last(plans), "company_id")):
            self._take_companies(some, self._fills if turn else None)
        for plan in plans:
            if plan.parent_id and "c" in plan.brings:
                self._put_below(plan)
        made = set(self._companies.values())
        further = [
            plan for plan in plans
            if plan.company_id in made and "c" not in plan.brings and plan.draft.says_of_company
        ]  # fmt: skip
        for some in _rounds(further, "company_id"):
            self._take_companies(some, True)

    def _take_people(self, plans: Sequence[Plan], fills: bool | None) -> None:
        """Each about another person; `fills` is None where it was planned already what changes."""
        stock = _stock_of(plans) if fills is not None else None
        for plan in plans:
            if stock is not None:
                plan.update = stock.person_update(plan, bool(fills))
            if plan.update:
                self._change_person(plan, plan.update)

    def _take_companies(self, plans: Sequence[Plan], fills: bool | None) -> None:
        stock = _stock_of(plans) if fills is not None else None
        for plan in plans:
            if stock is not None:
                plan.company_update = stock.company_update(plan, bool(fills))
            if plan.company_update:
                self._change_company(plan, plan.company_update)

    def _change_person(self, plan: Plan, update: Update) -> None:
        contact = db.session.get_one(Contact, plan.contact_id)
        changes = _changes(update)
        if changes:
            contact.change(**changes)
        if plan.company_id and update.joins and not _works_at(contact.id, plan.company_id):
            contact.join(db.session.get_one(Company, plan.company_id), plan.draft.job)
        elif update.job is not None and (link := _works_at(contact.id, plan.company_id or 0)):
            link.change(update.job, link.buying_role, link.since, link.until, link.main)
        if update.note:
            Note.write(contact, self._user_id, update.note)
        for word in update.tags:
            tags.add(contact, word)
        for said in update.agreed:
            agreeing.record(contact, said, self._user_id)

    def _change_company(self, plan: Plan, update: Update) -> None:
        company = db.session.get_one(Company, plan.company_id)
        if changes := _changes(update):
            company.change(**changes)
        if update.note:
            Note.write(company, self._user_id, update.note)
        for word in update.tags:
            tags.add(company, word)
        if update.parent:
            self._put_below(plan)

    def _put_below(self, plan: Plan) -> None:
        company = db.session.get_one(Company, plan.company_id)
        try:
            company.change(parent_id=plan.parent_id)
        except InsideItself:
            plan.reasons.append(("inside_itself", plan.draft.parent))


def _rounds(plans: Sequence[Plan], whose: str) -> list[list[Plan]]:
    """In parts in which each record comes once: what one row changes of it, the next one finds there."""
    rounds: list[list[Plan]] = []
    turns: Counter[int | None] = Counter()
    for plan in plans:
        number = getattr(plan, whose)
        if turns[number] == len(rounds):
            rounds.append([])
        rounds[turns[number]].append(plan)
        turns[number] += 1
    return rounds


def _unlike_the_last(plans: Sequence[Plan]) -> list[Plan]:
    """Those that change something else of their company than the row about it before: colleagues mostly say the same."""
    last: dict[int | None, tuple[Update | None, int | None]] = {}
    found = []
    for plan in plans:
        change = plan.company_update, plan.parent_id
        if plan.company_update and last.get(plan.company_id) != change:
            last[plan.company_id] = change
            found.append(plan)
    return found


def _stock_of(plans: Sequence[Plan]) -> Stock:
    """What is there now of what these rows are about."""
    stock = Stock(locks=False)
    stock.fetch(plans)
    return stock


def _changes(update: Update) -> dict[str, Any]:
    changes: dict[str, Any] = dict(update.values)
    if update.points:
        changes["points"] = update.points
    if update.addresses:
        changes["addresses"] = update.addresses
    return changes


def _works_at(contact_id: int, company_id: int) -> Affiliation | None:
    query = sa.select(Affiliation).where(Affiliation.contact_id == contact_id, Affiliation.company_id == company_id)
    return next((link for link in db.session.scalars(query) if link.is_current), None)


def _first(reach: Reach, kind: str) -> str | None:
    return next((point["value"] for point in reach.points if point["kind"] == kind), None)


def _found(rows: Rows, texts: Sequence[str]) -> dict[int, search.Row]:
    return {
        row["id"]: search.Row(row["owner_id"], row["team_id"], row["name"], text)
        for row, text in zip(rows, texts, strict=True)
    }
