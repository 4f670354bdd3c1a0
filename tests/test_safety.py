"""What was typed, made harmless."""

import pytest

from crmlite.points import is_phone
from crmlite.safety import MAX_NAME, clean, display_name


@pytest.mark.parametrize(
    "text", ["\u200c\u200d", "\u2800", "\u3164", "\u115f\u1160 \uffa0", "\u00a0\u3000", "\u0301\ufe0f", "\u202e"]
)
def test_a_text_that_nobody_can_see_is_empty(text):
    assert clean(text) == ""
    assert clean(f"{text}a{text}").strip("\u200c\u200d\u2800\u3164\u115f\u1160\uffa0\u3000\u00a0\u0301\ufe0f ") == "a"


@pytest.mark.parametrize("text", ["می\u200cخواهم", "👩\u200d🚒", "é", "1", "–", "王", "नि", "❤\ufe0f"])
def test_what_can_be_seen_stays_as_it_is(text):
    assert clean(text) == text


@pytest.mark.parametrize("text", ["²²²²²²²²", "2026-02-30", "30.12.1985", "1/2/2026", "①②③④⑤⑥", "1234", "+++++"])
def test_no_phone_number(text):
    assert not is_phone(text)


@pytest.mark.parametrize(
    "text", ["+31 20 794 0000", "٠١٢٣٤٥٦٧", "22 33 44 55", "(020) 794-0000", "2026-123", "20 26 02 30"]
)
def test_a_phone_number(text):
    assert is_phone(text)


def test_a_long_name_of_a_file_keeps_its_ending():
    name = display_name("ä" * 200 + ".tar.pdf")
    assert len(name) == MAX_NAME
    assert name.endswith("ä.pdf")
    assert display_name("a" * 200) == "a" * MAX_NAME
    assert display_name("a." + "b" * 200) == ("a." + "b" * 200)[:MAX_NAME]
