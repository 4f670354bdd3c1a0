"""The demo's deals: two pipelines, deals of the customers whose stories are told, and many more of everybody else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import sqlalchemy as sa

from crmlite.contacts.models import Contact
from crmlite.demo.pipelines import CARE, PIPELINES, SALES, make_pipelines
from crmlite.demo.stage import Cue, Stage, Story
from crmlite.extensions import db
from crmlite.pipeline.models import Deal, Pipeline
from crmlite.pipeline.models import Stage as PipelineStage

TELLERS = ("seller", "colleague", "rival")
REASONS = (
    "Too expensive",
    "Went to somebody else",
    "No budget this year",
    "The landlord said no",
    "Does not answer any more",
)
OFFERS = (
    ("Two Kerkuil meeting booths", 14_800), ("Phone booths, first floor", 21_600), ("Vilt 40 for the canteen", 6_450),
    ("Ceiling of the gymnasium", 38_900), ("Mos islands for the open office", 9_720), ("One booth for a trial", 5_950),
    ("Quiet room beside reception", 12_400), ("Panels for three classrooms", 8_310), ("Restaurant ceiling", 17_250),
    ("Reading corner", 4_180), ("Podcast studio", 11_900), ("Stairwell and corridors", 23_700),
)  # fmt: skip
ARABIC_OFFERS = (
    ("كبائن هاتف للطابق الأول", 21_600), ("ألواح صوتية لقاعة الاجتماعات", 9_400), ("سقف صوتي للمطعم", 17_250),
    ("غرفة هادئة للمكتبة", 12_400),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One deal of a customer whose story is told: each step is days ago, a clock, and a stage, "won" or a reason.

    Those that are won without a step of it are won by a quote: see stories/quotes.py.
    """

    email: str
    name: str
    amount: int
    who: str
    steps: tuple[tuple[float, str, str], ...]
    pipeline: str = SALES
    values: dict[str, Any] = field(default_factory=dict)


STORIES = (
    Told("loewe@brandt-loewe.example", "Two Kerkuil with smoked glass", 16_924, "seller",
         ((420, "16:00", "New"), (418, "09:20", "Quote sent"), (251, "17:40", "Agreed"))),
    Told("loewe@brandt-loewe.example", "Reception: 14 m of Vilt 40, dark blue", 4_870, "seller",
         ((43, "10:10", "Asked"), (16, "14:30", "Quote sent")), CARE, {"kind": "expansion"}),
    Told("annelies@hofstederuys.example", "Phone booths for the new wing", 40_159, "seller",
         ((58, "11:00", "Asked"), (31, "09:15", "Quote sent"), (6, "16:20", "Waiting for the order")), CARE,
         {"kind": "expansion"}),
    Told("rikke@havnehuset.example", "Yearly care of all booths", 22_116, "colleague",
         ((29, "10:30", "Asked"), (12, "13:00", "Quote sent")), CARE, {"kind": "renewal", "recurring": 1_843, "currency": "DKK"}),
    Told("hind@sidrahotels.example", "ألواح لبهو الفندق الجديد", 100_300, "rival",
         ((95, "09:40", "New"), (71, "10:20", "Measured"), (38, "11:30", "Samples seen"), (9, "12:10", "Quote sent")), SALES,
         {"kind": "expansion", "currency": "AED"}),
    Told("khalid@manara-build.example", "كبائن هاتف لثلاثة طوابق", 116_657, "rival",
         ((80, "10:00", "New"), (44, "13:20", "Measured")), SALES, {"currency": "AED"}),
    Told("wang.fang@yunzhou-soft.example", "第二期：四间会议舱", 39_109, "rival",
         ((52, "09:10", "Asked"), (20, "10:40", "Quote sent")), CARE, {"kind": "expansion", "currency": "USD"}),
    Told("m.swiatkowska@bibliotekizuraw.example", "Czytelnia główna: panele i sufit", 66_819, "colleague",
         ((66, "09:30", "New"), (40, "12:00", "Measured"), (13, "15:45", "Samples seen")), SALES, {"currency": "PLN"}),
    Told("fiona@blackwoodradio.example", "Studio two, floating ceiling", 26_300, "seller",
         ((33, "14:00", "New"), (21, "11:10", "Measured"), (3, "10:20", "Quote sent")), SALES, {"currency": "GBP"}),
    Told("beatrice@studiosalviati.example", "Sala d'attesa: 18 Vilt 40 e un'isola Mos", 3_735, "colleague",
         ((212, "10:10", "Measured"), (211, "12:00", "Quote sent"))),
    Told("hind@sidrahotels.example", "سقف وولك لبهو فندق العين", 81_003, "rival",
         ((118, "09:10", "Asked"), (101, "11:00", "Quote sent"), (48, "10:30", "Waiting for the order")), CARE,
         {"kind": "expansion", "currency": "AED"}),
    Told("akhmetova@licey-zhuravl.example", "Хоровой класс", 7_842, "rival",
         ((27, "08:50", "Asked"), (5, "09:30", "Quote sent")), CARE, {"kind": "expansion"}),
    Told("r.ormsby@ormsbyvale.example", "Call centre, 40 screens", 9_246, "seller",
         ((150, "10:00", "New"), (131, "12:30", "Quote sent"), (88, "16:15", "Went to somebody else")), SALES,
         {"currency": "GBP"}),
)  # fmt: skip


def setting_up(_stage: Stage) -> Story:
    yield 547, "09:00", "manager"
    make_pipelines()


def stories(count: int = 84) -> Iterator[Callable[[Stage], Story]]:
    """One story a deal: those told above, and `count` of people whom the sellers know."""
    for told in STORIES:
        yield partial(_told, told)
    for number in range(count):
        yield partial(_sale, number)


def _told(told: Told, stage: Stage) -> Story:
    deal: Deal | None = None
    for days, clock, what in told.steps:
        yield days, clock, told.who
        if deal is None:
            contact = stage.known(told.email)
            deal = _new(stage, contact, told.name, told.amount, told.pipeline, what, **told.values)
        else:
            _go_on(stage, deal, what)


def _sale(number: int, stage: Stage) -> Story:
    """Somebody whom the seller owns, some stages one after the other, and an end for most that began long ago."""
    luck = Random(number)  # noqa: S311 - the same for the same number is the point
    who = TELLERS[number % 3]
    begun = luck.choice((luck.uniform(1, 20), luck.uniform(5, 60), luck.uniform(40, 320)))
    yield begun, _clock(luck), who
    contacts = list(db.session.scalars(sa.select(Contact).where(Contact.owner_id == stage.me.id).order_by(Contact.id)))
    contact = contacts[number * 7 % len(contacts)]
    pipeline = CARE if contact.lifecycle == "customer" else SALES
    name, amount = luck.choice(ARABIC_OFFERS if contact.language == "ar" else OFFERS)
    names = [stage_name for stage_name, _chance, _days in PIPELINES[pipeline]]
    amount = 10 * round(amount * luck.uniform(0.06, 0.18))
    kind = "expansion" if pipeline == CARE else "new"
    deal = _new(stage, contact, name, amount, pipeline, names[0], kind=kind, currency=_currency(contact))
    if luck.random() < 0.3:
        stage.note(deal, luck.choice(NOTES))
    yield from _course(stage, deal, names, begun, who, luck)


NOTES = (
    "Wants it before the summer, the carpenter is booked already.",
    "Asked for the fire certificate. Sent it with the drawings.",
    "Compares us with somebody who delivers in two weeks.",
    "The colour is decided, the number is not.",
)


def _course(stage: Stage, deal: Deal, names: list[str], begun: float, who: str, luck: Random) -> Iterator[Cue]:
    left = begun
    for name in names[1 : luck.randint(1, len(names))]:
        left -= luck.uniform(2, 15)
        if left < 0.5:
            return
        yield left, _clock(luck), who
        _go_on(stage, deal, name)
    left -= luck.uniform(3, 25)
    if left > 0.5 and (begun > 70 or luck.random() < 0.45):
        yield left, _clock(luck), who
        _go_on(stage, deal, "won" if luck.random() < 0.55 else luck.choice(REASONS))


def _new(
    stage: Stage, contact: Contact, name: str, amount: int, pipeline: str, stage_name: str, *, recurring: int = 0,
    currency: str = "EUR", **values: Any,
) -> Deal:  # fmt: skip
    weeks = 2 + len(name) % 9
    return Deal.create(
        stage.me, name=name, contact=contact, stage=_stage(pipeline, stage_name), company_id=contact.main_company_id,
        amount_minor=amount * 100, recurring_minor=recurring * 100 or None, currency=currency,
        close_on=stage.today + timedelta(weeks=weeks), **values,
    )  # fmt: skip


def _go_on(stage: Stage, deal: Deal, what: str) -> None:
    names = {found.name: found for found in db.session.get_one(Pipeline, deal.pipeline_id).open_stages}
    if what == "won":
        deal.win(by=stage.me)
    elif what in names:
        deal.move(names[what])
    else:
        deal.lose(what, by=stage.me)


def _stage(pipeline: str, name: str) -> PipelineStage:
    query = sa.select(PipelineStage).join(Pipeline).where(Pipeline.name == pipeline, PipelineStage.name == name)
    return db.session.scalars(query).one()


def _clock(luck: Random) -> str:
    return f"{luck.randint(8, 16):02}:{luck.randint(0, 59):02}"


def _currency(contact: Contact) -> str:
    return {"GB": "GBP", "AE": "AED", "TW": "USD", "CN": "USD"}.get(contact.country or "", "EUR")
