"""What the pages of a quote and of an order show, and the boxes about them on other records' pages."""

from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.auth.models import Viewer
from crmlite.catalog.models import Product
from crmlite.extensions import db
from crmlite.mail import outbox
from crmlite.mail.models import Message
from crmlite.records import links, opens, types
from crmlite.records.links import Hit, Link
from crmlite.records.opens import Open
from crmlite.records.page import RecordPage
from crmlite.sales.models import STATE_HUES, STATE_LABELS, Decision, Order, Quote, QuoteVersion, versions
from crmlite.sales.types import ORDER, QUOTE
from crmlite.web import show_money


class _WithPage(RecordPage):
    """Of a record that is with somebody: what the user may see of them."""

    @cached_property
    def contact(self) -> Any:
        return _visible("contact", self.record.contact_id, self.user)

    @cached_property
    def company(self) -> Any:
        return _visible("company", self.record.company_id, self.user)

    @cached_property
    def deal(self) -> Any:
        return _visible("deal", self.record.deal_id, self.user)


class QuotePage(_WithPage):
    def __init__(self, quote: Quote, user: Viewer, n: int | None = None) -> None:
        super().__init__(QUOTE, quote, user)
        self.quote = quote
        self.version: QuoteVersion | None = quote.version(n) if n else quote.shown

    @cached_property
    def order(self) -> Order | None:
        return db.session.scalar(ORDER.policy.visible(self.user).where(Order.quote_id == self.quote.id))

    @cached_property
    def decision(self) -> Decision | None:
        return self.version.decision if self.version is not None and self.version.is_frozen else None

    @cached_property
    def link(self) -> Link | None:
        """The customer's link to the version that counts."""
        live = self.quote.live
        if live is None:
            return None
        return next((link for link in links.of(self.quote) if link.purpose == "quote" and link.version == live.n), None)

    @cached_property
    def mails(self) -> list[Message]:
        """The mails it went out with, the newest first; what became of each is in its state."""
        query = sa.select(Message).where(
            Message.about_type == "quote", Message.about_id == self.quote.id, Message.purpose == "quote"
        )
        return list(db.session.scalars(query.order_by(Message.id.desc()).limit(20)))

    def may_send_again(self, message: Message) -> bool:
        """Whether the user is let through to the outbox's button."""
        mine = outbox.visible(self.user).where(Message.id == message.id)
        return message.may_be_sent_again and db.session.scalar(mine) is not None

    @cached_property
    def hits(self) -> list[Hit]:
        return links.hits_of(self.quote, limit=20)

    @cached_property
    def instructions(self) -> list[tuple[str, str]]:
        """What everybody has to know of the person, the firm and the products: (of whom or what, text)."""
        found = [(one.name, one.instructions) for one in (self.contact, self.company) if one and one.instructions]
        if self.version is not None:
            ids = {line.product_id for line in self.version.lines} - {None}
            query = _products(self.user).where(Product.id.in_(ids), Product.instructions != "").order_by(Product.id)
            found += [(product.name, product.instructions) for product in db.session.scalars(query)] if ids else []
        return found


class OrderPage(_WithPage):
    def __init__(self, order: Order, user: Viewer) -> None:
        super().__init__(ORDER, order, user)
        self.order = order

    @cached_property
    def quote(self) -> Any:
        return _visible("quote", self.order.quote_id, self.user)

    @property
    def instructions(self) -> list[tuple[str, str]]:
        return [(one.name, one.instructions) for one in (self.contact, self.company) if one and one.instructions]


class Box:
    """The quotes, or the orders, of a contact, company or deal, as far as the user may see them; at most MOST."""

    MOST = 6

    def __init__(self, kind: Any, record: Any, user: Viewer) -> None:
        self.kind, self.record, self.user = kind, record, user

    @property
    def _found(self) -> list[Any]:
        return opens.once_per_request(self.kind.plural, self.record, self._find)

    def _find(self) -> list[Any]:
        """The newest; of quotes those that somebody waits for come before."""
        model = self.kind.model
        key = getattr(model, f"{self.record.__tablename__}_id")
        query = self.kind.policy.visible(self.user).where(key == self.record.id)
        first = [model.state.not_in(("draft", "sent"))] if model is Quote else []
        return list(db.session.scalars(query.order_by(*first, model.id.desc()).limit(self.MOST + 1)))

    @property
    def shown(self) -> list[Any]:
        return self._found[: self.MOST]

    @property
    def query(self) -> str:
        return f"?{self.record.__tablename__}={self.record.id}"

    @property
    def more_url(self) -> str:
        return f"{self.kind.url}{self.query}" if len(self._found) > self.MOST else ""


def open_with(record: Any, user: Viewer) -> list[Open]:
    """Quotes that are being written, or that the customer has not answered."""
    waiting = [quote for quote in Box(QUOTE, record, user).shown if quote.state in {versions.DRAFT, versions.SENT}]
    return [_open(quote, user) for quote in waiting]


def _open(quote: Quote, user: Viewer) -> Open:
    state, url = quote.shown_state, QUOTE.url_of(quote.id)
    steps = {"draft": (_("Send the quote"), f"{url}/send"), "expired": (_("Offer it again"), url)}
    return Open(
        "quote", QUOTE.icon, url, f"{quote.number} {quote.title}", str(STATE_LABELS[state]), STATE_HUES[state],
        show_money(quote.gross_minor, quote.currency),
        due=quote.valid_until if state != "draft" else None, since=quote.updated_at, late=state == "expired",
        step=steps.get(state) if QUOTE.policy.covers(user, "edit", quote) else None,
        follows=("deal", quote.deal_id) if quote.deal_id else None, id=quote.id,
    )  # fmt: skip


def _visible(record_type: str, record_id: int | None, user: Viewer) -> Any:
    kind = types.get(record_type)
    if kind is None or record_id is None:
        return None
    return kind.policy.seen(user, record_id)


def _products(user: Viewer) -> Any:
    kind = types.get("product")
    return kind.policy.visible(user) if kind else sa.select(Product).where(sa.false())
