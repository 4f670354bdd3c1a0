"""Names made comparable: over scripts, spellings and pet forms. Pure.

`sound` writes a word in plain Latin letters as it might be spelled by somebody who heard it: Mueller, Müller and Мюллер meet.
`bones` leaves only consonants, for scripts that write no vowels.
"""

import re
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import OSA

from crmlite.duplicates.nicknames import groups
from crmlite.fold import fold


def listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTICLES = listed("""
van von der den de del della la le los las di da dos das do du ter ten te het t al el bin ibn ben bint abu zu zum af av y e
""")
_TITLES = listed("mr mrs ms dr prof ir ing drs mevr dhr herr frau mme sr sra jr junior senior")
_LEGAL = listed("""
bv nv vof cv gmbh mbh ag kg ug ohg ek ev se ltd limited llc llp inc incorporated corp corporation co company plc sa sas sarl
srl spa sl slu aps as ab oy oyj asa holding ooo oao zao pao fze fzco llc sl kk pty the und and en et y
""")
_AND = re.compile(r"[&+]")
_NUMBER = re.compile(r"\d+")
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
        ("[iyj]+(?=[aou])", ""),
        ("[yj]", "i"),
        ("ee|ie|ei", "i"),
        (r"(.)\1+", r"\1"),
        ("(?<=.)i(?=i|$)", ""),
    )
)
_VOWELS = re.compile("[aeiouhvy]")
_GROUPS = groups()


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """One word, as it is heard."""
    text = "".join(_WORD.findall(anyascii(word).lower()))
    for pattern, after in _STEPS:
        text = pattern.sub(after, text)
    return text


@lru_cache(maxsize=200_000)
def bones(word: str) -> str:
    """Its consonants, as far as all scripts write them; all of it where there is none."""
    heard = sound(word)
    return _VOWELS.sub("", heard) or heard


@lru_cache(maxsize=100_000)
def forms(word: str) -> frozenset[int]:
    """The names that this first name may be a short form of."""
    plain = "".join(_WORD.findall(anyascii(word).lower()))
    return _GROUPS.get(plain, frozenset())


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a name without titles and particles, or with them where there is nothing else."""
    found = tuple(_WORD.findall(fold(text.replace(".", ". ")).replace("'", "")))
    kept = tuple(word for word in found if word not in _PARTICLES and word not in _TITLES)
    return kept or found


@lru_cache(maxsize=100_000)
def firm(name: str) -> tuple[str, ...]:
    """The words of a company's name, as they are heard, without its legal form."""
    plain = _AND.sub(" ", name.replace(".", ""))
    found = _WORD.findall(anyascii(plain).lower())
    kept = [word for word in found if word not in _LEGAL] or found
    return tuple(filter(None, (sound(word) for word in kept)))


@lru_cache(maxsize=200_000)
def is_latin(text: str) -> bool:
    return text.isascii() or all(
        ord(letter) < 0x370 or 0x1E00 <= ord(letter) < 0x2100 for letter in text if letter.isalpha()
    )


def other_numbers(one: str, other: str) -> bool:
    """Whether both have numbers, and not the same ones: Store 1 and Store 11 are two, however alike they sound."""
    mine, theirs = (_NUMBER.findall(anyascii(name)) for name in (one, other))
    return bool(mine and theirs) and mine != theirs


def is_near(one: str, other: str) -> bool:
    """Whether a slip of the finger makes one of the other: one in short words, two in long ones."""
    longest = max(len(one), len(other))
    if longest < 4:
        return False
    most = 1 if longest < 9 else 2
    return abs(len(one) - len(other)) <= most and OSA.distance(one, other, score_cutoff=most) <= most
