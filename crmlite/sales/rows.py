"""The rows of the grid: what an item is, how many, for how much."""

import re
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField, ValidationError

from crmlite.catalog.models import Product
from crmlite.catalog.prices import price_for
from crmlite.catalog.rates import NoRate, convert
from crmlite.forms import Form, SelectField, at_most, number_or_none, one_line, tidy
from crmlite.money import decimals
from crmlite.number_fields import AboveZero, DecimalMicroField, PercentField, PriceField
from crmlite.records.forms import row_id
from crmlite.sales import totals
from crmlite.sales.models import SECTION, TEXT

MOST_OF_ONE = 1_000_000
MICRO = totals.MICRO


class ProductField(Field):
    """What an item is: a product chosen by its name, whose id is `data`, or whatever else is written: `text`.

    It asks the database nothing: the form looks up the products of all its rows at once.
    """

    record_type = "product"
    data: int | None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.text = ""
        super().process(formdata, data, extra_filters)
        if formdata is not None:
            self.text = one_line(formdata.get(f"{self.name}-text"))[:200]
        if not self.text:
            self.data = None

    def process_data(self, value: Any) -> None:
        self.data, self.text = value or (None, "")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = row_id(valuelist[0]) or None if valuelist else None


class LineForm(Form):
    id = HiddenField(filters=[row_id])
    place = HiddenField(filters=[row_id])
    kind = HiddenField()
    filled = HiddenField(filters=[row_id])
    """The product that text, price and tax were filled in from."""
    kept = HiddenField()
    """What somebody wrote before the price was converted, and to what: "33330000 EUR net 27545500", "-" where it was to none.
    While the price is still that, what was written is what counts: there and back again changes nothing."""
    product = ProductField(_l("Item"))
    text = TextAreaField(_l("Description"), [at_most(4000)], filters=[tidy])
    unit = StringField(_l("Unit"), [at_most(30)], filters=[one_line])
    quantity = DecimalMicroField(_l("Quantity"), [AboveZero()], at_most=MOST_OF_ONE)
    price = PriceField(_l("Price"), may_be_negative=True)
    discount = PercentField(_l("Discount"))
    tax = SelectField(_l("Tax"), choices=[], coerce=number_or_none)
    optional = BooleanField(_l("Optional"))
    chosen = BooleanField(_l("Ticked for them"))

    no_price = ""
    """Why the catalogue gave none."""

    def validate_price(self, field: PriceField) -> None:
        if field.data is None and self.no_price:
            raise ValidationError(self.no_price)

    @property
    def is_item(self) -> bool:
        return self.kind.data not in {TEXT, SECTION}

    @property
    def name(self) -> str:
        return self.product.text

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.text.data or (self.is_item and self.price.data))

    @property
    def seen(self) -> str:
        """All of it that is shown otherwise than as its own field: QuoteForm.seen."""
        facts = (
            self.kind.data or "item",
            self.product.data,
            self.filled.data,
            self.tax.data,
            self.optional.data,
            self.kept.data,
        )
        return " ".join((self.product.name, *(str(fact or "") for fact in facts)))

    def fill(self, product: Product, *, currency: str, day: date, includes_tax: bool) -> None:
        """Takes over what the catalogue says. A price that cannot be had leaves the field as it is, and says why."""
        self.filled.data = product.id
        self.product.text = product.name
        _put(self.text, product.description)
        _put(self.unit, product.unit)
        _put(self.tax, product.tax_class_id)
        if self.quantity.data is None:
            _put(self.quantity, MICRO)
        self.take_price(product, currency, day, includes_tax)

    def take_price(self, product: Product, currency: str, day: date, includes_tax: bool) -> None:
        """The catalogue's; where it has none, nothing, and the reason."""
        try:
            _put(self.price, listed(product, currency, day, includes_tax))
        except NoRate as problem:
            self._has_no_price(problem)

    def written(self, currency: str, kind: str) -> tuple[int, str, str] | None:
        """The price as somebody wrote it, its currency and kind, where those of the form were these; None where there is none."""
        kept = _KEPT.fullmatch(str(self.kept.data or ""))
        if self.price.process_errors:
            return None
        if kept is not None and kept["result"] == ("-" if self.price.data is None else str(self.price.data)):
            return int(kept["micro"]), kept["currency"], kept["kind"]
        return None if self.price.data is None else (self.price.data, currency, kind)

    def keep(self, micro: int, currency: str, kind: str) -> None:
        """Notes what the price was made from."""
        self.kept.data = f"{micro} {currency} {kind} {'-' if self.price.data is None else self.price.data}"

    def give_back(self, micro: int) -> None:
        """The price as it was written."""
        self.kept.data = ""
        if self.price.data != micro:
            _put(self.price, micro)

    def reprice(self, micro: int, was: str, currency: str, day: date) -> None:
        """The same worth in another currency; where there is no rate, no price, and the reason."""
        try:
            _put(self.price, _fine(convert(micro, was, currency, day), currency))
        except NoRate as problem:
            self._has_no_price(problem)

    def _has_no_price(self, problem: NoRate) -> None:
        _put(self.price, None)
        self.no_price = str(problem)
        self.price.errors = [self.no_price]

    def mean(self, had_tax: bool, has_tax: bool, rate_bp: int, currency: str) -> None:
        """The same price with or without tax."""
        _put(self.price, as_quoted(self.price.data or 0, had_tax, has_tax, rate_bp, currency))


_KEPT = re.compile(r"(?P<micro>-?\d{1,16}) (?P<currency>[A-Z]{3}) (?P<kind>net|gross) (?P<result>-|-?\d{1,16})")


def listed(product: Product, currency: str, day: date, includes_tax: bool) -> int:
    """What the catalogue says that it costs, with or without tax. Raises NoRate."""
    unit_micro, with_tax = price_for(product, currency, day)
    rate = product.tax_class.rate_on(day) if product.tax_class is not None else None
    return as_quoted(unit_micro, with_tax, includes_tax, rate or 0, currency)


def is_listed(price: int | None, product: Product, currency: str, day: date, includes_tax: bool) -> bool:
    """Whether a line costs what the catalogue says, or somebody wrote another price."""
    try:
        return price == listed(product, currency, day, includes_tax)
    except NoRate:
        return False


def _fine(unit_micro: int, currency: str) -> int:
    """With at most two decimals more than the currency has."""
    step = 10 ** max(0, 4 - decimals(currency))
    return totals.divide(unit_micro, step) * step or unit_micro


def as_quoted(unit_micro: int, includes_tax: bool, wanted: bool, rate_bp: int, currency: str) -> int:
    """The price with or without tax, as the quote's prices are, with at most two decimals more than the currency has."""
    if includes_tax == wanted:
        return unit_micro
    step = 10 ** max(0, 4 - decimals(currency))
    if wanted:
        return totals.divide(unit_micro * (totals.WHOLE + rate_bp), totals.WHOLE * step) * step
    return totals.divide(unit_micro * totals.WHOLE, (totals.WHOLE + rate_bp) * step) * step


def _put(field: Field, value: Any) -> None:
    """As if nothing had been typed."""
    field.data, field.raw_data, field.process_errors, field.errors = value, None, [], []
