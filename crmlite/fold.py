"""One folding of text for what is stored, what is asked and what is sorted. Pure.

`fold` makes letters comparable: case, accents, Arabic and Hebrew letter forms, width, digits. `index_text` is what the
search row of a record holds, `query_terms` what a search asks it for; both start from the same words, so neither can
know a rule that the other does not. The index carries further spellings (Latin for Cyrillic and Greek, `oe` for `ø`);
the query never guesses.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_INDEXED = 10_000
"""Characters of one record that are searched; what comes after is not found."""
MAX_QUERY = 200
MAX_TERMS = 8
MAX_SORT_KEY = 200
MAX_RESPELLED = 2_000
"""Characters of one text that are indexed in Latin letters as well: names and addresses, not whole letters."""

_GROWTH = 3
"""Letters that one letter comes apart into: three of Hangul; a few ligatures claim eighteen and are cut."""
_SHORT = 3
"""Trigrams need three letters; a shorter term is asked as the beginning of a word."""


def fold(text: str) -> str:
    """The same letters for what people write alike: Ø and o, ي and ى, ٥ and 5. Reads at most MAX_INDEXED characters."""
    text = text[:MAX_INDEXED]
    if text.isascii():
        return text.lower()
    # Marks go before normalizing as well: putting thousands of them into canonical order takes seconds.
    text = unicodedata.normalize("NFKD", text.translate(_DROPPED))[: _GROWTH * MAX_INDEXED].translate(_DROPPED)
    return text.casefold().translate(_REPLACED)


def words(text: str) -> list[str]:
    """The folded words in order: an e-mail address is one, and so are O'Brien and B.V."""
    return [word for chunk in _chunks(fold(text)) for word in _words_of(chunk)]


def index_text(*parts: str | None) -> str:
    """What is stored for searching: " word word ... " with every spelling it shall be found by, each once."""
    found: dict[str, None] = {}
    room = MAX_INDEXED
    for part in parts:
        if not part or room <= 0:
            continue
        found |= dict.fromkeys(_spellings(part[:room]))
        room -= len(part)
    found |= dict.fromkeys([beginning for word in found for beginning in _beginnings(word)])
    return f" {' '.join(found)} " if found else ""


def sort_key(*parts: str | None) -> str:
    """For a stored sort_name, the main part first: sort_key("de Vries", "Jan") is "de vries jan".

    Names without any letter or digit are their own key: two of them are not one.
    """
    given = [part[:MAX_SORT_KEY] for part in parts if part]
    folded = " ".join(word for part in given for word in words(part)) or " ".join(given)
    return folded[:MAX_SORT_KEY].rstrip()


@dataclass(frozen=True)
class Term:
    """One word that a record must have. Letters may hold `_`, which LIKE takes for a wildcard: escape it there."""

    letters: str

    @property
    def beginning(self) -> str:
        """The piece of index_text that says a word begins so; at least three characters, for the trigrams."""
        return f" {self.letters} " if len(self.letters) == 1 else f" {self.letters}"

    @property
    def anywhere(self) -> str:
        """The piece of index_text that says the letters occur; under three letters only beginnings count."""
        return self.letters if len(self.letters) >= _SHORT else self.beginning


def query_terms(text: str) -> list[Term]:
    """What index_text must contain, all of it. Empty when nothing searchable was typed."""
    text = fold(text[:MAX_QUERY]).strip()
    if _STARTED_PHONE.fullmatch(text) and sum(map(str.isdigit, text)) >= _SHORT:  # fewer are no number yet: "0/0"
        return [Term(_digits(text))]
    numbers = [_digits(number) for number in _phones(text)]
    rest = [word for chunk in _chunks(_PHONE.sub(" ", text)) for word in _words_of(chunk)]
    asked = [_digits(word) if word.isdigit() else word for word in rest]
    return [Term(letters) for letters in dict.fromkeys(numbers + asked)][:MAX_TERMS]


# Characters

_APOSTROPHES = "'’‘ʼʻ`´׳״"

_LETTERS = {
    # Latin letters that do not decompose.
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ə": "a", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ƒ": "f",
    # Arabic, Persian and Urdu forms of one letter; أ إ آ ؤ ئ decompose by themselves.
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ہ": "ه", "ە": "ه", "ھ": "ه",
    "ء": "", "ـ": "",
    # Hebrew final letters.
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
}  # fmt: skip

_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def _scan() -> tuple[dict[int, None], dict[int, str], str]:
    """Marks and invisible characters to drop, digits of all scripts, and vowel signs, which belong to words."""
    dropped: dict[int, None] = {}
    digits: dict[int, str] = {}
    signs = []
    for code in (*range(0x80, 0x1F000), *range(0xE0000, 0xE01F0)):
        char = chr(code)
        kind = unicodedata.category(char)
        if kind in {"Cf", "Cs", "Me"} or unicodedata.combining(char) or 0xFE00 <= code < 0xFE10 or code >= 0xE0000:
            dropped[code] = None
        elif kind in {"Mn", "Mc"}:
            signs.append(char)
        elif kind == "Nd":
            digits[code] = str(unicodedata.decimal(char))
    return dropped, digits, "".join(signs)


_MARKS, _DIGITS, _SIGNS = _scan()
_DROPPED: dict[int, str | None] = {**_MARKS, **{ord(sign): "'" for sign in _APOSTROPHES}}
_REPLACED: dict[int, str | int] = {**_DIGITS, **_KATAKANA, **{ord(letter): other for letter, other in _LETTERS.items()}}

# Words

_WORD = re.compile(rf"(?:[^\W_]|[{_SIGNS}])+")
_BREAK = re.compile(r"[\s,;:<>()\[\]{}\"|«»“”„]+")
_ADDRESS = re.compile(rf"(?:[\w.+%-]|[{_SIGNS}])+@(?:[\w.-]|[{_SIGNS}])+")
_INITIALS = re.compile(r"(?:[^\W_]\.)+[^\W_]\.?")
_PHONE = re.compile(r"(?<![\w@])\+?\d(?:[ ()./\u2010-\u2015\u2212-]{0,2}\d){6,16}(?![\w@])")
_STARTED_PHONE = re.compile(r"[+0(][\d ()./\u2010-\u2015\u2212-]*")


def _chunks(folded: str) -> list[str]:
    return _BREAK.split(folded)


def _words_of(chunk: str) -> Iterator[str]:
    address = chunk.strip(".-'")
    if len(address) <= 254 and _ADDRESS.fullmatch(address):
        yield address
    elif len(chunk) <= 16 and _INITIALS.fullmatch(chunk):
        yield chunk.replace(".", "")
    else:
        yield from _WORD.findall(chunk.replace("'", ""))


def _phones(folded: str) -> list[str]:
    return [match[0] for match in _PHONE.finditer(folded)]


def _digits(text: str) -> str:
    """A number as it is asked for: its last digits, since trunk zeros and country codes are written or left out."""
    digits = "".join(filter(str.isdigit, text.replace("(0)", "")))
    if len(digits) < _SHORT:
        return digits
    significant = digits.lstrip("0")
    return significant[-8:] if len(significant) >= _SHORT else digits[-_SHORT:]


def _spellings(part: str) -> Iterator[str]:
    """Every word of a text in every spelling it is found by."""
    folded = fold(part)
    glued = ""
    for chunk in _chunks(folded):
        for word in _words_of(chunk):
            yield word
            if glued:
                yield glued + word
            glued = word if word in _GLUED else ""
        if not chunk.isalnum():  # the pieces of an address, of O'Brien, of B.V.
            yield from _WORD.findall(chunk)
    whole = folded.strip()  # what looks like a number once it is typed is one when it is stored
    for number in [*_phones(folded), *([whole] if _STARTED_PHONE.fullmatch(whole) else [])]:
        if digits := "".join(filter(str.isdigit, number.replace("(0)", ""))):
            yield digits
    for latin in _in_latin(part[:MAX_RESPELLED]):
        yield from _WORD.findall(latin)


_GLUED = {"عبد", "ابو"}
"""Written apart or together: عبد الله and عبدالله."""


def _beginnings(word: str) -> Iterator[str]:
    """What searches for one or two letters need: the first letter; in scripts without blanks every letter and pair."""
    yield word[0]
    if not word.isascii():
        for pair in _PAIR.findall(word, 1):
            yield pair[0]
            yield pair


# Kana, Han, bopomofo, Thai, Lao, Burmese, Khmer; of Hangul, which folding takes apart, what begins a syllable.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u312f\u31a0-\u9fff\U00020000-\U0003ffff\u1100-\u115f"
    "\u0e01-\u0e2e\u0e40-\u0e44\u0e81-\u0eae\u0ec0-\u0ec4\u1000-\u102a\u1780-\u17b3"
)
_PAIR = re.compile(rf"(?=([{_UNSPACED}].?|(?<=[{_UNSPACED}])[^{_UNSPACED}{_SIGNS}\u1160-\u11ff].?))")

# Other spellings


def _in_latin(part: str) -> Iterator[str]:
    """As others spell it: Cyrillic as in passports (Iuliia), as spoken (Yulia), as in Europe (Julija); oe for ø."""
    if not _SPELLED_OTHERWISE.search(part):
        return
    folded = fold(part)
    spoken = _ENDINGS.sub(lambda end: _SPOKEN_ENDINGS[end[0]], part.lower())
    texts = [folded, fold(spoken.translate(_SPOKEN)), fold(part.lower().translate(_EUROPEAN))]
    if _UKRAINIAN_ONLY.search(folded):
        texts.append(fold(part.lower().translate(_UKRAINIAN)))
    if "кс" in folded:
        texts += [text.replace("кс", "x") for text in texts]
    for text in texts:
        yield text.replace("ου", "ou").translate(_LATIN)


_SPELLED_OTHERWISE = re.compile("[\u0370-\u052fäöüøåÄÖÜØÅ]")
_ENDINGS = re.compile(r"(?:ий|ый|ия)\b")
_SPOKEN_ENDINGS = {"ий": "y", "ый": "y", "ия": "ia"}
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_SPOKEN = str.maketrans({"й": "y", "ё": "yo", "ю": "yu", "я": "ya"} | _DIGRAPHS)
_EUROPEAN = str.maketrans({"й": "j", "ё": "jo", "ю": "ju", "я": "ja", "х": "h", "ц": "c"})
_UKRAINIAN = str.maketrans({"г": "h", "и": "y", "є": "ie", "ю": "iu", "я": "ia"})
_UKRAINIAN_ONLY = re.compile("[іє]")
_LATIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    "і": "i", "є": "e", "ґ": "g", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz", "ѕ": "dz",
    "қ": "k", "ң": "n", "ғ": "g", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ә": "a",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch",
    "ψ": "ps", "ω": "o",
})  # fmt: skip
