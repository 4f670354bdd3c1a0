"""The grid in which a quote is written: what is above and below the lines, and the lines."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, DateField, Field, FormField, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Optional

from crmlite.auth.forms import time_zones
from crmlite.catalog.models import Product, TaxClass
from crmlite.catalog.types import PRODUCT
from crmlite.extensions import db
from crmlite.forms import (
    Form,
    LongList,
    SelectField,
    at_most,
    choices,
    currencies,
    currency_choices,
    one_line,
    required,
    tidy,
)
from crmlite.records.forms import Rows, row_id
from crmlite.sales import totals
from crmlite.sales.models import ITEM, SECTION, TEXT, Line, QuoteVersion
from crmlite.sales.rows import MICRO, LineForm, is_listed
from crmlite.web import LANGUAGES, today_in

MOST_LINES = 500


class QuoteForm(Form):
    """A draft: what is above and below the lines, and the lines."""

    name = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    currency = SelectField(_l("Currency"), choices=currency_choices, widget=LongList())
    includes_tax = BooleanField(_l("Prices include tax"))
    valid_until = DateField(_l("Valid until"), [Optional()])
    language = SelectField(_l("Language of the paper"), choices=choices(LANGUAGES.items()))
    time_zone = SelectField(_l("Time zone of the customer"), widget=LongList())
    intro = TextAreaField(_l("Text above the lines"), [at_most(4000)], filters=[tidy])
    terms = TextAreaField(_l("Text below the lines"), [at_most(4000)], filters=[tidy])
    priced = HiddenField()
    """The currency and kind of the prices that stand in the rows: what they were when the form was shown."""
    lines = Rows(FormField(LineForm), max_entries=MOST_LINES)

    def __init__(self, draft: QuoteVersion, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, data=shown(draft) if formdata is None else None, **kwargs)
        self.time_zone.choices = choices(time_zones())
        self.draft = draft
        self._sound: dict[str, Any] = {}
        self._left_out = max(0, len(self.lines._extract_indices("lines", formdata or {})) - MOST_LINES)
        self.too_large = False
        self.lines.entries.sort(key=lambda entry: entry.form.place.data)
        self._taxes = {tax.id: tax for tax in self._known_taxes()}
        self._tax_choices = choices([(tax.id, tax.name) for tax in self._taxes.values()], "–")
        for row in self.rows():
            self._prepare(row)
        self._products = self._known_products()

    def _known_taxes(self) -> list[TaxClass]:
        """The classes on offer, and those that the draft has already."""
        kept = {line.tax_class_id for line in self.draft.lines}
        query = sa.select(TaxClass).where(sa.or_(TaxClass.active, TaxClass.id.in_(kept - {None})))
        return list(db.session.scalars(query.order_by(TaxClass.id)))

    def _known_products(self) -> dict[int, Product]:
        """Those of the rows that the user may see."""
        ids = {row.product.data for row in self.rows() if row.product.data}
        if not ids:
            return {}
        query = PRODUCT.policy.visible(g.user).where(Product.id.in_(ids))
        return {product.id: product for product in db.session.scalars(query)}

    def _prepare(self, row: LineForm) -> None:
        """What a row needs of the form that it is in."""
        row.price.given = self.sound("currency")
        row.tax.choices = self._tax_choices

    @property
    def is_full(self) -> bool:
        return len(self.lines.entries) >= MOST_LINES

    def rows(self) -> Iterator[LineForm]:
        for entry in self.lines.entries:
            yield entry.form

    @property
    def today(self) -> Any:
        return today_in(self.sound("time_zone"))

    # --- what the buttons of the grid do

    def do(self, what: str) -> LineForm | None:
        """`add section 4`, `remove 3 4`, `up 3 4`, `down 3 4`: the row, and how many rows there were when it was asked for.

        Asked for twice, as impatient people and aborted requests do, it is done once. Returns the row to write in next.
        """
        verb, argument, count = (what.split() + [""] * 3)[:3]
        entries = self.lines.entries
        if count != str(len(entries)):
            return None
        if verb == "add" and len(entries) < MOST_LINES:
            return self._add(argument if argument in {TEXT, SECTION} else ITEM)
        at = row_id(argument)
        to = at + _STEPS.get(verb, len(entries))
        if verb == "remove" and at < len(entries):
            entries.pop(at)
            return entries[min(at, len(entries) - 1)].form if entries else None
        if not (at < len(entries) and 0 <= to < len(entries)):
            return None
        entries[at], entries[to] = entries[to], entries[at]
        row: LineForm = entries[to].form
        return row

    def _add(self, kind: str) -> LineForm:
        before = next((row for row in reversed(list(self.rows())) if row.is_item), None)
        tax = before.tax.data if before else next(iter(self._taxes), None)
        entry = self.lines.append_entry({"kind": kind, "quantity": MICRO, "tax": tax})
        row: LineForm = entry.form
        self._prepare(row)
        return row

    def fill_rows(self) -> None:
        """Fills the rows in which a product was chosen since they were filled last."""
        for row in self.rows():
            product = self._products.get(row.product.data or 0)
            if product is not None and row.is_item and product.id != row.filled.data:
                row.fill(
                    product, currency=self.sound("currency"), day=self.today, includes_tax=bool(self.includes_tax.data)
                )

    @property
    def pricing(self) -> str:
        """How prices are meant now."""
        return f"{self.sound('currency')} {'gross' if self.includes_tax.data else 'net'}"

    def reprice(self) -> None:
        """Puts the prices into the currency and kind that were chosen since they were written. After look() or validate()."""
        was, _blank, kind = str(self.priced.data or self.pricing).partition(" ")
        known = dict(currencies())
        for row in self.rows():
            written = row.written(was, kind) if row.is_item else None
            if written is not None and written[1] in known:
                self._reprice(row, *written)

    def _reprice(self, row: LineForm, micro: int, was: str, kind: str) -> None:
        """From what was written, so that rounding does not add up and what had no rate comes back."""
        if f"{was} {kind}" == self.pricing:
            row.give_back(micro)
            return
        currency, includes_tax = self.sound("currency"), bool(self.includes_tax.data)
        product, tax = self._products.get(row.product.data or 0), self._taxes.get(row.tax.data or 0)
        if product is not None and is_listed(micro, product, was, self.today, kind == "gross"):
            row.take_price(product, currency, self.today, includes_tax)
        else:
            row.reprice(micro, was, currency, self.today)
            if row.price.data is not None:
                rate = tax.rate_on(self.today) if tax is not None else None
                row.mean(kind == "gross", includes_tax, rate or 0, currency)
        row.keep(micro, was, kind)

    # --- what it says

    def line_values(self) -> list[dict[str, Any]]:
        """Rows for Quote.write(); empty ones are left out."""
        return [self._values(row) for row in self.rows() if not row.is_empty]

    def _values(self, row: LineForm) -> dict[str, Any]:
        common = {"id": row.id.data, "kind": row.kind.data if not row.is_item else ITEM, "name": row.name}
        if not row.is_item:
            return {**common, **_NOTHING, "text": row.text.data or ""}
        tax, product = self._taxes.get(row.tax.data or 0), self._products.get(row.product.data or 0)
        kept = next((line for line in self.draft.lines if line.id == row.id.data), None)
        return {
            **common,
            "product_id": row.product.data,
            "code": product.code if product else kept.code if kept else "",
            "text": row.text.data or "",
            "unit": row.unit.data or "",
            "qty_micro": row.quantity.data or 0,
            "unit_micro": row.price.data or 0,
            "discount_bp": row.discount.data or 0,
            "tax_class_id": tax.id if tax else None,
            "tax_name": tax.name if tax else "",
            "tax_kind": tax.kind if tax else "normal",
            "tax_note": tax.note if tax else "",
            "tax_rate_bp": (tax.rate_on(self.today) or 0) if tax else 0,
            "optional": bool(row.optional.data),
            "chosen": bool(row.optional.data and row.chosen.data),
        }

    def version_values(self) -> dict[str, Any]:
        names = ("currency", "includes_tax", "valid_until", "language", "time_zone", "intro", "terms")
        return {name: self[name].data for name in names}

    def sound(self, name: str) -> Any:
        """What was chosen; what cannot be chosen, as one who tampers sends it, is what it was."""
        if name not in self._sound:  # every line asks
            field = self[name]
            is_offered = any(field.data == choice.value for choice in field.choices)
            self._sound[name] = field.data if is_offered else getattr(self.draft, name)
        return self._sound[name]

    @property
    def seen(self) -> str:
        """What else than amounts and totals follows from what stands in the fields: while it is the same as when the grid was shown,
        the grid is not shown again. Empty where something is wrong, which the grid says."""
        rows = list(self.rows())
        if any(row.errors for row in rows):
            return ""
        return "; ".join([self.pricing, *(row.seen for row in rows)])

    def preview(self) -> QuoteVersion:
        """What it would be if it were saved; never part of the session. Raises totals.TooLarge."""
        version = self._unsaved()
        version.put_totals()
        return version

    def _unsaved(self) -> QuoteVersion:
        chosen = {name: self.sound(name) for name in ("currency", "language", "time_zone")} | {
            "name": self.name.data or ""
        }
        version = QuoteVersion(n=self.draft.n, state="draft", **{**self.version_values(), **chosen})
        version.lines = [Line(**{**values, "id": None, "position": at}) for at, values in enumerate(self.line_values())]
        return version

    def amounts(self) -> tuple[totals.Totals | None, dict[int, int]]:
        """What it adds up to, as far as it can be read, and the amount of each row by its place."""
        try:
            found = self._unsaved().totals()
        except totals.TooLarge:
            self.too_large = True
            return None, {}
        places = [at for at, row in enumerate(self.rows()) if row.is_item and not row.is_empty]
        return found, dict(zip(places, found.amounts, strict=True))

    # --- what is wrong with it

    def look(self) -> None:
        """Says what cannot be read, but not what is missing: the form is still being written."""
        for row in self.rows():
            if row.is_item and not row.is_empty:
                row.validate()

    def validate_valid_until(self, field: DateField) -> None:
        if field.data and field.data < self.today:
            raise ValidationError(_("This day has passed."))

    def validate_lines(self, _field: Field) -> None:
        if self._left_out:
            raise ValidationError(
                ngettext(
                    "A quote has at most %(most)s lines: %(num)d was left out, look at the last ones.",
                    "A quote has at most %(most)s lines: %(num)d were left out, look at the last ones.",
                    self._left_out,
                    most=MOST_LINES,
                )
            )
        for row in self.rows():
            if row.is_empty or not row.is_item:
                continue
            if not row.name:
                row.product.errors = [_("Say what it is.")]
            if self._is_gone(row):
                row.product.errors = [
                    _("This product is not in the catalogue any more. Save again to keep the line without it.")
                ]
                row.product.data = None
            if row.price.data is None and not row.price.errors:
                row.price.errors = [_("Write a price; 0 where it costs nothing.")]
            if row.quantity.data is None and not row.quantity.errors:
                row.quantity.errors = [_("Write how many.")]
            if row.tax.data in self._taxes and self._taxes[row.tax.data].rate_on(self.today) is None:
                row.tax.errors = [_("This tax has no rate today. A manager can add one under Taxes.")]
        if any(row.errors for row in self.rows()):
            raise ValidationError(_("Look at the lines again."))
        self.amounts()
        if self.too_large:
            raise ValidationError(_("This adds up to more than can be quoted. Look at quantities and prices."))

    def _is_gone(self, row: LineForm) -> bool:
        """Whether its product can not be had any more; a line that was saved with it keeps it."""
        if not row.product.data or row.product.data in self._products:
            return False
        return row.product.data not in {line.product_id for line in self.draft.lines}


_STEPS = {"up": -1, "down": 1}
_NOTHING = {
    "product_id": None, "code": "", "unit": "", "qty_micro": 0, "unit_micro": 0, "discount_bp": 0, "tax_class_id": None,
    "tax_name": "", "tax_kind": "normal", "tax_note": "", "tax_rate_bp": 0, "optional": False, "chosen": False,
}  # fmt: skip
"""What a line has that is only text."""


def shown(draft: QuoteVersion) -> dict[str, Any]:
    """What the form shows of a draft."""
    names = ("currency", "includes_tax", "valid_until", "language", "time_zone", "intro", "terms")
    return {
        "name": draft.name,
        **{name: getattr(draft, name) for name in names},
        "lines": [
            {
                "id": line.id,
                "place": line.position,
                "kind": line.kind,
                "filled": line.product_id,
                "product": (line.product_id, line.name),
                "text": line.text,
                "unit": line.unit,
                "quantity": line.qty_micro,
                "price": line.unit_micro,
                "discount": line.discount_bp or None,
                "tax": line.tax_class_id,
                "optional": line.optional,
                "chosen": line.chosen,
            }
            for line in draft.lines
        ],
    }
