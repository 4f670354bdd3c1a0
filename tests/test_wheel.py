"""The wheel: whoever installs it has templates, static files and translations, and can begin, without a further step."""

import contextlib
import http.client
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import test_serve
from tests.auth.test_setup import FORM

HERE = Path(__file__).parents[1]
DATA = {"templates": "crmlite/templates", "static": "crmlite/static", "crmlite": "crmlite"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=HERE, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    return made


def test_the_wheel_holds_what_the_app_reads(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in DATA.items():
        wanted = [path for path in (HERE / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert wanted
        assert {f"{inside}/{path.relative_to(HERE / folder)}" for path in wanted} - held == set()
    assert "crmlite/translations/ar/LC_MESSAGES/messages.mo" in held
    assert "crmlite/CHANGELOG.md" in held
    shared = {name.partition("/data/share/crmlite/")[2] for name in held}
    assert {f"deploy/{path.name}" for path in (HERE / "deploy").iterdir()} <= shared
    assert "docs/self-hosting.md" in shared


# --- from the wheel to the first visitor ------------------------------------------------------------------------------


def install(wheel: Path, folder: Path) -> Path:
    """The wheel in a folder of its own outside the checkout, with our packages beside it; returns its python.

    `--long` lets pip fetch the packages, too.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    [site] = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    ours = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    (site / "packages.pth").write_text(f"{ours}\n")
    return folder / "bin/python"


def install_by_pip(wheel: Path, folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    return folder / "bin/python"


class Visitor:
    """A browser with cookies, as far as one is needed here."""

    def __init__(self, port: int) -> None:
        self._port, self._cookies = port, {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """(status, where to go, page)"""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        with contextlib.closing(connection):
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
            return answer.status, answer.headers.get("Location") or "", answer.read().decode("utf-8", "replace")

    def get(self, path: str) -> str:
        """The page, after every redirect."""
        for _hop in range(5):
            status, there, page = self.ask("GET", path)
            if status not in {302, 303}:
                assert status == 200, f"{path}: {status}"
                return page
            path = there
        raise AssertionError(f"{path} leads round and round")


def start(python: Path, folder: Path) -> "test_serve.Server":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CRMLITE_", "PYTHON"))}
    environment |= {"CRMLITE_INSTANCE": str(folder / "instance"), "CRMLITE_DISK_FLOOR_MB": "0"}
    return test_serve.Server(environment, "--workers", "1", python=python, cwd=folder)


def code_of(server: "test_serve.Server") -> str:
    deadline = time.monotonic() + 60
    while not (found := re.search(r"type this code: ([A-Z2-9-]{19})", server.said_so_far())):
        assert time.monotonic() < deadline, server.said_so_far()
        time.sleep(0.1)
    return found[1]


def begin(python: Path, folder: Path) -> None:
    """What somebody does on the first day, as a browser asks for it."""
    where = subprocess.run(
        [python, "-c", "import crmlite; print(crmlite.__file__)"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(HERE) not in where, "this is the wheel's, not the checkout's"
    server = start(python, folder)
    try:
        code = code_of(server)
        server.wait_for(200, "/static/favicon.svg")
        visitor = Visitor(server.port)
        page = visitor.get("/")
        assert "One-time code" in page
        for path in re.findall(r'(?:href|src)="(/static/[^"#]+)', page):
            assert visitor.ask("GET", path)[0] == 200, path
        assert 'lang="ar" dir="rtl"' in visitor.get("/setup?language=ar")
        assert visitor.ask("POST", "/setup", {**FORM, "code": code})[:2] == (303, "/")
        assert "Nia Okafor" in visitor.get("/")
        assert visitor.ask("POST", "/contacts/new", {"given": "Anna", "family": "Lindqvist"})[0] == 303
        assert "Lindqvist" in visitor.get("/contacts/")
        assert "This is version" in visitor.get("/help/news")
        assert visitor.ask("POST", "/logout", {})[0] == 303
        assert visitor.ask("POST", "/login", {"email": FORM["email"], "password": FORM["password"]})[0] == 303
        assert "Nia Okafor" in visitor.get("/")
        assert visitor.ask("GET", "/setup")[0] == 404
        server.wait_for(200, "/health")  # the renderer is there, too
    finally:
        server.close()
    assert (folder / "instance").stat().st_mode & 0o777 == 0o700
    assert (folder / "instance/crmlite.db").stat().st_mode & 0o777 == 0o600


def test_the_wheel_alone_serves_the_first_visitor(wheel, tmp_path):
    begin(install(wheel, tmp_path / "venv"), tmp_path)


def test_pip_installs_it_with_all_that_it_needs(wheel, tmp_path, request):
    if not request.config.getoption("--long"):
        pytest.skip("fetches every package: --long")
    begin(install_by_pip(wheel, tmp_path / "venv"), tmp_path)


def test_a_wheel_without_its_templates_would_be_noticed(wheel, tmp_path):
    """The control: what the checkout has must not help."""
    python = install(wheel, tmp_path / "venv")
    [site] = (tmp_path / "venv").glob("lib/python*/site-packages")
    shutil.rmtree(site / "crmlite/templates/auth")
    with pytest.raises(AssertionError):
        begin(python, tmp_path)
