"""The translations: complete, with the same placeholders, compiled; and no text on any page that went past them."""

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from crmlite import web

HERE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def catalogues():
    loader = importlib.machinery.SourceFileLoader("catalogues", str(HERE / "bin/catalogues"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("catalogues", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def source(catalogues, tmp_path):
    """A tree with one template, and a Dutch catalogue of it."""
    (tmp_path / "crmlite").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text(
        '{{ _("Hello %(name)s", name=name) }} {{ ngettext("%(num)d row", "%(num)d rows", n) }}'
    )
    return catalogues.gather(tmp_path)


def test_every_language_that_can_be_chosen_is_complete(catalogues):
    assert {"en", *catalogues.LANGUAGES} == set(web.LANGUAGES)
    gathered = catalogues.gather(HERE)
    problems = [p for name in catalogues.LANGUAGES for p in catalogues.check(gathered, name, catalogues.path_of(name))]
    assert problems == []
    assert list(catalogues.not_literal(HERE)) == []


def test_arabic_has_six_forms(catalogues):
    assert catalogues.read("ar", catalogues.path_of("ar")).num_plurals == 6


GOOD = {"Hello %(name)s": "Hallo %(name)s", ("%(num)d row", "%(num)d rows"): ("%(num)d rij", "%(num)d rijen")}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, None),
        ({("%(num)d row", "%(num)d rows"): ("één rij", "%(num)d rijen")}, None),
        ({"Hello %(name)s": ""}, "is not translated"),
        ({"Hello %(name)s": "Hallo %(naam)s"}, "placeholders"),
        ({"Hello %(name)s": "Hallo"}, "placeholders"),
        ({"Hello %(name)s": "<b>Hallo</b> %(name)s"}, "tags"),
        ({"Hello %(name)s": "Hallo %(name)s "}, "blanks"),
        ({("%(num)d row", "%(num)d rows"): ("%(num)d rij", "")}, "is not translated"),
        ({("%(num)d row", "%(num)d rows"): ("%(num)d rij", "rijen")}, "placeholders"),
        ({"Gone": "Weg"}, "translation only"),
    ],
)
def test_what_the_check_notices(catalogues, source, tmp_path, change, complaint):
    path = write(catalogues, tmp_path, {**GOOD, **change})
    problems = list(catalogues.check(source, "nl", path))
    if complaint is None:
        assert problems == []
    else:
        [problem] = problems
        assert complaint in problem


def test_a_fuzzy_text_and_an_old_compilation_are_noticed(catalogues, source, tmp_path):
    path = write(catalogues, tmp_path, GOOD)
    path.write_text(path.read_text("utf-8").replace('msgid "Hello', '#, fuzzy\nmsgid "Hello'), "utf-8")
    assert any("is fuzzy" in problem for problem in catalogues.check(source, "nl", path))
    path = write(catalogues, tmp_path, GOOD)
    path.write_text(path.read_text("utf-8").replace("Hallo", "Dag"), "utf-8")
    assert any("compiles to" in problem for problem in catalogues.check(source, "nl", path))


def test_new_texts_are_taken_up_and_old_ones_dropped(catalogues, source, tmp_path):
    path = write(catalogues, tmp_path, {"Gone": "Weg", "Hello %(name)s": "Hallo %(name)s"})
    catalogues.update(source, "nl", path)
    [problem] = catalogues.check(source, "nl", path)
    assert "%(num)d row" in problem
    before = path.read_bytes()
    catalogues.update(source, "nl", path)
    assert path.read_bytes() == before


def test_a_text_that_is_no_literal_is_noticed(catalogues, tmp_path):
    (tmp_path / "crmlite").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "crmlite/x.py").write_text('_("fine")\n_(name)\n_(f"x {y}")\n')
    (tmp_path / "templates/x.html").write_text('{{ _("fine") }}{{ _(name) }}')
    found = list(catalogues.not_literal(tmp_path))
    assert [line.split(": ")[0] for line in found] == ["crmlite/x.py:2", "crmlite/x.py:3", "templates/x.html:1"]


def write(catalogues, folder: Path, texts: dict) -> Path:
    catalog = Catalog(locale="nl")
    for text, translation in texts.items():
        catalog.add(text, translation)
    path = folder / "messages.po"
    with path.open("wb") as file:
        catalogues.write_po(file, catalog)
    path.with_suffix(".mo").write_bytes(catalogues.compiled(catalogues.read("nl", path)))
    return path
