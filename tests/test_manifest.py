"""What phones install: a manifest in the reader's language, icons that can be cut, and the colours around the page."""

import io
import json
import re

import pytest
from PIL import Image

from crmlite import create_app, manifest
from tests.test_templates import HERE, STATIC, script

icons = script("icons")


@pytest.fixture
def client(tmp_path):
    return create_app({"instance": str(tmp_path), "public_url": "http://localhost"}).test_client()


def told(client, language: str = "en") -> dict:
    answer = client.get("/manifest.webmanifest", headers={"Accept-Language": language})
    assert (answer.status_code, answer.mimetype) == (200, "application/manifest+json")
    return json.loads(answer.text)


def test_it_names_icons_that_are_what_it_says(client):
    found = told(client)
    assert (found["start_url"], found["scope"], found["display"]) == ("/", "/", "standalone")
    for icon in found["icons"]:
        answer = client.get(icon["src"])
        assert answer.mimetype == icon["type"]
        assert "x".join(map(str, Image.open(io.BytesIO(answer.data)).size)) == icon["sizes"]
    assert {(icon["sizes"], icon["purpose"]) for icon in found["icons"]} == {
        (sizes, purpose) for sizes in ("192x192", "512x512") for purpose in ("any", "maskable")
    }


def test_it_speaks_the_readers_language(client):
    assert (told(client, "ar")["lang"], told(client, "ar")["dir"]) == ("ar", "rtl")
    assert (told(client)["lang"], told(client)["dir"]) == ("en", "ltr")


def test_it_says_nothing_about_the_firm_to_strangers(client):
    answer = client.get("/manifest.webmanifest")
    assert "Set-Cookie" not in answer.headers
    assert set(json.loads(answer.text)) == {
        "id", "name", "short_name", "description", "lang", "dir", "start_url", "scope", "display", "theme_color",
        "background_color", "icons",
    }  # fmt: skip


def test_its_colours_are_those_of_the_pages(client):
    light, dark = re.search(r"--bg-2: light-dark\((#\w+), (#\w+)\)", (STATIC / "css/tokens.css").read_text()).groups()
    assert (light, dark) == (manifest.LIGHT, manifest.DARK)
    page = client.get("/login").text
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    assert f'content="{dark}" media="(prefers-color-scheme: dark)"' in page


# --- the icons


def test_icons_show_the_mark_as_it_is_now():
    assert icons.stale() == []
    mark = re.search(r' d="([^"]+)"', (STATIC / "favicon.svg").read_text())[1]
    assert mark == "M21 12.2a6 6 0 1 0 0 7.600", "bin/icons says the mark in numbers: change them too"


def test_another_mark_would_be_noticed(monkeypatch):
    monkeypatch.setattr(icons, "WIDTH", 4.5)
    assert set(icons.stale()) == set(icons.ICONS)


@pytest.mark.parametrize("name", [name for name in icons.ICONS if name.startswith("maskable")])
def test_what_a_phone_cuts_off_holds_nothing_of_the_mark(name):
    """Only a circle of 80 % is sure to be seen; around it is ground, up to the edges."""
    with Image.open(STATIC / "icons" / name) as icon:
        assert icon.mode == "RGB", "nothing is clear"
        side = icon.width
        outside = [
            icon.getpixel((x, y))
            for x in range(0, side, 3)
            for y in range(0, side, 3)
            if (x - side / 2) ** 2 + (y - side / 2) ** 2 > (0.4 * side) ** 2
        ]
        assert max(red for red, _green, _blue in outside) < 0x80
        assert icon.getpixel((round(side * 0.35), side // 2)) == (255, 255, 255), "the mark itself is there"


def test_icons_are_in_the_wheel():
    assert "static" in (HERE / "pyproject.toml").read_text().split("force-include]")[1].split("[tool")[0]
