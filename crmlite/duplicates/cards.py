"""What of a record is compared, and the keys by which those are found that are worth comparing. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from crmlite.duplicates import names

FREE_MAIL = names.listed("""
gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com gmx.de gmx.net web.de mail.ru yandex.ru
proton.me protonmail.com aol.com ziggo.nl kpnmail.nl xs4all.nl hotmail.nl orange.fr free.fr t-online.de example.com
""")

_MANYS_MAIL = names.listed("""
info office sales contact mail admin hello post service support welcome team hr jobs finance accounting billing invoice orders
kontakt kontor buero verkauf vertrieb buchhaltung rechnung bestellung administratie verkoop inkoop facturen receptie planning balie
amministrazione vendite commerciale ufficio segreteria salg regnskab bogholderi biuro sprzedaz ksiegowosc satis muhasebe iletisim bilgi
contacto ventas accueil vente compta zakaz otdel sklad reception marketing
""")


@dataclass(frozen=True)
class Card:
    """What of a record is compared."""

    kind: str
    given: str = ""
    family: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    company: str = ""
    city: str = ""
    birthday: str = ""
    vat_id: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name in _FIELDS
            if (value := getattr(self, name))
        }

    def keys(self) -> set[int]:
        """What two records have to share one of, to be compared at all."""
        found = _firm_keys(self) if self.kind == "company" else _person_keys(self)
        return {_number(f"{self.kind} {key}") for key in found}

    @classmethod
    def of_json(cls, kind: str, values: dict[str, Any]) -> "Card":
        known: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(kind, **known)


_FIELDS = tuple(field.name for field in fields(Card) if field.name != "kind")


def number(phone: str) -> str:
    """What all spellings of a phone number end with: no country code, no trunk zero."""
    digits = phone.lstrip("+0")
    if not digits.isdigit():
        digits = "".join(filter(str.isdigit, digits)).lstrip("0")
    return digits[-8:] if len(digits) >= 7 else ""


def is_of_many(email: str) -> bool:
    """Whether it is a mailbox that colleagues read together, such as info@."""
    return email.partition("@")[0].lower() in _MANYS_MAIL


def domains(card: Card) -> list[str]:
    """Of its websites and e-mails, without those that everybody may have."""
    found = {site.removeprefix("www.") for site in card.sites} | {email.rpartition("@")[2] for email in card.emails}
    return sorted(found - FREE_MAIL - {""})


def vat(card: Card) -> str:
    return "".join(filter(str.isalnum, card.vat_id)).upper()


# --- keys -------------------------------------------------------------------------------------------------------------


def _number(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _reach_keys(card: Card) -> Iterable[str]:
    yield from (f"e {email}" for email in card.emails)
    yield from (f"p {last}" for phone in card.phones if (last := number(phone)))


def _person_keys(card: Card) -> Iterable[str]:
    yield from _reach_keys(card)
    given, family = names.words(card.given), names.words(card.family)
    given, family = given or family or ("",), family or given or ("",)
    first, last = given[0], family[-1]
    heads = sorted({names.bones(first), names.bones(last)})
    for head, tail in {(first, last), (family[0], given[-1])}:  # the same two where somebody swapped them
        if head or tail:
            both = " ".join(sorted([names.sound(head), names.sound(tail)]))
            yield f"n {both}"
            yield from (f"d {domain} {both}" for domain in {email.rpartition("@")[2] for email in card.emails})
            yield f"x {' '.join(sorted({names.bones(head), names.bones(tail)}))}"
            yield from (f"k {form} {names.sound(tail)}" for form in names.forms(head))
            yield from (f"k {form} {names.sound(head)}" for form in names.forms(tail))
    if card.company and heads:
        firm = "".join(names.bones(word) for word in names.firm(card.company))
        yield from (f"c {firm} {head[:2]}" for head in heads)
        yield from (f"f {firm} {form}" for form in names.forms(first))
    if card.birthday:
        yield f"b {card.birthday}"
        yield f"b {card.birthday} {' '.join(sorted(head[:1] for head in heads))}"


def _firm_keys(card: Card) -> Iterable[str]:
    yield from _reach_keys(card)
    if card.vat_id:
        yield f"v {vat(card)}"
    yield from (f"s {site}" for site in domains(card))
    heard = names.firm(card.given)
    if not heard:
        return
    whole = "".join(heard)
    yield f"n {''.join(sorted(heard))}"
    yield f"x {''.join(map(names.bones, heard))}"
    yield f"i {whole[:4]} {len(whole) > 8 and whole[-3:]}"
    yield f"i {whole[-5:]}"
    if card.city:
        yield f"t {names.sound(card.city)} {whole[:3]}"
