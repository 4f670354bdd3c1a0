"""All that is held about one person, as one download: a page to read, JSON and CSV for programs, and every file."""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.auth import papers
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, utcnow
from crmlite.files import File
from crmlite.privacy import held
from crmlite.privacy.people import Person
from crmlite.privacy.sections import Row, Section, plain, said
from crmlite.safety import csv_cell, display_name
from crmlite.web import locale

IN_MEMORY = 5_000_000


@dataclass(frozen=True)
class Enclosed:
    """A file that goes along, and what it is called within."""

    file: File
    name: str


def write(contact_id: int) -> IO[bytes]:
    """The archive, in the reader's language, at its beginning. Reads the database only."""
    person = Person(contact_id)
    enclosed = list(_enclosed(person))
    sections = [section for section in held.sections(person) if section.rows]
    sections.append(_files(enclosed))
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_page(archive, person, sections)
        archive.writestr("dossier.json", json.dumps(_as_json(person, sections), ensure_ascii=False, indent=1))
        for section in sections:
            archive.writestr(f"csv/{section.name}.csv", _as_csv(section))
        for one in enclosed:
            if one.file.location.is_file():
                archive.write(one.file.location, one.name)
    target.seek(0)
    return target


def _enclosed(person: Person) -> Iterator[Enclosed]:
    ids = held.file_ids(person)
    for file in db.session.scalars(sa.select(File).where(File.id.in_(ids)).order_by(File.id)):
        yield Enclosed(file, f"files/{file.id}-{display_name(file.name) or 'file'}")


def _files(enclosed: Iterable[Enclosed]) -> Section:
    labels = {"name": _("Name"), "size": _("Bytes"), "added_at": _("Added"), "in_archive": _("In this archive")}
    rows: list[Row] = [
        {
            "name": one.file.name,
            "size": one.file.size,
            "added_at": one.file.created_at,
            "in_archive": one.name if one.file.location.is_file() else None,
        }
        for one in enclosed
    ]
    return Section("files", _("Files"), labels, rows)


def _write_page(archive: zipfile.ZipFile, person: Person, sections: list[Section]) -> None:
    contact = next(one for one in person.contacts if one.id == person.contact_id)
    html, files = papers.compose(
        "pdf/dossier.html", locale().language, contact=contact, sections=sections, said=said, at=utcnow()
    )
    for name, content in files.items():
        html = html.replace(f"crmlite:{name}", name)
        archive.writestr(name, content)
    archive.writestr("dossier.html", html)


def _as_json(person: Person, sections: list[Section]) -> dict[str, Any]:
    found: dict[str, Any] = {"contact": CONTACT.url_of(person.contact_id), "made_at": plain(utcnow())}
    for section in sections:
        found[section.name] = [{name: plain(value) for name, value in row.items()} for row in section.rows]
    return found


def _as_csv(section: Section) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([str(label) for label in section.labels.values()])
    for row in section.rows:
        writer.writerow([csv_cell(said(row.get(name))) for name in section.labels])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
