"""Names made comparable: over scripts, spellings and pet forms. Pure.

`sound` writes a word in plain Latin letters as it might be spelled by somebody who heard it: Mueller, Müller and Мюллер meet.
`bones` leaves only consonants, for scripts that write no vowels.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import OSA

from crmlite.duplicates.family_names import COMMON
from crmlite.duplicates.nicknames import groups
from crmlite.duplicates.spellings import spellings
from crmlite.fold import fold

REMEMBERED = 50_000
"""Of each of the functions below so many answers: words that come again and again, in a few megabytes."""


def listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTICLES = listed("""
van von der den de del della la le los las di da dos das do du ter ten te het t al el bin ibn ben bint abu zu zum af av y e
""")
_TITLES = listed("mr mrs ms dr prof ir ing drs mevr dhr herr frau mme sr sra jr junior senior")
_LEGAL = listed("""
bv nv vof cv gmbh mbh ag kg ug ohg ek ev se ltd limited llc llp inc incorporated corp corporation co company plc sa sas sarl
srl spa snc sl slu ltda aps as ab oy oyj asa holding ooo oao zao pao ao pjsc fze fzco fzc wll est kk pty sp z oo zoo spzoo
gbr sti sro doo kft
the und and en et y
""")
_AND = re.compile(r"[&+]")
_NUMBER = re.compile(r"\d+")
_SLASH = re.compile(r"\b(\w)/(\w)\b")  # A/S
_WORD = re.compile(r"[^\W_]+")
_STEPS = tuple(
    (re.compile(before), after)
    for before, after in (
        ("shch|sch|tch|ch|sh", "s"),
        ("kh|gh", "h"),
        ("zh|dzh|dj", "z"),
        ("ph", "f"),
        ("th", "t"),
        ("dh", "d"),
        ("tz|cz|ts", "s"),
        ("ck|q", "k"),
        ("c(?=[eiy])", "s"),
        ("c", "k"),
        ("x", "ks"),
        ("w", "v"),
        ("ae|ea", "a"),
        ("oe", "o"),
        ("ue|ou|oo", "u"),
        ("ij", "y"),
        ("[iyj]+(?=[aou])", ""),
        ("[yj]", "i"),
        ("ee|ie|ei", "i"),
        (r"(.)\1+", r"\1"),
        ("(?<=.)i(?=i|$)", ""),
    )
)
_VOWELS = re.compile("[aeiouhvy]")
_ARTICLE = re.compile("^ال(?=.{3})")
_ELIAS = listed("الياس اليزابيث اليسا")


@lru_cache(maxsize=REMEMBERED)
def sound(word: str) -> str:
    """One word, as it is heard."""
    text = "".join(_WORD.findall(anyascii(word).lower()))
    for pattern, after in _STEPS:
        text = pattern.sub(after, text)
    return text


@lru_cache(maxsize=REMEMBERED)
def bones(word: str) -> str:
    """Its consonants, as far as all scripts write them; all of it where there is none."""
    heard = sound(word)
    return _VOWELS.sub("", heard) or heard


@lru_cache(maxsize=REMEMBERED)
def forms(word: str) -> frozenset[int]:
    """The names that this first name may be a short form of: as it is written, or else as it is heard."""
    return _GROUPS.get(_plain(word)) or _HEARD.get(sound(word), frozenset())


@lru_cache(maxsize=REMEMBERED)
def spelling(word: str) -> frozenset[int]:
    """The names that people write in many ways, first or family names, of which this is one way."""
    return _SPELLINGS.get(fold(word), frozenset())


@lru_cache(maxsize=REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """The words of a name without titles and particles, or with them where there is nothing else."""
    found = tuple(_bare(word) for word in _WORD.findall(fold(text.replace(".", ". ")).replace("'", "")))
    kept = tuple(word for word in found if word not in _PARTICLES and word not in _TITLES)
    return kept or found


@lru_cache(maxsize=REMEMBERED)
def firm(name: str) -> tuple[str, ...]:
    """The words of a company's name, as they are heard, without its legal form."""
    plain = _AND.sub(" ", _SLASH.sub(r"\1\2", name.replace(".", "")))
    found = _WORD.findall(anyascii(plain).lower())
    kept = [word for word in found if word not in _LEGAL] or found
    return tuple(filter(None, (sound(word) for word in kept)))


@lru_cache(maxsize=REMEMBERED)
def is_latin(text: str) -> bool:
    return text.isascii() or all(
        ord(letter) < 0x370 or 0x1E00 <= ord(letter) < 0x2100 for letter in text if letter.isalpha()
    )


def other_numbers(one: str, other: str) -> bool:
    """Whether both have numbers, and not the same ones: Store 1 and Store 11 are two, however alike they sound."""
    mine, theirs = _numbers(one), _numbers(other)
    return bool(mine and theirs) and mine != theirs


@lru_cache(maxsize=REMEMBERED)
def _numbers(name: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(anyascii(name)))


def is_near(one: str, other: str) -> bool:
    """Whether a slip of the finger makes one of the other: one in short words, two in long ones."""
    longest = max(len(one), len(other))
    if longest < 4:
        return False
    most = 1 if longest < 9 else 2
    return abs(len(one) - len(other)) <= most and OSA.distance(one, other, score_cutoff=most) <= most


def is_same_name(one: str, other: str) -> bool:
    """Whether two different words are known for two spellings of one name."""
    return bool(spelling(one) & spelling(other))


def are_two_names(one: str, other: str) -> bool:
    """Whether both are known, and not forms of one: Maria and Marta, which a slip of the finger makes of each other."""
    if spelling(one) and spelling(other):
        return not is_same_name(one, other)
    mine, theirs = _GROUPS.get(_plain(one)), _GROUPS.get(_plain(other))
    if not mine or not theirs or mine & theirs:
        return False
    return len(_forms_of(mine) & _forms_of(theirs)) < 2  # two lines of the list may be about one name


@lru_cache(maxsize=10_000)
def _forms_of(numbers: frozenset[int]) -> frozenset[str]:
    return frozenset(form for form, lines in _GROUPS.items() if lines & numbers)


def is_common(family: str) -> bool:
    """Whether it is a family name that so many have that two of them in one city are no surprise."""
    return bool(_COMMON & {"".join(plain_words(family)), "".join(map(sound, words(family)))})


def plain_words(text: str) -> list[str]:
    """All words of a name in plain Latin letters, as they stand in addresses."""
    return _WORD.findall(anyascii(text).lower().replace("'", ""))


@lru_cache(maxsize=REMEMBERED)
def _plain(word: str) -> str:
    return "".join(_WORD.findall(anyascii(fold(word)).lower()))


def _bare(word: str) -> str:
    """An Arabic word without its article, which others write apart."""
    return word if word in _ELIAS else _ARTICLE.sub("", word)


def _by(key: Callable[[str], str], known: dict[str, frozenset[int]], least: int) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for form, numbers in known.items():
        if len(heard := key(form)) >= least:
            found[heard] = found.get(heard, frozenset()) | numbers
    return found


_GROUPS = _by(_plain, groups(), 2)
_HEARD = _by(sound, groups(), 4)
_SPELLINGS = _by(fold, spellings(), 2)
_COMMON = frozenset(
    heard for name in COMMON.split() for heard in ("".join(plain_words(name)), "".join(map(sound, words(name))))
)
