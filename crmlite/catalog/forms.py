"""The forms people fill in about products, taxes and exchange rates."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, FormField, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from crmlite.auth.models import Organisation
from crmlite.catalog.models import KINDS, Price, Product
from crmlite.catalog.models.products import Worth, is_taken
from crmlite.catalog.models.rates import PER
from crmlite.catalog.models.taxes import Rate, TaxClass, offered
from crmlite.extensions import db
from crmlite.forms import (
    Form,
    SelectField,
    at_most,
    choices,
    currencies,
    currency_choices,
    number_or_none,
    one_line,
    required,
    tidy,
)
from crmlite.number_fields import AboveZero, DecimalMicroField, PercentField, PriceField
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import OwnerField, Rows, row_id
from crmlite.web import isolated, show_number, show_price

MOST_ROWS = 40


class TaxClassField(SelectField):
    """One of the classes on offer. One that is not offered any more stays where it is."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=self._classes, coerce=number_or_none, **kwargs)
        self.type = "SelectField"  # drawn like any other

    def _classes(self) -> list[SelectChoice]:
        found = offered()
        if self.data and self.data == self.object_data and all(tax.id != self.data for tax in found):
            kept = db.session.get(TaxClass, self.data)
            found += [kept] if kept else []
        return choices([(tax.id, tax.name) for tax in found], "–")


class ProductFields(WithCustom):
    """What can be changed of a product in place, one field at a time."""

    record_type = "product"

    name = StringField(_l("Name"), [required(), at_most(200)], filters=[one_line])
    unit = StringField(
        _l("Unit"), [at_most(30)], filters=[one_line], description=_l("What is counted, such as piece, hour or m².")
    )
    description = TextAreaField(
        _l("Description"),
        [at_most(4000)],
        filters=[tidy],
        description=_l("The text that a line of a quote begins with."),
    )
    instructions = TextAreaField(
        _l("Special instructions"),
        [at_most(2000)],
        filters=[tidy],
        description=_l("Shown to those who sell it, not to customers."),
    )
    owner_id = OwnerField(_l("Owner"))
    tax_class_id = TaxClassField(_l("Tax"))


class PriceForm(Form):
    """The price in one currency. `was` is what it was when the form was shown, so that nobody's change is written over."""

    was = HiddenField()
    currency = SelectField(_l("Currency"), choices=currency_choices)
    amount = PriceField(_l("Price of one"))
    includes_tax = BooleanField(_l("Tax included"))

    @property
    def worth(self) -> Worth | None:
        return None if self.amount.data is None else Worth(self.amount.data, bool(self.includes_tax.data))

    @property
    def seen(self) -> tuple[str, str]:
        """(currency, what was shown of it)."""
        currency, _blank, rest = str(self.was.data or "").partition(" ")
        return currency, rest


def _shown(product: Product) -> dict[str, Any]:
    names = ("name", "code", "unit", "description", "instructions", "owner_id", "tax_class_id")
    rows = [_row(price) for price in product.prices] or [{"currency": Organisation.get().currency}]
    return {**{name: getattr(product, name) for name in names}, "prices": rows, "_record": product}


def _row(price: Price) -> dict[str, Any]:
    return {
        "was": f"{price.currency} {_token(price)}",
        "currency": price.currency,
        "amount": price.unit_micro,
        "includes_tax": price.includes_tax,
    }


def _token(price: Price | None) -> str:
    return f"{price.unit_micro} {price.includes_tax:d}" if price else ""


class ProductForm(ProductFields):
    """All of a product. An emptied price is taken away."""

    code = StringField(
        _l("Code"), [at_most(60)], filters=[one_line], description=_l("Your own number or short name for it.")
    )
    prices = Rows(FormField(PriceForm), min_entries=1, max_entries=MOST_ROWS)

    def __init__(self, formdata: Any = None, product: Product | None = None, **kwargs: Any) -> None:
        if product is not None:
            kwargs["data"] = _shown(product)
        super().__init__(formdata, **kwargs)
        self._product = product

    def add_row(self, name: str) -> None:
        if name == "prices" and len(self.prices.entries) < MOST_ROWS:
            self.prices.append_entry({"currency": self._next_currency()})

    def _next_currency(self) -> str:
        used = {entry.form.currency.data for entry in self.prices.entries}
        return next((code for code in _USUAL if code not in used), "EUR")

    def validate_code(self, field: Field) -> None:
        if is_taken(field.data, self._product.id if self._product else None):
            raise ValidationError(_("Another product has this code."))

    def validate_prices(self, _field: Field) -> None:
        seen = set()
        for entry in self.prices.entries:
            currency = entry.form.currency.data
            if entry.form.worth is not None and currency in seen:
                entry.form.currency.errors = [
                    _("Each currency has one price. Take this row out, or choose another one.")
                ]
                raise ValidationError(entry.form.currency.errors[0])
            if entry.form.worth is not None:
                seen.add(currency)

    def wanted_prices(self) -> dict[str, Worth | None]:
        """By currency: what it shall cost; None where the price was shown and is gone from the form."""
        rows = [entry.form for entry in self.prices.entries]
        taken_away: dict[str, Worth | None] = {row.seen[0]: None for row in rows if row.seen[0]}
        return taken_away | {row.currency.data: row.worth for row in rows if row.worth is not None}

    def stale_prices(self) -> bool:
        """Whether somebody else changed a price since the form was shown. Its rows say so, and what it is now."""
        now = {price.currency: price for price in self._product.prices} if self._product else {}
        rows = [entry.form for entry in self.prices.entries]
        seen = dict(row.seen for row in rows)
        stale = set()
        for currency, worth in self.wanted_prices().items():
            price = now.get(currency)
            agrees = (price.worth if price else None) == worth
            if not agrees and _token(price) != seen.get(currency, ""):
                stale.add(currency)
        for row in rows:
            if row.seen[0] in stale or row.currency.data in stale:
                self._tell(row, now.get(row.seen[0] or row.currency.data))
        return bool(stale)

    def _tell(self, row: PriceForm, price: Price | None) -> None:
        if price is None:
            row.was.data = ""
            row.amount.errors = [_("Somebody took this price away meanwhile. Save again to have yours.")]
            return
        row.was.data = f"{price.currency} {_token(price)}"
        row.amount.errors = [
            _(
                "Somebody changed this to %(price)s meanwhile. Save again to have yours.",
                price=isolated(show_price(price.unit_micro, price.currency)),
            )
        ]

    def values(self) -> dict[str, Any]:
        """What Product.create() and change() take."""
        plain = {name: field.data for name, field in self._fields.items() if name != "prices"}
        return {**plain, "prices": self.wanted_prices()}


_USUAL = ("EUR", "USD", "GBP", "CHF", "DKK", "SEK", "NOK", "PLN", "AED", "CNY")
"""Which currency a new row begins with; any other can be chosen."""


# --- taxes ------------------------------------------------------------------------------------------------------------


class RateForm(Form):
    id = HiddenField(filters=[row_id])
    rate = PercentField(_l("Rate in percent"))
    valid_from = DateField(_l("From"), [Optional()])
    valid_to = DateField(_l("Up to and including"), [Optional()])

    @property
    def is_empty(self) -> bool:
        return not any(field.data or field.errors for field in (self.valid_from, self.valid_to)) and (
            self.rate.data is None and not self.rate.errors
        )

    def validate_valid_to(self, field: Field) -> None:
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(_("This is before the day it begins."))


class TaxClassForm(Form):
    name = StringField(
        _l("Name"), [required(), at_most(100)], filters=[one_line], description=_l("Such as Standard rate or Books.")
    )
    kind = SelectField(_l("How it is taxed"), choices=lambda: choices(KINDS), default="normal")
    note = TextAreaField(
        _l("Note on papers"),
        [at_most(500)],
        filters=[tidy],
        description=_l("Printed where a line has this tax, such as the law that it follows from."),
    )
    active = BooleanField(_l("Can be chosen"), default=True)
    rates = Rows(FormField(RateForm), min_entries=1, max_entries=MOST_ROWS)

    def add_row(self) -> None:
        if len(self.rates.entries) < MOST_ROWS:
            self.rates.append_entry()

    def validate_rates(self, _field: Field) -> None:
        begun = set()
        for entry in self.rates.entries:
            row = entry.form
            if row.is_empty:
                continue
            for field in (row.rate, row.valid_from):
                if field.data is None and not field.errors:
                    field.errors = [_("Please fill this in.")]
            if row.valid_from.data in begun:
                row.valid_from.errors = [_("Another rate begins on this day.")]
            if row.errors:
                raise ValidationError(_("Look at the rates again."))
            begun.add(row.valid_from.data)
        if self.kind.data == "normal" and not begun:
            self.rates.entries[0].form.rate.errors = [_("Write at least one rate and the day it holds from.")]
            raise ValidationError(_("Look at the rates again."))

    def values(self) -> dict[str, Any]:
        """What TaxClass.create() and change() take."""
        rows = [entry.form for entry in self.rates.entries if not entry.form.is_empty]
        rates = [Rate(row.rate.data, row.valid_from.data, row.valid_to.data, row.id.data) for row in rows]
        return {**{name: self[name].data for name in ("name", "kind", "note", "active")}, "rates": rates}


def shown(tax: TaxClass) -> dict[str, Any]:
    """What TaxClassForm shows of a tax that exists."""
    rates = [
        {"id": rate.id, "rate": rate.rate_bp, "valid_from": rate.valid_from, "valid_to": rate.valid_to}
        for rate in tax.rates
    ]
    return {"name": tax.name, "kind": tax.kind, "note": tax.note, "active": tax.active, "rates": rates}


# --- exchange rates ---------------------------------------------------------------------------------------------------


class ExchangeRateForm(Form):
    """What `per` units of a currency cost in the organisation's, which is not among the choices."""

    currency = SelectField(_l("Currency"), [required()])
    per = SelectField(_l("Units"), coerce=number_or_none, default=1)
    rate = DecimalMicroField(_l("Cost"), [required(), AboveZero()])
    valid_from = DateField(_l("From"), [required()])

    def __init__(self, *args: Any, base: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency.choices = choices([pair for pair in currencies() if pair[0] != base], "–")
        self.per.choices = choices((per, show_number(per)) for per in PER)
