"""Files from outside: every kind, broken ones, hostile ones. Nothing raises, nothing takes its neighbours along, all within limits."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import hypothesis.strategies as st
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from crmlite.imports import reading, wording
from crmlite.imports.reading import delimited, gathering, limits, looks, stream, vcards
from crmlite.imports.reading.limits import BadRow, Unreadable


def gather(folder: Path, data: bytes | str, encoding: str = "utf-8", **options: str):
    source, target = folder / "source", folder / "target"
    source.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    found = gathering.gather(source, target, options)
    rows, _end = stream.read(target, 0, 1_000_000)
    return found, {row.number: row.bad or row.cells for row in rows}


# --- CSV --------------------------------------------------------------------------------------------------------------

SHEET = "Name;Stadt;Geburtstag\nJörg;Köln;31.12.1980\nÉva;Zürich;1.2.1990\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"])
def test_encoding_delimiter_and_dates_are_found_out(tmp_path, encoding):
    found, rows = gather(tmp_path, SHEET, encoding)
    assert found["delimiter"] == ";"
    assert rows == {2: ["Jörg", "Köln", "31.12.1980"], 3: ["Éva", "Zürich", "1.2.1990"]}
    assert found["columns"][2]["orders"] == ["dmy"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", ":", "\x1f"])
def test_any_delimiter(tmp_path, delimiter):
    found, rows = gather(tmp_path, SHEET.replace(";", delimiter))
    assert (found["delimiter"], rows[2]) == (delimiter, ["Jörg", "Köln", "31.12.1980"])


def test_cyrillic_and_polish_sheets(tmp_path):
    names = ["Иван Петров", "Ольга Смирнова", "Сергей Кузнецов"]
    _found, rows = gather(tmp_path, "Имя;Город\n" + "".join(f"{name};Москва\n" for name in names), "cp1251")
    assert [row[0] for row in rows.values()] == names
    _found, rows = gather(tmp_path, "Imię;Miasto\nŁukasz Wiśniewski;Łódź\nZażółć Gęślą;Kraków\n", "cp1250")
    assert rows[2] == ["Łukasz Wiśniewski", "Łódź"]


def test_no_delimiter_is_seen_where_there_is_none(tmp_path):
    found, rows = gather(tmp_path, "Link\nhttps://a.example\nAnna: the first\nBob\n")
    assert (found["delimiter"], rows[2]) == (",", ["https://a.example"])


def test_a_quotation_mark_that_another_row_closes_takes_none_along(tmp_path):
    _found, rows = gather(
        tmp_path, 'Name,City\n"Anna,Kiel\nBea,Bonn\n"Cy",Ulm\n"Dee\nof Jena",Jena\n"E ""x""\ny",Ulm\n'
    )
    assert rows[2] == "unclosed"
    assert [row for row in rows.values() if isinstance(row, list)] == [
        ["Bea", "Bonn"], ["Cy", "Ulm"], ["Dee\nof Jena", "Jena"], ['E "x"\ny', "Ulm"],
    ]  # fmt: skip


def test_what_is_broken_is_said_of_its_row_alone(tmp_path):
    long = "x" * (limits.FIELD + 1)
    data = (
        f'Name,City\nAnna,Kiel\n"Bob,Bonn\nCy,Ulm\n{long},Y\nDee,Jena,more\nEve\n"Fay\nGay",Trier\nNUL\0,x\n'.encode()
    )
    _found, rows = gather(tmp_path, data + "é,è\n".encode() * 9 + b"Br\xffken,x\nLast,Row\n")
    assert {number: what for number, what in rows.items() if what != ["é", "è"]} == {
        2: ["Anna", "Kiel"], 3: "unclosed", 4: ["Cy", "Ulm"], 5: "field_too_long", 6: ["Dee", "Jena", "more"], 7: ["Eve", ""],
        8: ["Fay\nGay", "Trier"], 9: "nul", 19: "bad_letters", 20: ["Last", "Row"],
    }  # fmt: skip


def test_what_stands_above_the_headings_is_no_heading(tmp_path):
    body = "Name,City,Phone,Since\nAnna,Kiel,,2020\nBob,Bonn,030 1,2021\nCy,Ulm,,2022\n"
    found, rows = gather(tmp_path, "Contacts\n2025-03-02 09:14,\n" + body)
    assert (found["headers"], sorted(rows)) == (["Name", "City", "Phone", "Since"], [4, 5, 6])
    for sheet in ("Name,City\nAnna,Kiel\nBob,Bonn,a,b\nCy,Ulm\nDi,Jena\n", "Name,City\nAnna,Kiel\nBob,Bonn,a,b\n"):
        found, rows = gather(tmp_path, sheet)
        assert (found["headers"], rows[3]) == (["Name", "City"], ["Bob", "Bonn", "a", "b"])


def test_a_sheet_without_headings_has_numbered_columns(tmp_path):
    found, rows = gather(tmp_path, "Anna,anna@x.example\nBob,bob@x.example\n")
    assert (found["headers"], found["has_heading"], len(rows)) == (["Column 1", "Column 2"], False, 2)


def test_numbers_and_dates_say_how_they_are_written(tmp_path):
    found, _rows = gather(tmp_path, "Sum;US;Both\n1.234,50;12/31/2020;1/2/2020\n99,00;1/15/2020;3/4/2020\n")
    assert found["columns"][0]["comma"] == ","
    assert found["columns"][1]["orders"] == ["mdy"]
    assert found["columns"][2]["orders"] == ["dmy", "mdy"]
    assert looks.read_date("1/2/2020", "mdy").isoformat() == "2020-01-02"


# --- workbooks --------------------------------------------------------------------------------------------------------


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_workbook_becomes_the_same_rows(tmp_path):
    from datetime import date

    data = workbook(
        [["Name", "Born", "Zip", "Phone"], ["Anna", date(1980, 12, 31), 1234, 31612345678.0], [None] * 4, ["Bob"]]
    )
    found, rows = gather(tmp_path, data)
    assert found["kind"] == "xlsx"
    assert rows == {2: ["Anna", "1980-12-31", "1234", "31612345678"], 4: ["Bob", "", "", ""]}


# --- vCards -----------------------------------------------------------------------------------------------------------

CARDS = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6r=\r
g;;Dr.;\r
TEL;CELL:+49 170 1234567\r
EMAIL;PREF;INTERNET:joerg@example.com\r
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSk\r
 ZJRgABAQAA\r
\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:3.0\r
FN:Never ends\r
BEGIN:VCARD\r
VERSION:4.0\r
FN:Anna\\, Maria\r
item1.EMAIL;TYPE=work:anna@example.com\r
item1.X-ABLabel:_$!<School>!$_\r
item2.ADR;TYPE=home:;;Main St. 1;Kiel;;24103;Germany\r
TEL;VALUE=uri;TYPE="voice,home":tel:+49-431-5550100\r
NOTE:one\\ntwo\r
  and on\r
BDAY:19801231\r
END:VCARD\r
"""


def test_cards_of_all_versions(tmp_path):
    found, rows = gather(tmp_path, CARDS)
    cards = {
        n: dict(zip(found["headers"], what, strict=True)) if isinstance(what, list) else what
        for n, what in rows.items()
    }
    assert (found["kind"], found["photos"], cards[2]) == ("vcard", 1, "card_without_end")
    joerg = {name: value for name, value in cards[1].items() if value}
    assert joerg == {
        "Last name": "Müller", "First name": "Jörg", "Prefix": "Dr.", "Phone 1": "+49 170 1234567",
        "Phone 1 label": "mobile", "E-mail 1": "joerg@example.com",
    }  # fmt: skip
    anna = cards[3]
    assert anna["Name"] == "Anna, Maria"
    assert (anna["E-mail 1"], anna["E-mail 1 label"]) == ("anna@example.com", "School")
    assert (anna["Address 1 street"], anna["Address 1 city"], anna["Address 1 label"]) == ("Main St. 1", "Kiel", "home")
    assert (anna["Phone 1"], anna["Phone 1 label"]) == ("+49-431-5550100", "home")
    assert anna["Note"] == "one\ntwo and on"
    assert looks.read_date(anna["Birthday"], "dmy").isoformat() == "1980-12-31"


# --- whatever there is ------------------------------------------------------------------------------------------------

pieces = st.sampled_from(
    ['"', ",", ";", "\n", "\r\n", "\r", "\t", "\\", "=", ":", "a@b.example", "BEGIN:VCARD\n", "END:VCARD\n", "N:", "FN:x\n", "é", "\0",
     "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "ENCODING=QUOTED-PRINTABLE:=C3", " ", "1.2.90", "ÿ", "AGENT:\n"]
)  # fmt: skip
texts = st.lists(st.one_of(pieces, st.text(max_size=6)), max_size=60).map("".join)
encodings = st.sampled_from(["utf-8", "utf-16", "cp1252", "latin-1", "utf-16-be"])


def cases(pytestconfig):
    return settings(
        max_examples=10_000 if pytestconfig.getoption("--long") else 200,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


def tried(folder: Path, data: bytes) -> None:
    """Either rows, each with its reason where it has no cells, or a reason that has a sentence."""
    try:
        found, rows = gather(folder, data)
    except Unreadable as refused:
        sentence = wording.of_file(refused.reason)
        if not sentence:
            raise AssertionError(refused.reason) from refused
        return
    assert len(rows) == found["rows"] > 0
    for what in rows.values():
        if isinstance(what, str):
            assert what in wording.REASONS
        else:
            assert len(found["headers"]) <= len(what) <= limits.COLUMNS


def test_no_text_breaks_the_reader_of_sheets(tmp_path, pytestconfig):
    @cases(pytestconfig)
    @given(texts, encodings)
    def check(text, encoding):
        tried(tmp_path, ("Name,City\n" + text).encode(encoding, "replace"))

    check()


def test_no_text_breaks_the_reader_of_cards(tmp_path, pytestconfig):
    @cases(pytestconfig)
    @given(texts, encodings)
    def check(text, encoding):
        tried(tmp_path, ("BEGIN:VCARD\n" + text + "\nEND:VCARD\n").encode(encoding, "replace"))

    check()


def test_no_bytes_break_the_reader(tmp_path, pytestconfig):
    starts = st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"Name,x\n", b"BEGIN:VCARD\r\nN:"])

    @cases(pytestconfig)
    @given(starts, st.binary(max_size=400))
    def check(start, data):
        tried(tmp_path, start + data)

    check()


def test_no_broken_workbook_breaks_the_reader(tmp_path, pytestconfig):
    whole = workbook([["Name", "E-mail"], ["Anna", "anna@x.example"]])

    @cases(pytestconfig)
    @given(st.integers(0, len(whole) - 1), st.binary(min_size=1, max_size=40), st.booleans())
    def check(place, junk, cut):
        tried(tmp_path, whole[:place] + junk + (b"" if cut else whole[place + len(junk) :]))

    check()


def test_the_check_notices_a_reader_that_breaks(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "rows", lambda *_args: iter([(1, ["Name"]), (2, BadRow("no such reason"))]))
    with pytest.raises(AssertionError):
        tried(tmp_path, b"Name\nAnna\n")


# --- hostile files, by the process that reads them --------------------------------------------------------------------


def bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (limits.XLSX_UNPACKED + 1))
    return data.getvalue()


def entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    strings = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "ha">{laughs}]><sst><si><t>&l9;</t></si></sst>'
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["Name"], ["Anna"]]))) as whole, zipfile.ZipFile(data, "w") as packed:
        for part in whole.infolist():
            body = strings.encode() if part.filename == "xl/sharedStrings.xml" else whole.read(part)
            packed.writestr(part.filename, body)
    return data.getvalue()


HOSTILE = {
    "empty": b"",
    "no_rows": b"Name,E-mail\n",
    "pdf": b"%PDF-1.7 ...",
    "picture": b"\x89PNG\r\n",
    "old_excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "binary": bytes(range(256)) * 40,
    "markup": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
    "json": b'[{"name": "Anna"}]',
    "broken_zip": b"PK\x03\x04" + b"\0" * 100,
    "bomb": bomb(),
    "too_many_columns": ",".join(f"c{n}" for n in range(201)).encode() + b"\n1\n",
}


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_file_is_told_by_a_sentence(tmp_path, reason):
    with pytest.raises(Unreadable) as refused:
        gather(tmp_path, HOSTILE[reason])
    assert refused.value.reason == reason
    assert reason in wording.FILES


def test_large_and_odd_files_take_little_memory_and_time(tmp_path):
    kinds = {
        "one line": b"Name\n" + b"x" * 20_000_000,
        "quotation marks": b"Name\n" + b'"a\n' * 400_000,
        "never closed": b'Name\n"' + b"a,b\n" * 300_000,
        "one card": b"BEGIN:VCARD\nN:" + b"y" * 20_000_000,
        "many cards": b"BEGIN:VCARD\nN:a;b\nEND:VCARD\n" * 60_000,
        "entities": entities(),
    }
    for name, data in kinds.items():
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(source), str(target)], capture_output=True, check=True
        )
        seconds, kilobytes, answered = json.loads(done.stdout)
        assert seconds < 4 + 2 * len(data) / 1_000_000, name
        assert kilobytes < 256 * 1024, name
        assert answered, name


MEASURED = """
import json, resource, subprocess, sys
command = [sys.executable, "-m", "crmlite.imports.reading", *sys.argv[1:], "{}"]
done = subprocess.run(command, capture_output=True, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime, used.ru_maxrss, bool(json.loads(done.stdout))]))
"""


def test_the_process_ends_where_it_takes_too_much(tmp_path, monkeypatch):
    (tmp_path / "source").write_bytes(b"Name\nAnna\n")
    monkeypatch.setattr(reading, "AT_LEAST", 0.01)
    monkeypatch.setattr(reading, "PER_MB", 0.0)
    with pytest.raises(Unreadable, match="time"):
        reading.read(tmp_path / "source", tmp_path / "target")


def test_a_stream_is_read_from_any_place(tmp_path):
    with open(tmp_path / "rows", "wb") as file:
        for number in range(10):
            stream.write(file, number, [f"Ä{number}"] if number % 3 else BadRow("nul"))
    first, place = stream.read(tmp_path / "rows", 0, 4)
    rest, end = stream.read(tmp_path / "rows", place, 100)
    assert [row.number for row in first + rest] == list(range(10))
    assert sum(row.size for row in first + rest) == end
    assert next(stream.read_at(tmp_path / "rows", [place])).number == 4
    assert vcards.cards
