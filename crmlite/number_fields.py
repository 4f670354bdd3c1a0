"""Form fields for numbers, percentages, amounts and prices, read and shown the way of the reader's language.

`data` is always the scaled whole number that is stored, or None where nothing was typed; what cannot be read stays in the
field as it was typed, with a sentence beside it.
"""

from collections.abc import Callable
from typing import Any

import flask_babel
from wtforms import Field, StringField
from wtforms.validators import StopValidation

from crmlite import money, numbers
from crmlite.numbers import Unreadable
from crmlite.web import isolated, locale

MAX_NUMBER = 10**9


class _NumberField(StringField):
    """Takes what is typed as `data` by `_read`, and shows it by `_show`."""

    data: int | None

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"} | kwargs.pop("render_kw", {})
        super().__init__(label, validators, render_kw=attributes, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._show(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        if typed := valuelist[0].strip():
            try:
                self.data = self._read(typed)
            except Unreadable as problem:
                raise ValueError(said_why(problem)) from None

    def _read(self, typed: str) -> int:
        raise NotImplementedError

    def _show(self, value: int) -> str:
        raise NotImplementedError


class DecimalMicroField(_NumberField):
    """A number in millionths, such as a quantity: "1.234,5" in Dutch is 1_234_500_000."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        places: int = numbers.MICRO,
        at_most: int = MAX_NUMBER,
        may_be_negative: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.places, self.at_most, self.may_be_negative = places, at_most, may_be_negative

    def _read(self, typed: str) -> int:
        scaled = numbers.parse_decimal(
            typed, locale(), self.places, at_most=self.at_most, may_be_negative=self.may_be_negative
        )
        return scaled * 10 ** (numbers.MICRO - self.places)

    def _show(self, value: int) -> str:
        return numbers.editable(value, locale(), numbers.MICRO)


class PercentField(_NumberField):
    """A percentage in basis points, typed with or without its sign: 21 % is 2100."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        at_most: int = 100,
        may_be_negative: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.at_most, self.may_be_negative = at_most, may_be_negative

    def _read(self, typed: str) -> int:
        return numbers.parse_percent(typed, locale(), at_most=self.at_most, may_be_negative=self.may_be_negative)

    def _show(self, value: int) -> str:
        return numbers.editable(value, locale(), 2)


class MoneyField(_NumberField):
    """An amount in minor units. Its currency is that of the form's field `currency_field`, wherever in the form that stands,
    or `currency`: a code, or a function that knows it. What was typed is read at validation, when both are known.
    """

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        currency_field: str = "currency",
        currency: str | Callable[[], str] = "",
        may_be_negative: bool = False,
        _form: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, _form=_form, **kwargs)
        self.within, self.currency_field, self.given = _form, currency_field, currency
        self.may_be_negative = may_be_negative

    @property
    def currency(self) -> str:
        if self.given:
            return self.given() if callable(self.given) else self.given
        return str(self.within[self.currency_field].data or "")

    @property
    def _decimals(self) -> int:
        try:
            return money.decimals(self.currency)
        except Unreadable:  # the field of the currency says so itself
            return 2

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = None

    def pre_validate(self, form: Any) -> None:
        typed = str(self.raw_data[0]).strip() if self.raw_data else ""
        if not typed or self.process_errors:
            return
        try:
            self.data = self._read(typed)
            if self.data < 0 and not self.may_be_negative:
                raise Unreadable(numbers.BELOW_ZERO)
        except Unreadable as problem:
            self.data = None
            raise StopValidation(said_why(problem)) from None

    def _read(self, typed: str) -> int:
        return money.parse(typed, locale(), self.currency).minor

    def _show(self, value: int) -> str:
        return numbers.editable(value, locale(), self._decimals, self._decimals)


class PriceField(MoneyField):
    """The price of one unit, in millionths of the major unit: it may have more decimals than its currency."""

    def _read(self, typed: str) -> int:
        return money.parse_price(typed, locale(), self.currency)

    def _show(self, value: int) -> str:
        return numbers.editable(value, locale(), numbers.MICRO, self._decimals)


class AboveZero:
    """A validator: nothing is as good as a number above zero, but zero is not."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is not None and field.data <= 0:
            raise StopValidation(flask_babel.gettext("Write a number above zero."))


def said_why(problem: Unreadable) -> str:
    """What is wrong with a number, in the reader's language."""
    values = {name: isolated(str(value)) for name, value in problem.values.items()}
    return str(flask_babel.gettext(problem.sentence, **values))
