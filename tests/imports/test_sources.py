"""Exports of known programs are recognised by themselves; of others the columns are guessed by name and by look."""

import pytest

from crmlite.imports import sources, targets
from crmlite.imports.sources import words
from crmlite.imports.sources.source import folded

EXPORTS = {
    "google": ["First Name", "Last Name", "E-mail 1 - Label", "E-mail 1 - Value", "Organization Name", "Labels"],
    "outlook": ["Anrede", "Vorname", "Nachname", "Firma", "E-Mail-Adresse", "Telefon geschäftlich"],
    "hubspot": ["Record ID", "First Name", "Last Name", "Email", "Contact owner"],
    "pipedrive": ["Person - Name", "Person - Email - Work", "Person - Organization"],
    "espocrm": ["firstName", "lastName", "emailAddress", "accountName"],
    "odoo": ["name", "is_company", "email", "parent_id/id"],
    "salesforce": ["First Name", "Last Name", "Account Name", "Title", "Email", "Mailing Street"],
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised(name):
    source = sources.recognise("csv", EXPORTS[name])
    assert source is not None
    assert source.name == name


def test_an_ordinary_sheet_is_nobodys():
    assert sources.recognise("csv", ["Name", "E-mail", "Phone", "Company"]) is None


def test_all_targets_in_the_tables_exist():
    for source in (*sources.SOURCES, sources.cards.CARDS):
        for target in (*source.columns.values(), *(target.format(n=1) for _pattern, target in source.numbered)):
            assert targets.is_known(target), (source.name, target)
            assert target in {"-"} or targets.label_of(target)
    for target in (*words.PEOPLE.values(), *words.COMPANIES.values()):
        assert targets.parse(target), target
    assert not targets.is_known("contact.password")
    assert not targets.is_known("contact.email#x")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("E-MAIL", "contact.email/work"), ("Geboortedatum", "contact.birthday"), ("Téléphone portable", "contact.phone/mobile"),
        ("Straße", "contact.lines/work"), ("País", "contact.country/work"), ("اسم الشركة", "company.name"), ("first_name", "contact.given"),
    ],
)  # fmt: skip
def test_columns_are_known_by_name_in_six_languages(header, target):
    assert words.PEOPLE[folded(header)] == target


def test_columns_are_guessed_by_the_look_of_their_values():
    looks = [{"kind": ""}, {"kind": "email"}, {"kind": "email"}, {"kind": "phone"}]
    assert sources.suggest(None, ["Wer", "A", "B", "C"], looks) == [
        "", "contact.email/work", "contact.email/work#2", "contact.phone/work",
    ]  # fmt: skip


def test_a_sheet_of_companies_is_about_companies():
    found = sources.suggest(None, ["Bedrijf", "BTW-nummer", "E-mail", "Plaats"], [{}] * 4)
    assert found == ["company.name", "company.vat_id", "company.email/work", "company.city/work"]
