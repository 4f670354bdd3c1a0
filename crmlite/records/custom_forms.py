"""Custom fields in forms: any form of a record that says its type gets them, made anew for each request."""

from collections.abc import Callable
from typing import Any, ClassVar

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, SelectMultipleField, StringField, URLField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from crmlite.forms import Form, SelectField, at_most, choices, number_or_none, one_line, text_or_none
from crmlite.number_fields import DecimalMicroField, MoneyField
from crmlite.records import custom_cells, custom_fields, files
from crmlite.records.custom_fields import MAX_TEXT, PREFIX, CustomField
from crmlite.records.forms import OwnerField, check_url


class WithCustom(Form):
    """A form of records of the type `record_type`, with the fields that the firm made for it.

    One that was not sent is left alone: a page that was opened before the field was made does not empty it.
    """

    record_type: ClassVar[str] = ""

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any) -> None:
        fields = custom_fields.of(self.record_type)
        held: dict[str, Any] = {**(data or {}), **kwargs}
        record = obj if obj is not None else held.pop("_record", None)
        if record is not None and hasattr(record, "value_of"):
            held |= values_of(record)
        for field in fields:
            value = held[field.name] = custom_cells.read(field, held.get(field.name))
            made = _FIELDS[field.kind](field, value, record)
            wtforms.form.BaseForm.__setitem__(self, field.name, made)
        super().process(formdata, obj, data=held)
        if formdata is not None and formdata:
            for field in fields:
                if field.name not in formdata:
                    wtforms.form.BaseForm.__delitem__(self, field.name)

    @property
    def custom(self) -> list[Field]:
        return [field for name, field in self._fields.items() if name.startswith(PREFIX)]

    def custom_values(self) -> dict[str, Any]:
        """What change() takes of them, where they are not among values()."""
        return {field.name: field.data for field in self.custom}


def values_of(record: Any) -> dict[str, Any]:
    """What a record has in custom fields, by the names of the form's fields."""
    return {PREFIX + key: value for key, value in (record.custom or {}).items()}


class _Choices(SelectMultipleField):
    """Boxes to tick. An empty answer is sent along, so that "none of them" is one."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        order = [key for key, *_rest in self.iter_choices()]
        sent = [key for key in valuelist if key]
        self.data = [key for key in order if key in sent] + [key for key in sent if key not in order]


def _text(field: CustomField, _value: Any, _record: Any) -> Any:
    return StringField(field.label, [at_most(MAX_TEXT)], filters=[one_line])


def _number(field: CustomField, _value: Any, _record: Any) -> Any:
    return DecimalMicroField(field.label, may_be_negative=True)


def _money(field: CustomField, _value: Any, _record: Any) -> Any:
    return MoneyField(field.label, currency=field.currency, may_be_negative=True, description=field.currency)


def _date(field: CustomField, _value: Any, _record: Any) -> Any:
    return DateField(field.label, [Optional()])


def _choice(field: CustomField, value: Any, _record: Any) -> Any:
    offered = choices(field.offered([value] if value else []), "–")
    return SelectField(field.label, choices=offered, coerce=text_or_none)


def _several(field: CustomField, value: Any, _record: Any) -> Any:
    return _Choices(field.label, choices=choices(field.offered(value or [])))


def _person(field: CustomField, _value: Any, _record: Any) -> Any:
    return OwnerField(field.label)


def _file(field: CustomField, _value: Any, record: Any) -> Any:
    """One of the files that are attached to the record."""
    attached = [(one.id, one.file.name) for one in files.of(record)] if record is not None else []
    hint = _l("One of the files that are attached to it.")
    return SelectField(field.label, choices=choices(attached, "–"), coerce=number_or_none, description=hint)


def _link(field: CustomField, _value: Any, _record: Any) -> Any:
    return URLField(field.label, [at_most(2000), check_url], filters=[one_line])


_FIELDS: dict[str, Callable[[CustomField, Any, Any], Any]] = {
    "text": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "choice": _choice,
    "choices": _several,
    "person": _person,
    "file": _file,
    "link": _link,
}
