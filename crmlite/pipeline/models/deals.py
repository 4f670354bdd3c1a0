"""Deals: what somebody may buy, for how much and by when, and the stage it has come to."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Self

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import Base, db, utcnow
from crmlite.fold import sort_key
from crmlite.money import Money
from crmlite.pipeline import rank
from crmlite.pipeline.models.pipelines import LOST, Pipeline, Stage
from crmlite.records.lifecycle import facts_from
from crmlite.records.types import Record, trash_index

KINDS = (("new", _l("New customer")), ("expansion", _l("Expansion")), ("renewal", _l("Renewal")))
KIND_LABELS = dict(KINDS)

_OPEN = sa.text("closed_at IS NULL AND deleted_at IS NULL")
_CLOSED = sa.text("closed_at IS NOT NULL AND deleted_at IS NULL")


def _partial(name: str, where: sa.TextClause, *columns: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


class Deal(Record, Base):
    """Open in a stage of a pipeline, until it is won or lost; and open again.

    `closed_at` says whether it is open, so that the few that are have small indexes of their own: the board reads nothing else.
    """

    __tablename__ = "deal"
    __table_args__ = (
        trash_index("deal"),
        sa.Index(None, "sort_name", "id", "owner_id", "team_id"),
        sa.Index(None, "amount_minor", "id", "owner_id", "team_id"),
        sa.Index(None, "close_on", "id", "owner_id", "team_id"),
        sa.Index(None, "created_at", "id", "owner_id", "team_id"),
        sa.Index(None, "stage_id", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
        sa.Index(None, "contact_id"),
        sa.Index(None, "company_id"),
        _partial("ix_deal_cards", _OPEN, "stage_id", "rank", "id", "owner_id", "team_id"),
        _partial("ix_deal_sums", _OPEN, "stage_id", "currency", "amount_minor", "owner_id", "team_id", "id"),
        _partial(
            "ix_deal_closed", _CLOSED, "stage_id", "closed_at", "id", "currency", "amount_minor", "owner_id", "team_id"
        ),
    )
    name: Mapped[str]
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"))
    pipeline_id: Mapped[int] = mapped_column(sa.ForeignKey("pipeline.id"))
    """The stage's, copied: lists filter by it."""
    stage_id: Mapped[int] = mapped_column(sa.ForeignKey("stage.id"))
    rank: Mapped[str]
    """Where it stands in its column of the board: see rank.py."""
    kind: Mapped[str] = mapped_column(default="new")
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    recurring_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    """What it brings every month besides."""
    currency: Mapped[str]
    close_on: Mapped[date | None]
    """When it is expected to be decided."""
    stage_since: Mapped[datetime] = mapped_column(default=utcnow)
    last_activity_at: Mapped[datetime] = mapped_column(default=utcnow)
    closed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    """Why it was lost."""
    contact: Mapped[Contact] = relationship()
    company: Mapped[Company | None] = relationship()
    stage: Mapped[Stage] = relationship()

    @classmethod
    def create(cls, actor: Any, *, name: str, contact: Contact, stage: Stage, **values: Any) -> Self:
        """A new deal with `contact` on top of `stage`, an open one; whose it is: Record.holders()."""
        _require_open(stage)
        holders = cls.holders(actor, values)
        deal = cls(name=name, created_by_id=actor.id if actor else None, **holders)
        deal.contact, deal.contact_id = contact, contact.id
        deal.currency = values.pop("currency", "EUR")
        deal._enter(stage, _on_top_of(stage))
        db.session.add(deal)
        deal._set(values)
        events.emit(events.DEAL_CREATED, deal, about=deal._about(), name=name, stage=stage.name)
        deal._renew_lifecycles()
        return deal

    def change(self, **values: Any) -> Self:
        """Sets fields; a deal gets to another stage by move(), win(), lose() and reopen() only."""
        if "owner_id" in values:
            self.hand_over(values.pop("owner_id"))
        before = self._about()
        if values and events.changed(lambda: self._set(values)):
            about = [*before, *self._about()]
            events.emit(events.DEAL_UPDATED, self, about=about)
            self._renew_lifecycles(about)
        return self

    def move(self, stage: Stage, below: "Deal | None" = None) -> Self:
        """To another open stage, or another place in its own: right below the deal `below`, else on top.

        What was closed is open again by that. Where `below` is not in that stage any more, on top. Raises WrongState for a
        stage that is not open: that is what win() and lose() are for.
        """
        if self.closed_at is not None:
            return self.reopen(stage, below)
        _require_open(stage)
        place = _on_top_of(stage, self) if below is None else _below(below, stage, self)
        was = self.stage
        if stage is was:
            if place != self.rank:
                self.rank = place
                events.emit(events.DEAL_RANKED, self)
        else:
            self._enter(stage, place)
            events.emit(events.DEAL_MOVED, self, about=self._about(), was=was.name, now=stage.name)
        return self

    def win(self, by: Any = None) -> Self:
        """It is sold. Raises WrongState where it is won already."""
        won = self._pipeline().won
        if self.stage_id == won.id:
            raise WrongState(self)
        self._enter(won, self.rank)
        self.reason = ""
        events.emit(events.DEAL_WON, self, about=self._about(), amount_minor=self.amount_minor, currency=self.currency)
        self._renew_lifecycles()
        return self

    def lose(self, reason: str, by: Any = None) -> Self:
        """It comes to nothing, for a reason. Raises WrongState where it is lost already."""
        lost = self._pipeline().lost
        if self.stage_id == lost.id:
            raise WrongState(self)
        self._enter(lost, self.rank)
        self.reason = reason
        events.emit(events.DEAL_LOST, self, about=self._about(), reason=reason)
        self._renew_lifecycles()
        return self

    def reopen(self, stage: Stage | None = None, below: "Deal | None" = None) -> Self:
        """Work goes on, in `stage`, else in the last open one of its pipeline. Raises WrongState where it is open."""
        if self.closed_at is None:
            raise WrongState(self)
        stage = stage or self._pipeline().open_stages[-1]
        _require_open(stage)
        self._enter(stage, _on_top_of(stage, self) if below is None else _below(below, stage, self))
        self.reason = ""
        events.emit(events.DEAL_REOPENED, self, about=self._about(), stage=stage.name)
        self._renew_lifecycles()
        return self

    # --- questions

    @property
    def title(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_lost(self) -> bool:
        return self.stage.kind == LOST

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def recurring(self) -> Money | None:
        return None if self.recurring_minor is None else Money(self.recurring_minor, self.currency)

    @property
    def days_idle(self) -> int:
        """Whole days since something was done about it."""
        return idle_days(self.last_activity_at)

    @property
    def is_stale(self) -> bool:
        """Whether nothing was done about it for longer than its stage allows."""
        return self.is_open and is_stale(self.last_activity_at, self.stage.stale_days)

    @property
    def is_late(self) -> bool:
        """Whether it should have been decided by now."""
        return self.is_open and self.close_on is not None and self.close_on < utcnow().date()

    # --- what records are asked

    def search_texts(self) -> list[str | None]:
        return [self.name]

    def touch(self) -> None:
        self.last_activity_at = utcnow()

    def may_become(self, name: str, value: Any) -> bool:
        """An undo leaves it in a stage that there is, and open or closed as that stage is. The journal sets stage_id first."""
        with db.session.no_autoflush:  # half of an undo would become a change of its own
            if name == "stage_id":
                return db.session.get(Stage, value) is not None
            if name == "pipeline_id":
                return db.session.get_one(Stage, self.stage_id).pipeline_id == value
            if name == "closed_at":
                return db.session.get_one(Stage, self.stage_id).is_open == (value is None)
        return super().may_become(name, value)

    # --- helpers

    def _set(self, values: dict[str, Any]) -> None:
        self.put(values)
        self.amount_minor = self.amount_minor or 0  # a form that was left empty says None
        self.sort_name = sort_key(self.name)
        if "contact_id" in values or "company_id" in values:  # what was loaded is of before
            db.session.flush()
            db.session.expire(self, ["contact", "company"])

    def _enter(self, stage: Stage, place: str) -> None:
        now = utcnow()
        self.stage, self.stage_id, self.pipeline_id, self.rank = stage, stage.id, stage.pipeline_id, place
        self.stage_since = self.last_activity_at = now
        self.closed_at = None if stage.is_open else now

    def _pipeline(self) -> Pipeline:
        return db.session.get_one(Pipeline, self.pipeline_id)

    def _about(self) -> list[Any]:
        return [self.contact, self.company]

    def _renew_lifecycles(self, of: Iterable[Any] = ()) -> None:
        for record in dict.fromkeys(of or self._about()):
            if record is not None:
                record.renew_lifecycle()


def idle_days(since: datetime) -> int:
    return (utcnow() - since) // timedelta(days=1)


def is_stale(since: datetime, stale_days: int | None) -> bool:
    """Whether nothing was done for longer than the stage allows."""
    return stale_days is not None and idle_days(since) > stale_days


def _require_open(stage: Stage) -> None:
    if not stage.is_open:
        raise WrongState(stage)


def _in(stage: Stage, but: Deal | None) -> list[sa.ColumnElement[bool]]:
    conditions = [Deal.stage_id == stage.id, Deal.closed_at.is_(None), Deal.deleted_at.is_(None)]
    return conditions if but is None or but.id is None else [*conditions, Deal.id != but.id]


def _on_top_of(stage: Stage, but: Deal | None = None) -> str:
    first = db.session.scalar(sa.select(Deal.rank).where(*_in(stage, but)).order_by(Deal.rank).limit(1))
    return rank.between(None, first)


def _below(other: Deal, stage: Stage, but: Deal) -> str:
    """Between `other` and what follows it, which may be somebody else's and out of sight."""
    if other.stage_id != stage.id or other.closed_at is not None or other.id == but.id:
        return _on_top_of(stage, but)
    following = sa.select(Deal.rank).where(*_in(stage, but), Deal.rank > other.rank)
    return rank.between(other.rank, db.session.scalar(following.order_by(Deal.rank).limit(1)))


@facts_from
def count_deals(record: Any) -> dict[str, int]:
    """What the lifecycle of a contact or company follows from, of its deals."""
    key = {"contact": Deal.contact_id, "company": Deal.company_id}[record.__tablename__]
    query = sa.select(sa.func.count()).select_from(Deal)
    query = query.where(key == record.id, Deal.closed_at.is_(None), Deal.deleted_at.is_(None))
    return {"open_deals": db.session.scalar(query) or 0}


class WrongState(Exception):
    """The deal is in that state already, or the stage is none for it; somebody was faster."""

    def __init__(self, what: Deal | Stage) -> None:
        super().__init__(what.name)
        self.what = what
