"""Whether two records are one person or company, and why. Pure: what it compares is a Card, which holds no more than that.

A name alone says little, and an address alone less: father and son share an e-mail, colleagues a phone. So a pair needs a name
that fits and something else that fits, or a name that fits and nothing that speaks against it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from crmlite.duplicates import names
from crmlite.duplicates.cards import FREE_MAIL, Card, domains, is_of_many, number, vat

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
    shared = set(one.emails) & set(other.emails)
    email, mailbox = any(not is_of_many(each) for each in shared), any(map(is_of_many, shared))
    phone = _share_phone(one, other)
    same_day = one.birthday and one.birthday == other.birthday
    slip = email and phone and _is_slip_of_date(one.birthday, other.birthday)
    if one.birthday and other.birthday and not same_day and not slip:
        return NO  # father and son, who share address and number
    evidence = _found(same_email=email or mailbox, same_phone=phone, same_birthday=same_day)
    nameless = not (one.given or one.family) or not (other.given or other.family)
    if nameless:
        return Match(85 if shared else 70, evidence) if (shared or phone) else NO
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
    two = _are_two(one, other, email, strength)
    if email or same_day or (phone and not two):
        return Match(min(99, 88 + 2 * strength + 2 * (email and phone)), evidence)
    return NO if two else _without_reach(one, other, strength, company or mailbox, city, like, evidence)


def _are_two(one: Card, other: Card, email: bool, strength: int) -> bool:
    """Whether colleagues have each their own address at their company: an address is given to one of them only."""
    if email or strength == 4 and one.given == other.given and one.family == other.family:
        return False
    mine, theirs = ({_at(each) for each in card.emails if not is_of_many(each)} - FREE_MAIL for card in (one, other))
    return bool(mine & theirs) and not _like_email(one, other)


def _is_slip_of_date(one: str, other: str) -> bool:
    """One digit is another, or two changed places, or day and month did."""
    changed = one.split("-")[:1] + one.split("-")[:0:-1] == other.split("-")
    return changed or OSA.distance(one, other, score_cutoff=1) <= 1


def _without_reach(
    one: Card, other: Card, strength: int, company: bool, city: bool, like: bool, evidence: tuple[str, ...]
) -> Match:
    """The names fit, and no address or number of their own is shared."""
    emails = [[each for each in card.emails if not is_of_many(each)] for card in (one, other)]
    against = (all(emails) and not like) + bool(one.phones and other.phones and not _share_phone(one, other))
    elsewhere = bool(one.city and other.city) and not city
    if like and (company or strength > 2) and against < 1 and not elsewhere:
        return Match(86, evidence)
    if company:
        if strength == 2:  # Martin and Martina
            return Match(70 if against < 1 else 0, evidence)
        rare = one.family == other.family and not names.is_common(one.family)
        alike = evidence[0] == "same_name" or (rare and evidence[0] == "spelled")  # Stefan and Stephan Quillmaker
        if against and not alike and names.is_latin(one.given) == names.is_latin(other.given):
            return NO  # Alina and Alyona, Jansen and Janssen
        if against == 2 and elsewhere:
            return NO
        return Match(84 if against < 2 else 74, evidence)
    if one.company and other.company:
        return NO
    if not city or strength < 4 or names.is_common(one.family) or names.is_common(other.family):
        return NO
    bare = any(not (card.emails or card.phones or card.company) for card in (one, other))
    return Match(72, evidence) if bare else NO  # two who can each be reached, in another way, are namesakes more often


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
    if how := _words_fit("".join(mine), "".join(theirs), given):
        return how
    if len(mine) == len(theirs) > 1:
        each = [_words_fit(a, b, given and n == 0) for n, (a, b) in enumerate(zip(mine, theirs, strict=True))]
        return max((how for how in each if how), key=_weakness) if all(each) else None
    if given and len(mine) != len(theirs) and 1 in (len(mine), len(theirs)):  # Anna and Anna Maria
        if mine[0] == theirs[0] and len(mine[0]) > 2:
            return "same_name"
        how = _words_fit(mine[0], theirs[0], given)
        return how if how in {"spelled", "nickname"} else None
    return None


def _weakness(how: str) -> tuple[int, bool]:
    return -_NAMES[how], how == "spelled"


@lru_cache(maxsize=names.REMEMBERED)
def _words_fit(a: str, b: str, given: bool) -> str | None:
    if a == b:
        return "same_name"
    short = given and bool(names.forms(a) & names.forms(b))
    if names.is_same_name(a, b) or (short and names.sound(a) == names.sound(b)):
        return "spelled"
    if short:
        return "nickname"
    if names.are_two_names(a, b) and (given or names.sound(a) != names.sound(b)):
        return None
    foreign = names.is_latin(a) != names.is_latin(b)
    heard, other, bones, others = names.sound(a), names.sound(b), names.bones(a), names.bones(b)
    if heard == other or (foreign and (bones == others and len(bones) > 1 or names.is_near(heard, other))):
        return "spelled"
    if names.is_near(a, b) or (min(len(heard), len(other)) > 4 and names.is_near(heard, other)):
        return "typo"
    if foreign and min(len(bones), len(others)) > 3 and OSA.distance(bones, others, score_cutoff=1) <= 1:
        return "typo"
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
    if names.is_latin(one) == names.is_latin(other):
        return bool(a) and "".join(a) == "".join(b)
    return bool(a) and [*map(names.bones, a)] == [*map(names.bones, b)]


def _like_email(one: Card, other: Card) -> bool:
    """Whether one address is the other with a slip of the finger before the @; jan1 and jan2 are two people, and so are
    p.vos and j.vos, or pietv and piet: both are made of a name as addresses are."""
    for mine in one.emails:
        for theirs in other.emails:
            (a, _, at), (b, _, there) = mine.partition("@"), theirs.partition("@")
            if at != there or min(len(a), len(b)) < 5 or [*filter(str.isdigit, a)] != [*filter(str.isdigit, b)]:
                continue
            if OSA.distance(a, b, score_cutoff=1) <= 1 and not (_is_made_of(a, one) and _is_made_of(b, other)):
                return True
    return False


def _is_made_of(local: str, card: Card) -> bool:
    given, family = ("".join(names.plain_words(part)) for part in (card.given, card.family))
    letters = "".join(filter(str.isalpha, local)).lower()
    made = {given, family, given + family, family + given, given[:1] + family, given + family[:1], family + given[:1]}
    return names.sound(letters) in {*map(names.sound, made)}


def _at(email: str) -> str:
    return email.rpartition("@")[2]
