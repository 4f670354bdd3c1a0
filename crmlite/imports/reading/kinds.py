"""What kind of file this is, by its first bytes: its name says what people think, not what it is. Pure."""

import re
import zipfile
from pathlib import Path

from crmlite.imports.reading.limits import FILE, XLSX_PARTS, XLSX_UNPACKED, Unreadable

HEAD = 4096
_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"RIFF", "picture"),
    (b"\xd0\xcf\x11\xe0", "old_excel"),
    (b"\x1f\x8b", "packed"),
    (b"Rar!", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ", "packed"),
    (b"!BDN", "outlook_data"),
    (b"SQLite format 3", "database"),
    (b"\x7fELF", "binary"),
    (b"MZ\x90", "binary"),
)
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


def kind_of(path: Path) -> str:
    """csv, vcard or xlsx. Raises Unreadable for all else."""
    size = path.stat().st_size
    if not size:
        raise Unreadable("empty")
    if size > FILE:
        raise Unreadable("too_large")
    with open(path, "rb") as file:
        head = file.read(HEAD)
    for magic, reason in _MAGIC:
        if head.startswith(magic):
            raise Unreadable(reason)
    if head.startswith(b"PK"):
        return _of_zip(path)
    return _of_text(head)


def _of_text(head: bytes) -> str:
    if not head.startswith(_WIDE_BOMS):
        odd = sum(byte < 9 or 13 < byte < 32 and byte != 27 for byte in head)
        wide = max(head[0::2].count(0), head[1::2].count(0)) * 3 > len(head)  # UTF-16 without a mark
        if odd * 10 > len(head) and not wide:
            raise Unreadable("binary")
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").lstrip()
    if re.match(rb"BEGIN[ \t]*:[ \t]*VCARD", plain, re.IGNORECASE):
        return "vcard"
    if not plain:
        raise Unreadable("empty")
    lowered = plain[:200].lower()
    if lowered.startswith((b"<?xml", b"<!doctype", b"<html", b"<svg", b"<table")):
        raise Unreadable("markup")
    if plain.startswith((b'{"', b"[{", b"{\n", b"{\r")):
        raise Unreadable("json")
    if lowered.startswith((b"dn:", b"version: 1\n")):
        raise Unreadable("ldif")
    if lowered.startswith(b"begin:vcalendar"):
        raise Unreadable("calendar")
    if lowered.startswith(b"{\\rtf"):
        raise Unreadable("document")
    return "csv"


def _of_zip(path: Path) -> str:
    """A workbook is a zip; what it would unpack to is told by its directory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise Unreadable("broken_zip") from error
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked")
    if len(parts) > XLSX_PARTS or sum(part.file_size for part in parts) > XLSX_UNPACKED:
        raise Unreadable("bomb")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Unreadable("other_sheet")
    if "word/document.xml" in names:
        raise Unreadable("document")
    raise Unreadable("packed")
