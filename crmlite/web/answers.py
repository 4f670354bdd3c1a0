"""How views answer: a page or the part of it that htmx asks for, toasts, and where to go after a verb."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, flash, g, make_response, render_template, request, session, url_for
from flask_babel import gettext as _
from jinja2 import Template, nodes
from markupsafe import Markup

from crmlite import journal
from crmlite.extensions import db, reading
from crmlite.web.language import locale

View = Callable[..., Any]
WAITING_TOASTS = 5
"""Until a page is opened they are in a cookie: browsers drop one of more than 4 KB, and the newest would be lost with it."""


def public(view: View) -> View:
    """Opts a view out of signing in. Only for files called public.py, and for signing in itself."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def headers(name: str) -> Callable[[View], View]:
    """Says which row of HEADERS a view's answers carry."""

    def mark(view: View) -> View:
        view.header_class = name  # type: ignore[attr-defined]
        return view

    return mark


def posts_from_anywhere(view: View) -> View:
    """For forms on other people's pages: the one kind of post that another site may send."""
    view.any_origin = True  # type: ignore[attr-defined]
    return view


def is_partial() -> bool:
    """Whether htmx asks for a fragment; on history restore and full loads it wants the whole page."""
    return request.headers.get("HX-Request-Type") == "partial"


def render(template: str, block: str | None = None, /, status: int = 200, **context: Any) -> Response:
    """The page, or, where htmx asks for a part, only the block of that name in the same template."""
    let_go(is_refusal=status >= 400)
    if block and is_partial():
        current_app.update_template_context(context)
        return make_response(_render_block(template, block, context), status)
    return make_response(render_template(template, **context), status)


def _render_block(template: str, block: str, context: dict[str, Any]) -> str:
    """One block of a template, which may stand in a template that it extends."""
    source: Template = current_app.jinja_env.get_template(template)
    frame = source.new_context(context)
    for name in _extended(template):
        for known, function in current_app.jinja_env.get_template(name).blocks.items():
            frame.blocks.setdefault(known, []).append(function)
    return "".join(frame.blocks[block][0](frame))


_MOST_KEPT = 500


def drawn(template: str, *values: Any) -> Markup:
    """A small template that looks at `values` and the reader's language only, drawn once for the same values.

    For long choices that stand on many pages: everybody's name, three times on every list.
    """
    cache = current_app.extensions.setdefault("crmlite.drawn", {})
    key = template, str(locale()), current_app.config.get("PSEUDO_LOCALE"), values
    if key not in cache:
        if len(cache) >= _MOST_KEPT:
            cache.clear()
        cache[key] = Markup(current_app.jinja_env.get_template(template).render(values=values))  # noqa: S704
    found: Markup = cache[key]
    return found


def _extended(template: str) -> list[str]:
    """The templates that this one extends, the nearest first."""
    cache: dict[str, list[str]] = current_app.extensions.setdefault("crmlite.extended_templates", {})
    if template not in cache or current_app.debug:
        environment = current_app.jinja_env
        assert environment.loader is not None  # noqa: S101 - Flask always sets one
        parsed = environment.parse(environment.loader.get_source(environment, template)[0])
        found = parsed.find(nodes.Extends)
        name = found.template.value if found is not None and isinstance(found.template, nodes.Const) else None
        cache[template] = [name, *_extended(name)] if name else []
    return cache[template]


def let_go(*, is_refusal: bool) -> None:
    """No template runs under the write lock: what a post did not commit is given up, and the session reads from here on."""
    session: Any = db.session()
    if session.reading:
        return
    if not is_refusal and (session.new or session.dirty or session.deleted or "operation" in session.info):
        raise RuntimeError("render() before the commit: what was changed would be lost")
    reading()


def hx(response: Response | str = "", status: int | None = None, **headers: str) -> Response:
    """Adds HX-* headers: hx(page, retarget="#list", reswap="outerMorph")."""
    answer = make_response(response)
    if status is not None:
        answer.status_code = status
    for name, value in headers.items():
        answer.headers[f"HX-{name.replace('_', '-').title()}"] = value
    return answer


def toast(
    response: Response | str,
    message: str,
    undo: str | None = None,
    kind: str = "ok",
    event: str | None = None,
    link: dict[str, str] | None = None,
) -> Response:
    """Says in a corner of the page what happened, with a button that undoes it; `event` tells the page's parts.

    `link` ({"href", "label"}) opens in a new tab: what stands on this page stays.
    """
    answer = make_response(response)
    triggers = json.loads(answer.headers.get("HX-Trigger", "{}"))
    if event:
        triggers[event] = True
    triggers["toast"] = {"message": str(message), "undo": undo, "kind": kind, **({"link": link} if link else {})}
    answer.headers["HX-Trigger"] = json.dumps(triggers)
    return answer


def go(url: str, message: str | None = None, undo: str | None = None) -> Response:
    """After a verb: to another page, with a toast there; by htmx or by plain redirect, as the request came."""
    if message:
        flash({"message": str(message), "undo": undo, "kind": "ok"})  # type: ignore[arg-type]
        session["_flashes"] = session["_flashes"][-WAITING_TOASTS:]
    if request.headers.get("HX-Request"):
        return hx("", 204, redirect=url)
    return Response(status=303, headers={"Location": url})


def outcome(message: str) -> tuple[str, str | None]:
    """What to say after a commit and where to undo it: `message`, unless all was as it is said to be now already."""
    link = undo_url()
    return (message if link else _("Nothing was changed.")), link


def undo_url() -> str | None:
    """Where the change this request committed can be undone."""
    number = journal.last_operation()
    return url_for("records.undo", operation_id=number) if number else None


def absolute(path: str) -> str:
    """A link for mails and embed codes: from the public URL, never from what a request said its host was."""
    public_url: str = current_app.extensions["crmlite.settings"].public_url
    return public_url + path


def cached_per_request(function: Callable[[], Any]) -> Callable[[], Any]:
    """Remembers what `function` returned for the rest of the request."""

    @wraps(function)
    def ask() -> Any:
        name = f"_cached_{function.__module__}.{function.__name__}"
        if name not in g:
            setattr(g, name, function())
        return getattr(g, name)

    return ask
