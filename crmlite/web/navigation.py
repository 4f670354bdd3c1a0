"""The sidebar: what modules add to it, and which of that a user sees."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from crmlite.web import modules
from crmlite.web.language import locale

NAV_GROUPS = {
    "work": "",
    "sales": _l("Sales"),
    "marketing": _l("Marketing"),
    "service": _l("Service"),
    "insight": _l("Insight"),
    "settings": _l("Settings"),
}
"""The parts of the sidebar from top to bottom; one without links is not shown. Links of the group `account` stand in the user's menu,
those of `firm` beside the settings of the firm; those of `palette` only the palette knows, as other pages lead to them."""
_ELSEWHERE = ("account", "firm", "palette")


@dataclass(frozen=True)
class NavItem:
    url: str
    icon: str
    label: Any
    record_type: str | None
    group: str
    order: int
    key: str
    roles: tuple[str, ...]
    shown: Callable[[Any], bool] | None = None
    module: str = ""

    @property
    def place(self) -> str:
        """Pages below it light up the same link."""
        return _place_of(self.url)

    def is_for(self, user: Any) -> bool:
        if not modules.is_on(self.module) or (self.roles and user.role not in self.roles):
            return False
        if self.shown and not self.shown(user):
            return False
        return self.record_type is None or user.may(self.record_type, "view")


def add_nav(
    app: Flask,
    url: str,
    icon: str,
    label: Any,
    record_type: str | None = None,
    *,
    group: str = "work",
    order: int = 50,
    key: str = "",
    roles: tuple[str, ...] = (),
    shown: Callable[[Any], bool] | None = None,
) -> None:
    """Adds a link to the sidebar; with a record type, for those only who may see such records; with roles, for those only;
    with `shown`, for users of whom it says so.

    `key` follows g on the keyboard. The groups `account`, `firm` and `palette`: NAV_GROUPS.
    """
    if group not in NAV_GROUPS and group not in _ELSEWHERE:
        raise ValueError(f"{url}: the sidebar has no group {group}")
    item = NavItem(url, icon, label, record_type, group, order, key, roles, shown, modules.current(app))
    app.extensions["crmlite.nav"] = sorted([*app.extensions["crmlite.nav"], item], key=_rank)


def _place_of(path: str) -> str:
    """The first part of the path; under /records, which all types share, the first two."""
    parts = path.split("/")
    return "/".join(parts[: 3 if parts[1] == "records" else 2])


def _rank(item: NavItem) -> tuple[int, int]:
    groups = [*NAV_GROUPS, *_ELSEWHERE]
    return groups.index(item.group), item.order


def nav_items(user: Any) -> list[NavItem]:
    """What this user may go to."""
    return [item for item in current_app.extensions["crmlite.nav"] if item.is_for(user)]


class Frame:
    """What stands around a page of `user`: fragments never ask, and cost nothing."""

    def __init__(self, user: Any) -> None:
        self.user = user

    @cached_property
    def items(self) -> list[NavItem]:
        return nav_items(self.user) if self.user else []

    @property
    def navigation(self) -> Markup:
        """The sidebar's list."""
        place = _place_of(request.path)
        in_a_menu = any(item.url == request.path and item.group in _ELSEWHERE for item in self.items)
        if in_a_menu or all(item.place != place for item in self.items):
            place = ""  # only known places are kept: there are as many others as somebody cares to type
        return _drawn("ui/_nav.html", self.items, place)

    @property
    def account(self) -> Markup:
        """The first links of the user's menu."""
        return _drawn("ui/_account.html", self.items)

    @property
    def shortcuts(self) -> Markup:
        """What the keyboard can do."""
        return _drawn("ui/_keys.html", self.items)

    @property
    def own_pages(self) -> list[NavItem]:
        """What modules add to the pages of one's account."""
        return [item for item in self.items if item.group == "account" and not item.url.startswith("/auth/")]

    @property
    def firm_pages(self) -> list[NavItem]:
        return [item for item in self.items if item.group == "firm"]


def _drawn(template: str, items: list[NavItem], place: str = "") -> Markup:
    """A part of every page, rendered once per set of links, language and place."""
    cache = current_app.extensions.setdefault("crmlite.nav_cache", {})
    key = (template, tuple(item.url for item in items), str(locale()), place, current_app.config.get("PSEUDO_LOCALE"))
    if key not in cache:
        groups = [(title, [item for item in items if item.group == name]) for name, title in NAV_GROUPS.items()]
        shown = {"groups": [group for group in groups if group[1]], "items": items, "place": place}
        # render_template() would ask for the navigation again
        cache[key] = Markup(current_app.jinja_env.get_template(template).render(shown))  # noqa: S704
    found: Markup = cache[key]
    return found
