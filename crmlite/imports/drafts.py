"""A row of cells made into what a person and a company would be: tidied, checked, and comparable. Pure.

What a column holds and cannot be taken, such as an e-mail address that is none, is not lost: it goes into the note, with a remark.
Only a row that says nothing of anybody, or whose texts do not fit anywhere, is refused.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crmlite.imports import cells as texts
from crmlite.imports import subjects, tagging
from crmlite.imports.answers import Answers
from crmlite.imports.draft import Draft, Reach
from crmlite.imports.fields import read
from crmlite.imports.lexicon import country_code, language_code
from crmlite.imports.reading.looks import read_date
from crmlite.imports.reading.stream import Row
from crmlite.imports.sources.habits import Habits
from crmlite.imports.targets import ADDRESS, LEFT_OUT, Target, parse
from crmlite.records.custom_fields import CustomField

LONGEST = {
    "given": 100, "family": 100, "salutation": 40, "instructions": 2000, "name": 200, "vat_id": 40, "industry": 100,
    "job": 200, "email": 254, "phone": 40, "url": 2000, "lines": 500, "postcode": 20, "city": 100, "region": 100,
}  # fmt: skip
NOTE = 20_000
MOST = 20
"""E-mails, phones and links that one row may bring of each kind."""
_YES = {
    "1", "t", "true", "yes", "y", "x", "company", "ja", "wahr", "oui", "vrai", "si", "sí", "verdadero", "نعم",
    "unternehmen", "bedrijf", "firma", "société", "empresa",
}  # fmt: skip
_NO_YEAR = re.compile(r"--\d\d-?\d\d")
"""A birthday of somebody who does not tell their age."""
_KEPT_AS = {"fax": "other", "pager": "other"}
"""Kinds that files know and crmlite does not: which one is said in the note."""


class Drafter:
    """Makes drafts of the rows of one import."""

    def __init__(
        self,
        headers: Sequence[str],
        mapping: Sequence[str],
        orders: Mapping[int, str],
        commas: Mapping[int, str],
        country: str,
        owners: Mapping[str, int],
        habits: Habits,
        fields: Mapping[int, CustomField],
    ) -> None:
        """`orders`: of columns with dates, how days are written there. `country`: where numbers without a prefix are dialled.
        `owners`: ids of users by name and by e-mail address."""
        self._columns = [
            (index, header, parse(target) if target != LEFT_OUT else None)
            for index, (header, target) in enumerate(zip(headers, mapping, strict=True))
            if target != LEFT_OUT
        ]
        self._fields = fields
        self._width = len(headers)
        self._by_company = any(
            target and target.field == "is_company" and target.number > 1 for *_at, target in self._columns
        )
        self._orders, self._commas, self._country, self._owners, self._habits = orders, commas, country, owners, habits

    def drafts(self, rows: Sequence[Row], begin: int) -> list[Draft]:
        """Of rows that stand one after the other, from that place on."""
        drafts, place = [], begin
        for row in rows:
            if row.bad:
                drafts.append(Draft(row.number, place, refused=(row.bad, "")))
            else:
                drafts.append(self.draft(row.number, place, row.cells))
            place += row.size
        return drafts

    def draft(self, number: int, place: int, cells: Sequence[str]) -> Draft:
        made = Draft(number, place)
        parts: dict[str, dict[tuple[str, int], list[tuple[str, str, str]]]] = {"contact": {}, "company": {}}
        answers = Answers()
        rest: list[tuple[str, str]] = []
        is_company: bool | None = None
        by_company = False
        for index, header, target in self._columns:
            value = texts.tidy(cells[index])
            if not value:
                continue
            if target is None:
                if said := self._said(header, value):
                    rest.append((header, said))
            elif target.is_custom:
                self._custom(made, target, index, header, value, rest)
            elif target.is_agreement:
                if answers.add(target, header, value, self._orders.get(index, "dmy")):
                    made.told.append(("contact", header, value))
                else:
                    made.remarks.append(("no_answer", f"{header}: {value[:40]}"))
                    rest.append((header, value))
            elif target.field == "deleted":
                if value.casefold() in _YES:
                    made.refused = ("deleted", "")
                    return made
            elif target.field == "is_company":
                is_company, by_company = value.casefold() in _YES, target.number > 1
            elif target.record == "" and target.field == "key":
                made.own_key = _key(value)
                rest.append((header, value))
            elif target.field == "owner":
                made.owner_id = self._owners.get(value.casefold().strip())
                if made.owner_id is None:
                    made.remarks.append(("unknown_owner", value[:80]))
                    rest.append((header, value))
            else:
                self._sort(made, parts[target.record], target, index, header, value, rest)
        if more := [value for cell in cells[self._width :] if (value := texts.tidy(cell))]:
            made.remarks.append(("more_cells", ", ".join(more)[:80]))
            rest += [("+", value) for value in more]
        made.agreed = answers.said()
        self._reach(made, made.reach, parts["contact"], rest)
        self._reach(made, made.company_reach, parts["company"], rest)
        if is_company and not by_company:
            subjects.turn_into_company(made)
        elif is_company is False and by_company:
            subjects.turn_into_person(made)
        self._finish(made, rest)
        return made

    def _said(self, header: str, value: str) -> str:
        """Without what the program writes into every row."""
        if ":::" in value:
            pieces = [piece.strip() for piece in value.split(":::")]
            return ", ".join(piece for piece in pieces if piece and not self._habits.is_default(header, piece))
        return "" if self._habits.is_default(header, value) else texts.readable(value)

    def _custom(
        self, made: Draft, target: Target, index: int, header: str, value: str, rest: list[tuple[str, str]]
    ) -> None:
        values = made.custom if target.record == "contact" else made.company_custom
        custom = self._fields.get(index)
        if custom is None or custom.key in values:
            rest.append((header, value))
            return
        try:
            values[custom.key] = read(custom, value, self._orders.get(index, "dmy"), self._commas.get(index, "."))
        except ValueError:
            made.remarks.append(("no_fit", f"{header}: {value[:40]}"))
            rest.append((header, value))
        else:
            made.told.append((target.record, header, value))

    def _sort(
        self, made: Draft, parts: dict[tuple[str, int], list[tuple[str, str, str]]], target: Target, index: int, header: str,
        value: str, rest: list[tuple[str, str]],
    ) -> None:  # fmt: skip
        """Puts one value where it belongs; what can be several is gathered first."""
        values = made.person if target.record == "contact" else made.company
        name = target.field
        if name in ADDRESS or name in texts.POINTS or name.endswith("_label"):
            kind = "address" if name in ADDRESS else name.removesuffix("_label")
            parts.setdefault((kind, target.number), []).append((name, target.label or "", value))
        elif name == "note":
            value = texts.plain(value)
            if target.record == "contact":
                made.note = texts.joined(made.note, value)
            else:
                made.company_note = texts.joined(made.company_note, value)
        elif name == "tags":
            self._tags(made, made.tags if target.record == "contact" else made.company_tags, header, value, rest)
        elif name == "birthday":
            day = read_date(value, self._orders.get(index, "dmy"))
            if self._habits.is_default(header, value):
                return
            if day is None or day > date.today():
                word = "no_year" if _NO_YEAR.fullmatch(value) else "no_date"
                made.remarks.append((word, f"{header}: {value[:40]}"))
                rest.append((header, value))
            else:
                values["birthday"] = day
        elif name == "language":
            if code := language_code(value):
                values["language"] = code
            else:
                rest.append((header, value))
        elif name == "key":
            made.company_key = _key(value)
            if target.number > 1:
                made.told.append(("company", header, value))
            else:
                rest.append((header, value))
        elif name == "parent":
            made.parent = texts.line(value)
        elif name == "job":
            if texts.line(value) != made.job:
                made.job = texts.joined(made.job, texts.line(value), ", ")
        elif name == "name" and target.record == "company":
            self._company_name(values, target, header, value, rest)
        elif name == "instructions":
            values[name] = texts.joined(values.get(name, ""), value)
        else:
            values[name] = texts.joined(values.get(name, ""), texts.line(value), " ")

    def _tags(self, made: Draft, known: list[str], header: str, value: str, rest: list[tuple[str, str]]) -> None:
        for word in tagging.lacking(tagging.apart(value), known):
            if self._habits.is_default(header, word):
                continue
            if tagging.fits(word, known):
                known += tagging.lacking([word], known)
            else:
                made.remarks.append(("no_fit", f"{header}: {word[:40]}"))
                rest.append((header, word))

    @staticmethod
    def _company_name(
        values: dict[str, Any], target: Target, header: str, value: str, rest: list[tuple[str, str]]
    ) -> None:
        """One of them; others are told."""
        first, *others = [texts.line(piece) for piece in (value.split(";") if target.number > 1 else [value])]
        known = values.get("name", "")
        if known and known != first:
            others.append(known if target.number > 1 else first)
        if not known or target.number > 1:
            values["name"] = first
        rest += [(header, other) for other in others if other]

    # --- e-mails, phones, links, addresses ------------------------------------------------------------------------

    def _reach(
        self,
        made: Draft,
        reach: Reach,
        parts: dict[tuple[str, int], list[tuple[str, str, str]]],
        rest: list[tuple[str, str]],
    ) -> None:
        country = self._country
        for (kind, _number), found in sorted(parts.items(), key=lambda part: (part[0][0] != "address", part[0][1])):
            if kind == "address":
                country = self._address(made, reach, found, rest) or country
                continue
            said = next((value for name, _label, value in found if name.endswith("_label")), "")
            for name, label, value in found:
                if name == kind:
                    for piece, own in texts.apart(kind, value):
                        self._point(made, reach, kind, piece, label, own or said, country, rest)

    def _point(
        self, made: Draft, reach: Reach, kind: str, value: str, fixed: str, said: str, country: str, rest: list[tuple[str, str]]
    ) -> None:  # fmt: skip
        """`fixed`: our word for what it is; `said`: the file's."""
        label, is_all = texts.label(said) if said else ("", True)
        label = _KEPT_AS.get(fixed, fixed) or label
        heading = {"email": "E-mail", "phone": "Phone", "url": "Link"}[kind]
        normal = None
        number, extension = texts.without_extension(value) if kind == "phone" else (value, "")
        if len(value) <= LONGEST[kind]:
            number, normal = texts.normal(kind, number, country)
        if normal is None or len(reach.points) >= 3 * MOST:
            made.remarks.append((f"no_{kind}", value[:80]))
            rest.append((heading, value))
            return
        if extension:
            rest.append((heading, value))
        if fixed in _KEPT_AS:
            rest.append((number, fixed))
        elif said and (not is_all or (label == "other" and said.casefold() != "other")):
            rest.append((number, said[:80]))
        if not any(point["kind"] == kind and point["normal"] == normal for point in reach.points):
            reach.points.append({"kind": kind, "value": number, "normal": normal, "label": label or "work"})

    def _address(
        self, made: Draft, reach: Reach, found: list[tuple[str, str, str]], rest: list[tuple[str, str]]
    ) -> str:
        """Adds the address, and returns its country's code."""
        address = {"lines": "", "postcode": "", "city": "", "region": "", "country": ""}
        label = whole = ""
        for name, fixed, value in found:
            label = label or fixed
            if name == "address_label":
                label = texts.label(value)[0] or label
            elif name == "formatted":
                whole = value
            elif name == "country":
                code = country_code(value)
                address["country"] = address["country"] or code
                if not code:
                    made.remarks.append(("no_country", value[:80]))
                    rest.append(("Country", value))
            elif name == "lines":
                address["lines"] = texts.joined(address["lines"], value)
            else:
                address[name] = texts.joined(address[name], texts.line(value), " ")
        if whole and not any(address.values()):
            address["lines"] = whole
        if any(address.values()) and len(reach.addresses) < MOST:
            if long := next((name for name, value in address.items() if len(value) > LONGEST.get(name, 500)), None):
                made.remarks.append(("too_long", address[long][:80]))
                rest.append(("Address", ", ".join(value for value in address.values() if value)))
            else:
                reach.addresses.append({**address, "label": label or "work"})
        return address["country"]

    # --- the whole row --------------------------------------------------------------------------------------------

    def _finish(self, made: Draft, rest: list[tuple[str, str]]) -> None:
        subjects.name(made.person, made.reach.normals("email"))
        subjects.settle(made, self._habits)
        person_fits = {name: made.person.get(name, "") for name in ("given", "family", "salutation", "instructions")}
        company_fits = {name: made.company.get(name, "") for name in ("name", "vat_id", "industry", "instructions")}
        for name, value in (*person_fits.items(), *company_fits.items(), ("job", made.job), ("name", made.parent)):
            if len(value) > LONGEST[name]:
                made.refused = ("too_long", value[:80])
                return
        if made.own_key and not made.has_person:
            made.company_key = made.own_key
        elif made.has_person and made.has_company:  # it has a name, which goes before the number
            made.company_key = ""
        if not made.has_company:  # nowhere to put what is about a company that has no name
            rest += [(name, str(value)) for name, value in made.company.items() if value]
            rest += [(point["kind"], point["value"]) for point in made.company_reach.points]
            rest += [("address", ", ".join(filter(None, found.values()))) for found in made.company_reach.addresses]
            rest += [("Tag", word) for word in made.company_tags]
            made.note = texts.joined(made.note, made.company_note)
            made.company, made.company_reach, made.company_note, made.company_tags = {}, Reach(), "", []
            if made.job:
                rest.append(("Job title", made.job))
                made.job = made.job if made.company_key else ""
        elif not made.has_person:
            made.company_tags += tagging.lacking(made.tags, made.company_tags)
            made.tags = []
        if not made.has_person and not made.has_company:
            made.refused = ("nobody", "")
            return
        rest += [(header, value) for record, header, value in made.told if record == "contact" and not made.has_person]
        rest += [(header, value) for record, header, value in made.told if record == "company" and not made.has_company]
        unmapped = "\n".join(f"{header}: {value}" for header, value in rest)
        if made.has_company and self._by_company:
            made.company_note = texts.joined(made.company_note, unmapped)
        elif made.has_person:
            made.note = texts.joined(made.note, unmapped)
        else:
            made.company_note = texts.joined(texts.joined(made.company_note, made.note), unmapped)
            made.note = ""
        if max(len(made.note), len(made.company_note)) > NOTE:
            made.refused = ("note_too_long", "")


def _key(value: str) -> str:
    """One, of several the first. Salesforce writes its ids with or without three letters for those who cannot tell a from A."""
    first = texts.line(value.split(";")[0])[:100]
    return first[:15] if re.fullmatch(r"001[A-Za-z0-9]{15}", first) else first
