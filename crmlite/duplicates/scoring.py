"""Whether two records are one person or company, and why. Pure: what it compares is a Card, which holds no more than that.

A name alone says little, and an address alone less: father and son share an e-mail, colleagues a phone. So a pair needs a name
that fits and something else that fits, or a name that fits and nothing that speaks against it.
"""

from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import OSA

from crmlite.duplicates import names
from crmlite.duplicates.cards import Card, domains, number, vat

SURE = 70
"""From which score on a pair is shown."""


@dataclass(frozen=True)
class Match:
    score: int
    reasons: tuple[str, ...]


NO = Match(0, ())


def compare(one: Card, other: Card) -> Match:
    """How sure it is that both are one, and why; NO where nothing speaks for it."""
    return _firms(one, other) if one.kind == "company" else _people(one, other)


# --- people -----------------------------------------------------------------------------------------------------------

_NAMES = {"same_name": 4, "spelled": 4, "swapped": 4, "nickname": 3, "typo": 2, "initial": 1, "same_given": 0}


def _people(one: Card, other: Card) -> Match:
    email, phone = bool(set(one.emails) & set(other.emails)), _share_phone(one, other)
    same_day = one.birthday and one.birthday == other.birthday
    if one.birthday and other.birthday and not same_day and not (email and phone):
        return NO  # father and son
    evidence = _found(same_email=email, same_phone=phone, same_birthday=same_day)
    nameless = not (one.given or one.family) or not (other.given or other.family)
    if nameless:
        return Match(85 if email else 70, evidence) if (email or phone) else NO
    fit = _names_fit(one, other)
    if fit is None:
        return NO
    company = bool(one.company and other.company) and _same_firm(one.company, other.company)
    city = bool(one.city) and names.sound(one.city) == names.sound(other.city)
    like = not email and _like_email(one, other)
    evidence = (fit, *evidence, *_found(like_email=like, same_company=company, same_city=city))
    strength = _NAMES[fit]
    if strength == 0:
        return Match(78, evidence) if email else NO
    if strength == 1:
        return Match(82, evidence) if email or phone else Match(70 if company else 0, evidence)
    if email or phone or same_day:
        return Match(min(99, 88 + 2 * strength + 2 * (email and phone)), evidence)
    return _without_reach(one, other, strength, company, city, like, evidence)


def _without_reach(
    one: Card, other: Card, strength: int, company: bool, city: bool, like: bool, evidence: tuple[str, ...]
) -> Match:
    """The names fit, and no address or number is shared."""
    against = sum(
        bool(mine and theirs) for mine, theirs in ((one.emails, other.emails), (one.phones, other.phones))
    ) - (1 if like else 0)
    if like and (company or strength > 2):
        return Match(86, evidence)
    if company:
        if strength == 2:  # Martin and Martina
            return Match(70 if against < 1 else 0, evidence)
        return Match(84 if against < 2 else 74, evidence)
    if one.company and other.company:
        return NO
    if strength < 3 or against > 0:
        return NO
    if city:
        return Match(72, evidence)
    return NO


def _names_fit(one: Card, other: Card) -> str | None:
    """How the names fit; None where they do not."""
    if names.other_numbers(f"{one.given} {one.family}", f"{other.given} {other.family}"):
        return None
    mine, theirs = (
        (names.words(one.given), names.words(one.family)),
        (names.words(other.given), names.words(other.family)),
    )
    if not all((*mine, *theirs)):  # somebody is known by one name
        return _whole_names_fit(one, other)
    given, family = _fit(mine[0], theirs[0], given=True), _fit(mine[1], theirs[1])
    if given and family:
        return min(given, family, key=lambda how: (_NAMES[how], how != "spelled"))
    if family in {"same_name", "spelled"} and _is_initial(mine[0], theirs[0]):
        return "initial"
    crossed = _fit(mine[0], theirs[1]), _fit(mine[1], theirs[0])
    if all(crossed) and "typo" not in crossed:
        return "swapped"
    return "same_given" if given in {"same_name", "spelled"} else None


def _whole_names_fit(one: Card, other: Card) -> str | None:
    mine = names.words(f"{one.given} {one.family}")
    theirs = names.words(f"{other.given} {other.family}")
    if len(mine) != len(theirs):
        return (
            "initial"
            if len(mine) > 1 and len(theirs) > 1 and {*mine} & {*theirs} == {*min(mine, theirs, key=len)}
            else None
        )
    fits = [_fit((a,), (b,), given=n == 0) for n, (a, b) in enumerate(zip(mine, theirs, strict=True))]
    if all(fits):
        return min((fit for fit in fits if fit), key=lambda how: _NAMES[how])
    return (
        "swapped"
        if len(mine) == 2 and all(_fit((a,), (b,)) for a, b in zip(mine, reversed(theirs), strict=True))
        else None
    )


def _fit(mine: tuple[str, ...], theirs: tuple[str, ...], given: bool = False) -> str | None:
    """How two parts of a name fit: by all of their words, or a first name by its first."""
    if mine == theirs:
        return "same_name"
    a, b = "".join(mine), "".join(theirs)
    if names.sound(a) == names.sound(b):
        return "spelled"
    if names.is_latin(a) != names.is_latin(b) and names.bones(a) == names.bones(b) and len(names.bones(a)) > 1:
        return "spelled"
    if given and (names.forms(mine[0]) & names.forms(theirs[0])):
        return "nickname"
    if names.is_near(a, b) or (
        names.is_latin(a) != names.is_latin(b) and names.is_near(names.sound(a), names.sound(b))
    ):
        return "typo" if names.is_latin(a) == names.is_latin(b) else "spelled"
    if given and mine[0] == theirs[0] and len(mine[0]) > 2:
        return "same_name"  # Anna and Anna Maria
    return None


def _is_initial(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return mine[0][0] == theirs[0][0] and 1 in (len(mine[0]), len(theirs[0]))


# --- companies --------------------------------------------------------------------------------------------------------


def _firms(one: Card, other: Card) -> Match:
    a, b = names.firm(one.given), names.firm(other.given)
    same_vat = bool(one.vat_id) and vat(one) == vat(other)
    phone, site = _share_phone(one, other), bool(set(domains(one)) & set(domains(other)))
    email = bool(set(one.emails) & set(other.emails))
    city = bool(one.city) and names.sound(one.city) == names.sound(other.city)
    fit = _firm_fit(one, other, a, b)
    evidence = (
        *((fit,) if fit else ()),
        *_found(same_vat=same_vat, same_email=email, same_phone=phone, same_site=site, same_city=city),
    )
    reached = same_vat or phone or site or email
    if same_vat:
        return Match(97 if fit else 75, evidence)
    if fit is None:
        return NO
    if one.vat_id and other.vat_id:
        return NO
    if fit in {"same_name", "spelled"}:
        elsewhere = bool(one.city and other.city) and not city
        if reached:
            return Match(80 if elsewhere else 94, evidence)
        return NO if elsewhere else Match(88 if city else 76, evidence)
    if fit == "part_name":
        return Match(74, evidence) if reached and not (one.city and other.city and not city) else NO
    return Match(84 if reached else 70, evidence) if reached or city else NO


def _firm_fit(one: Card, other: Card, a: tuple[str, ...], b: tuple[str, ...]) -> str | None:
    if not a or not b or names.other_numbers(one.given, other.given):
        return None
    if "".join(a) == "".join(b) or sorted(a) == sorted(b):
        return "same_name" if names.is_latin(one.given) == names.is_latin(other.given) else "spelled"
    if names.is_latin(one.given) != names.is_latin(other.given) and [*map(names.bones, a)] == [*map(names.bones, b)]:
        return "spelled"
    if names.is_near("".join(a), "".join(b)) and len("".join(a)) > 4:
        return "typo"
    short, long = sorted((a, b), key=len)
    return "part_name" if len("".join(short)) > 4 and long[: len(short)] == short else None


# --- both -------------------------------------------------------------------------------------------------------------


def _found(**what: Any) -> tuple[str, ...]:
    return tuple(name for name, is_so in what.items() if is_so)


def _share_phone(one: Card, other: Card) -> bool:
    return bool(({*map(number, one.phones)} & {*map(number, other.phones)}) - {""})


def _same_firm(one: str, other: str) -> bool:
    a, b = names.firm(one), names.firm(other)
    return bool(a) and ("".join(a) == "".join(b) or [*map(names.bones, a)] == [*map(names.bones, b)])


def _like_email(one: Card, other: Card) -> bool:
    """Whether one address is the other with a slip of the finger before the @; jan1 and jan2 are two people."""
    for mine in one.emails:
        for theirs in other.emails:
            (a, _, at), (b, _, there) = mine.partition("@"), theirs.partition("@")
            if at != there or min(len(a), len(b)) < 5 or [*filter(str.isdigit, a)] != [*filter(str.isdigit, b)]:
                continue
            if OSA.distance(a, b, score_cutoff=1) <= 1:
                return True
    return False
