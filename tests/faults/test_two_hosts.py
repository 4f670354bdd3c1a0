"""A second host: one PostgreSQL database, one folder for files, nginx in front. The browser tests run so with --hosts 2."""

import os
import re

import httpx
import pytest

from crmlite.demo.cast import PASSWORD
from tests import hosts
from tests.demo.conftest import build_firm

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def pair(database, databases, tmp_path):
    url = databases.fresh(database, build_firm)
    environment = {**os.environ, "CRMLITE_DATABASE_URL": url, "CRMLITE_DISK_FLOOR_MB": "0"}
    with hosts.serving(2, environment, tmp_path) as behind, httpx.Client(base_url=behind, timeout=60) as client:
        client.post("/login", data={"email": "manager@demo.example", "password": PASSWORD})
        yield client, tmp_path
    databases.drop(url)


def test_what_one_host_wrote_the_other_shows(pair):
    client, folder = pair
    asked = [client.get("/contacts/1") for _ in range(4)]
    assert {answer.status_code for answer in asked} == {200}
    assert len({answer.headers["X-Host"] for answer in asked}) == 2, "both hosts answered"
    client.post("/records/contact/1/notes", data={"text": "Written on one host"}, headers={"HX-Request": "true"})
    for _ in range(2):
        assert "Written on one host" in client.get("/records/contact/1/timeline").text

    client.post(
        "/records/contact/1/files", files={"file": ("map.txt", b"where we are")}, headers={"HX-Request": "true"}
    )
    link = re.search(r"/files/\d+", client.get("/records/contact/1/around").text)[0]
    got = [client.get(link) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in got] == [(200, b"where we are")] * 2
    assert len({answer.headers["X-Host"] for answer in got}) == 2

    (folder / "shared").rename(folder / "elsewhere")  # the control: the file is in the shared folder and nowhere else
    assert {client.get(link).status_code for _ in range(2)} == {404}
