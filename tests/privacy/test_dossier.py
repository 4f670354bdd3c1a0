"""The dossier holds all that is held about somebody, and nothing of anybody else."""

import io
import json
import zipfile

import sqlalchemy as sa

from crmlite.extensions import Base, db
from crmlite.journal import Event
from crmlite.privacy import dossier, held
from tests.privacy.seeding import WORD, seed

COPIES = {
    "search",
    "duplicate_card",
    "custom_value",
    "change",
    "event",
    "import",
    "quote_version",
    "quote_line",
    "order_line",
}
"""What repeats what stands elsewhere; the journal is a section of its own."""


def personal_values(stage) -> dict[str, str]:
    """Each text with the word in a column that is about people, by its table and column."""
    found: dict[str, str] = {}
    with stage.app.app_context():
        for table in Base.metadata.sorted_tables:
            for column in table.c:
                if column.info.get("personal") and table.name not in COPIES:
                    text = sa.cast(column, sa.Text)
                    for value in db.session.scalars(sa.select(column).where(text.icontains(WORD))):
                        found |= dict.fromkeys(_texts(value), f"{table.name}.{column.name}")
    return found


def _texts(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for name, one in value.items() if name not in {"key", "fills"} for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def plain(value) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\\n", "\n").strip('"')


def missing(stage, archive: zipfile.ZipFile) -> list[str]:
    """Where those values stand that the archive does not hold."""
    text = plain(json.loads(archive.read("dossier.json")))
    return [where for value, where in personal_values(stage).items() if plain(value) not in text]


def test_all_that_is_held_is_in_it(stage, monkeypatch):
    ids = seed(stage)
    manager = stage.client("manager")
    assert stage.client("seller").get(f"/privacy/contacts/{ids.contact}").status_code == 403
    answer = manager.post(f"/privacy/contacts/{ids.contact}/dossier")
    assert answer.mimetype == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert missing(stage, archive) == []
    names = archive.namelist()
    assert {
        "dossier.html",
        "dossier.json",
        "csv/notes.csv",
        "csv/mails.csv",
        "csv/imports.csv",
        "csv/changes.csv",
    } <= set(names)
    assert WORD.encode() * 99 in [archive.read(name) for name in names if name.startswith("files/")]
    page = archive.read("dossier.html").decode()
    assert f"{WORD} note, changed" in page
    assert "Shoe" in page
    assert "jan@x.example" not in "".join(archive.read(name).decode(errors="replace") for name in names), (
        "another's row"
    )
    with stage.app.app_context():
        made = sa.select(sa.func.count()).where(Event.name == "dossier.made", Event.subject_id == ids.contact)
        assert db.session.scalar(made) == 1
        whole = held.sections
        monkeypatch.setattr(
            held, "sections", lambda person: [s for s in whole(person) if s.name not in {"notes", "changes"}]
        )
        without_notes = zipfile.ZipFile(dossier.write(ids.contact))
        assert "note.text" in missing(stage, without_notes), "the control"


def test_it_is_in_the_readers_language(stage):
    client = stage.client("manager")
    client.post("/auth/language", data={"language": "ar"})
    answer = client.post(f"/privacy/contacts/{stage.ids['seller.contact']}/dossier")
    page = zipfile.ZipFile(io.BytesIO(answer.data)).read("dossier.html").decode()
    assert '<html lang="ar" dir="rtl">' in page
