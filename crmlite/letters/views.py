"""/letters/contact: labels and letters for a list or for the ticked ones, made at once and not kept here."""

from collections.abc import Callable
from io import BytesIO

from flask import Blueprint, Response, g, request, send_file
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from crmlite import events, pdf
from crmlite.auth.models import Preference, User, Viewer
from crmlite.extensions import db, reading, writing
from crmlite.letters import papers
from crmlite.letters.filling import FIELDS
from crmlite.letters.forms import LabelsForm, LetterForm
from crmlite.letters.papers import Made
from crmlite.letters.recipients import MOST, Recipients
from crmlite.letters.sheets import SHEETS, WINDOWS
from crmlite.records import offers, types
from crmlite.records.exporting import may_export
from crmlite.records.types import RecordType
from crmlite.web import local_today, render

bp = Blueprint("letters", __name__, url_prefix="/letters")

KINDS = ("contact", "company")
LAST = "letters.last"
"""The preference that keeps what somebody chose and wrote the last time."""


def may_write(user: Viewer) -> bool:
    """Who may take a list out of the house may do it on paper too."""
    return may_export(user)


@bp.get("/<record_type>")
def choose(record_type: str) -> Response:
    kind = _kind(record_type)
    return _page(kind, Recipients(kind, g.user, request.args))


@bp.post("/<record_type>/labels")
def labels(record_type: str) -> Response:
    kind = _kind(record_type)
    reading()
    found = Recipients(kind, g.user, request.form)
    form = LabelsForm(request.form, count=len(found.reached))
    if not form.validate():
        return _page(kind, found, labels=form, status=422)

    def make() -> Made:
        return papers.make_labels(found.reached[form.chosen], SHEETS[form.sheet.data], form.start.data)

    def tell(made: Made) -> None:
        events.emit(events.LABELS_MADE, _me(), count=len(made.written), what=str(kind.label_plural))
        _remember({"sheet": form.sheet.data})

    return _answer(kind, found, make, tell, lambda problem, status: _page(kind, found, problem, status, labels=form))


@bp.post("/<record_type>/letters")
def letters(record_type: str) -> Response:
    kind = _kind(record_type)
    reading()
    found = Recipients(kind, g.user, request.form)
    enclosures = offers.enclosures(kind)
    form = LetterForm(request.form, count=len(found.reached), enclosures=enclosures)
    if not form.validate():
        return _page(kind, found, letter=form, status=422)
    enclosed = next((one for one in enclosures if one.name == form.enclosed.data), None)
    said = {"subject": form.subject.data, "text": form.text.data}

    def make() -> Made:
        some, window = found.reached[form.chosen], WINDOWS[form.window.data]
        if enclosed and (too_long := papers.too_long(some, window)):  # before anybody's link is made
            return Made(b"", [], too_long)
        codes = papers.make_codes(enclosed, some, g.user) if enclosed else {}
        return papers.make_letters(some, window, form.day.data, user=g.user, codes=codes, **said)

    def tell(made: Made) -> None:
        events.emit(events.LETTERS_MADE, _me(), count=len(made.written), title=form.subject.data)
        each = [((one.type, one.id), (), {"title": form.subject.data}) for one in made.written]
        events.emit_many(events.LETTER_WRITTEN, each)
        if enclosed:
            events.emit_many(enclosed.told, [((one.type, one.id), (), {"name": one.title}) for one in made.written])
        _remember({**said, "window": form.window.data})

    return _answer(kind, found, make, tell, lambda problem, status: _page(kind, found, problem, status, letter=form))


def _me() -> User:
    return db.session.get_one(User, g.user.id)


def _remember(values: dict[str, str]) -> None:
    """What is offered the next time."""
    Preference.write(g.user.id, LAST, Preference.read(g.user.id, LAST) | values)


def _answer(
    kind: RecordType,
    found: Recipients,
    make: Callable[[], Made],
    tell: Callable[[Made], None],
    refuse: Callable[[str, int], Response],
) -> Response:
    """Makes the file, writes into the journal that somebody has it, and only then hands it out."""
    if not found.reached:
        return refuse(_("None of these has a postal address yet."), 422)
    try:
        made = make()
    except papers.MayNotAsk as problem:
        return refuse(str(problem), 422)
    except pdf.Failed as problem:
        return refuse(str(problem), 503)
    if made.too_long:
        names = ", ".join(one.title for one in made.too_long[:5])
        sentence = _(
            "An address is too long to fit, even in the smallest letters. Make it shorter: %(names)s", names=names
        )
        return refuse(sentence, 422)
    writing()
    tell(made)
    db.session.commit()
    name = papers.name_of(local_today(), kind)
    return send_file(BytesIO(made.content), "application/pdf", download_name=name, max_age=0)


def _page(
    kind: RecordType,
    found: Recipients,
    problem: str = "",
    status: int = 200,
    labels: LabelsForm | None = None,
    letter: LetterForm | None = None,
) -> Response:
    last, count = Preference.read(g.user.id, LAST), len(found.reached)
    labels = labels or LabelsForm(data=last, count=count)
    data = {**last, "day": local_today()}
    letter = letter or LetterForm(data=data, count=count, enclosures=offers.enclosures(kind))
    return render(
        "letters/choose.html", "choose", kind=kind, found=found, labels=labels, letter=letter, problem=problem, most=MOST,
        fields=FIELDS, shown=LEFT_OUT, status=status,
    )  # fmt: skip


LEFT_OUT = 200
"""How many of those without an address are named."""


def _kind(record_type: str) -> RecordType:
    kind = types.get(record_type)
    if kind is None or record_type not in KINDS:
        raise NotFound
    if not may_write(g.user) or not kind.may(g.user, "view"):
        raise Forbidden
    return kind
