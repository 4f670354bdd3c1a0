from collections.abc import Callable

import pysqlite3.dbapi2 as sqlite3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmlite.fold import MAX_INDEXED, MAX_SORT_KEY, MAX_TERMS, Term, fold, index_text, query_terms, sort_key, words
from tests import cpu
from tests.search_pairs import NOT_FOUND, SEARCH_PAIRS, matches

LETTERS = st.characters(exclude_categories=["Cs"])


@pytest.mark.parametrize(("query", "stored"), SEARCH_PAIRS)
def test_what_is_asked_finds_what_is_stored(query: str, stored: str) -> None:
    assert matches(query, stored), (query_terms(query), index_text(stored))


@pytest.mark.parametrize(("query", "stored"), NOT_FOUND)
def test_what_is_something_else_is_not_found(query: str, stored: str) -> None:
    assert not matches(query, stored), (query_terms(query), index_text(stored))


def test_the_trigram_index_answers_as_the_matcher_does() -> None:
    stored = list(dict.fromkeys(text for _, text in SEARCH_PAIRS + NOT_FOUND))
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table fts using fts5(text, content='', contentless_delete=1, tokenize='trigram')")
    db.executemany("insert into fts(rowid, text) values (?, ?)", list(enumerate(map(index_text, stored))))
    for query, _ in SEARCH_PAIRS + NOT_FOUND:
        match = " AND ".join(f'"{term.anywhere}"' for term in query_terms(query))
        found = {stored[row[0]] for row in db.execute("select rowid from fts where fts match ?", [match])}
        assert found == {text for text in stored if matches(query, text)}, query


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ørsted ŁÓDŹ Straße Þór Æble Œuvre Đặng ıİ", "orsted lodz strasse thor aeble oeuvre dang ii"),
        ("Ёлкина Й", "елкина и"),
        ("آأإٱ ى ة ؤ ئ ـ مُحَمَّد", "اااا ي ه و ي  محمد"),
        ("٠١٢٣ ۴۵ ६७ ８９ ²", "0123 45 67 89 2"),
        ("ΣΊΣΥΦΟΣ ᾳ", "σισυφοσ α"),
        ("Ａｂｃ カﾅ がぎ ﬁ \u200f\u200bx\u00ad", "abc かな かき fi x"),
    ],
)
def test_letters_that_people_write_alike_are_one(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(LETTERS))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@example("0/0")
@given(st.text(LETTERS, max_size=60))
def test_every_text_is_found_by_itself(text: str) -> None:
    terms = query_terms(text)
    stored = index_text(text)
    assert all(term.anywhere in stored for term in terms)


@given(st.lists(st.text(LETTERS, max_size=30), max_size=4))
def test_the_index_is_words_between_single_blanks(parts: list[str]) -> None:
    text = index_text(*parts)
    assert text == "" or (text[0] == text[-1] == " " and text[1:-1] == " ".join(text.split()))
    text.encode()


@given(st.text())
def test_every_term_is_long_enough_for_trigrams(text: str) -> None:
    for term in query_terms(text):
        assert len(term.beginning) >= 3
        assert len(term.anywhere) >= 3
        assert '"' not in term.letters


def test_words_keep_addresses_initials_and_apostrophes_together() -> None:
    assert words("D'Amico S.p.A. <Jan.de_V@Acme.example>, 12-b") == [
        "damico",
        "spa",
        "jan.de_v@acme.example",
        "12",
        "b",
    ]


def test_numbers_are_asked_by_their_last_eight_digits() -> None:
    assert query_terms("+44 (0)20 7946 0000") == query_terms("020 79460000") == [Term("79460000")]
    assert query_terms("000") == [Term("000")]
    assert query_terms("+") == query_terms("  ¿?") == []


def test_a_query_has_a_bounded_number_of_terms() -> None:
    assert len(query_terms(" ".join(map(str, range(100, 200))))) <= MAX_TERMS


def test_names_sort_by_folded_words() -> None:
    names = [("Østergaard", "Søren"), ("O'Brien", "Maeve"), ("de Vries", "Jan"), ("Ōtomo", None), ("Zorg", "")]
    assert [sort_key(*name) for name in names] == ["ostergaard soren", "obrien maeve", "de vries jan", "otomo", "zorg"]
    assert len(sort_key("ß" * 500, "x")) == MAX_SORT_KEY
    assert sort_key("—", None) == "—", "a name of symbols is its own, or all of them would be one"
    assert sort_key("", None) == ""


WORST = {
    "one word": "a" * 100_000,
    "one-letter words": "я " * 50_000,
    "all of Cyrillic": "".join(chr(0x400 + n % 97) + " " * (n % 3 == 0) for n in range(100_000)),
    "transliterated twice": "кс " * 33_333,
    "Han": "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(100_000)),
    "Hangul": "".join(chr(0xAC00 + n * 7919 % 11_000) for n in range(100_000)),
    "marks in the wrong order": "a" + "\u0315\u0300\u0316\u0591" * 25_000,
    "a letter that becomes eighteen": "\ufdfa" * 100_000,
    "anything": "".join(chr(0x20 + n * 104_729 % 0x1E000) for n in range(100_000)),
    "digits": "1" * 100_000,
    "digits apart": "1 " * 50_000,
    "digits far apart": "1  1-" * 20_000,
    "addresses": "a@" * 50_000,
    "dots": "a." * 50_000,
    "apostrophes": "'" * 100_000,
    "brackets": "(" * 100_000,
    "half surrogates": "\ud800" * 100_000,
}


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
@pytest.mark.parametrize("function", [fold, words, index_text, sort_key, query_terms])
def test_hostile_text_of_100_kb_takes_at_most_50_ms(function: Callable[[str], object], text: str) -> None:
    assert cpu.seconds(lambda: function(text)) <= 0.05


def test_what_lies_beyond_the_cap_is_not_indexed() -> None:
    assert "end" not in index_text("x " * MAX_INDEXED, "end")
    assert len(fold("한" * 100_000)) == 3 * MAX_INDEXED
