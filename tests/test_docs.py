"""What the documents name exists: links, files, commands, every dependency, every clause."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from crmlite import create_app
from crmlite.cli import main

HERE = Path(__file__).parents[1]
DOCUMENTS = sorted([*HERE.glob("*.md"), *(HERE / "docs").glob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:bin|crmlite|docs|templates|tests|static|\.ci)/[\w./-]+|[\w-]+\.(?:toml|lock|md))`")
NOT_OF_THE_TREE = {"settings.toml"}  # of the instance folder
CLAUSE = re.compile(r"^\| (C\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
STANDS = ("Done", "Partly: ", "Deals and quotes", "One server", "Moving in", "Later")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name)
def document(request):
    return request.param


def test_links_lead_somewhere(document):
    assert list(broken_links(document.read_text("utf-8"), document.parent)) == []


def broken_links(text: str, folder: Path):
    for target in LINK.findall(text):
        if not target.startswith(("http://", "https://", "#")) and not (folder / target.partition("#")[0]).exists():
            yield target


def test_files_that_are_named_exist(document):
    names = set(NAMED.findall(document.read_text("utf-8"))) - NOT_OF_THE_TREE
    assert [name for name in sorted(names) if not (HERE / name).exists()] == []


def test_commands_that_are_shown_exist(document):
    for line in re.findall(r"^ {4}((?:bin/|\.venv/bin/).*)$", document.read_text("utf-8"), re.MULTILINE):
        words = shlex.split(line, comments=True)
        assert (HERE / words[0]).exists(), line
        if words[1:3] == ["-m", "crmlite.cli"]:
            assert words[3].startswith("-") or words[3] in main.list_commands(None), line
        elif words[1:] and "/" in words[1]:
            assert (HERE / words[1]).exists(), line


def test_commands_of_crmlite_that_are_named_exist(document):
    for name in re.findall(r"`crmlite ([a-z-]+)", document.read_text("utf-8")):
        assert name in main.list_commands(None)


def test_the_checks_would_notice():
    assert list(broken_links("see [here](nowhere.md) and [there](README.md)", HERE)) == ["nowhere.md"]
    assert NAMED.findall("in `crmlite/nothing.py`") == ["crmlite/nothing.py"]


def test_pages_that_are_named_exist(document, tmp_path):
    adapter = create_app({"instance": str(tmp_path)}).url_map.bind("localhost")
    text = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL)
    for path in re.findall(r"`(/[a-z/<>\d-]+)`", text):
        if path.startswith(("/static", "/records/<", "/quotes", "/deals")) or path in {"/records/", "/f/"}:
            continue
        try:
            adapter.match(path.replace("<id>", "7"), method="GET")
        except MethodNotAllowed:
            continue  # a verb
        except (NotFound, RequestRedirect) as error:
            raise AssertionError(f"{path} is no page") from error


def test_every_dependency_has_its_line():
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {
        re.match(r"[\w-]+(\[\w+\])?", line)[0]
        for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    }
    text = (HERE / "docs/dependencies.md").read_text("utf-8")
    described = dict(re.findall(r"^\| ([\w\[\]-]+) \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE))
    described.pop("package")
    assert set(described) == wanted
    assert all(len(reason) > 15 for reason in described.values())


def test_debian_packages_have_their_line():
    setup = (HERE / "bin/setup").read_text("utf-8")
    wanted = {
        name for group in re.findall(r'^(?:SERVING|TESTING)="([^"]+)"', setup, re.MULTILINE) for name in group.split()
    }
    assert wanted
    assert wanted <= set(re.findall(r"[\w.-]+", (HERE / "docs/dependencies.md").read_text("utf-8")))


def test_every_clause_says_where_it_stands():
    clauses = CLAUSE.findall((HERE / "docs/requirements.md").read_text("utf-8"))
    assert [number for number, *_rest in clauses] == [f"C{n}" for n in range(1, 75)]
    for number, promise, stands in clauses:
        assert len(promise) > 10, number
        assert stands.startswith(STANDS), number


def test_nothing_points_outside_the_repository():
    told = subprocess.run(["git", "ls-files", "-z"], cwd=HERE, capture_output=True, text=True)
    if told.returncode:
        pytest.skip("this is no git checkout")
    outside = re.compile(r"\.\./shared|/work/\w|files\.pythonhosted|--index-url|--find-links")
    found = []
    for name in filter(None, told.stdout.split("\0")):
        path = HERE / name
        if (
            path == Path(__file__)
            or not path.is_file()
            or path.suffix in {".mo", ".woff2", ".png"}
            or name == "bin/lock"
        ):
            continue
        if outside.search(path.read_text("utf-8", errors="replace")):
            found.append(name)
    assert found == []
