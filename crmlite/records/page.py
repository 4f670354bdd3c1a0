"""What the pages of all record types gather: fields, how to reach, tags, members, files, panels."""

from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request

from crmlite.auth import papers
from crmlite.auth.models import Member, Viewer
from crmlite.extensions import utcnow
from crmlite.records import files, members, panels, tags
from crmlite.records.colleagues import users
from crmlite.records.forms import NoteForm
from crmlite.records.panels import Panel
from crmlite.records.points import Address, Point, of
from crmlite.records.rows import Row, fill, put_custom
from crmlite.records.timeline import WHOLE, Timeline
from crmlite.records.types import Column, RecordType


class RecordPage:
    """One record, found through its policy, as its page shows it to `user`."""

    def __init__(self, kind: RecordType, record: Any, user: Viewer) -> None:
        self.type, self.record, self.user = kind, record, user

    @cached_property
    def may_edit(self) -> bool:
        return self.type.policy.may(self.user, "edit", self.record)

    @cached_property
    def may_delete(self) -> bool:
        return self.type.policy.may(self.user, "delete", self.record)

    @cached_property
    def may_share(self) -> bool:
        return self.may_edit and (not self.user.absent or self.type.policy.may_share(self.user, self.record))

    @cached_property
    def may_hand_over(self) -> bool:
        return self.may_edit and self.type.policy.may_hand_over(self.user, self.record)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Fields that are changed in place."""
        return tuple(column for column in self.type.all_columns if column.edit)

    @property
    def custom(self) -> list[Column]:
        """The firm's own fields."""
        return [column for column in self.type.all_columns if column.custom]

    @cached_property
    def row(self) -> Row:
        """The fields as cells show them."""
        stored = {column.name: getattr(self.record, column.attribute) for column in self.columns if column.is_stored}
        row = Row(self.type, self.record.id, stored)
        put_custom(row, self.columns, self.record.custom)
        row.row_version, row.editable = self.record.row_version, self.may_edit
        row.currency = getattr(self.record, "currency", "")
        row.may_hand_over = self.may_hand_over
        fill(self.type, self.columns, [row], self.user)
        return row

    @cached_property
    def points(self) -> list[Point]:
        return of(self.record, Point)

    @property
    def other_points(self) -> list[Point]:
        """All but the main e-mail and phone, which are fields."""
        return [point for point in self.points if not point.main or point.kind == "url"]

    @cached_property
    def addresses(self) -> list[Address]:
        return of(self.record, Address)

    @cached_property
    def tags(self) -> list[tuple[int, str, str]]:
        return tags.of(self.type.name, [self.record.id]).get(self.record.id, [])

    @cached_property
    def owner(self) -> dict[str, Any] | None:
        return users().get(self.record.owner_id)

    @property
    def panels(self) -> list[Panel]:
        return panels.of(self.type)

    @property
    def note_form(self) -> NoteForm:
        return NoteForm()

    # --- beside the record

    @property
    def firm(self) -> str:
        return papers.firm()

    @property
    def now(self) -> datetime:
        return utcnow()

    @property
    def upload_at_most(self) -> int:
        """Bytes of one file; a request is a little more than what it carries."""
        most: int = current_app.config["MAX_CONTENT_LENGTH"]
        return most - 10_000

    # --- loaded after the page, or with it where there is no script, and for paper

    @property
    def is_whole(self) -> bool:
        """Whether this is the page with all that others load afterwards."""
        return "_whole" in request.args

    @property
    def whole_url(self) -> str:
        return f"{request.path}?{urlencode({**request.args, '_whole': '1'})}"

    @cached_property
    def timeline(self) -> Timeline:
        return Timeline(self.type, self.record, self.user, most=WHOLE)

    @cached_property
    def members(self) -> list[Member]:
        return members.of(self.record)

    @property
    def colleagues(self) -> list[dict[str, Any]]:
        """Who could work on this as well."""
        taken = {member.user_id for member in self.members} | {self.record.owner_id}
        return [user for user_id, user in users().items() if user["active"] and user_id not in taken]

    @cached_property
    def files(self) -> list[files.Attachment]:
        return files.of(self.record)
