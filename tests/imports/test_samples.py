"""Exports of eight programs and difficult cards go in and come out as a person reads them (samples/README.md says how to compare).

What cannot be done today stands in known.py, word by word: whoever mends one of them takes it out there.
"""

import csv
import json
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts.consents import Consent
from crmlite.contacts.models import Affiliation, Contact, whole_name
from crmlite.extensions import db
from crmlite.imports.models import ImportRow
from crmlite.records import tags
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point
from tests.imports.conftest import Mover
from tests.imports.known import KNOWN, TOLD

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(
    str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.suffix in {".csv", ".xlsx", ".vcf"}
)
ENCODINGS = {
    "google/old-utf16.csv": "utf-16", "outlook/outlook-com.csv": "utf-8-sig", "outlook/outlook-ru.csv": "cp1251",
    "hubspot/companies.csv": "utf-8-sig", "salesforce/report.csv": "latin-1",
    **{f"outlook/outlook-{language}.csv": "cp1252" for language in ("da", "en", "it", "nl")},
}  # fmt: skip
LABELS = {"work": "work", "home": "home", "mobile": "mobile", "billing": "invoice", "shipping": "delivery",
          "delivery": "delivery", "mailing": "work", "other": "other"}  # fmt: skip
"""The kinds that crmlite has; of all others the file's own word has to be in the note."""


@pytest.mark.parametrize("name", FILES)
def test_a_sample_comes_out_as_a_person_reads_it(name, stage):
    assert Sample(name).differences(stage) == KNOWN.get(name, set())


def test_the_comparison_notices_what_is_wrong(stage):
    sample = Sample("google/old-utf16.csv")
    person, company = sample.expected["people"][0], sample.expected["companies"][0]
    person |= {
        "family": "Other",
        "name": "Łukasz Other",
        "language": "nl",
        "birthday": "1988-11-29",
        "note": "Line two only, twice",
    }
    person["phones"][0]["label"], person["emails"][0]["value"] = "home", "lukas@example.org"
    company["urls"] = ["https://taxi.example.com"]
    sample.expected["not_taken"].append("Sensitivity: high")
    sample.expected["refused"].append({"row": 2, "why": "no reason"})
    sample.expected["photos"] = 1
    assert len(sample.differences(stage)) == 9


class Sample:
    def __init__(self, name: str) -> None:
        self.name, self.path = name, SAMPLES / name
        self.expected = json.loads(self.path.with_suffix(".expected.json").read_text())
        if self.path.stem == "outlook" and self.path.suffix == ".vcf":
            self.expected = json.loads((self.path.parent / "outlook.expected.json").read_text())

    def differences(self, stage) -> set[str]:
        mover = Mover(stage)
        done = mover.move_in(
            self.path.read_bytes(), self.path.name, country="", owner_id=str(stage.ids["user.manager"])
        )
        assert done.state == "done", done.problem
        with stage.app.app_context():
            self.world = World(done)
            return {*self._of_report(done), *self._of_people(), *self._of_companies(), *self._of_rest()}

    # --- the report ---------------------------------------------------------------------------------------------------

    def _of_report(self, done: SimpleNamespace):
        program = "vcard" if self.path.suffix == ".vcf" else self.path.parent.name
        if done.source != program:
            yield f"it is taken for {done.source or 'nothing'}"
        sums = sum(done.counts.get(name, 0) for name in ("new", "changed", "same", "joined", "skipped", "refused"))
        if not sums == done.total == len(done.rows):
            yield f"{sums} rows of {done.total}"
        refused = {number: row.reasons for number, row in done.rows.items() if row.outcome == "refused"}
        if any(not reasons for reasons in refused.values()):
            yield "a row is refused without a reason"
        counted = (done.found.get("photos", 0), done.counts.get("pictures", 0), self.world.pictures)
        if counted != (self.expected.get("photos", 0),) * 3:
            yield f"pictures: {counted} are found, counted and kept"
        wanted = {entry["row"] for entry in self.expected["refused"]}
        self.may_refuse = may = {
            int(number) for remark in self.expected.get("remarks", ()) for number in _rows_named(remark)
        }
        self.refused = set(refused)
        may |= set(done.rows) - set(self._table()) if self.expected["program"] == "Salesforce report" else set()
        for number in sorted(refused.keys() ^ wanted):
            if number not in may:
                yield f"row {number}: {'refused' if number in refused else 'not refused'} {refused.get(number, '')}".strip()

    # --- people -------------------------------------------------------------------------------------------------------

    def _of_people(self):
        left = dict(self.world.people)
        for place, expected in enumerate(self.expected["people"], 1):
            number = _found(expected, left)
            if number is None:
                if place not in self.may_refuse & self.refused:
                    yield f"{_title(expected)}: nobody"
                continue
            yield from (f"{_title(expected)}: {what}" for what in self._person(expected, left.pop(number)))
        allowed = [person for may in self.expected.get("may", ()) for person in may["people"]]
        for person in left.values():
            if _found_in(person, allowed) is None:
                yield f"{person.name or person.emails}: unexpected"

    def _person(self, expected: dict[str, Any], person: SimpleNamespace):
        name = expected.get("name", "")
        wholes = {
            re.sub(r"\s", "", name),
            re.sub(r"\s", "", whole_name(expected.get("family", ""), expected.get("given", ""))),
        }
        if re.sub(r"\s", "", person.name) not in wholes:
            suffix = name.split(expected.get("family", "") or " ")[-1]
            parts = (expected.get("given", ""), expected.get("family", "") + suffix)
            if (person.given, person.family) != parts:
                yield f"is called {person.name!r}"
        for field in ("salutation", "language"):
            if field in expected and (getattr(person, field) or "") != expected[field]:
                yield f"{field} is {getattr(person, field)!r}"
        if expected.get("company", "") != person.company:
            yield f"works at {person.company!r}"
        if expected.get("title", "") != person.title:
            is_told = not person.company and expected["title"] in person.told
            yield "title is told in the note" if is_told else f"title is {person.title!r}"
        if "company_id" in expected and not person.company:
            is_told = expected["company_id"] in person.told
            yield "the company is told by its id alone" if is_told else "the company is told nowhere"
        if (birthday := expected.get("birthday")) and birthday != str(person.birthday):
            yield f"birthday is {person.birthday}"
            if birthday.startswith("--") and not re.search(birthday[2:].replace("-", "-?"), person.told):
                yield "birthday is told nowhere"
        yield from self._reach(expected, person)

    def _of_companies(self):
        for expected in self.expected["companies"]:
            found = [company for company in self.world.companies.values() if company.name == expected["name"]]
            if not found:
                yield f"{expected['name']}: no such company"
                continue
            if (
                "vat_id" in expected
                and found[0].vat_id != expected["vat_id"]
                and expected["vat_id"] not in found[0].told
            ):
                yield f"{expected['name']}: VAT number is {found[0].vat_id!r}"
            yield from (f"{expected['name']}: {what}" for what in self._reach(expected, found[0]))
        if len(self.world.companies) != len({company.name for company in self.world.companies.values()}):
            yield "a company is there twice"

    def _reach(self, expected: dict[str, Any], record: SimpleNamespace):
        emails = Counter(_lower(point["value"]) for point in expected.get("emails", ()))
        if emails != Counter(record.emails):
            yield f"e-mails are {sorted(record.emails)}"
        phones = Counter(_dialled(point["value"]) for point in expected.get("phones", ()))
        if phones != Counter(map(_dialled, record.phones)):
            wrong = set(record.phones) - set(phones) | set(phones - Counter(map(_dialled, record.phones)))
            if not all(self._may_be(number) for number in wrong):
                yield f"phones are {sorted(record.phones)}"
        labels = {_dialled(point["value"]): point.get("label", "") for point in expected.get("phones", ())}
        for value, label in record.phones.items():
            wanted = labels.get(_dialled(value), "")
            if wanted in LABELS and LABELS[wanted] != label:
                yield f"{value} is of {label}"
            elif wanted and wanted not in LABELS and not self._is_kind(wanted, label) and wanted not in record.told:
                yield f"{value} is of {label}, not {wanted}"
        urls = {_plain_url(url) for url in expected.get("urls", ())}
        for url in urls ^ {_plain_url(url) for url in record.urls}:
            if url not in record.told.replace("https://", "").replace("http://", ""):
                yield f"{url}: {'missing' if url in urls else 'unexpected'}"
        if not self._same_addresses(expected.get("addresses", []), record):
            yield f"addresses are {record.addresses}"
        for text in expected.get("tags", ()):
            if text.casefold() not in record.tags:
                yield f"the label {text} is told {'in the note' if text in record.told else 'nowhere'}"
        if (note := expected.get("note")) and note not in record.told and note.replace('2"', "2") not in record.told:
            yield f"note is {record.told!r}"

    @staticmethod
    def _is_kind(wanted: str, label: str) -> bool:
        """Main numbers are of work; faxes and pagers are of another kind than what is dialled to talk."""
        return label == ("work" if wanted == "main" else "other") and wanted in {
            "main",
            "fax",
            "work fax",
            "other fax",
            "pager",
        }

    def _may_be(self, number: str) -> bool:
        """Whether a remark says that this number may be read otherwise."""
        return any(number.lstrip("+") in re.sub(r"[ ()-]", "", remark) for remark in self.expected.get("remarks", ()))

    def _same_addresses(self, expected: list[dict[str, Any]], record: SimpleNamespace) -> bool:
        if "reader that puts the whole text into the lines" in str(self.expected.get("remarks")):
            wanted = _words(
                " ".join(
                    " ".join([*one.get("lines", []), one.get("city", ""), one.get("postcode", "")]) for one in expected
                )
            )
            return wanted <= _words(" ".join(" ".join(map(str, one)) for one in record.addresses))
        return sorted(map(_written, expected)) == sorted(record.addresses)

    # --- nothing vanishes ---------------------------------------------------------------------------------------------

    def _of_rest(self):
        table = self._table()
        headers = next(iter(table.values())) if table else []
        for entry in self.expected["not_taken"]:
            texts = TOLD.get(self.name, {}).get(entry)
            if texts is not None:
                for text in texts:
                    if text not in self.world.told:
                        yield f"{entry}: {text!r} is told nowhere"
                continue
            column = re.split(r" \(|: ", entry)[0]
            if column not in headers:
                yield f"{entry}: no such column"
                continue
            only = entry.split(": ")[1] if ": " in entry else ""
            noise = [value for name, _colon, value in map(_noise, self.expected.get("noise", ())) if column in name]
            for number, cells in table.items():
                value = cells[headers.index(column)].strip() if len(cells) > headers.index(column) else ""
                counts = number in self.world.rows and value and value not in noise and _is_meant(value, only)
                if counts and not self._is_told(number, column, value):
                    yield f"row {number}: {column} {value!r} is told nowhere"

    def _is_told(self, number: int, column: str, value: str) -> bool:
        if column in self.world.refusals and value in {"0", "false"}:
            return True  # who has not unsubscribed has said nothing
        records = self.world.of_row(number)
        told = ", ".join(json.loads(value).values()) if value.startswith('{"') else value
        if any(f"{column}: {told}" in record.told for record in records):
            return True
        pieces = [piece.strip() for piece in re.split(r":::|[;,]", value)]
        if any(
            record.tags and all(piece.casefold() in record.tags or piece.startswith("*") for piece in pieces)
            for record in records
        ):
            return True
        return any(value in (record.industry, record.parent) for record in records)

    def _table(self) -> dict[int, list[str]]:
        """Rows by number, as a spreadsheet shows them; the first one is the heading."""
        if self.path.suffix == ".vcf":
            return {}
        if self.path.suffix == ".xlsx":
            sheet = openpyxl.load_workbook(self.path).worksheets[0]
            rows = [[_shown(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        else:
            text = self.path.read_bytes().decode(ENCODINGS.get(self.name, "utf-8"))
            first = text.splitlines()[0]
            delimiter = ";" if first.count(";") > first.count(",") else ","
            rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
        width = max(map(len, rows))
        table = {number: row for number, row in enumerate(rows, 1) if any(row)}
        while sum(map(bool, next(iter(table.values())))) * 2 < width:  # a title above the heading
            table.pop(next(iter(table)))
        if self.expected["program"] == "Salesforce report":
            table = {number: row for number, row in table.items() if len(row) == width}
        return table


class World:
    """What the import brought."""

    def __init__(self, done: SimpleNamespace) -> None:
        headers = done.found["headers"]
        self.refusals = {headers[index] for index, target in enumerate(done.mapping) if "refusal/" in target}
        self.rows: dict[int, ImportRow] = {number: row for number, row in done.rows.items() if row.outcome != "refused"}
        contacts = {row.contact_id for row in self.rows.values() if row.contact_id and "p" in row.brought}
        companies = {row.company_id for row in self.rows.values() if row.company_id}
        self.people = {number: _person_of(db.session.get_one(Contact, number)) for number in sorted(contacts)}
        self.companies = {number: _company_of(db.session.get_one(Company, number)) for number in sorted(companies)}
        kept = (
            sa.select(sa.func.count())
            .select_from(Attachment)
            .where(Attachment.record_type == "contact", Attachment.record_id.in_(contacts))
        )
        self.pictures = db.session.scalar(kept)
        self.told = "\n".join(record.told for record in (*self.people.values(), *self.companies.values()))

    def of_row(self, number: int) -> list[SimpleNamespace]:
        row = self.rows[number]
        found = [self.people.get(row.contact_id or 0), self.companies.get(row.company_id or 0)]
        return [record for record in found if record is not None]


def _person_of(contact: Contact) -> SimpleNamespace:
    links = db.session.scalars(sa.select(Affiliation).where(Affiliation.contact_id == contact.id)).all()
    main = next((link for link in links if link.main), None)
    return SimpleNamespace(
        name=contact.name, given=contact.given, family=contact.family, salutation=contact.salutation, language=contact.language,
        birthday=contact.birthday, company=main.company.name if main else "", title=main.title if main else "",
        industry=None, parent=None, **_reach_of("contact", contact),
    )  # fmt: skip


def _company_of(company: Company) -> SimpleNamespace:
    parent = db.session.get(Company, company.parent_id) if company.parent_id else None
    return SimpleNamespace(
        name=company.name, vat_id=company.vat_id, industry=company.industry, parent=parent.name if parent else None,
        **_reach_of("company", company),
    )  # fmt: skip


def _reach_of(name: str, record: Any) -> dict[str, Any]:
    points, addresses = (
        db.session.scalars(sa.select(model).where(getattr(model, f"{name}_id") == record.id).order_by(model.id)).all()
        for model in (Point, Address)
    )
    notes = db.session.scalars(
        sa.select(Note.text).where(Note.record_type == name, Note.record_id == record.id).order_by(Note.id)
    )
    said = (
        db.session.scalars(sa.select(Consent.how).where(Consent.contact_id == record.id)) if name == "contact" else ()
    )
    return {
        "emails": [point.normal for point in points if point.kind == "email"],
        "phones": {point.normal: point.label for point in points if point.kind == "phone"},
        "urls": [point.value for point in points if point.kind == "url"],
        "addresses": [(_words_of(a.lines), a.postcode, a.city, a.region, a.country, a.label) for a in addresses],
        "tags": [word.casefold() for _id, word, _hue in tags.of(name, [record.id]).get(record.id, [])],
        "told": "\n".join([*notes, record.instructions, *said]),
    }


def _found(expected: dict[str, Any], people: dict[int, SimpleNamespace]) -> int | None:
    emails = {_lower(point["value"]) for point in expected.get("emails", ())}
    phones = {_dialled(point["value"]) for point in expected.get("phones", ())}
    for number, person in people.items():
        if emails & set(person.emails) or phones & set(map(_dialled, person.phones)):
            return number
    return next((n for n, person in people.items() if person.name and person.name == expected.get("name")), None)


def _found_in(person: SimpleNamespace, allowed: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((one for one in allowed if _found(one, {1: person})), None)


def _title(expected: dict[str, Any]) -> str:
    return expected.get("name") or expected["emails"][0]["value"]


def _dialled(value: str) -> str:
    """What is dialled: the digits, with + where the country is said."""
    plain = value.split("ext")[0].strip(" ;")
    return "+" * plain.startswith("+") + "".join(filter(str.isdigit, plain))


def _lower(value: str) -> str:
    return value.casefold()


def _plain_url(url: str) -> str:
    return re.sub(r"^https?://", "", url).rstrip("/")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def _words_of(text: str) -> str:
    """The words of an address in any order: street and number may be written either way round."""
    return " ".join(sorted(re.findall(r"\w+", text)))


def _written(address: dict[str, Any]) -> tuple[str, ...]:
    lines = _words_of(" ".join(address.get("lines", [])))
    rest = tuple(address.get(name, "") for name in ("postcode", "city", "region", "country"))
    return (lines, *rest, LABELS[address.get("label", "work")])


def _rows_named(remark: str) -> list[str]:
    """Rows (cards) of which a remark says that refusing them is right too."""
    return re.findall(r"row (\d+)", remark) if "refuse" in remark else []


def _noise(entry: str) -> tuple[str, str, str]:
    return entry.partition(": ")


def _is_meant(value: str, only: str) -> bool:
    """Where an entry names one value of its column."""
    return not only or value.casefold() == only.casefold() or (only == "true" and value == "yes")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if (value.hour, value.minute, value.second) == (0, 0, 0) else str(value)
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
