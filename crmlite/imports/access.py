"""Who may import, and who sees whose imports: they hold what the file held."""

from typing import Any

import sqlalchemy as sa
from werkzeug.exceptions import Forbidden, NotFound

from crmlite.auth.models import Viewer
from crmlite.extensions import current_session, db
from crmlite.imports.models import Import

KIND = "import"


def may_import(user: Viewer) -> bool:
    return user.scope(KIND, "create") != "none"


def require_import(user: Viewer) -> None:
    if not may_import(user):
        raise Forbidden


def rows(user: Viewer) -> sa.ColumnElement[bool]:
    """One's own; those of all others where the role says all."""
    return sa.true() if user.scope(KIND, "view") == "all" else Import.made_by_id == user.id


def visible(user: Viewer) -> sa.Select[Any]:
    return sa.select(Import).where(rows(user))


def find(user: Viewer, import_id: int) -> Import:
    """The import, locked where it is found for a change. What one may not see is not there."""
    require_import(user)
    query = visible(user).where(Import.id == import_id)
    if not current_session().reading:
        query = query.with_for_update(of=Import).execution_options(populate_existing=True)
    found: Import | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found
