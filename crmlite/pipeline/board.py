"""The board: one pipeline's deals as cards in columns, with count and sums that are exact, in a handful of statements.

It shows what the list of deals would show for the same search and filters, of one pipeline. Open stages hold their deals in
the order that people gave them; what is won and lost is shown for DAYS days, the newest first. Only the partial indexes of
models/deals.py are read, so that the deals of years ago cost nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crmlite.auth.models import Viewer
from crmlite.companies.types import COMPANY
from crmlite.contacts.types import CONTACT
from crmlite.extensions import UtcDateTime, at_most, db, utcnow
from crmlite.money import Money
from crmlite.pipeline import stages
from crmlite.pipeline.models import Deal
from crmlite.pipeline.models.deals import idle_days, is_stale
from crmlite.pipeline.short import short_date
from crmlite.pipeline.stages import KnownPipeline, KnownStage
from crmlite.pipeline.types import DEAL
from crmlite.records.colleagues import users
from crmlite.records.filters import FilterError
from crmlite.records.listing import FilterField, Listing
from crmlite.records.policy import statement_for
from crmlite.records.rows import Rights, names_of
from crmlite.web import local_today

PAGE = 15
"""Cards of a column that are shown at first, and each time more are asked for."""
MOST = 300
"""How many a column shows again when the board is renewed."""
DAYS = 30
"""How long what was won or lost stays on the board."""
CERTAIN = 10_000


class BoardListing(Listing):
    """The list that the board is a picture of. Which pipeline and stage is not a filter here: the board shows all stages of one."""

    def __init__(self, user: Viewer, args: "MultiDict[str, str]") -> None:
        super().__init__(DEAL, user, args, "/deals/board")
        self.terms = [term for term in self.terms if term.key not in _PLACES]

    @cached_property
    def filter_fields(self) -> list[FilterField]:
        return [field for field in super().filter_fields if field.name not in _PLACES]

    @property
    def clear_url(self) -> str:
        return self.url(**{key: None for key in self.args if key != "pipeline"})


_PLACES = {"pipeline", "stage"}


@dataclass(frozen=True)
class Sums:
    """How many deals there are, and what they come to by currency, whole and weighted by how probable they are."""

    count: int
    amounts: tuple[Money, ...]
    weighted: tuple[Money, ...]


class Card(NamedTuple):
    id: int
    name: str
    stage: KnownStage
    amount: Money
    close_on: date | None
    closes: str
    """That day as the card says it."""
    with_whom: str
    """The company, else the person; empty where the user may see neither."""
    is_company: bool
    owner: dict[str, Any] | None
    idle: int
    """Days without anything happening, where that is longer than the stage allows; else 0."""
    is_late: bool
    editable: bool


@dataclass(frozen=True)
class Column:
    stage: KnownStage
    sums: Sums
    cards: Sequence[Card]
    more_url: str | None
    shown: int


class Board:
    """What `user` sees of the pipeline that `args` (a query string) name, else of the first. Raises FilterError.

    `pipeline` is None where there is none at all.
    """

    def __init__(self, user: Viewer, args: "MultiDict[str, str]") -> None:
        self.user = user
        self.pipeline = _chosen(args)
        self._shown = _counts(args)
        own = {"_stage", "_after", "_shown"}
        self.listing = BoardListing(user, MultiDict((k, v) for k, v in args.items(multi=True) if k not in own))
        self.asked = _asked(args, self.pipeline)

    @cached_property
    def columns(self) -> list[Column]:
        """All stages of the pipeline."""
        return self._columns(self.pipeline.stages if self.pipeline else ())

    @property
    def url(self) -> str:
        """Where this board is, with its search and filters."""
        return self.listing.url()

    def pipeline_url(self, pipeline: KnownPipeline) -> str:
        return self.listing.url(pipeline=str(pipeline.id))

    @property
    def list_url(self) -> str:
        """The same deals as a list: the open ones of this pipeline."""
        return self.listing.url(**{"closed_at.empty": "1"}).replace("/deals/board", "/deals/", 1)

    @cached_property
    def more(self) -> Column:
        """More cards of the stage that was asked for, below the last one."""
        stage, after = self.asked or (None, None)
        assert stage is not None  # noqa: S101 - the view has looked
        rows = list(db.session.execute(self._page_of(stage, PAGE + 1, after), {"since": _since()}))
        return self._column(stage, Sums(0, (), ()), rows, PAGE, self._shown.get(stage.id, PAGE) + PAGE)

    def sums_of(self, stage_ids: Sequence[int]) -> list[Column]:
        """Some stages with their sums, without cards: what changes when a card moves."""
        wanted = [stage for stage_id in dict.fromkeys(stage_ids) if (stage := stages.by_id().get(stage_id))]
        sums = self._sums(wanted)
        return [Column(stage, sums[stage.id], (), None, 0) for stage in wanted]

    def card_of(self, deal: Deal) -> Card:
        """The card of a deal that the user may see."""
        return self._cards(list(db.session.execute(sa.select(*_FIELDS).where(Deal.id == deal.id))))[0]

    # --- columns

    def _columns(self, wanted: Sequence[KnownStage]) -> list[Column]:
        if not wanted:
            return []
        sums = self._sums(wanted)
        counts = {stage.id: min(MOST, max(PAGE, self._shown.get(stage.id, 0))) for stage in wanted}
        query = self._kept("cards", tuple(counts.items()), lambda: self._first_pages(wanted, counts))
        found: dict[int, list[Any]] = {stage.id: [] for stage in wanted}
        for row in db.session.execute(query, {"since": _since()}):
            found[row.stage_id].append(row)
        self._know(row for rows in found.values() for row in rows)
        return [
            self._column(stage, sums[stage.id], found[stage.id], counts[stage.id], counts[stage.id]) for stage in wanted
        ]

    def _first_pages(self, wanted: Sequence[KnownStage], counts: dict[int, int]) -> Any:
        pages = [self._page_of(stage, counts[stage.id] + 1).subquery() for stage in wanted]
        return sa.union_all(*(sa.select(page) for page in pages))

    def _kept(self, name: str, what: tuple[Any, ...], build: Callable[[], Any]) -> Any:
        """A statement that, without search and filters, is built once for all who see the same deals in the same stages."""
        return build() if self.listing.is_filtered else statement_for(self.user, f"board.{name}.{what}", build)

    def _column(self, stage: KnownStage, sums: Sums, rows: list[Any], count: int, shown: int) -> Column:
        has_more, rows = len(rows) > count, rows[:count]
        more_url = None
        if has_more:
            last = rows[-1]
            place = last.rank if stage.is_open else last.closed_at.isoformat()
            more_url = self.listing.url(_stage=str(stage.id), _after=f"{last.id}~{place}", _shown=f"{stage.id}~{shown}")
        return Column(stage, sums, self._cards(rows), more_url, shown)

    def _page_of(self, stage: KnownStage, count: int, after: tuple[int, Any] | None = None) -> sa.Select[Any]:
        query: Any = sa.select(*_FIELDS).where(Deal.stage_id == stage.id, self.listing.query)
        if stage.is_open:
            if after is not None:
                query = query.where(sa.tuple_(Deal.rank, Deal.id) > (after[1], after[0]))
            query = query.where(Deal.closed_at.is_(None)).order_by(Deal.rank, Deal.id)
        else:
            if after is not None:
                query = query.where(sa.tuple_(Deal.closed_at, Deal.id) < (after[1], after[0]))
            query = query.where(Deal.closed_at >= sa.bindparam("since", type_=UtcDateTime())).order_by(
                Deal.closed_at.desc(), Deal.id.desc()
            )
        return query.limit(at_most(count))

    def _sums(self, wanted: Sequence[KnownStage]) -> dict[int, Sums]:
        """Exact, however many there are: a walk along an index that holds nothing but what is added up."""
        which = tuple((stage.id, stage.is_open) for stage in wanted)
        found: dict[int, list[tuple[int, Money]]] = {stage.id: [] for stage in wanted}
        query = self._kept("sums", which, lambda: self._sums_query(wanted))
        for stage_id, currency, count, amount in db.session.execute(query, {"since": _since()}):
            found[stage_id].append((count, Money(int(amount), currency)))
        return {stage.id: _summed(stage, found[stage.id]) for stage in wanted}

    def _sums_query(self, wanted: Sequence[KnownStage]) -> Any:
        is_open = sa.and_(Deal.stage_id.in_([stage.id for stage in wanted if stage.is_open]), Deal.closed_at.is_(None))
        is_closed = sa.and_(
            Deal.stage_id.in_([stage.id for stage in wanted if not stage.is_open]),
            Deal.closed_at >= sa.bindparam("since", type_=UtcDateTime()),
        )
        totals: list[Any] = [Deal.stage_id, Deal.currency, sa.func.count(), sa.func.sum(Deal.amount_minor)]
        queries = [
            sa.select(*totals).where(which, self.listing.query).group_by(Deal.stage_id, Deal.currency)
            for which, needed in ((is_open, True), (is_closed, False))
            if any(stage.is_open == needed for stage in wanted)
        ]
        return sa.union_all(*queries)

    # --- cards

    def _cards(self, rows: Sequence[Any]) -> list[Card]:
        self._know(rows)
        return [self._card(row) for row in rows]

    def _card(self, row: Any) -> Card:
        company = self._companies.get(row.company_id)
        stage = stages.get(row.stage_id)
        return Card(
            id=row.id,
            name=row.name,
            stage=stage,
            amount=Money(row.amount_minor, row.currency),
            close_on=row.close_on,
            closes=short_date(row.close_on, self._today) if row.close_on else "",
            with_whom=company or self._contacts.get(row.contact_id) or "",
            is_company=company is not None,
            owner=users().get(row.owner_id),
            idle=idle_days(row.last_activity_at)
            if stage.is_open and is_stale(row.last_activity_at, stage.stale_days)
            else 0,
            is_late=stage.is_open and row.close_on is not None and row.close_on < self._today,
            editable=self._rights.over(row.id, row.owner_id, row.team_id)[0],
        )

    @cached_property
    def _rights(self) -> Rights:
        return Rights(DEAL, self.user)

    @cached_property
    def _today(self) -> date:
        return local_today()

    @cached_property
    def _companies(self) -> dict[int, str]:
        return {}

    @cached_property
    def _contacts(self) -> dict[int, str]:
        return {}

    def _know(self, rows: Any) -> None:
        """Finds the names of companies, and of people who have none, that the user may see: two statements for all cards."""
        rows = list(rows)
        wanted = {row.company_id for row in rows if row.company_id} - self._companies.keys()
        self._companies.update(names_of(COMPANY, wanted, self.user))
        alone = {row.contact_id for row in rows if row.company_id not in self._companies} - self._contacts.keys()
        self._contacts.update(names_of(CONTACT, alone, self.user))


_FIELDS = (
    Deal.id, Deal.name, Deal.stage_id, Deal.rank, Deal.amount_minor, Deal.currency, Deal.close_on, Deal.contact_id,
    Deal.company_id, Deal.owner_id, Deal.team_id, Deal.last_activity_at, Deal.closed_at,
)  # fmt: skip


def _summed(stage: KnownStage, parts: list[tuple[int, Money]]) -> Sums:
    amounts = tuple(sorted((amount for _count, amount in parts if amount), key=lambda amount: amount.currency))
    chance = Decimal(stage.probability_bp) / CERTAIN
    weighted = tuple(amount * chance for amount in amounts) if stage.is_open else ()
    return Sums(sum(count for count, _amount in parts), amounts, weighted)


def _since() -> datetime:
    return utcnow() - timedelta(days=DAYS)


def _chosen(args: "MultiDict[str, str]") -> KnownPipeline | None:
    known = stages.pipelines()
    asked = args.get("pipeline")
    if asked is None:
        return next(iter(known.values()), None)
    found = known.get(int(asked)) if re.fullmatch("[0-9]{1,15}", asked) else None
    if found is None:
        raise FilterError(_("There is no such pipeline any more."))
    return found


def _counts(args: "MultiDict[str, str]") -> dict[int, int]:
    """How many cards each column shows already, of those that show more than one page."""
    found: dict[int, int] = {}
    for text in args.getlist("_shown"):
        if not (match := re.fullmatch("([0-9]{1,15})~([0-9]{1,6})", text)):
            raise _changed()
        found[int(match[1])] = max(found.get(int(match[1]), 0), int(match[2]))
    return found


def _asked(args: "MultiDict[str, str]", pipeline: KnownPipeline | None) -> tuple[KnownStage, tuple[int, Any]] | None:
    """The stage of which more is asked for, and the last card that is shown: its id, and its rank or when it was closed."""
    if "_stage" not in args and "_after" not in args:
        return None
    stage = next((s for s in (pipeline.stages if pipeline else ()) if str(s.id) == args.get("_stage")), None)
    match = re.fullmatch("([0-9]{1,15})~([0-9A-Za-z:.+-]{1,1000})", args.get("_after", ""))
    if stage is None or match is None:
        raise _changed()
    if stage.is_open:
        return stage, (int(match[1]), match[2])
    try:
        closed_at = datetime.fromisoformat(match[2])
    except ValueError:
        raise _changed() from None
    if closed_at.tzinfo is None or not 1970 < closed_at.year < 9999:
        raise _changed()
    return stage, (int(match[1]), closed_at)


def _changed() -> FilterError:
    return FilterError(_("This board has changed. Open it again from the start."))
