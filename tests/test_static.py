"""Files of static/: compressed for who takes it, as they are for the others, and kept by the browser."""

import brotli
import pytest

from crmlite import create_app

CSS = "/static/css/form.css"


@pytest.fixture
def client(tmp_path):
    return create_app({"instance": str(tmp_path)}).test_client()


def test_text_is_compressed_for_who_takes_it(client):
    plain = client.get(CSS, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    small = client.get(CSS, headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "br"
    assert brotli.decompress(small.data) == plain.data
    assert len(small.data) == int(small.headers["Content-Length"]) < len(plain.data)
    assert "Accept-Encoding" in small.headers["Vary"]
    assert small.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("encoding", ["identity", "br"])
def test_a_known_file_is_not_sent_again(client, encoding):
    first = client.get(CSS, headers={"Accept-Encoding": encoding})
    again = client.get(CSS, headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("accepted", ["", "gzip", "br;q=0, gzip"])
def test_nobody_gets_what_they_cannot_read(client, accepted):
    assert "Content-Encoding" not in client.get(CSS, headers={"Accept-Encoding": accepted}).headers


def test_what_is_not_there_is_not_there(client):
    assert client.get("/static/../crmlite/web/__init__.py").status_code == 404
    assert client.get("/static/none.css", headers={"Accept-Encoding": "br"}).status_code == 404
