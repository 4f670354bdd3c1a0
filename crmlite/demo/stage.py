"""Where the demo is played: stories are told side by side in the order of time, every step one operation of one user.

A story is a generator of real verbs. It yields cues, (days ago, "10:15", who), and what follows a cue happens then and is
done by them, until the next cue. Who is a key of the cast, or "visitor" for somebody on a web form.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from crmlite import jobs, journal
from crmlite.auth.models import User
from crmlite.catalog.models import Product, TaxClass
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.demo import visitors
from crmlite.details import asking
from crmlite.details.fields import Wish, held
from crmlite.details.models import Correction
from crmlite.extensions import db, pretending, reading, utcnow, writing
from crmlite.files import File
from crmlite.leads import intake
from crmlite.leads.models import Lead, Submission, WebForm
from crmlite.mail import outbox, sending, smtp
from crmlite.records import members, tags
from crmlite.records.notes import Note
from crmlite.sales import paper
from crmlite.sales.models import Quote
from crmlite.web import show_date, speaking

Cue = tuple[float, str, str]
Story = Iterator[Cue]
VISITOR = "visitor"
_PAUSE = timedelta(minutes=7)
_FRIDAY = 4
SETTLED = timedelta(days=2)
"""Mail that is older was sent, as far as the demo tells; the rest waits in the outbox."""


class Stage:
    """The cast, today, and who acts; with the verbs as stories use them most."""

    def __init__(self, users: Mapping[str, User], now: datetime) -> None:
        self.users = users
        self.forms: dict[str, WebForm] = {}
        self.products: dict[str, Product] = {}
        self.taxes: dict[str, TaxClass] = {}
        self._now = now
        self._midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._who = ""
        self._posts = 0
        self._has_job = False

    def play(self, stories: Iterable[Callable[["Stage"], Story]]) -> None:
        """All of them, step by step in the order of their times. Commits every step."""
        writing()
        waiting: list[tuple[datetime, int, str, Story]] = []
        for number, tell in enumerate(stories):
            story = tell(self)
            self._wait(waiting, number, story, next(story, None), self._midnight - timedelta(days=9999))
        while waiting:
            when, number, who, story = heapq.heappop(waiting)
            with pretending(when):
                cue = self._step(story, who, is_recent=self._now - when < SETTLED)
            self._wait(waiting, number, story, cue, when)

    def _wait(self, waiting: list[Any], number: int, story: Story, cue: Cue | None, before: datetime) -> None:
        if cue is not None:
            days, clock, who = cue
            day = self._midnight - timedelta(days=days)
            if who != VISITOR and day.weekday() > _FRIDAY:
                day -= timedelta(days=day.weekday() - _FRIDAY)
            when = datetime.combine(day.date(), time.fromisoformat(clock), tzinfo=day.tzinfo)
            heapq.heappush(waiting, (min(max(when, before + _PAUSE), self._now), number, who, story))

    def _step(self, story: Story, who: str, is_recent: bool) -> Cue | None:
        self._who = who
        if who == VISITOR:
            journal.act_as("customer")
        else:
            journal.act_as("user", self.me.id)
        journal.label("request")
        cue = next(story, None)
        db.session.commit()
        if self._has_job:
            self._has_job = False
            jobs.run_due()  # what the step left to the worker happens in the same minute
            if not is_recent:
                _post_mail()
            writing()
        return cue

    # --- for stories --------------------------------------------------------------------------------------------------

    @property
    def me(self) -> User:
        return self.users[self._who]

    @property
    def today(self) -> date:
        """The day that the step being played is on."""
        return utcnow().date()

    def day(self, days: float) -> date:
        return (self._midnight - timedelta(days=days)).date()

    def days_ago(self, when: datetime) -> int:
        return (self._midnight.date() - when.date()).days

    def company(self, name: str, domain: str, phone: str, address: tuple[str, str, str, str], **values: Any) -> Company:
        """`address` is lines, postcode, city, country; the e-mail address is info@ the domain."""
        lines, postcode, city, country = address
        points = [("email", f"info@{domain}"), ("phone", phone), ("url", f"https://www.{domain}")]
        return Company.create(
            self.me,
            name,
            country=country,
            points=[{"kind": kind, "value": value, "label": "work"} for kind, value in points],
            addresses=[
                {"lines": lines, "postcode": postcode, "city": city, "country": country, "label": "work", "main": True}
            ],
            **values,
        )

    def person(
        self, given: str, family: str, email: str, company: Company | None = None, title: str = "", role: str = "",
        *, mobile: str = "", since: date | None = None, **values: Any,
    ) -> Contact:  # fmt: skip
        """Somebody at `company`, whose language, country and city they share unless told otherwise."""
        points = [{"kind": "email", "value": email, "label": "work"}]
        if mobile:
            points.append({"kind": "phone", "value": mobile, "label": "mobile"})
        if company is not None:
            values = {"language": company.language, "country": company.country, "city": company.city, **values}
        contact = Contact.create(self.me, given, family, points=points, **values)
        if company is not None:
            contact.join(company, title, role, since)
        return contact

    def note(self, record: Any, text: str) -> None:
        Note.write(record, self.me.id, text)

    def tag(self, record: Any, *names: str) -> None:
        for name in names:
            tags.add(record, name)

    def untag(self, record: Any, name: str) -> None:
        tag_id = db.session.scalar(sa.select(tags.Tag.id).where(tags.Tag.name == name))
        tags.remove(record, tag_id or 0)

    def lead(self, contact: Contact, need: str, source: str = "Phone") -> Lead:
        return Lead.create(self.me, contact=contact, need=need, source=source, company_id=contact.main_company_id)

    def post(self, form: str, typed: Mapping[str, str], **evidence: Any) -> str:
        """A visitor sends a web form; what it becomes is known when the next cue is played. Returns its key."""
        self._posts += 1
        self._has_job = True
        key = f"demo-{form}-{self._posts}"
        visitors.post(self.forms[form], typed, key=key, **evidence)
        return key

    def release(self, key: str) -> None:
        """Lets a held post become a lead: the job runs at once."""
        self._has_job = True
        intake.release(self._submission(key))

    def discard(self, key: str) -> None:
        self._submission(key).discard()

    def send(self, quote: Quote, message: str) -> None:
        """The draft goes to its contact with its paper. Comes first in a step: papers are not made while one writes."""
        reading()
        content = paper.make(quote, quote.latest, is_draft=False)
        writing()
        draft, to = quote.latest, quote.contact.main_email or ""
        file = File.store(BytesIO(content), paper.file_name(quote, draft), "application/pdf")
        db.session.flush()
        link = quote.send(file, paper.parties(quote, draft.language), to)
        with speaking(draft.language):
            day = show_date(draft.valid_until)
        self._has_job = True
        outbox.send(
            "quote",
            to,
            language=draft.language,
            purpose="quote",
            about=quote,
            to_name=quote.contact.name,
            by=self.me,
            files=[file],
            quote_subject=f"{quote.number}: {quote.name}",
            message=message,
            url=link.url,
            day=day,
        )

    def ask_details(self, contact: Contact) -> None:
        """A mail with the private link to their details."""
        words = asking.words(contact.name, asking.language_of(contact), self.me)
        asking.ask(contact, contact.main_email or "", words["subject"], words["message"], self.me)
        self._has_job = True

    def correct(self, contact: Contact, **values: str) -> None:
        """What they send through it; it waits for a look."""
        now = held(contact)
        Correction.receive(contact, [Wish(k, None, v, now[k, None]) for k, v in values.items()], at_once=False)

    def invite(self, record: Any, who: str, role: str = "") -> None:
        members.join(record, self.users[who], role)

    def known(self, email: str) -> Contact:
        """Whoever a web form made or joined."""
        return db.session.scalars(sa.select(Contact).where(Contact.main_email == email)).one()

    def lead_of(self, contact: Contact) -> Lead:
        """Their newest."""
        query = sa.select(Lead).where(Lead.contact_id == contact.id).order_by(Lead.id.desc()).limit(1)
        return db.session.scalars(query).one()

    def lead_from(self, key: str) -> Lead:
        """What a post became, by the key that post() returned."""
        return db.session.get_one(Lead, self._submission(key).lead_id)

    def leave(self, contact: Contact, company: Company, on: date) -> None:
        """The end of their time there."""
        self._link(contact, company).end(on)

    def promote(self, contact: Contact, company: Company, title: str, role: str) -> None:
        link = self._link(contact, company)
        link.change(title, role, link.since, link.until, main=link.main)

    def _submission(self, key: str) -> Submission:
        return db.session.scalars(sa.select(Submission).where(Submission.client_key == key)).one()

    def _link(self, contact: Contact, company: Company) -> Affiliation:
        query = sa.select(Affiliation).where(
            Affiliation.contact_id == contact.id, Affiliation.company_id == company.id, Affiliation.until.is_(None)
        )
        return db.session.scalars(query).one()


def _post_mail() -> None:
    """Plays the mail server: what waits was taken. Nothing leaves this machine."""
    while (claimed := sending.claim()) is not None:
        message, attempt = claimed
        sending.settle(message.id, attempt, smtp.Outcome("sent", "250 2.0.0 Ok: queued"))
