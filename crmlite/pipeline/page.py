"""What the page of one deal shows: besides what all records have, with whom it is and the stages it can be moved to."""

from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import g
from flask_babel import ngettext
from sqlalchemy.orm import contains_eager

from crmlite.auth.models import Viewer
from crmlite.companies.types import COMPANY
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.pipeline import stages
from crmlite.pipeline.forms import LoseForm
from crmlite.pipeline.models import Deal
from crmlite.pipeline.models.deals import is_stale
from crmlite.pipeline.short import short_money
from crmlite.pipeline.stages import KnownPipeline, KnownStage
from crmlite.pipeline.types import DEAL
from crmlite.records import opens, panels
from crmlite.records.opens import Open
from crmlite.records.page import RecordPage
from crmlite.web import local_today


class DealPage(RecordPage):
    def __init__(self, deal: Deal, user: Viewer, lose_form: LoseForm | None = None) -> None:
        super().__init__(DEAL, deal, user)
        self.deal = deal
        self.lose_form = lose_form or LoseForm()

    @cached_property
    def contact(self) -> Any:
        """The person, where the user may see them."""
        return db.session.scalar(CONTACT.policy.visible(self.user).where(CONTACT.model.id == self.deal.contact_id))

    @cached_property
    def company(self) -> Any:
        if self.deal.company_id is None:
            return None
        return db.session.scalar(COMPANY.policy.visible(self.user).where(COMPANY.model.id == self.deal.company_id))

    @property
    def is_stale(self) -> bool:
        return self.deal.is_open and is_stale(self.deal.last_activity_at, self.stage.stale_days)

    @property
    def stage(self) -> KnownStage:
        return stages.get(self.deal.stage_id)

    @property
    def pipeline(self) -> KnownPipeline:
        return stages.pipelines()[self.deal.pipeline_id]

    @property
    def others(self) -> list[KnownPipeline]:
        """The other pipelines, which it can be moved to as well."""
        return [pipeline for pipeline in stages.pipelines().values() if pipeline.id != self.deal.pipeline_id]

    @property
    def instructions(self) -> list[tuple[str, str]]:
        """What everybody has to know of the person and the firm: (of whom, text)."""
        return [(one.name, one.instructions) for one in (self.contact, self.company) if one and one.instructions]


def next_step() -> tuple[Any, str] | None:
    """What is most often done next with a deal, which another module knows, where the user may: a label, and its address with
    the deal's id behind."""
    return next((panel.begin for panel in panels.of(DEAL) if panel.begin and g.user.may(panel.needs, "create")), None)


def open_with(record: Any, user: Viewer) -> list[Open]:
    return Deals(record, user).open


def count_open(company_id: Any, user: Viewer) -> Any:
    """How many open deals there are with a company, as a subquery."""
    here = sa.and_(Deal.company_id == company_id, Deal.closed_at.is_(None), Deal.deleted_at.is_(None))
    return sa.select(sa.func.count()).select_from(Deal).where(here, DEAL.policy.rows(user)).scalar_subquery()


def say_open(count: int) -> str:
    return ngettext("%(num)d open deal", "%(num)d open deals", count)


class Deals:
    """The deals of a contact or company, as far as the user may see them: open ones first, at most MOST."""

    MOST = 8

    def __init__(self, record: Any, user: Viewer) -> None:
        self.record, self.user = record, user

    @property
    def _found(self) -> list[Deal]:
        return opens.once_per_request("deals", self.record, self._find)

    def _find(self) -> list[Deal]:
        key = {"contact": Deal.contact_id, "company": Deal.company_id}[self.record.__tablename__]
        query = DEAL.policy.visible(self.user).where(key == self.record.id)
        query = query.join(Deal.stage).options(contains_eager(Deal.stage))
        return list(
            db.session.scalars(query.order_by(Deal.closed_at.is_not(None), Deal.id.desc()).limit(self.MOST + 1))
        )

    @property
    def shown(self) -> list[Deal]:
        return self._found[: self.MOST]

    @property
    def open(self) -> list[Open]:
        """Those that are open, for the box of what is."""
        today, step = local_today(), next_step()
        return [
            Open(
                "deal", DEAL.icon, DEAL.url_of(deal.id), deal.title, deal.stage.name,
                stages.hue_of(deal.stage.kind, deal.stage.position), short_money(deal.amount) if deal.amount else "",
                due=deal.close_on, since=deal.last_activity_at, late=deal.is_stale or (deal.close_on or today) < today,
                step=(step[0], f"{step[1]}{deal.id}") if step else None, id=deal.id,
            )
            for deal in self.shown
            if deal.is_open
        ]  # fmt: skip

    @property
    def more_url(self) -> str:
        """Where all of them are, when there are more."""
        return f"/deals/?{self.record.__tablename__}={self.record.id}" if len(self._found) > self.MOST else ""

    @property
    def new_url(self) -> str:
        return f"/deals/new?{self.record.__tablename__}={self.record.id}"
