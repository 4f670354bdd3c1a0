"""The front end's own checks: what is banned, icons that exist, a bundle that is current, a first visit that is light."""

import gzip
import importlib.util
import re
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from crmlite import create_app, events
from crmlite.records import types

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"
MACROS = HERE / "templates" / "ui" / "macros.html"


def script(name):
    """A script of bin/ as a module."""
    loader = SourceFileLoader(name.replace("-", "_"), str(HERE / "bin" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


lint, bundle = script("lint-templates"), script("subset-css")

# --- what is banned ---------------------------------------------------------------------------------------------------


def test_nothing_banned_is_written():
    assert [(path.name, *found) for path in lint.sources() for found in lint.problems(path)] == []


@pytest.mark.parametrize(
    "line",
    [
        '<button hx-on:click="go()">',
        """<button hx-vals='js:{now: Date.now()}'>""",
        '<div hx-ext="morph">',
        '<button hx-disabled-elt="this">',
        '<div hx-trigger="htmx:afterSwap from:body">',
        '<div hx-swap="beforeend">',
        '<div hx-trigger="click[ctrlKey]">',
        '<body hx-boost="true">',
        '<p style="color: red">',
        "<script>alert(1)</script>",
        '<button onclick="go()">',
        """<p class="{{ 'cx-' ~ kind }}">""",
        '<p class="hue-{{ hue }}">',
        '<p class="cx-never-heard-of">',
    ],
)
def test_the_check_of_templates_finds_what_is_banned(line, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(f"<p>{{# style= in a comment is fine #}}</p>\n{line}\n")
    assert [number for number, _reason in lint.problems(page)] == [2]


@pytest.mark.parametrize(
    "rule",
    [".cx-a { margin-left: 1px; }", ".cx-a { right: 0; }", ".cx-a { text-align: left; }", ".board { gap: 1px; }"],
)
def test_the_check_of_styles_finds_what_is_banned(rule, tmp_path):
    sheet = tmp_path / "sheet.css"
    sheet.write_text(f".cx-a {{ margin-inline-start: 1px; }}\n{rule}\n")
    assert [number for number, _reason in lint.problems(sheet)] == [2]


# --- icons ------------------------------------------------------------------------------------------------------------


def test_every_icon_that_is_used_is_in_the_sprite(tmp_path):
    app = create_app({"secret_key": "x" * 32, "instance": tmp_path, "public_url": "http://localhost"})
    used = dict.fromkeys((kind.icon for kind in events.all_types()), "events.py")
    with app.app_context():
        used |= {kind.icon: kind.name for kind in types.registered().values()}
    used |= {item.icon: item.url for item in app.extensions["crmlite.nav"]}
    used |= {action.icon: action.url for _module, action in app.extensions.get("crmlite.actions", [])}
    for path in (HERE / "templates").rglob("*.html"):
        used |= dict.fromkeys(icons_in(path.read_text("utf-8"), app.jinja_env), path.name)
    assert len(used) > 30
    assert {name: where for name, where in used.items() if name not in sprite()} == {}


def test_an_icon_is_found_wherever_a_macro_takes_one():
    source = """
    {{ ui.icon("one") }} {{ ui.link(_("Add"), "/new", "two") }} {{ ui.post("/x", _("Do"), icon="three") }}
    {{ ui.empty("four" if first else "five", _("None"), "") }} {% call ui.menu("m", _("More"), "six") %}{% endcall %}
    {% macro to(url, glyph) %}{{ ui.icon(glyph) }}{% endmacro %} {{ to("/a", "seven") }}
    """
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    assert icons_in(source, environment) == {"one", "two", "three", "four", "five", "six", "seven"}


def test_the_sprite_holds_what_its_list_names():
    listed = (HERE / "bin" / "vendor-icons.txt").read_text().split("\n")
    assert sprite() == {line for line in listed if line and not line.startswith("#")}


def sprite():
    return set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


def icons_in(source, environment):
    """Every word that a template gives to icon(), or to a macro's parameter of that name."""
    takes = {"icon": ["icon"]} | icon_parameters(environment.parse(MACROS.read_text("utf-8")))
    tree = environment.parse(source)
    takes |= icon_parameters(tree)
    found = set()
    for call in tree.find_all(nodes.Call):
        parameters = takes.get(name_of(call), [])
        given = [value for value, name in zip(call.args, parameters, strict=False) if name == "icon"]
        given += [keyword.value for keyword in call.kwargs if keyword.key == "icon"]
        for value in given:
            constants = [value] if isinstance(value, nodes.Const) else value.find_all(nodes.Const)
            found |= {constant.value for constant in constants if re.fullmatch(r"[a-z][a-z0-9-]*", str(constant.value))}
    return found


def icon_parameters(tree):
    """Macro to the names of its parameters; one that becomes an icon is called icon, whatever the macro calls it."""
    takes = {}
    for macro in tree.find_all(nodes.Macro):
        shown = {call.args[0].name for call in macro.find_all(nodes.Call) if is_icon_of_a_name(call)}
        names = ["icon" if argument.name in shown else argument.name for argument in macro.args]
        if "icon" in names and macro.name != "icon":
            takes[macro.name] = names
    return takes


def is_icon_of_a_name(call):
    return name_of(call) == "icon" and isinstance(call.args[0], nodes.Name)


def name_of(call):
    return getattr(call.node, "attr", None) or getattr(call.node, "name", None)


# --- what is served ---------------------------------------------------------------------------------------------------


def test_the_bundle_is_what_its_sources_make():
    assert bundle.stale() == []


def test_a_class_that_no_page_uses_is_left_out():
    kit = (STATIC / "bundle" / "app.css").read_text()
    assert ".btn-primary" in kit
    assert ".carousel" not in kit
    assert ".carousel" in (STATIC / "vendor" / "tabler-core-1.6.1" / "tabler.min.css").read_text()


def test_what_styles_and_pages_fetch_exists():
    for sheet in ("app.css", "app.rtl.css"):
        text = (STATIC / "bundle" / sheet).read_text()
        for url in re.findall(r'url\("?(\.\./[^")]+)', text):
            assert (STATIC / "bundle" / url).resolve().is_file(), url
    for url in re.findall(r'"/static/([^"?{]+)"', (HERE / "templates" / "base.html").read_text()):
        assert (STATIC / url).is_file(), url


def test_every_vendored_package_says_its_licence():
    for folder in (STATIC / "vendor").iterdir():
        assert (folder / "LICENSE").exists() or '"license"' in (folder / "package.json").read_text(), folder.name


LATIN = (
    "bundle/app.css",
    "icons.svg",
    "favicon.svg",
    "vendor/fontsource-variable-inter-5.3.0/inter-latin-wght-normal.woff2",
)
ARABIC = (
    "vendor/fontsource-ibm-plex-sans-arabic-5.3.0/ibm-plex-sans-arabic-arabic-400-normal.woff2",
    "vendor/fontsource-ibm-plex-sans-arabic-5.3.0/ibm-plex-sans-arabic-arabic-600-normal.woff2",
)
SCRIPTS = ("bundle/app.js", "vendor/htmx.org-4.0.1/htmx.min.js")
PAGE = 10
"""Kilobytes that the HTML of the largest page may take of the whole."""


def test_a_first_visit_is_light():
    assert kilobytes(SCRIPTS) <= 30
    assert kilobytes(LATIN + SCRIPTS) + PAGE <= 120
    assert kilobytes(LATIN + SCRIPTS + ARABIC) + PAGE <= 200


def kilobytes(names):
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names) / 1024


# --- the frame of every page ------------------------------------------------------------------------------------------


def test_the_sidebar_shows_what_the_user_may_open(stage):
    links = ('href="/leads/"', 'href="/forms/"', 'href="/auth/team"')
    admin = stage.client("admin").get("/contacts/").text
    service = stage.client("service").get("/contacts/").text
    assert [link in admin for link in links] == [True, True, True]
    assert [link in service for link in links] == [False, False, False]
    assert 'href="/contacts/" data-go="c" aria-current="page"' in admin


def test_unknown_places_do_not_fill_the_memory(stage):
    client = stage.client("seller")
    client.get("/auth/profile")
    before = len(stage.app.extensions["crmlite.nav_cache"])
    for number in range(5):
        client.get(f"/nowhere-{number}/1")
    assert len(stage.app.extensions["crmlite.nav_cache"]) <= before + 1


def test_a_message_after_a_verb_is_a_toast_with_undo(stage):
    client = stage.client("seller")
    page = client.post("/auth/theme", data={"theme": "dark", "next": "/contacts/"}, follow_redirects=True).text
    assert 'data-bs-theme="dark"' in page
    assert re.search(r'id="toast-status"[^>]*>\s*<div class="cx-toast">.*?action="/records/undo', page, re.S)


def test_of_many_toasts_that_nobody_saw_the_last_ones_wait(stage):
    """Many saves without a page in between, as by a script: the cookie stays small enough for browsers to keep it."""
    client = stage.client("seller")
    for number in range(20):
        client.post("/contacts/new", data={"given": "Anna", "family": f"Number{number}"})
    page = client.get("/contacts/").text
    toasts = re.findall(r'<div class="cx-toast">.*?Number(\d+)', page, re.S)
    assert toasts == ["15", "16", "17", "18", "19"]
