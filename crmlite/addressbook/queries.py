"""addressbook-query: which cards a device asks for (RFC 6352, 10.5). Pure."""

from collections.abc import Callable

from crmlite.addressbook import vcards
from crmlite.addressbook.vcards import Card, Property
from crmlite.addressbook.xml import Element, carddav
from crmlite.fold import fold

Test = Callable[[Card], bool]
COLLATIONS = frozenset({"i;unicode-casemap", "i;ascii-casemap", "i;octet", "default"})
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda value, asked: asked in value,
    "equals": lambda value, asked: value == asked,
    "starts-with": lambda value, asked: value.startswith(asked),
    "ends-with": lambda value, asked: value.endswith(asked),
}


MOST = 50
"""Conditions of one query."""


class Unsupported(ValueError):
    """The condition of RFC 6352 that a filter does not meet."""


def reading(query: Element) -> Test:
    """Whether a card is meant. Raises Unsupported."""
    asked = query.find(carddav("filter"))
    if asked is None:
        return lambda card: True
    filters = asked.all(carddav("prop-filter"))
    if sum(len(one.children) + 1 for one in filters) > MOST:  # each is asked of each card
        raise Unsupported(carddav("supported-filter"))
    tests = [_property(one) for one in filters]
    together = _joined(asked)
    return lambda card: not tests or _any_of(card, tests, together)


def _any_of(card: Card, tests: list[Callable[[list[Property]], bool]], together: Callable[..., bool]) -> bool:
    found = vcards.properties(card, "3.0")
    return together(test(found) for test in tests)


def _joined(element: Element) -> Callable[..., bool]:
    return all if element.attributes.get("test") == "allof" else any


def _property(element: Element) -> Callable[[list[Property]], bool]:
    name = element.attributes.get("name", "").rpartition(".")[2].upper()
    inside = [child for child in element.children if child.name != carddav("is-not-defined")]
    if len(inside) < len(element.children):
        return lambda found: not any(one.name.upper() == name for one in found)
    tests = [_one(child) for child in inside]
    together = _joined(element)

    def test(found: list[Property]) -> bool:
        mine = [one for one in found if one.name.upper() == name]
        return bool(mine) and (not tests or together(any(check(one) for one in mine) for check in tests))

    return test


def _one(element: Element) -> Callable[[Property], bool]:
    if element.name == carddav("text-match"):
        matches = _text(element)
        return lambda one: matches(";".join(one.texts))
    if element.name != carddav("param-filter"):
        raise Unsupported(carddav("supported-filter"))
    name, inside = element.attributes.get("name", "").upper(), element.find(carddav("text-match"))
    if element.find(carddav("is-not-defined")) is not None:
        return lambda one: all(param != name for param, _value in one.params)
    matches = _text(inside) if inside is not None else lambda _value: True
    return lambda one: any(param == name and matches(value) for param, value in one.params)


def _text(element: Element) -> Callable[[str], bool]:
    collation = element.attributes.get("collation", "i;unicode-casemap")
    if collation not in COLLATIONS:
        raise Unsupported(carddav("supported-collation"))
    same = (lambda text: text) if collation == "i;octet" else fold
    matches = _MATCHES.get(element.attributes.get("match-type", "contains"))
    if matches is None:
        raise Unsupported(carddav("supported-filter"))
    asked, wanted = same(element.text), element.attributes.get("negate-condition") != "yes"
    return lambda value: matches(same(value), asked) is wanted
