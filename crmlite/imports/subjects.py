"""Who a row is about: a person, a company, or both; and what the person is called. Pure."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from crmlite.contacts.models import split_name
from crmlite.imports import cells as texts
from crmlite.imports.draft import Draft, Reach
from crmlite.imports.sources.habits import Habits

_SHARED = frozenset({"language", "instructions"})


def settle(made: Draft, habits: Habits) -> None:
    """Without a name it is about the company. CRMs have people of whom only an e-mail address is known; address books have not."""
    person = made.person
    known = any(person.get(name) for name in ("given", "family", "salutation", "birthday")) or made.job
    if made.has_company and not known and (habits.nameless_is_company or not made.reach.normals("email")):
        made.company = {**{name: value for name, value in person.items() if name in _SHARED}, **made.company}
        _hand_over(made)
    elif made.company_reach.points and not made.has_company and not made.has_person:  # known by its site
        host = next((urlsplit(url).hostname for url in made.company_reach.normals("url")), None)
        if host:
            made.company["name"] = host


def _hand_over(made: Draft) -> None:
    """What is the person's becomes the company's."""
    made.company_reach.points += made.reach.points
    made.company_reach.addresses += made.reach.addresses
    made.company_note = texts.joined(made.company_note, made.note)
    made.company_tags += made.tags
    made.person, made.reach, made.note, made.job, made.tags = {}, Reach(), "", "", []


def turn_into_company(made: Draft) -> None:
    """The row's person is a company; what was the person's company is what it is a part of."""
    name = made.person.get("name") or f"{made.person.get('given', '')} {made.person.get('family', '')}".strip()
    parent = made.company.get("name", "")
    if not name:
        return
    made.company_key = made.own_key
    above = parent if parent != name else made.parent
    made.parent = above if above != name else ""
    made.company = {**made.company, "name": name, "instructions": made.person.get("instructions", "")}
    if language := made.person.get("language"):
        made.company["language"] = language
    _hand_over(made)


def turn_into_person(made: Draft) -> None:
    """The row's company is a person, unless the row has one besides."""
    if not any(made.person.get(name) for name in ("name", "given", "family")):
        made.person = {**made.person, "name": made.company.pop("name", "")}
        made.reach.points += made.company_reach.points
        made.reach.addresses += made.company_reach.addresses
        made.tags, made.company_tags = made.tags + made.company_tags, []
        made.note, made.company_note, made.company_reach = texts.joined(made.note, made.company_note), "", Reach()


def name(person: dict[str, Any], emails: Sequence[str]) -> None:
    """First and last name of what was given: a whole name is cut unless its parts are there; middle names belong to the first."""
    for part in ("name", "given", "family"):  # their own address is no name
        if person.get(part, "").casefold() in emails:
            person[part] = ""
    whole, middle, suffix = person.pop("name", ""), person.pop("middle", ""), person.pop("suffix", "")
    if whole and not (person.get("given") or person.get("family")):
        if whole.count(",") == 1 and all(part.strip() for part in whole.split(",")):  # "Lindqvist, Anna"
            family, given = (part.strip() for part in whole.split(","))
        else:
            given, family = split_name(whole)
        person["given"], person["family"] = given, family
        return
    if middle:
        person["given"] = f"{person.get('given', '')} {middle}".strip()
    if suffix:
        person["family"] = f"{person.get('family', '')} {suffix}".strip()
