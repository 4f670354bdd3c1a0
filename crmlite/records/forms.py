"""Parts of the forms of records: e-mails, phones, links and addresses as rows, owners, and links to other records."""

from collections.abc import Iterator
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from crmlite.extensions import db
from crmlite.fold import sort_key
from crmlite.forms import (
    Form,
    SeenForm,
    SelectField,
    at_most,
    choices,
    country_choices,
    number_or_none,
    one_line,
    refuse_twice,
    take_over,
    tidy,
)
from crmlite.points import is_email, is_phone, normal_url
from crmlite.records import types
from crmlite.records.colleagues import users
from crmlite.records.notes import MAX_LENGTH
from crmlite.records.points import LABELS, Address, Point, of

MAX_ROWS = 20
"""More than that are not added here; web forms may have brought more, and all of them are shown and kept."""
MOST_ROWS = 240

NO_EMAIL = _l("That is not an e-mail address. It looks like anna@example.com.")
NO_PHONE = _l("That is not a phone number. Write digits, with + and the country's code in front if it is abroad.")
NO_URL = _l("That is not a web address. It looks like https://example.com.")


def check_email(_form: Form, field: Field) -> None:
    if field.data and not is_email(field.data):
        raise ValidationError(NO_EMAIL)


def check_phone(_form: Form, field: Field) -> None:
    if field.data and not is_phone(field.data):
        raise ValidationError(NO_PHONE)


def check_url(_form: Form, field: Field) -> None:
    try:
        normal_url(field.data or "https://example.com")
    except ValueError:
        raise ValidationError(NO_URL) from None


def row_id(value: Any) -> int:
    """The id of a row that is being changed; 0 for a new one, and for nonsense."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _labels() -> list[SelectChoice]:
    return choices(LABELS)


class _RowForm(SeenForm):
    id = HiddenField(filters=[row_id])
    label = SelectField(_l("Kind"), choices=_labels, default="work")
    main = BooleanField(_l("Main one"))

    @property
    def first(self) -> Field:
        """Where it is said what is wrong with the row."""
        return self["value"] if "value" in self else self["lines"]

    @property
    def is_empty(self) -> bool:
        return not self.first.data

    @property
    def text(self) -> str:
        return str(self.first.data)

    def settle_row(self, now: "_RowForm") -> str | None:
        """settle(), the row being one thing and which one is the main one another. What somebody else made of it, where the user
        changed it too."""
        mine, theirs, shown = self.says(), now.says(), self.shown()
        content = [name for name in mine if name != "main"]
        if shown.get("main") == mine["main"]:
            take_over(self.main, now.main.data)
        self.was.data = now.was.data
        if all(mine[name] == theirs[name] for name in content):
            return None
        if all(name in shown and shown[name] == mine[name] for name in content):
            for name in content:
                take_over(self[name], now[name].data)
            return None
        if all(name in shown and shown[name] == theirs[name] for name in content):
            return None
        return now.text if now.text != self.text else str(dict(LABELS).get(now.label.data, now.label.data))


class EmailForm(_RowForm):
    value = EmailField(_l("E-mail"), [at_most(254), check_email], filters=[one_line])


class PhoneForm(_RowForm):
    value = TelField(_l("Phone"), [at_most(40), check_phone], filters=[one_line])


class LinkForm(_RowForm):
    value = StringField(_l("Link"), [at_most(2000), check_url], filters=[one_line])


class AddressForm(_RowForm):
    lines = TextAreaField(_l("Street and number"), [at_most(500)], filters=[tidy])
    postcode = StringField(_l("Postcode"), [at_most(20)], filters=[one_line])
    city = StringField(_l("City"), [at_most(100)], filters=[one_line])
    region = StringField(
        _l("Region"),
        [at_most(100)],
        filters=[one_line],
        description=_l("State or province, where addresses name one."),
    )
    country = SelectField(_l("Country"), choices=country_choices, default="")

    @property
    def is_empty(self) -> bool:
        return not (self.lines.data or self.postcode.data or self.city.data or self.region.data)

    @property
    def text(self) -> str:
        parts = (self.lines.data, self.postcode.data, self.city.data, self.region.data, self.country.data)
        return ", ".join(part for part in parts if part)


class Rows(FieldList):
    """A FieldList that takes no nonsense for the number of a row: WTForms reads "²", and numbers of any length."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        rows = (key[len(prefix) + 1 :].partition("-")[0] for key in formdata if key.startswith(f"{prefix}-"))
        return sorted({int(row) for row in rows if row.isascii() and row.isdigit() and len(row) < 5})


class ReachForm(Form):
    """How somebody is reached, as rows. An empty row is none; `_add` in what was posted asks for one more."""

    emails = Rows(FormField(EmailForm), _l("E-mail addresses"), min_entries=1, max_entries=MOST_ROWS)
    phones = Rows(FormField(PhoneForm), _l("Phone numbers"), min_entries=1, max_entries=MOST_ROWS)
    urls = Rows(FormField(LinkForm), _l("Links"), max_entries=MOST_ROWS)
    addresses = Rows(FormField(AddressForm), _l("Address"), max_entries=MOST_ROWS)

    ROWS = {"email": "emails", "phone": "phones", "url": "urls"}  # noqa: RUF012

    def add_row(self, name: str) -> None:
        field = self[name] if name in {*self.ROWS.values(), "addresses"} else None
        if field is not None and len(field.entries) < MAX_ROWS:
            field.append_entry()

    def points(self) -> list[dict[str, Any]]:
        """Rows for records.points.set_points(): one that was emptied says that its point goes."""
        return [
            {"kind": kind, "id": row.id.data, **row.answers}
            for kind, name in self.ROWS.items()
            for row in self._rows(name)
        ]

    def address_rows(self) -> list[dict[str, Any]]:
        return [{"id": row.id.data, **row.answers} for row in self._rows("addresses")]

    def _rows(self, name: str) -> list[Any]:
        return [entry.form for entry in self[name].entries if not entry.form.is_empty or entry.form.id.data]

    def settle(self, record: Any) -> dict[str, str]:
        """Of a valid form: rows that the user left as they were shown become what they are now. What both changed stands beside
        the row; returned is what it is now, by the name of the list. Saving again writes what the user wrote."""
        now = type(self)(data=reach_of(record))
        found = {}
        for name in (*self.ROWS.values(), "addresses"):
            rows = {entry.form.id.data: entry.form for entry in now[name].entries if entry.form.id.data}
            chosen, shown = self._chosen(name)
            theirs = [*self._settle_rows(name, rows), *self._settle_main(name, rows, chosen, shown)]
            if theirs:
                found[name] = ", ".join(filter(None, theirs))
                self._show_added(name, rows)
        return found

    def _chosen(self, name: str) -> tuple[list[Any], set[int]]:
        """The rows that the user made the main one, and which were it when the form was shown."""
        rows = self._rows(name)
        shown = {row.id.data for row in rows if row.shown().get("main")}
        return [row for row in rows if row.main.data and not row.shown().get("main")], shown

    def _settle_rows(self, name: str, now: dict[int, Any]) -> Iterator[str]:
        """What others made of the rows that the user changed too; "" for one that they removed."""
        for entry in list(self[name].entries):
            row = entry.form
            if not row.id.data:
                continue
            if row.id.data in now:
                theirs = row.settle_row(now[row.id.data])
                if theirs is not None:
                    row.first.errors = [_("Somebody changed this to “%(value)s” meanwhile.", value=theirs)]
                    yield theirs
            elif row.is_empty or row.shown() == row.says():
                self[name].entries.remove(entry)
            else:
                row.id.data, row.was.data = 0, ""
                row.first.errors = [_("Somebody removed this meanwhile. Save again to add it anew.")]
                yield ""

    def _settle_main(self, name: str, now: dict[int, Any], chosen: list[Any], shown: set[int]) -> Iterator[str]:
        """There is one main one: what the user chose, unless somebody else chose another one meanwhile."""
        if not chosen:
            return
        for row in self._rows(name):
            row.main.data = row in chosen
        theirs = next((row for row in now.values() if row.main.data), None)
        if theirs is not None and theirs.id.data not in shown | {row.id.data for row in chosen}:
            chosen[0].first.errors = [_("Somebody made “%(value)s” the main one meanwhile.", value=theirs.text)]
            yield theirs.text

    def _show_added(self, name: str, now: dict[int, Any]) -> None:
        known = {entry.form.id.data for entry in self[name].entries}
        for number, row in now.items():
            if number not in known and len(self[name].entries) < MOST_ROWS:
                self[name].append_entry({"id": number, **row.answers})


def reach_of(record: Any) -> dict[str, Any]:
    """What ReachForm shows of a record that exists."""
    found: dict[str, Any] = {name: [] for name in ReachForm.ROWS.values()}
    for point in of(record, Point):
        found[ReachForm.ROWS[point.kind]].append(
            {"id": point.id, "value": point.value, "label": point.label, "main": point.main}
        )
    names = ("id", "label", "lines", "postcode", "city", "region", "country", "main")
    found["addresses"] = [{name: getattr(address, name) for name in names} for address in of(record, Address)]
    return found


class NoteForm(SeenForm):
    text = TextAreaField(_l("Note"), [DataRequired(_l("Write something first.")), at_most(MAX_LENGTH)], filters=[tidy])


class OwnerField(SelectField):
    """One of those who work here, or nobody. Somebody who left stays where they are the owner already."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=self._people, coerce=number_or_none, **kwargs)
        self.type = "SelectField"  # drawn like any other

    def _people(self) -> list[SelectChoice]:
        people = [
            (user_id, user["name"]) for user_id, user in users().items() if user["active"] or user_id == self.data
        ]
        return choices(people, _l("Nobody"))


def keep_owner(form: Form, kind: types.RecordType, record: Any) -> None:
    """Takes the owner out of the form where the user may change the record, but not hand it over."""
    if "owner_id" in form and not kind.policy.may_hand_over(g.user, record):
        del form["owner_id"]


class RecordField(Field):
    """Another record, chosen by name: `data` is its id. One that the user may not see stays as it is.

    With `or_new`, a name that nobody has is kept in `new_name`. What is typed comes as <name>-text, so that it works without
    script too: a name that one visible record has is that record.
    """

    data: int | None

    def __init__(self, label: Any, record_type: str, or_new: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.record_type, self.or_new = record_type, or_new
        self.text, self.new_name = "", ""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        if formdata is not None and f"{self.name}-text" in formdata:
            self.text = one_line(formdata[f"{self.name}-text"])[:200]
            if len(formdata.getlist(f"{self.name}-text")) > 1:
                refuse_twice(self)
            if not self.text:
                self.data = None
        elif self.data:
            self.text = self._title(self.data) or _("Something that you may not see")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = row_id(valuelist[0]) or None if valuelist else None

    def pre_validate(self, form: Form) -> None:
        if self.data is None and self.text:
            self.data = self._named(self.text)
            if self.data is None and not self.or_new:
                raise ValidationError(_("Nothing of that name is here. Choose one from the list."))
            self.new_name = "" if self.data else self.text
        elif self.data not in {None, self.object_data} and not self._title(self.data):
            raise ValidationError(_("Choose one from the list."))

    def _visible(self) -> Any:
        kind = types.get(self.record_type)
        return kind and kind.policy.visible(g.user)

    def _title(self, record_id: int) -> str:
        kind = types.get(self.record_type)
        if kind is None:
            return ""
        return (
            db.session.scalar(self._visible().with_only_columns(kind.model.name).where(kind.model.id == record_id))
            or ""
        )

    def _named(self, text: str) -> int | None:
        kind = types.get(self.record_type)
        if kind is None:
            return None
        query = self._visible().with_only_columns(kind.model.id).where(kind.model.sort_name == sort_key(text))
        found = list(db.session.scalars(query.limit(2)))
        return found[0] if len(found) == 1 else None
