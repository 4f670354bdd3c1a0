"""Web forms, what visitors sent through them, and leads: enquiries, each a row of its own."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import PERSONAL, UNJOURNALED, Base, db, utcnow
from crmlite.journal import Journaled
from crmlite.leads import spam
from crmlite.records.lifecycle import facts_from
from crmlite.records.types import Record, trash_index
from crmlite.web import absolute

STATES = (
    ("new", _l("New"), "blue"),
    ("working", _l("In work"), "orange"),
    ("qualified", _l("Qualified"), "green"),
    ("unqualified", _l("Unqualified"), "gray"),
)
STATE_LABELS = {name: label for name, label, _hue in STATES}
STATE_HUES = {name: hue for name, _label, hue in STATES}
OPEN = frozenset({"new", "working"})
MAX_NEED = 5000


class WebForm(Journaled, Base):
    """A form as data, to be shown on anybody's website. Adding a field needs no code."""

    __tablename__ = "web_form"
    public_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """What we call it; visitors read `heading`."""
    heading: Mapped[str] = mapped_column(default="")
    intro: Mapped[str] = mapped_column(default="")
    button: Mapped[str] = mapped_column(default="")
    thanks: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    theme: Mapped[str] = mapped_column(default="light")
    """light or dark, like the pages around it; auto: like the visitor's device."""
    fields: Mapped[list[Any]]
    source: Mapped[str] = mapped_column(default="")
    """Where its leads say they come from; empty: the form's name."""
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    notify: Mapped[list[Any]] = mapped_column(default=list)
    """Ids of users who are mailed about each new lead, besides its owner."""
    sites: Mapped[list[Any]] = mapped_column(default=list)
    """Origins whose pages may show it, such as https://www.example.com."""
    active: Mapped[bool] = mapped_column(default=True)
    limit_per_hour: Mapped[int] = mapped_column(default=spam.USUAL_LIMIT)
    limit_per_visitor: Mapped[int] = mapped_column(default=spam.USUAL_LIMIT_OF_VISITOR)
    """How many an hour are taken without a look, in all and from one address; 0: any number."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    row_version: Mapped[int] = mapped_column(default=1, info=UNJOURNALED)

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012

    @classmethod
    def create(cls, actor: Any, **values: Any) -> Self:
        form = cls(**{"public_id": secrets.token_urlsafe(12), **values})
        db.session.add(form)
        events.emit(events.WEB_FORM_CREATED, form)
        return form

    def change(self, **values: Any) -> Self:
        def put() -> None:
            for name, value in values.items():
                setattr(self, name, value)

        if events.changed(put):
            events.emit(events.WEB_FORM_UPDATED, self)
        return self

    @property
    def path(self) -> str:
        return f"/f/{self.public_id}"

    def script_code(self) -> str:
        """The line of HTML that draws the form as part of a website's page; without script it is a link to the form."""
        link = f'<noscript><a href="{absolute(self.path)}">{escape(self.heading or self.name)}</a></noscript>'
        return f'<script src="{absolute(self.path)}.js" async></script>{link}'

    def frame_code(self) -> str:
        """The line of HTML that shows the form in a frame. Its script only makes the frame as tall as the form.

        No style="": the policy of a website may refuse it.
        """
        title = escape(self.heading or self.name)
        frame = (
            f'<iframe src="{absolute(self.path)}" data-crmlite title="{title}" width="100%" height="640" loading="lazy"'
        )
        return f'{frame} frameborder="0"></iframe><script src="{absolute("/static/js/embed.js")}" async></script>'

    def count_submissions(self) -> int:
        query = sa.select(sa.func.count()).where(Submission.web_form_id == self.id, Submission.state != "discarded")
        return db.session.scalar(query) or 0


# --- submissions ------------------------------------------------------------------------------------------------------


class Submission(Base):
    """What one visitor sent. received -> done by the worker; or held, until somebody releases or discards it."""

    __tablename__ = "submission"
    __table_args__ = (
        sa.Index(None, "web_form_id", "received_at", "reason"),
        sa.Index(None, "address", "web_form_id", "received_at", "reason"),
        sa.Index(None, "state", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    web_form_id: Mapped[int] = mapped_column(sa.ForeignKey("web_form.id"))
    client_key: Mapped[str] = mapped_column(unique=True)
    """Made when the form was shown: a browser that sends again, not having heard the answer, is answered the same."""
    answers: Mapped[list[Any]] = mapped_column(info=PERSONAL)
    """Each {key, label, kind, fills, value}: its question comes along, for the form may change."""
    state: Mapped[str] = mapped_column(default="received")
    reason: Mapped[str | None]
    address: Mapped[str] = mapped_column(default="", info=PERSONAL)
    user_agent: Mapped[str] = mapped_column(default="", info=PERSONAL)
    page: Mapped[str] = mapped_column(default="", info=PERSONAL)
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    processed_at: Mapped[datetime | None]
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id"))
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lead.id"))
    web_form: Mapped[WebForm] = relationship()

    @property
    def reason_text(self) -> str:
        return str(spam.REASONS.get(self.reason or "", self.reason or ""))

    def filled(self, target: str) -> str:
        """The answer to the question that fills `target`, such as contact.email."""
        return next((answer["value"] for answer in self.answers if answer["fills"] == target), "")

    def release(self) -> Self:
        if self.state not in {"held", "discarded"}:
            raise ValueError(f"a submission that is {self.state} cannot be released")
        self.state = "received"
        return self

    def discard(self) -> Self:
        if self.state != "held":
            raise ValueError(f"a submission that is {self.state} cannot be discarded")
        self.state = "discarded"
        return self


@dataclass(frozen=True)
class Visitor:
    """Where a post came from, as far as it says."""

    address: str
    user_agent: str
    page: str


# --- leads ------------------------------------------------------------------------------------------------------------


class Lead(Record, Base):
    """An enquiry of somebody: new -> working -> qualified or unqualified, and open again."""

    __tablename__ = "lead"
    __table_args__ = (
        trash_index("lead"),
        sa.Index(None, "sort_name", "id", "owner_id", "team_id"),
        sa.Index(None, "created_at", "id", "owner_id", "team_id"),
        sa.Index(None, "state", "id", "owner_id", "team_id"),
        sa.Index(None, "source", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
        sa.Index(None, "contact_id"),
        sa.Index(None, "company_id"),
    )
    derived: ClassVar[frozenset[str]] = Record.derived | {"name"}
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"))
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id", use_alter=True), unique=True)
    source: Mapped[str] = mapped_column(default="")
    need: Mapped[str] = mapped_column(default="", info=PERSONAL)
    name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    """The need in one line: what lists and links show."""
    state: Mapped[str] = mapped_column(default="new")
    reason: Mapped[str] = mapped_column(default="")
    """Why it was closed without a sale in sight."""
    score: Mapped[int] = mapped_column(default=0)
    first_answer_at: Mapped[datetime | None]
    contact: Mapped[Contact] = relationship()
    company: Mapped[Company | None] = relationship()

    @classmethod
    def create(cls, actor: Any, *, contact: Contact, need: str, **values: Any) -> Self:
        """A new enquiry of `contact`; whose it is: Record.holders()."""
        holders = cls.holders(actor, values)
        lead = cls(contact_id=contact.id, created_by_id=actor.id if actor else None, **holders, **values)
        lead.put_need(need or contact.name)
        db.session.add(lead)
        db.session.flush()
        events.emit(
            events.LEAD_CREATED,
            lead,
            about=[contact, lead.company],
            need=lead.name,
            contact_id=contact.id,
            company_id=lead.company_id,
            source=lead.source,
        )
        return lead

    def put_need(self, text: str) -> None:
        self.need = text.strip()[:MAX_NEED]
        self.derive()

    def derive(self) -> None:
        self.name = " ".join(self.need.split())[:120]
        super().derive()

    @property
    def title(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def search_texts(self) -> list[str | None]:
        return [self.name, self.need, self.source]

    def concerns(self) -> list[tuple[str, int]]:
        return [("contact", self.contact_id), *([("company", self.company_id)] if self.company_id else [])]

    def touch(self) -> None:
        self._answered()

    def take(self, by: Any) -> Self:
        """Makes it `by`'s own and says that work has begun."""
        self._require_open()
        self.state = "working"
        self._answered()
        self.assign(by)
        return self

    def qualify(self, by: Any) -> Self:
        self._require_open()
        self.state, self.reason = "qualified", ""
        self._answered()
        events.emit(events.LEAD_QUALIFIED, self, about=self._about(), contact_id=self.contact_id)
        return self

    def disqualify(self, reason: str, by: Any) -> Self:
        self._require_open()
        self.state, self.reason = "unqualified", reason
        self._answered()
        events.emit(events.LEAD_DISQUALIFIED, self, about=self._about(), reason=reason, contact_id=self.contact_id)
        return self

    def reopen(self, by: Any) -> Self:
        if self.is_open:
            raise WrongState(self)
        self.state, self.reason = "working", ""
        events.emit(events.LEAD_REOPENED, self, about=self._about(), contact_id=self.contact_id)
        return self

    def goes_along(self) -> list[Any]:
        """What the visitor sent, with their name and address."""
        sent = db.session.get(Submission, self.submission_id) if self.submission_id else None
        return [sent] if sent is not None else []

    def change(self, **values: Any) -> Self:
        if "owner_id" in values:
            self.hand_over(values.pop("owner_id"))
        if values and events.changed(lambda: self._set(values)):
            events.emit(events.LEAD_UPDATED, self)
        return self

    def _set(self, values: dict[str, Any]) -> None:
        if "need" in values:
            self.put_need(values.pop("need"))
        self.put(values)

    def _about(self) -> list[Any]:
        return [self.contact, self.company]

    def _answered(self) -> None:
        self.first_answer_at = self.first_answer_at or utcnow()

    def _require_open(self) -> None:
        if not self.is_open:
            raise WrongState(self)


@facts_from
def count_leads(record: Any) -> dict[str, int]:
    """What the lifecycle of a contact or company follows from, of its leads."""
    key = {"contact": Lead.contact_id, "company": Lead.company_id}[record.__tablename__]
    states = list(db.session.scalars(sa.select(Lead.state).where(key == record.id, Lead.deleted_at.is_(None))))
    return {"open_leads": sum(state in OPEN for state in states), "qualified_leads": states.count("qualified")}


class WrongState(Exception):
    """The lead is closed, or open, already; somebody was faster."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(lead.state)
        self.lead = lead
