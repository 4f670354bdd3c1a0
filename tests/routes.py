"""Every route there is, with who may use it and how it is called: one line each. A route without a line fails the build.

    get("/contacts/<int:contact_id>", TEAM),
    post("/contacts/<int:contact_id>/notes", TEAM, text="Called back"),

Who: the sweep calls each route as a stranger, the seller whose record it is, a colleague of his team, a rival of another team,
the manager and the administrator. PUBLIC, SIGNED_IN, TEAM, OWNER, FORMS, ABOVE, ADMIN below say who of them gets in; anything
else is spelled by changing one: `TEAM | {"colleague": 404}`.

What stands in the URL comes from ARGS: the seller's record of that type. `args={"lead_id": "seller.closed"}` names another one
of tests/cast.py. Words after the rule are form fields; `form={...}` takes names that Python does not. `ok=` is the status of
a success where it is neither 200 for a GET nor 303 for a post. `refuses={"owner_id": "rival.contact"}` says that the form
with this id in it must be refused: ids in forms are checked like those in URLs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.cast import ACTORS, TYPES

YES, LOGIN = "yes", "login"
"""Gets in; is sent to the sign-in page, or for posts refused with 401."""

Who = dict[str, str | int]
PUBLIC: Who = dict.fromkeys(ACTORS, YES)
SIGNED_IN: Who = PUBLIC | {"stranger": LOGIN}
TEAM: Who = SIGNED_IN | {"rival": 404}
"""A record of the seller: his team sees it and works on it, the rival does not know that it exists."""
OWNER: Who = TEAM | {"colleague": 403}
"""What of a record only its owner and those above may do."""
ABOVE: Who = SIGNED_IN | dict.fromkeys(("seller", "colleague", "rival"), 403)
"""The manager and the administrator."""
FORMS: Who = ABOVE
"""Those with a grant for web forms: of the six the manager and the administrator (and marketing)."""
HIDDEN: Who = SIGNED_IN | dict.fromkeys(("seller", "colleague", "rival"), 404)
"""Like ABOVE, where the others do not even know that it exists."""
ADMIN: Who = ABOVE | {"manager": 403}

ARGS = {
    "contact_id": "seller.contact",
    "company_id": "seller.company",
    "lead_id": "seller.lead",
    "form_id": "form",
    "message_id": "seller.mail",
    "operation_id": "operation",
    "note_id": "seller.note",
    "tag_id": "seller.tag",
    "file_id": "seller.file",
    "attachment_id": "seller.attachment",
    "affiliation_id": "seller.affiliation",
    "point_id": "seller.point",
    "user_id": "user.colleague",
    "session_id": "seller.session",
    "role_id": "role.seller",
    "team_id": "team.first",
    "public_id": "testform0001",
    "filename": "css/app.css",
}
"""What stands in a URL, by the name of its part: a key of the stage's ids, or the text itself."""


@dataclass(frozen=True)
class Route:
    method: str
    rule: str
    who: Mapping[str, str | int]
    args: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    ok: int = 0
    refuses: Mapping[str, str] = field(default_factory=dict)
    any_origin: bool = False
    """Whether other websites may post to it."""
    trash: bool = False
    """Whether it is about records in the trash."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}" + ("?" + self.query if self.query else "")

    def status(self, actor: str) -> int:
        expected = self.who[actor]
        if expected == LOGIN:
            return 302 if self.method == "GET" else 401
        return int(expected) if expected != YES else self.ok or (200 if self.method == "GET" else 303)


def get(rule: str, who: Who, **more: Any) -> Route:
    return Route("GET", rule, who, **more)


_WORDS = {"args", "query", "ok", "refuses", "any_origin", "trash"}


def post(rule: str, who: Who, *, form: Mapping[str, Any] | None = None, **more: Any) -> Route:
    fields = {name: value for name, value in more.items() if name not in _WORDS}
    words = {name: value for name, value in more.items() if name in _WORDS}
    return Route("POST", rule, who, form={**(form or {}), **fields}, **words)


def each_type(route: Route, part: str = "record_type", id_part: str = "record_id") -> tuple[Route, ...]:
    """A route with a record type and an id in it: one line per type."""
    return tuple(replace(route, args={part: name, id_part: f"seller.{name}", **route.args}) for name in TYPES)


LEAD_FORM = {"need": "Two hundred chairs", "source": "Fair"}
WEB_FORM = {
    "name": "Contact us", "language": "en", "theme": "light", "active": "y", "field": ["f1", "f2"],
    "f1-label": "Name", "f1-kind": "text", "f1-fills": "contact.name",
    "f2-label": "E-mail", "f2-kind": "email", "f2-required": "y", "f2-fills": "contact.email",
}  # fmt: skip

NEW_PASSWORD = "four quite common words"
PROFILE = {"name": "Sam", "locale": "nl", "time_zone": "Europe/Amsterdam", "theme": "dark", "shortcuts": "y"}
NEW_USER = {"name": "Nia", "email": "nia@demo.example", "role_id": "3", "team_id": "0", "password": NEW_PASSWORD}
ORGANISATION = {
    "name": "Demo", "legal_name": "Demo BV", "address": "Street 1", "country": "NL", "vat_id": "NL1", "website": "demo.example",
    "email": "info@demo.example", "phone": "+31 20 555 01 00", "currency": "EUR", "locale": "en", "time_zone": "UTC",
}  # fmt: skip

ROUTES: tuple[Route, ...] = (
    # auth
    get("/", SIGNED_IN, ok=302),
    get("/login", dict.fromkeys(ACTORS, 302) | {"stranger": YES}),
    post("/login", PUBLIC, email="seller@demo.example", password="crmlite-demo"),
    post("/logout", SIGNED_IN),
    get("/auth/profile", SIGNED_IN),
    post("/auth/profile", SIGNED_IN, form=PROFILE),
    post("/auth/profile/password", SIGNED_IN, current="crmlite-demo", password=NEW_PASSWORD, again=NEW_PASSWORD),
    post("/auth/theme", SIGNED_IN, theme="dark"),
    post("/auth/language", SIGNED_IN, language="nl"),
    get("/auth/devices", SIGNED_IN),
    post(
        "/auth/devices/<int:session_id>/end", SIGNED_IN | dict.fromkeys(("colleague", "rival", "manager", "admin"), 404)
    ),
    post("/auth/devices/end-others", SIGNED_IN),
    get("/auth/organisation", ABOVE),
    post("/auth/organisation", ABOVE, form=ORGANISATION),
    get("/auth/team", ADMIN),
    get("/auth/team/new", ADMIN),
    post("/auth/team/new", ADMIN, form=NEW_USER),
    get("/auth/team/<int:user_id>", ADMIN),
    post("/auth/team/<int:user_id>", ADMIN, role_id="1", team_id="0"),
    post("/auth/team/<int:user_id>/deactivate", ADMIN),
    post("/auth/team/<int:user_id>/reactivate", ADMIN, args={"user_id": "user.former"}),
    post("/auth/team/teams", ADMIN, name="East"),
    get("/auth/team/teams/<int:team_id>", ADMIN),
    post("/auth/team/teams/<int:team_id>", ADMIN, name="East"),
    get("/auth/roles", ADMIN),
    get("/auth/roles/<int:role_id>", ADMIN),
    post("/auth/roles/<int:role_id>", ADMIN, form={"contact.view": "all", "contact.create": "none"}),
    # health
    get("/health", PUBLIC),
    # contacts
    get("/contacts/", SIGNED_IN),
    get("/contacts/<int:contact_id>", TEAM),
    post("/contacts/<int:contact_id>/notes", TEAM, text="Called back"),
    # leads
    get("/leads/", SIGNED_IN),
    get("/leads/new", SIGNED_IN),
    post("/leads/new", SIGNED_IN, form={**LEAD_FORM, "name": "Anna Lindqvist", "email": "anna@example.com"}),
    get("/leads/<int:lead_id>", TEAM),
    get("/leads/<int:lead_id>/edit", TEAM),
    post("/leads/<int:lead_id>/edit", TEAM, form=LEAD_FORM),
    post("/leads/<int:lead_id>/take", TEAM),
    post("/leads/<int:lead_id>/qualify", TEAM),
    post("/leads/<int:lead_id>/disqualify", TEAM, reason="Too small"),
    post("/leads/<int:lead_id>/reopen", TEAM, args={"lead_id": "seller.closed"}),
    get("/leads/quarantine", FORMS),
    post("/leads/quarantine", FORMS, form={"do": "release 1"}),
    # web forms
    get("/f/<public_id>", PUBLIC),
    post("/f/<public_id>", PUBLIC, f1="Anna Lindqvist", f2="anna@example.com", any_origin=True, ok=200),
    get("/forms/", FORMS),
    get("/forms/new", FORMS),
    post("/forms/new", FORMS, form=WEB_FORM),
    get("/forms/<int:form_id>", FORMS),
    post("/forms/<int:form_id>", FORMS, form={**WEB_FORM, "row_version": "2"}),
    get("/forms/<int:form_id>/preview", FORMS),
    post("/forms/preview", FORMS, form=WEB_FORM, ok=200),
    # mail
    get("/mail/", SIGNED_IN),
    get("/mail/<int:message_id>", HIDDEN),
    post("/mail/<int:message_id>/send-again", HIDDEN),
    post("/mail/resume", ABOVE),
    # records
    post("/records/undo/<int:operation_id>", SIGNED_IN | dict.fromkeys(("colleague", "rival", "manager"), 404), ok=302),
    # files of the program itself
    get("/static/<path:filename>", PUBLIC),
)
