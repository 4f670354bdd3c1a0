"""What stands in one cell: signs of spreadsheets, several values, markup, names instead of JSON. Nothing is lost on the way."""

import pytest

from crmlite.imports import cells
from crmlite.imports.sources.habits import HABITS


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (" x ", "x"),
        ("'=1+1", "=1+1"),
        ("'+31 6", "+31 6"),
        ("'@work", "@work"),
        ("'t Hooft", "'t Hooft"),
        ("'", "'"),
        ("x\u200b", "x"),
    ],
)
def test_a_cell_is_tidied(value, shown):
    assert cells.tidy(value) == shown


@pytest.mark.parametrize(
    ("kind", "value", "pieces"),
    [
        ("email", "a@x.example ::: b@x.example", [("a@x.example", ""), ("b@x.example", "")]),
        ("email", "a@x.example, b@x.example; c@x.example", [("a@x.example", ""), ("b@x.example", ""), ("c@x.example", "")]),
        ("phone", '[{"phoneNumber": "+31 6", "type": "Fax"}, {"x": 1}]', [("+31 6", "Fax")]),
        ("email", '[{"emailAddress": "a@x.example", "optOut": true}]', [("a@x.example", "(opted out)")]),
        ("phone", "[{ 06 12", [("[{ 06 12", "")]),
        ("phone", '[{"other": 1}]', [('[{"other": 1}]', "")]),
        ("url", "[{x.example", [("[{x.example", "")]),
    ],
)  # fmt: skip
def test_several_values_of_a_cell_are_parted(kind, value, pieces):
    assert list(cells.apart(kind, value)) == pieces


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("<p>One <b>two</b>.</p><p>Three &amp; four</p>", "One two.\nThree & four"), ("<p>1<br>2</p>", "1\n2"),
        ("<anna@x.example>", "<anna@x.example>"), ("1 < 2 > 0", "1 < 2 > 0"), ("<plan>", "<plan>"),
    ],
)  # fmt: skip
def test_markup_becomes_text(value, text):
    assert cells.plain(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('{"1": "A", "2": "B"}', "A, B"),
        ('["A", 1]', "A, 1"),
        ("{not json}", "{not json}"),
        ('[{"a": 1}]', '[{"a": 1}]'),
    ],
)
def test_names_instead_of_json(value, text):
    assert cells.readable(value) == text


def test_only_what_a_program_writes_by_itself_is_left_out():
    outlook = HABITS["outlook"]
    assert outlook.is_default("Priority", "Normal")
    assert not outlook.is_default("Priority", "High")
    assert not outlook.is_default("User 1", "Normal")
    assert not HABITS["salesforce"].is_default("Level__c", "false")
    assert HABITS["salesforce"].is_default("DoNotCall", "false")
    assert not HABITS["salesforce"].is_default("DoNotCall", "true")
