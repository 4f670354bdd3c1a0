"""What is new: CHANGELOG.md says the version and what users are told of it; a dot says once that there is something."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from crmlite import config
from crmlite.help import news

ROOT = Path(__file__).parents[2]
TEXT = """# Changelog

## Unreleased

### For users
- To come.

## 0.3.0 - 2026-12-24

An introduction.

### For users
- One thing with `code`
  in two lines.
- Another.

### For who hosts it
- A setting.

## 0.2.0 - 2026-11-27

### For who works on it
- A rule.
"""


def test_the_notes_are_what_users_are_told():
    coming, third, second = news.read(TEXT)
    assert (coming.version, coming.on, coming.lines) == ("", None, ["To come."])
    assert (third.version, third.on) == ("0.3.0", date(2026, 12, 24))
    assert third.lines == ["One thing with code in two lines.", "Another."]
    assert second.lines == []


@pytest.mark.parametrize("heading", ["## 0.3 - 2026-12-24", "## 0.3.0", "## 0.3.0 (2026-12-24)", "## Soon"])
def test_a_heading_that_says_neither_is_refused(heading):
    with pytest.raises(ValueError, match="neither Unreleased nor a version"):
        news.read(f"# Changelog\n\n{heading}\n")


def differing(changelog: str, project: str) -> list[str]:
    """Versions that are not the newest released one of the changelog."""
    released = [release for release in news.read(changelog) if release.version]
    newest = released[0].version if released else config.VERSION
    return [said for said in (config.VERSION, tomllib.loads(project)["project"]["version"]) if said != newest]


def test_the_changelog_says_which_version_this_is():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert differing(changelog, project) == []
    assert differing("## 9.9.9 - 2026-12-24\n" + changelog, project) != [], "the control"
    days = [release.on for release in news.read(changelog) if release.on]
    assert days == sorted(days, reverse=True)


def test_the_changelog_of_this_version_has_something_for_users():
    assert news.releases()
    assert all(len(line) > 20 and "`" not in line for release in news.releases() for line in release.lines)


def test_the_page_says_it_and_the_dot_goes_when_it_was_looked_at(stage):
    seller, manager = stage.client("seller"), stage.client("manager")
    assert "cx-news-dot" in seller.get("/contacts/").text
    answer = seller.post("/help/news")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/help/news")
    shown = seller.get("/help/news").text
    assert "cx-news-dot" not in shown
    assert f"version {config.VERSION}" in shown
    first = news.releases()[0].lines[0]
    assert re.sub(r"\W+", " ", first)[:40] in re.sub(r"\W+", " ", shown)
    assert "cx-news-dot" in manager.get("/contacts/").text, "others have not looked"


def test_a_get_leaves_the_dot(stage):
    """What is fetched before it is looked at has not been read."""
    client = stage.client("seller")
    client.get("/help/news")
    assert "cx-news-dot" in client.get("/contacts/").text


def test_the_next_version_shows_it_again(stage, monkeypatch):
    client = stage.client("seller")
    client.post("/help/news")
    assert "cx-news-dot" not in client.get("/contacts/").text
    monkeypatch.setattr(news, "VERSION", "99.0.0")
    assert "cx-news-dot" in client.get("/contacts/").text


def test_in_another_language_the_page_says_that_the_notes_are_english(stage):
    client = stage.client("rival")
    assert '<ul lang="en"' in client.get("/help/news").text
