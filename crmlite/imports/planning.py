"""What becomes of each row of a batch: decided alike in the trial, which writes nothing, and in the run, which does it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crmlite.auth.models import Viewer
from crmlite.companies.types import COMPANY
from crmlite.contacts.types import CONTACT
from crmlite.imports.answers import NO, Said
from crmlite.imports.draft import Draft, Picture, Reason
from crmlite.imports.matching import Firm, Key, Known, Person, firm_keys, own_firm_keys, person_keys
from crmlite.imports.models import CHANGED, JOINED, NEW, REFUSED, SKIPPED
from crmlite.imports.updates import Stock, Update

SKIP, FILL, OVERWRITE = "skip", "fill", "overwrite"
MATCHES = (SKIP, FILL, OVERWRITE)


@dataclass(eq=False)
class Plan:
    """One row's."""

    draft: Draft
    outcome: str = NEW
    reasons: list[Reason] = field(default_factory=list)
    contact_id: int | None = None
    """Who is there already, or below zero the row that brings them; None: the row brings them itself, or has nobody."""
    company_id: int | None = None
    parent_id: int | None = None
    brings: str = ""
    """`p` a person, `c` a company, `m` the company that its company is a part of."""
    update: Update | None = None
    """What changes of the contact that is there."""
    company_update: Update | None = None
    changes_company: bool = False
    """Whether the row's company is one that it may change: brought by this import, or there already and not to be left alone."""

    @property
    def pictures(self) -> list[Picture]:
        """Those that its person gets, or its company where it has nobody."""
        if self.outcome in {REFUSED, SKIPPED} or not (self.draft.has_person or self.changes_company):
            return []
        update = self.update if self.draft.has_person else self.company_update
        return self.draft.pictures if update is None else update.pictures

    @property
    def kept(self) -> list[Picture]:
        return [picture for picture in self.draft.pictures if picture.is_kept]

    @property
    def agreed(self) -> list[Said]:
        """What is recorded of its person. What a row adds about somebody whom an earlier one brings is known in the run alone."""
        if self.outcome in {REFUSED, SKIPPED} or (self.update is None and "p" not in self.brings):
            return []
        agreed = self.draft.agreed if self.update is None else self.update.agreed
        return [said for said in agreed if said.action != NO]

    @property
    def holder(self) -> tuple[str, int]:
        """Whose its pictures are."""
        return ("contact", self.contact_id or 0) if self.draft.has_person else ("company", self.company_id or 0)


@dataclass
class Planner:
    user: Viewer
    match: str
    stock: Stock
    """Reads what records hold that are there already."""

    def plan(self, drafts: Sequence[Draft], known: Known) -> list[Plan]:
        """In order: a row knows what the rows before it bring. `known` knows it too afterwards."""
        plans = [self._begin(draft, known) for draft in drafts]
        self.stock.fetch(plans)
        for plan in plans:
            if plan.outcome not in {REFUSED, SKIPPED}:
                self._settle(plan)
        return plans

    def _begin(self, draft: Draft, known: Known) -> Plan:
        plan = Plan(draft, reasons=list(draft.remarks))
        if draft.refused is not None:
            plan.outcome, plan.reasons = REFUSED, [draft.refused]
            return plan
        person = known.person(draft) if draft.has_person else None
        if draft.has_person and (word := self._may_not(person)):
            plan.outcome = SKIPPED if person else REFUSED
            plan.reasons = [(word, str(person.owner_id or "") if person else "")]
            return plan
        if draft.has_person and person is None and (erased_at := known.erased_at(draft)):
            plan.outcome, plan.reasons = REFUSED, [("erased", erased_at.date().isoformat())]
            return plan
        if person is not None and person.row is None and self.match == SKIP:
            plan.outcome, plan.contact_id = SKIPPED, person.id
            plan.reasons = [("there", "")]
            return plan
        if not draft.has_company:
            firm = known.firm(own_firm_keys(draft))
            plan.company_id = firm.id if firm else None
            if draft.company_key and firm is None:
                plan.reasons.append(("company_later", draft.company_key))
        elif not self._with_company(plan, known):
            return plan
        if draft.has_person:
            self._with_person(plan, person, known)
        return plan

    def _may_not(self, person: Person | None) -> str:
        if person is None:
            return "" if CONTACT.policy.may_create(self.user) else "may_not_create"
        return "" if person.may_edit else "not_yours"

    def _with_person(self, plan: Plan, person: Person | None, known: Known) -> None:
        draft = plan.draft
        if person is None:
            plan.brings += "p"
            person = Person(
                -draft.number, draft.sort_name, draft.company_sort_name, bool(draft.reach.points), row=draft.number
            )
        else:
            plan.contact_id = person.id
            plan.outcome = CHANGED if person.row is None else JOINED
            if person.row is not None:
                plan.reasons.append(("row", str(person.row)))
        known.add_person([key for key in person_keys(draft) if person not in known.people.get(key, ())], person)

    def _with_company(self, plan: Plan, known: Known) -> bool:
        draft = plan.draft
        if draft.parent:
            plan.parent_id = self._firm(plan, known, firm_keys(draft.parent), "m")
        keys = own_firm_keys(draft)
        firm = known.firm(keys)
        if firm is None and not COMPANY.policy.may_create(self.user):
            plan.outcome, plan.reasons = REFUSED, [("may_not_create", "")]
            return False
        if not draft.has_person and firm is not None:
            if firm.row is None and (self.match == SKIP or not firm.may_edit):
                plan.outcome, plan.company_id = SKIPPED, firm.id
                plan.reasons = [("there" if firm.may_edit else "not_yours", "")]
                return False
            plan.outcome = CHANGED if firm.row is None else JOINED
            if firm.row is not None:
                plan.reasons.append(("row", str(firm.row)))
        plan.changes_company = firm is None or firm.row is not None or (firm.may_edit and self.match != SKIP)
        plan.company_id = self._firm(plan, known, keys, "c")
        return True

    def _firm(self, plan: Plan, known: Known, keys: list[Key], letter: str) -> int | None:
        """The company of these keys; where there is none the row brings it."""
        firm = known.firm(keys)
        if firm is None:
            plan.brings += letter
            firm = Firm(-plan.draft.number if letter == "c" else -_MOTHER - plan.draft.number, row=plan.draft.number)
        known.add_firm(keys, firm)
        return firm.id

    def _settle(self, plan: Plan) -> None:
        """What changes of records that are there; where that is nothing, the row says nothing new."""
        draft = plan.draft
        fills = self.match != OVERWRITE
        if plan.contact_id is not None and plan.contact_id > 0:
            plan.update = self.stock.person_update(plan, fills or plan.outcome == JOINED)
        if draft.has_company and plan.company_id is not None and plan.company_id > 0:
            if plan.changes_company:
                plan.company_update = self.stock.company_update(plan, fills)
            elif draft.says_of_company:
                plan.reasons.append(("company_kept", draft.company["name"][:80]))
        if plan.outcome == CHANGED:
            plan.outcome = self.stock.outcome(plan)


_MOTHER = 10**9
"""Stands between the number of a row's company and that of the company it is a part of, which the same row may bring."""


def is_mother(company_id: int) -> bool:
    return company_id <= -_MOTHER
