"""Private links: a page for one customer, found by a token that cannot be guessed, and what was done with it.

    link = links.make("quote", quote, version.n)      # in a verb; the same link when there is one already
    link.url                                          # may be shown again at any time
    link = links.require(token, "quote")              # in a public view: 404 for what is none, 429 for who guesses

The token is an HMAC over what the link is for and a nonce in its row, made with the instance's secret: it is not in the
database, is good for one purpose, one record and one version of it, and another nonce ends it.
"""

import base64
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Self

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import NotFound, TooManyRequests

from crmlite.auth.models import Throttle
from crmlite.extensions import PERSONAL, UNJOURNALED, Base, Busy, current_session, db, reading, utcnow, writing
from crmlite.journal import Journaled
from crmlite.retention import Kind
from crmlite.safety import clean, network
from crmlite.web import absolute, is_partial

log = logging.getLogger(__name__)

GUESSES = 60
"""Tokens from one address that were none, within PERIOD; a person types none, and a broken mail program a few."""
PERIOD = timedelta(minutes=10)
_PART = 22
"""Letters of the nonce, and of the HMAC behind it: 128 bit each."""
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{2 * _PART}}}")
LATEST_ZONE = timedelta(hours=12)
"""How long after midnight UTC a day ends in the last place on earth."""


class Link(Journaled, Base):
    """What one token opens. There is one for each purpose, record and version."""

    __tablename__ = "link"
    __table_args__ = (sa.UniqueConstraint("record_type", "record_id", "purpose", "version"),)
    purpose: Mapped[str]
    record_type: Mapped[str]
    record_id: Mapped[int]
    version: Mapped[int] = mapped_column(default=0)
    nonce: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_on: Mapped[date | None]
    """The last day on which it works, wherever the reader is."""
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None] = mapped_column(info=UNJOURNALED)
    """When somebody's program, and no scanner that is known, first followed it, as far as that was told."""

    @property
    def token(self) -> str:
        return self.nonce + self.code(self.purpose)

    def code(self, purpose: str) -> str:
        """What a token for that purpose has to end with."""
        return _code(purpose, self.record_type, self.record_id, self.version, self.nonce)

    @property
    def url(self) -> str:
        """For mails and for who wants to send it by other ways; public pages lie under their purpose."""
        return absolute(f"/p/{self.purpose}/{self.token}")

    @property
    def works(self) -> bool:
        if self.revoked_at is not None:
            return False
        return self.expires_on is None or (utcnow() - LATEST_ZONE).date() <= self.expires_on

    def revoke(self) -> Self:
        """Ends it: its token is unknown from now on. Undo brings it back. The event is that of the verb around it."""
        self.nonce, self.revoked_at = _new_nonce(), utcnow()
        return self


def make(purpose: str, record: Any, version: int = 0, expires_on: date | None = None) -> Link:
    """The link for that version of `record`; a new token where the one there was has been revoked."""
    db.session.flush()
    link = _find(purpose, record, version)
    if link is None:
        link = Link(
            purpose=purpose,
            record_type=record.__tablename__,
            record_id=record.id,
            version=version,
            nonce=_new_nonce(),
        )
        db.session.add(link)
    elif link.revoked_at is not None:
        link.nonce, link.revoked_at = _new_nonce(), None
    link.expires_on = expires_on
    db.session.flush()
    return link


def of(record: Any) -> list[Link]:
    """Every link of the record, the newest version first."""
    query = sa.select(Link).where(Link.record_type == record.__tablename__, Link.record_id == record.id)
    return list(db.session.scalars(query.order_by(Link.version.desc(), Link.id.desc())))


def find(token: str, purpose: str) -> Link | None:
    """What the token opens, if it is one for that purpose and works. Wrong and unknown take the same way and time."""
    if not _TOKEN.fullmatch(token):
        return None
    link = db.session.scalar(sa.select(Link).where(Link.nonce == token[:_PART]))
    expected = link.code(purpose) if link is not None else _code(purpose, "", 0, 0, token[:_PART])
    is_right = hmac.compare_digest(expected, token[_PART:])
    return link if is_right and link is not None and link.works else None


def require(token: str, purpose: str) -> Link:
    """For public views: the link, or 404; 429 for an address that tried too many. A token that is right always opens its
    page: 128 bits are not guessed, and customers behind one address must not be locked out by one of them.

    Comes first in the view: a post looks with the reader, so that guesses do not queue for the write lock, and what was
    changed before would be lost.
    """
    key, is_post = f"link:{network(request.remote_addr)}"[:300], not current_session().reading
    if is_post:
        reading()
    link = find(token, purpose)
    if link is None:
        if _guessed_too_often(key):
            raise TooManyRequests
        _count_guess(key)
        raise NotFound
    g.link = link
    if is_post:
        writing()  # the row is read again under the lock, by whoever looks at it
    return link


def _find(purpose: str, record: Any, version: int) -> Link | None:
    return db.session.scalar(
        sa.select(Link)
        .where(
            Link.record_type == record.__tablename__,
            Link.record_id == record.id,
            Link.purpose == purpose,
            Link.version == version,
        )
        .with_for_update()
    )


def _new_nonce() -> str:
    return secrets.token_urlsafe(16)


def _code(purpose: str, record_type: str, record_id: int, version: int, nonce: str) -> str:
    about = "\0".join(("crmlite.link", purpose, record_type, str(record_id), str(version), nonce))
    digest = hmac.digest(str(current_app.secret_key).encode(), about.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _guessed_too_often(key: str) -> bool:
    query = sa.select(Throttle.key).where(Throttle.key == key, Throttle.count >= GUESSES, Throttle.until > utcnow())
    return db.session.scalar(query) is not None


def _count_guess(key: str) -> None:
    """In a transaction of its own, also for a GET: a guess is no state of anybody's business."""
    writing()
    Throttle.hit(key, GUESSES, PERIOD)
    db.session.commit()


# --- hits -------------------------------------------------------------------------------------------------------------

MAX_HITS = 100
"""Of one link within an hour; who opens it more often tells nothing new."""
SAME_AGAIN = timedelta(minutes=1)
"""The same program with the same link: a reload, or a file that is fetched in pieces."""
MAX_AGENT = 120
_SCANNER = re.compile(
    r"bot\b|crawl|spider|scan|preview|prefetch|proxy|headless|monitor|validator|python|curl|wget|java/|okhttp|go-http|"
    r"node-fetch|axios|libwww|httpclient|facebookexternalhit|whatsapp|skypeuri|slack|proofpoint|mimecast|barracuda|"
    r"symantec|trendmicro|safelinks|cloudmark|sophos",
    re.IGNORECASE,
)
_PHONE = re.compile(r"mobile|android|iphone|ipad", re.IGNORECASE)


class Hit(Base):
    """One time that a link was followed. Only ever added to; it proves that a program asked, not that a person read."""

    __tablename__ = "hit"
    __table_args__ = (sa.Index(None, "link_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(sa.ForeignKey("link.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    kind: Mapped[str]
    """open or download"""
    agent: Mapped[str]
    """browser, phone, scanner or unknown"""
    user_agent: Mapped[str] = mapped_column(default="", info=PERSONAL)


def hit(kind: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Marks a public GET: when it was answered with what it is asked for, that goes on record as `open` or `download`.

    The view finds its link by require(). Our own users who look at the customer's page leave no hit.
    """

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.hit_kind = kind  # type: ignore[attr-defined]
        return view

    return mark


def agent_of(user_agent: str, method: str = "GET") -> str:
    """What kind of program asks. Programs that pass for a browser cannot be told from one."""
    if method == "HEAD" or _SCANNER.search(user_agent):
        return "scanner"
    if _PHONE.search(user_agent):
        return "phone"
    return "browser" if user_agent.startswith("Mozilla/") else "unknown"


def hits_of(record: Any, limit: int = 50) -> list[Hit]:
    """The hits of all its links, the newest first, without what is known to be a scanner."""
    query = (
        sa.select(Hit)
        .join(Link, Link.id == Hit.link_id)
        .where(Link.record_type == record.__tablename__, Link.record_id == record.id, Hit.agent != "scanner")
    )
    return list(db.session.scalars(query.order_by(Hit.at.desc(), Hit.id.desc()).limit(limit)))


def forget_hits(link: Link) -> None:
    """For good, with the record they are about. Final."""
    db.session.execute(sa.delete(Hit).where(Hit.link_id == link.id))


def kept() -> Iterable[Kind]:
    yield Kind(
        "hits",
        _l("Who opened a customer's link"),
        _l("When, and with what program, from when it was opened."),
        "outside",
        730,
        lambda before: sa.select(Hit.id).where(Hit.at < before),
        _forget_old_hits,
    )


def _forget_old_hits(ids: list[int]) -> None:
    db.session.execute(sa.delete(Hit).where(Hit.id.in_(ids)))


def init_app(app: Flask) -> None:
    app.after_request(_note_hit)


def _note_hit(response: Response) -> Response:
    kind = getattr(current_app.view_functions.get(request.endpoint or ""), "hit_kind", None)
    link: Link | None = g.get("link")
    answered = response.status_code in {200, 206} and request.method in {"GET", "HEAD"}
    if kind is None or link is None or not answered or g.get("user") is not None or is_partial():
        return response
    try:
        _note(link.id, kind)
    except (Busy, sa.exc.SQLAlchemyError):  # the customer's page matters more than our counting
        log.exception("hit not noted", extra={"request_id": g.get("request_id")})
        db.session.rollback()
    return response


def _note(link_id: int, kind: str) -> None:
    """One short transaction, after the answer is decided."""
    now, user_agent = utcnow(), clean(request.user_agent.string)[:MAX_AGENT]
    agent = agent_of(user_agent, request.method)
    same = sa.and_(Hit.kind == kind, Hit.agent == agent, Hit.user_agent == user_agent, Hit.at > now - SAME_AGAIN)
    lately = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((same, 1), else_=0)), 0)).where(
        Hit.link_id == link_id, Hit.at > now - timedelta(hours=1)
    )
    reading()
    of_link, of_same = db.session.execute(lately).one()
    if of_same or of_link >= MAX_HITS:
        return
    writing()
    db.session.add(Hit(link_id=link_id, at=now, kind=kind, agent=agent, user_agent=user_agent))
    db.session.commit()
