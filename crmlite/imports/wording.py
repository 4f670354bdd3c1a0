"""What imports say: why a file cannot be read, what became of a row and why, where an import stands."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crmlite.web import isolated

STATES: dict[str, tuple[Any, str]] = {
    "reading": (_l("Is being read"), "blue"),
    "unreadable": (_l("Cannot be read"), "red"),
    "mapping": (_l("Waits for you"), "orange"),
    "trying": (_l("Is being tried out"), "blue"),
    "tried": (_l("Waits for you"), "orange"),
    "running": (_l("Is running"), "blue"),
    "stopped": (_l("Stopped"), "orange"),
    "done": (_l("Done"), "green"),
    "undoing": (_l("Is being undone"), "blue"),
    "undone": (_l("Undone"), "gray"),
}
OUTCOMES: dict[str, tuple[Any, str]] = {
    "new": (_l("New"), "green"),
    "changed": (_l("Changed"), "blue"),
    "same": (_l("Nothing new"), "gray"),
    "joined": (_l("Same as an earlier row"), "purple"),
    "skipped": (_l("Skipped"), "orange"),
    "refused": (_l("Refused"), "red"),
}
FILES: dict[str, Any] = {
    "empty": _l("This file is empty. Export it again, and look whether there is something in it."),
    "no_rows": _l("This file has headings and no rows. Export it again, with the people in it."),
    "too_large": _l("This file is larger than 1 GB. Export fewer columns, or export it in parts."),
    "pdf": _l("This is a PDF file. Export your contacts as CSV, Excel (.xlsx) or vCard instead."),
    "picture": _l("This is a picture. Export your contacts as CSV, Excel (.xlsx) or vCard instead."),
    "old_excel": _l(
        "This is a workbook of an old Excel, or it is locked by a password. Save it as .xlsx without one, and choose that file."
    ),
    "locked": _l("This file is locked by a password. Save it without one, and choose that file."),
    "packed": _l("This is an archive of files. Unpack it, and choose the file with the contacts."),
    "outlook_data": _l(
        "This is Outlook's own data file. In Outlook choose File, Open and Export, Export to a file, and then Comma Separated Values."
    ),
    "database": _l("This is a database. Export your contacts as CSV, Excel (.xlsx) or vCard instead."),
    "binary": _l("This is no file that can be read as text. Export your contacts as CSV, Excel (.xlsx) or vCard instead."),
    "markup": _l("This is a web page or XML. Export your contacts as CSV, Excel (.xlsx) or vCard instead."),
    "json": _l("This is JSON. Export your contacts as CSV, Excel (.xlsx) or vCard instead."),
    "ldif": _l("This is LDIF. Export your contacts as CSV or vCard instead."),
    "calendar": _l("This is a calendar. Export your contacts, as CSV, Excel (.xlsx) or vCard."),
    "document": _l("This is a text document. Copy its table into a spreadsheet, save that as .xlsx, and choose that file."),
    "other_sheet": _l("This is a spreadsheet of another kind. Save it as .xlsx or as CSV, and choose that file."),
    "broken_zip": _l("This file is damaged. Export or save it again, and choose the new one."),
    "broken_workbook": _l("This workbook is damaged, or locked by a password. Save it again as .xlsx without one, and choose that file."),
    "bomb": _l("This workbook unpacks to more than is read. Save the sheet with the contacts as CSV, and choose that file."),
    "too_many_rows": _l("This workbook has more than 100,000 rows. Save it as CSV, which may have any number, and choose that file."),
    "too_many_columns": _l("This file has more than 200 columns. Take away those that you do not need, and choose it again."),
    "memory": _l("Reading this file takes more memory than is given for it. Save it as CSV, and choose that file."),
    "time": _l("Reading this file takes too long. Save it as CSV, or in parts, and choose that file."),
    "broken": _l("This file could not be read. The server's log says why. Save it as CSV, and choose that file."),
    "heading": _l("The first row of this file cannot be read. Look whether a quotation mark is missing there."),
}  # fmt: skip
PROBLEMS: dict[str, Any] = {
    "disk_full": _l("The server's disk is nearly full. Tell the administrator, and resume the import when there is room."),
    "renderer": _l(
        "Pictures cannot be taken at the moment, because the renderer does not run. Nothing was lost: resume the import later."
    ),
    "file_gone": _l("The file is missing on the server. Tell the administrator."),
    "may_not": _l("Whoever began this import may not import any more."),
}  # fmt: skip
REASONS: dict[str, Any] = {
    "nobody": _l("There is no name, no e-mail address, no phone number and no company in it."),
    "too_long": _l("This is too long for its field: %(what)s"),
    "note_too_long": _l("All that has no field of its own is longer than a note may be."),
    "unclosed": _l("A quotation mark is never closed, so this line cannot be told from the next."),
    "unreadable_row": _l("This line cannot be read."),
    "line_too_long": _l("This line is longer than two million characters."),
    "field_too_long": _l("A field is longer than 128 KB."),
    "too_many_cells": _l("It has more than 200 columns."),
    "more_cells": _l("It has more cells than there are headings. What is beyond them goes into the note: %(what)s"),
    "nul": _l("It has characters in it that no text has."),
    "bad_letters": _l("Some letters are broken: they are not written in the encoding of the file."),
    "card_without_end": _l("This card has no end."),
    "card_too_large": _l("This card is too large."),
    "empty_card": _l("This card is empty."),
    "deleted": _l("It was deleted where it comes from."),
    "group_card": _l(
        "This card is a group of people, which is not taken in. Those of them who have a card of their own are."
    ),
    "no_person_card": _l("This card is neither of a person nor of a company."),
    "failed": _l("It could not be saved. The server's log says why."),
    "there": _l("It is here already, and what is here shall stay as it is."),
    "not_yours": _l("It is here already, and you may not change it. Ask %(what)s."),
    "not_yours_nobody": _l("It is here already, and you may not change it."),
    "may_not_create": _l("You may not add this kind of record."),
    "erased": _l("This person asked to be erased, on %(what)s. Add them by hand where they want to be here again."),
    "row": _l("It belongs to what row %(what)s brings."),
    "company_kept": _l("The company is here already and stays as it is: %(what)s"),
    "company_later": _l(
        "The company is named by its number alone. It is linked when a file with that company comes: %(what)s"
    ),
    "inside_itself": _l("A company cannot be part of itself: %(what)s"),
    "no_email": _l("Into the note, as it is no e-mail address: %(what)s"),
    "no_phone": _l("Into the note, as it is no phone number: %(what)s"),
    "no_url": _l("Into the note, as it is no web address: %(what)s"),
    "no_date": _l("Into the note, as it is no date: %(what)s"),
    "no_year": _l("Into the note, as a birthday here has a year: %(what)s"),
    "no_fit": _l("Into the note, as it does not fit the field: %(what)s"),
    "no_answer": _l("Into the note, as it says neither yes nor no nor a day that was: %(what)s"),
    "said_since": _l("What they said here since goes before the file: %(what)s"),
    "no_country": _l("Into the note, as no country is called so: %(what)s"),
    "picture_unreadable": _l("A picture is left out, as it cannot be read."),
    "picture_too_large": _l("A picture is left out, as it is larger than 25 megapixels or 16 MB."),
    "unknown_owner": _l("Into the note, as nobody here is called so: %(what)s"),
}
KEPT: dict[str, Any] = {
    "edited": _l("Somebody changed it since."),
    "linked": _l("Something was added to it since."),
    "mailed": _l("Mail was sent to it since."),
    "merged": _l("It was merged with another record since."),
    "trashed": _l("It is in the trash."),
    "used": _l("Something else needs it."),
}
"""Why an undo leaves a record."""


def of_file(problem: str) -> str:
    return str(FILES["heading"] if problem.startswith("heading_") else FILES.get(problem, FILES["broken"]))


def of_reason(word: str, what: str, users: dict[int, dict[str, Any]]) -> str:
    """A sentence. `what` is the file's own text, or a user's id."""
    if word == "not_yours":
        owner = users.get(int(what)) if what.isdecimal() else None
        return (
            str(REASONS["not_yours"]) % {"what": isolated(owner["name"])} if owner else str(REASONS["not_yours_nobody"])
        )
    sentence = str(REASONS.get(word, REASONS["unreadable_row"]))
    return sentence % {"what": isolated(what)} if "%(what)s" in sentence else sentence


def of_reasons(reasons: Iterable[Any], users: dict[int, dict[str, Any]]) -> list[str]:
    return [of_reason(str(word), str(what), users) for word, what in reasons]


def encoding_name(encoding: str) -> str:
    """As people may know it."""
    known = {
        "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
        "cp1252": "Windows-1252", "cp1250": "Windows-1250", "cp1251": "Windows-1251", "cp1253": "Windows-1253",
        "cp1254": "Windows-1254", "cp1255": "Windows-1255", "cp1256": "Windows-1256", "cp1257": "Windows-1257",
        "mac_roman": "Mac Roman", "cp850": "DOS 850", "gb18030": "GB 18030", "big5": "Big5", "shift_jis": "Shift JIS",
    }  # fmt: skip
    return known.get(encoding, encoding)


def delimiter_name(delimiter: str) -> str:
    named = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Vertical bar")}
    return named.get(delimiter, delimiter if delimiter.isprintable() else f"U+{ord(delimiter):04X}")
