"""Every route there is, with who may use it and how it is called: one line each. A route without a line fails the build.

    get("/contacts/<int:contact_id>", TEAM),
    post("/contacts/<int:contact_id>/notes", TEAM, text="Called back"),

Who: the sweep calls each route as a stranger, the seller whose record it is, a colleague of his team, a rival of another team,
the manager and the administrator. PUBLIC, SIGNED_IN, TEAM, OWNER, FORMS, ABOVE, ADMIN below say who of them gets in; anything
else is spelled by changing one: `TEAM | {"colleague": 404}`.

What stands in the URL comes from ARGS: the seller's record of that type. `args={"lead_id": "seller.closed"}` names another one
of tests/cast.py. Words after the rule are form fields; `form={...}` takes names that Python does not. `ok=` is the status of
a success where it is neither 200 for a GET nor 303 for a post. A value like "@seller.contact" becomes that record's id,
bytes become an uploaded file. `each_type(...)` makes a line per record type. `refuses={"owner_id": "rival.contact"}` says that the form
with this id in it must be refused: ids in forms are checked like those in URLs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.cast import ACTORS, EVERYBODYS, TYPES

YES, LOGIN = "yes", "login"
"""Gets in; is sent to the sign-in page, or for posts refused with 401."""

Who = dict[str, str | int]
PUBLIC: Who = dict.fromkeys(ACTORS, YES)
CUSTOMERS: Who = {"stranger": YES} | dict.fromkeys(ACTORS[1:], 403)
"""What only a customer does: our own people look on."""
SIGNED_IN: Who = PUBLIC | {"stranger": LOGIN}
TEAM: Who = SIGNED_IN | {"rival": 404}
"""A record of the seller: his team sees it and works on it, the rival does not know that it exists."""
OWNER: Who = TEAM | {"colleague": 403}
"""What of a record only its owner and those above may do."""
ABOVE: Who = SIGNED_IN | dict.fromkeys(("seller", "colleague", "rival"), 403)
"""The manager and the administrator."""
FORMS: Who = ABOVE
"""Those with a grant for web forms: of the six the manager and the administrator (and marketing)."""
SENDERS: Who = SIGNED_IN | dict.fromkeys(("colleague", "rival", "manager", "admin"), 404)
"""What is the seller's alone."""
HIDDEN: Who = SIGNED_IN | dict.fromkeys(("seller", "colleague", "rival"), 404)
"""Like ABOVE, where the others do not even know that it exists."""
ADMIN: Who = ABOVE | {"manager": 403}
MINE: Who = SIGNED_IN | dict.fromkeys(("colleague", "rival", "manager"), 404)
"""What the seller began: theirs, and the administrator's."""

ARGS = {
    "contact_id": "seller.contact",
    "company_id": "seller.company",
    "lead_id": "seller.lead",
    "product_id": "seller.product",
    "tax_id": "tax",
    "rate_id": "rate",
    "deal_id": "seller.deal",
    "quote_id": "seller.quote",
    "order_id": "seller.order",
    "token": "sent.quote",
    "kind": "quote",
    "pipeline_id": "pipeline.empty",
    "form_id": "form",
    "job_id": "job",
    "message_id": "seller.mail",
    "file_id": "seller.mail.file",
    "operation_id": "operation",
    "record_type": "contact",
    "record_id": "seller.contact",
    "attachment_id": "seller.contact.attachment",
    "import_id": "import.done",
    "run_id": "bulk.done",
    "affiliation_id": "seller.contact.affiliation",
    "merge_id": "999",
    "correction_id": "colleague.correction",
    "sending_id": "seller.sending",
    "user_id": "user.colleague",
    "session_id": "session.seller",
    "absence_id": "absence.seller",
    "password_id": "device.seller",
    "where": "me/books/contacts/",
    "notice_id": "notice.seller",
    "favourite_id": "favourite.seller",
    "field_id": "field",
    "purpose_id": "purpose",
    "erasure_id": "erasure",
    "view_id": "view.seller",
    "team_id": "team.Europe",
    "role_id": "role.seller",
    "invitation_id": "invitation",
    "public_id": "testform0001",
    "filename": "js/embed.js",
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
    htmx: bool = False
    """Whether it is only for fragments that htmx asks for."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}" + ("?" + self.query if self.query else "")

    def status(self, actor: str) -> int:
        expected = self.who[actor]
        if expected == LOGIN:
            return 302 if self.method == "GET" and not self.htmx else 401
        return int(expected) if expected != YES else self.ok or (200 if self.method == "GET" else 303)


def get(rule: str, who: Who, **more: Any) -> Route:
    return Route("GET", rule, who, **more)


_WORDS = {"args", "query", "ok", "refuses", "any_origin", "trash", "htmx"}


def post(rule: str, who: Who, *, form: Mapping[str, Any] | None = None, **more: Any) -> Route:
    fields = {name: value for name, value in more.items() if name not in _WORDS}
    words = {name: value for name, value in more.items() if name in _WORDS}
    return Route("POST", rule, who, form={**(form or {}), **fields}, **words)


def each_type(route: Route, everybodys: Who | None = None) -> tuple[Route, ...]:
    """One line per record type, for a route with the type in it. `TYPE` in what args= and form= say becomes the type's name.

    Of types that are everybody's (tests/cast.py) all see what otherwise a team sees, and those above change what it changes;
    `everybodys` says otherwise.
    """

    def who(name: str) -> Mapping[str, str | int]:
        if name not in EVERYBODYS or route.who is SIGNED_IN:
            return route.who
        return everybodys or (SIGNED_IN if route.method == "GET" else ABOVE)

    def made(name: str) -> Route:
        args = {"record_type": name, "record_id": "seller.TYPE", **route.args}
        return replace(
            route,
            who=who(name),
            args={part: value.replace("TYPE", name) for part, value in args.items()},
            form={
                key: value.replace("TYPE", name) if isinstance(value, str) else value
                for key, value in route.form.items()
            },
        )

    return tuple(made(name) for name in TYPES)


RETENTION_FORM = {
    **{f"trash.{kind}-number": "30" for kind in (*TYPES, "custom_field")},
    **{
        "sessions-number": "0",
        "hits-number": "730",
        "jobs-number": "7",
        "files-number": "30",
        "mail-number": "",
        "imports-number": "90",
        "corrections-number": "365",
        "details_sendings-number": "365",
        "bulk_runs-number": "30",
        "notices-number": "90",
        "unread-number": "365",
        "seen-number": "",
    },
    **{"quarantine-number": "30", "leads-number": "", "books-number": "10"},
}
"""All limits as they come."""
LEAD_FORM = {"need": "Two hundred chairs", "source": "Fair"}
QUOTE_FORM = {
    "name": "Two booths", "currency": "EUR", "language": "en", "time_zone": "Europe/Amsterdam", "valid_until": "2099-12-31",
    "lines-0-kind": "item", "lines-0-product-text": "Booth", "lines-0-quantity": "2", "lines-0-price": "1250",
    "lines-0-tax": "@tax",
}  # fmt: skip
SEND_FORM = {
    "to": "buyer@example.com", "subject": "Our quote", "message": "Dear buyer", "row_version": "@seller.quote.version",
}  # fmt: skip
DEAL_FORM = {
    "name": "Two hundred chairs", "contact_id": "@seller.contact", "amount_minor": "1234", "currency": "EUR",
    "kind": "new",
}  # fmt: skip
PIPELINE_FORM = {
    "name": "Projects", "stages-0-kind": "open", "stages-0-name": "Asked", "stages-0-probability_bp": "20 %",
    "stages-1-kind": "won", "stages-1-name": "Yes", "stages-2-kind": "lost", "stages-2-name": "No",
}  # fmt: skip
WEB_FORM = {
    "name": "Contact us", "language": "en", "theme": "light", "active": "y", "field": ["f1", "f2"],
    "f1-label": "Name", "f1-kind": "text", "f1-fills": "contact.name",
    "f2-label": "E-mail", "f2-kind": "email", "f2-required": "y", "f2-fills": "contact.email",
}  # fmt: skip

CONSENT_FORM = {"purpose_id": "@purpose", "action": "withdrawn", "how": "On the phone", "on": "2026-01-05"}
PURPOSE_FORM = {"name": "News", "row_version": "1", "texts-0-language": "en", "texts-0-text": "Send me all news."}
CONTACT_FORM = {"given": "Anna", "family": "Lindqvist", "emails-0-value": "anna@example.com", "emails-0-label": "work"}
COMPANY_FORM = {"name": "Noordlicht B.V.", "emails-0-value": "info@noordlicht.example", "emails-0-label": "work"}
AFFILIATION_FORM = {
    "a{seller.contact.affiliation}-was": '{"title": "zcsellercontactqx", "buying_role": "decides", "main": true}',
    "a{seller.contact.affiliation}-title": "Director",
    "a{seller.contact.affiliation}-buying_role": "",
}
SETUP_FORM = {
    "code": "AAAA-AAAA-AAAA-AAAA", "name": "Anna", "email": "anna@demo.example", "password": "three green chairs",
    "organisation": "Noordlicht", "country": "NL", "currency": "EUR", "locale": "en", "time_zone": "UTC",
}  # fmt: skip
PASSWORD_FORM = {"current": "crmlite-demo", "password": "three green chairs", "again": "three green chairs"}
ORGANISATION_FORM = {
    "was": "{}",
    "name": "Noordlicht",
    "country": "NL",
    "currency": "EUR",
    "locale": "en",
    "time_zone": "UTC",
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63504858f01f00"
    "03e40220a4d81ccc0000000049454e44ae426082"
)
"""A picture of one pixel."""
INVITE_FORM = {"email": "anna@demo.example", "role_id": "@role.seller", "team_id": "0", "locale": "nl"}
NEW_PASSWORD_FORM = {"password": "three green chairs", "again": "three green chairs"}
PRODUCT_FORM = {
    "name": "Booth for one", "code": "FH-900", "unit": "piece", "tax_class_id": "@tax", "description": "Felt and oak",
    "prices-0-currency": "EUR", "prices-0-amount": "1,250.00",
}  # fmt: skip
TAX_FORM = {
    "name": "Reduced", "kind": "normal", "active": "y", "rates-0-rate": "9", "rates-0-valid_from": "2019-01-01",
}  # fmt: skip
ONLY_ME: Who = SIGNED_IN | dict.fromkeys(("colleague", "rival", "manager", "admin"), 404)
"""The seller's own, which is nobody else's business, not even the administrator's."""
NOBODY: Who = dict.fromkeys(ACTORS, 404)
"""What is there only until somebody has an account (tests/auth/test_setup.py)."""
AUTHOR: Who = TEAM | dict.fromkeys(("colleague", "manager"), 403)
"""What only the author of a note may do, and administrators."""

DELETES: Who = TEAM | dict.fromkeys(("seller", "colleague"), 403)
"""A record of the seller and one of nobody, of which both may be deleted by those above only."""


def each_record_type_of_letters() -> list[Route]:
    found = []
    for kind, ok in (("contact", 200), ("company", 422)):  # the company has no address
        ids, args = {"id": [f"@seller.{kind}"]}, {"record_type": kind}
        labels = {**ids, "sheet": "a4-3x7", "start": "1"}
        letter = {**ids, "window": "din-b", "day": "2026-11-27", "subject": "News", "text": "Dear {name}"}
        found += [
            get("/letters/<record_type>", ABOVE, args=args),
            post("/letters/<record_type>/labels", ABOVE, ok=ok, args=args, form=labels),
            post("/letters/<record_type>/letters", ABOVE, ok=ok, args=args, form=letter),
        ]
    return found


NO_DEVICE: Who = dict.fromkeys(ACTORS, 401)
"""What devices ask for with a password of their own: no browser's cookie counts (tests/addressbook has those with one)."""

ROUTES: tuple[Route, ...] = (
    # auth
    get("/setup", NOBODY),
    post("/setup", NOBODY, form=SETUP_FORM),
    get("/", SIGNED_IN, ok=302),
    get("/login", {"stranger": YES} | dict.fromkeys(ACTORS[1:], 302)),
    post("/login", PUBLIC, email="seller@demo.example", password="crmlite-demo"),
    get("/login/code", PUBLIC, ok=302),
    post("/login/code", PUBLIC, code="123456"),
    get("/login/forgot", PUBLIC),
    post("/login/forgot", PUBLIC, ok=422, email="seller@demo.example"),  # no mail server is set
    get("/login/reset/<token>", PUBLIC, args={"token": "reset"}),
    post("/login/reset/<token>", PUBLIC, args={"token": "reset"}, form=NEW_PASSWORD_FORM),
    get("/login/join/<token>", PUBLIC, args={"token": "invitation"}),
    post("/login/join/<token>", PUBLIC, args={"token": "invitation"}, form={"name": "Nia", **NEW_PASSWORD_FORM}),
    post("/logout", SIGNED_IN),
    get("/auth/profile", SIGNED_IN),
    post("/auth/profile", SIGNED_IN, name="Somebody", locale="en", time_zone="UTC", theme="dark", shortcuts="y"),
    post("/auth/profile/password", SIGNED_IN, form=PASSWORD_FORM),
    post("/auth/theme", SIGNED_IN, theme="dark"),
    post("/auth/language", SIGNED_IN, language="nl"),
    get("/auth/second-factor", SIGNED_IN),
    post("/auth/second-factor/begin", SIGNED_IN, current="crmlite-demo"),
    get("/auth/second-factor/confirm", SIGNED_IN, ok=404),  # nobody has begun
    post("/auth/second-factor/confirm", SIGNED_IN, ok=404, code="123456"),
    get("/auth/second-factor/codes", SIGNED_IN, ok=303),  # they have none that they have not kept
    get("/auth/second-factor/codes.txt", SIGNED_IN, ok=404),
    post("/auth/second-factor/codes/kept", SIGNED_IN),
    post("/auth/second-factor/codes", SIGNED_IN, ok=409, current="crmlite-demo"),
    post("/auth/second-factor/remove", SIGNED_IN, ok=409, current="crmlite-demo"),
    get("/auth/devices", SIGNED_IN),
    post("/auth/devices/<int:session_id>/end", ONLY_ME),
    post("/auth/devices/end-others", SIGNED_IN),
    get("/auth/absences", SIGNED_IN),
    post(
        "/auth/absences",
        SIGNED_IN | dict.fromkeys(("colleague", "rival", "manager"), 422),
        form={
            "user_id": "@user.seller",
            "deputy_id": "@user.colleague",
            "first_day": "2099-01-01",
            "last_day": "2099-01-09",
        },
    ),
    post("/auth/absences/<int:absence_id>/end", ONLY_ME | {"admin": YES}),
    # desk
    get("/desk/", SIGNED_IN),
    post("/desk/first-steps/hide", SIGNED_IN),
    get("/desk/notices", SIGNED_IN),
    get("/desk/notices", SIGNED_IN, query="show=unread"),
    post("/desk/notices/read", SIGNED_IN, newest="999"),
    post("/desk/notices/<int:notice_id>/read", ONLY_ME),
    post("/desk/notices/<int:notice_id>/unread", ONLY_ME),
    get("/desk/choices", SIGNED_IN),
    post("/desk/choices", SIGNED_IN, form={"assigned": "mail", "joined": "none"}),
    get("/auth/organisation", ABOVE),
    post("/auth/organisation", ABOVE, form=ORGANISATION_FORM),
    get("/auth/organisation/logo", ABOVE, ok=404),  # there is none yet
    post("/auth/organisation/logo", ABOVE, logo=PNG),
    post("/auth/organisation/logo/remove", ABOVE),
    get("/auth/team", ADMIN),
    get("/auth/team/<int:user_id>", ADMIN),
    post("/auth/team/<int:user_id>", ADMIN, role_id="@role.manager", team_id="@team.Service"),
    get("/auth/team/<int:user_id>/hand-over", ADMIN),
    post("/auth/team/<int:user_id>/hand-over", ADMIN, to="@user.manager"),
    post("/auth/team/<int:user_id>/deactivate", ADMIN, form={"to": "@user.manager", "to-contact": "@user.rival"}),
    post("/auth/team/<int:user_id>/reactivate", ADMIN, args={"user_id": "user.gone"}),
    post("/auth/team/<int:user_id>/send-password-link", ADMIN, ok=409),  # no mail server is set
    post("/auth/team/<int:user_id>/second-factor/remove", ADMIN, ok=409),  # they have none
    get("/auth/invitations/new", ADMIN),
    post("/auth/invitations/new", ADMIN, form=INVITE_FORM),
    get("/auth/invitations/<int:invitation_id>", ADMIN),
    post("/auth/invitations/<int:invitation_id>/send-again", ADMIN),
    post("/auth/invitations/<int:invitation_id>/revoke", ADMIN),
    post("/auth/team/teams", ADMIN, name="North"),
    get("/auth/team/teams/<int:team_id>", ADMIN),
    post("/auth/team/teams/<int:team_id>", ADMIN, name="North"),
    get("/auth/modules", ADMIN),
    post("/auth/modules/<name>/off", ADMIN, args={"name": "leads"}),
    post("/auth/modules/<name>/on", ADMIN, args={"name": "leads"}),
    get("/auth/roles", ADMIN),
    post("/auth/roles", ADMIN, name="Sales South", like="@role.seller"),
    post("/auth/roles/second-factor", ADMIN, role="@role.seller"),
    get("/auth/roles/<int:role_id>", ADMIN),
    get("/auth/roles/<int:role_id>/seen", ADMIN),
    get("/auth/roles/<int:role_id>/seen", ADMIN, query="contact.view=own"),
    post("/auth/roles/<int:role_id>/rename", ADMIN, args={"role_id": "role.own"}, name="Somewhere"),
    post("/auth/roles/<int:role_id>/remove", ADMIN, args={"role_id": "role.own"}),
    post("/auth/roles/<int:role_id>", ADMIN, form={"contact.view": "all", "contact.edit": "own"}),
    # help
    get("/help/news", SIGNED_IN),
    post("/help/news", SIGNED_IN),
    # contacts
    get("/contacts/", SIGNED_IN),
    get("/contacts/new", SIGNED_IN),
    post("/contacts/new", SIGNED_IN, form=CONTACT_FORM, refuses={"company": "rival.company"}),
    get("/contacts/<int:contact_id>", TEAM),
    get("/contacts/<int:contact_id>/peek", TEAM, htmx=True),
    get("/contacts/<int:contact_id>/edit", TEAM),
    get("/contacts/<int:contact_id>/consents", TEAM),
    post("/contacts/<int:contact_id>/consents", TEAM, form=CONSENT_FORM),
    post("/contacts/<int:contact_id>/edit", TEAM, form={**CONTACT_FORM, "row_version": "9"}),
    post(
        "/contacts/<int:contact_id>/companies",
        TEAM,
        company="@colleague.company",
        title="Adviser",
        refuses={"company": "rival.company"},
    ),
    post("/contacts/<int:contact_id>/companies/<int:affiliation_id>", TEAM, form=AFFILIATION_FORM),
    post(
        "/contacts/<int:contact_id>/companies/<int:affiliation_id>/roles",
        TEAM,
        form={
            "r{seller.contact.affiliation}-was": '{"buying_role": "decides"}',
            "r{seller.contact.affiliation}-buying_role": ["decides", "buys"],
        },
    ),  # fmt: skip
    post(
        "/contacts/at/<int:company_id>/roles",
        TEAM,
        role="uses",
        person="@seller.contact.affiliation",
        refuses={"person": "rival.contact.affiliation"},
    ),
    get("/contacts/roles", ABOVE),
    post(
        "/contacts/roles",
        ABOVE,
        was='{"needed_roles": "decides", "deal_roles": "decides buys uses"}',
        needed_roles=["decides", "buys"],
    ),
    post("/contacts/<int:contact_id>/companies/<int:affiliation_id>/end", TEAM),
    post("/contacts/<int:contact_id>/companies/<int:affiliation_id>/remove", TEAM),
    post(
        "/contacts/at/<int:company_id>",
        TEAM,
        contact="@seller.contact",
        title="Adviser",
        refuses={"contact": "rival.contact"},
    ),
    # letters
    *each_record_type_of_letters(),
    # imports
    get("/imports/", ABOVE),
    get("/imports/new", ABOVE),
    post("/imports/new", ABOVE, file=b"Name,E-mail\nAnna,anna@example.com\n"),
    get("/imports/<int:import_id>", ABOVE),
    get("/imports/<int:import_id>", ABOVE, query="show=new&after=1"),
    get("/imports/<int:import_id>", ABOVE, args={"import_id": "import.mapping"}),
    get("/imports/<int:import_id>/columns", ABOVE, args={"import_id": "import.tried"}),
    post(
        "/imports/<int:import_id>/columns",
        ABOVE,
        args={"import_id": "import.mapping"},
        form={"match": "fill", "country": "NL", "owner_id": "", "to-0": "contact.name"},
    ),
    post("/imports/<int:import_id>/run", ABOVE, args={"import_id": "import.tried"}),
    post("/imports/<int:import_id>/stop", ABOVE, args={"import_id": "import.running"}),
    get("/imports/<int:import_id>/refused", ABOVE),
    get("/imports/<int:import_id>/undo", ABOVE),
    post("/imports/<int:import_id>/undo", ABOVE),
    post("/imports/<int:import_id>/remove", ABOVE, args={"import_id": "import.mapping"}),
    # companies
    get("/companies/", SIGNED_IN),
    get("/companies/new", SIGNED_IN),
    post("/companies/new", SIGNED_IN, form=COMPANY_FORM, refuses={"parent_id": "rival.company"}),
    get("/companies/<int:company_id>", TEAM),
    get("/companies/<int:company_id>/peek", TEAM, htmx=True),
    post(
        "/companies/<int:company_id>/parent",
        TEAM,
        parent_id="@nobody.company",
        form={"parent_id-text": "x"},
        refuses={"parent_id": "rival.company"},
    ),
    get("/companies/<int:company_id>/edit", TEAM),
    post(
        "/companies/<int:company_id>/edit",
        TEAM,
        form={**COMPANY_FORM, "row_version": "5"},
        refuses={"parent_id": "rival.company"},
    ),
    # what people correct of themselves
    get("/details/", SIGNED_IN),
    post("/details/settings", ABOVE, at_once="1"),
    get("/details/<int:correction_id>", TEAM),
    post("/details/<int:correction_id>", TEAM, ok=422),  # tests/details decides
    post("/details/<int:correction_id>/take-back", TEAM, ok=409),
    get("/details/contacts/<int:contact_id>/ask", TEAM),
    post("/details/contacts/<int:contact_id>/ask", TEAM, to="new@example.com", subject="Look", message="Please look."),
    post("/details/contacts/<int:contact_id>/end", TEAM, args={"contact_id": "colleague.contact"}),
    post("/details/sendings", SIGNED_IN, form={"all": "1", "list": ""}),
    get("/details/sendings/<int:sending_id>", SENDERS),
    post("/details/sendings/<int:sending_id>", SENDERS),
    get("/p/details/<token>", PUBLIC, args={"token": "details"}),
    post("/p/details/<token>", CUSTOMERS, args={"token": "details"}, given="Nadia"),
    # addressbook
    get("/.well-known/carddav", PUBLIC, ok=301),
    Route("PROPFIND", "/.well-known/carddav", PUBLIC, ok=301),
    *(
        Route(method, rule, NO_DEVICE)
        for rule in ("/addressbook/dav/", "/addressbook/dav/<path:where>")
        for method in ("GET", "PROPFIND", "REPORT", "PUT", "DELETE", "PROPPATCH")
    ),
    get("/addressbook/devices", SIGNED_IN),
    post("/addressbook/devices", SIGNED_IN, ok=200, name="My phone", current="crmlite-demo"),
    post("/addressbook/devices/<int:password_id>/revoke", ONLY_ME),
    *each_type(
        post("/records/<record_type>/export", ABOVE, ok=200, form={"query": "_sort=-name", "format": "excel"}), ABOVE
    ),
    # duplicates
    get("/duplicates/", SIGNED_IN),
    get("/duplicates/", SIGNED_IN, query="type=company&order=newest"),
    post("/duplicates/<record_type>/alike", SIGNED_IN, ok=200, form=CONTACT_FORM),
    post(
        "/duplicates/<record_type>/distinct",
        TEAM,
        form={"id": ["@seller.contact", "@nobody.contact"]},
    ),
    get("/duplicates/<record_type>/merge", DELETES, query="id=@seller.contact&id=@nobody.contact"),
    post("/duplicates/<record_type>/merge", DELETES, ok=409, form={"id": ["@seller.contact", "@nobody.contact"]}),
    get("/duplicates/<record_type>/<int:record_id>/doubles", TEAM),
    get("/duplicates/merges/<int:merge_id>", SIGNED_IN, ok=404),  # there is none; tests/duplicates has some
    post("/duplicates/merges/<int:merge_id>/separate", SIGNED_IN, ok=404),
    # timetravel
    *each_type(get("/timetravel/<record_type>/", SIGNED_IN, query="_at=2020-01-01")),
    *each_type(get("/timetravel/<record_type>/", SIGNED_IN)),
    *each_type(get("/timetravel/<record_type>/compare", SIGNED_IN, query="_at=2020-01-01")),
    *each_type(get("/timetravel/<record_type>/<int:record_id>", TEAM, trash=True)),
    get("/timetravel/<record_type>/<int:record_id>", TEAM, query="at=2020-01-01&to=2099-01-01", trash=True),
    get("/timetravel/<record_type>/restore", TEAM, query="at=2099-01-01&id=@seller.contact"),
    post(  # nothing is other than now
        "/timetravel/<record_type>/restore",
        TEAM | dict.fromkeys(("seller", "colleague", "manager", "admin"), 409),
        form={"at": "2099-01-01", "id": "@seller.contact"},
    ),
    # quotes and orders
    get("/quotes/", SIGNED_IN),
    get("/quotes/new", SIGNED_IN),
    post(
        "/quotes/new",
        SIGNED_IN | {"rival": 422},
        name="Two booths",
        contact_id="@seller.contact",
        refuses={"contact_id": "rival.contact", "company_id": "rival.company", "deal_id": "rival.deal"},
    ),
    get("/quotes/<int:quote_id>", TEAM),
    get("/quotes/<int:quote_id>/peek", TEAM, htmx=True),
    get("/quotes/<int:quote_id>/edit", TEAM),
    get("/quotes/<int:quote_id>/paper", TEAM),
    get("/quotes/<int:quote_id>/pdf", TEAM, args={"quote_id": "sent.quote"}),
    get("/quotes/<int:quote_id>/send", TEAM),
    post("/quotes/<int:quote_id>/calculate", TEAM, ok=200, form=QUOTE_FORM),
    post("/quotes/<int:quote_id>/paper", TEAM, ok=200, form=QUOTE_FORM),
    post("/quotes/<int:quote_id>/edit", TEAM, form={**QUOTE_FORM, "row_version": "@seller.quote.version"}),
    post("/quotes/<int:quote_id>/send", TEAM, form=SEND_FORM),
    post("/quotes/<int:quote_id>/rewrite", TEAM, args={"quote_id": "sent.quote"}),
    post("/quotes/<int:quote_id>/withdraw", TEAM, args={"quote_id": "sent.quote"}),
    get("/quotes/numbers", ABOVE),
    post("/quotes/numbers/<kind>", ABOVE, pattern="Q{number}", digits="5", next_number="100"),
    get("/orders/", SIGNED_IN),
    get("/orders/<int:order_id>", TEAM),
    get("/orders/<int:order_id>/peek", TEAM, htmx=True),
    get("/p/quote/<token>", PUBLIC),
    get("/p/quote/<token>/pdf", PUBLIC),
    post("/p/quote/<token>/accept", CUSTOMERS, name="A. Buyer", agree="y"),
    post("/p/quote/<token>/decline", CUSTOMERS, reason="Too expensive"),
    # deals
    get("/deals/", SIGNED_IN),
    get("/deals/new", SIGNED_IN),
    post(
        "/deals/new",
        TEAM | {"rival": 422},
        form={**DEAL_FORM, "stage_id": "@stage.first"},
        refuses={"contact_id": "rival.contact", "company_id": "rival.company"},
    ),
    get("/deals/<int:deal_id>", TEAM),
    get("/deals/<int:deal_id>/peek", TEAM, htmx=True),
    get("/deals/<int:deal_id>/edit", TEAM),
    post(
        "/deals/<int:deal_id>/edit",
        TEAM,
        form={**DEAL_FORM, "row_version": "1"},
        refuses={"contact_id": "rival.contact", "company_id": "rival.company"},
    ),
    post("/deals/<int:deal_id>/move", TEAM, stage="@stage.second", below="@rival.deal"),
    post("/deals/<int:deal_id>/win", TEAM),
    post("/deals/<int:deal_id>/lose", TEAM, reason="Too expensive"),
    get("/deals/board", SIGNED_IN),
    get("/deals/board", SIGNED_IN, query="pipeline=2"),
    get("/deals/pipelines", ABOVE),
    get("/deals/pipelines/new", ABOVE),
    post("/deals/pipelines/new", ABOVE, form=PIPELINE_FORM),
    get("/deals/pipelines/<int:pipeline_id>", ABOVE),
    post("/deals/pipelines/<int:pipeline_id>", ABOVE, form=PIPELINE_FORM),
    post("/deals/pipelines/<int:pipeline_id>/remove", ABOVE),
    post("/deals/<int:deal_id>/reopen", TEAM, args={"deal_id": "seller.deal.lost"}),
    # leads
    get("/leads/", SIGNED_IN),
    get("/leads/new", SIGNED_IN),
    post("/leads/new", SIGNED_IN, form={**LEAD_FORM, "name": "Anna Lindqvist", "email": "anna@example.com"}),
    get("/leads/<int:lead_id>", TEAM),
    get("/leads/<int:lead_id>/peek", TEAM, htmx=True),
    get("/leads/<int:lead_id>/edit", TEAM),
    post("/leads/<int:lead_id>/edit", TEAM, form={**LEAD_FORM, "row_version": "2"}),
    post("/leads/<int:lead_id>/take", OWNER),
    post("/leads/<int:lead_id>/qualify", TEAM),
    post("/leads/<int:lead_id>/disqualify", TEAM, reason="Too small"),
    post("/leads/<int:lead_id>/reopen", TEAM, args={"lead_id": "seller.closed"}),
    get("/leads/quarantine", FORMS),
    post("/leads/quarantine", FORMS, form={"do": "release 1"}),
    # catalog
    get("/products/", SIGNED_IN),
    get("/products/new", ABOVE),
    post("/products/new", ABOVE, form=PRODUCT_FORM),
    get("/products/<int:product_id>", SIGNED_IN),
    get("/products/<int:product_id>/peek", SIGNED_IN, htmx=True),
    get("/products/<int:product_id>/edit", ABOVE),
    post(
        "/products/<int:product_id>/edit",
        ABOVE,
        form={**PRODUCT_FORM, "prices-0-was": "EUR 1250000000 0", "row_version": "1"},
    ),
    post("/products/<int:product_id>/withdraw", ABOVE),
    post("/products/<int:product_id>/offer", ABOVE),
    get("/catalog/taxes", ABOVE),
    get("/catalog/taxes/new", ABOVE),
    post("/catalog/taxes/new", ABOVE, form=TAX_FORM),
    get("/catalog/taxes/<int:tax_id>", ABOVE),
    post("/catalog/taxes/<int:tax_id>", ABOVE, form={**TAX_FORM, "row_version": "1"}),
    get("/catalog/rates", ABOVE),
    post("/catalog/rates", ABOVE, currency="USD", per="100", rate="91.5", valid_from="2026-11-01"),
    post("/catalog/rates/<int:rate_id>/remove", ABOVE),
    # web forms
    get("/f/<public_id>", PUBLIC),
    post("/f/<public_id>", PUBLIC, f1="Anna Lindqvist", f2="anna@example.com", any_origin=True, ok=200),
    get("/f/<public_id>.js", PUBLIC),
    get("/f/<public_id>/embed", PUBLIC),
    post("/f/<public_id>/embed", PUBLIC, f1="Anna Lindqvist", f2="anna@example.com", any_origin=True, ok=200),
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
    get("/mail/<int:message_id>/files/<int:file_id>", HIDDEN),
    post("/mail/<int:message_id>/send-again", HIDDEN),
    post("/mail/resume", ABOVE),
    # consent and privacy
    get("/purposes", ABOVE),
    get("/purposes/new", ABOVE),
    post("/purposes/new", ABOVE, form={"name": "Surveys", "texts-0-language": "en", "texts-0-text": "Ask me."}),
    get("/purposes/<int:purpose_id>", ABOVE),
    post("/purposes/<int:purpose_id>", ABOVE, form=PURPOSE_FORM),
    post("/purposes/<int:purpose_id>/retire", ABOVE),
    post("/purposes/<int:purpose_id>/restore", ABOVE),
    get("/privacy/contacts/<int:contact_id>", DELETES, trash=True),
    post("/privacy/contacts/<int:contact_id>/dossier", DELETES, trash=True, ok=200),
    post("/privacy/contacts/<int:contact_id>/erase", DELETES, trash=True),
    get("/privacy/erasures", ABOVE),
    get("/privacy/erasures/<int:erasure_id>", ABOVE),
    get("/privacy/erasures/<int:erasure_id>/pdf", ABOVE),
    # fields of one's own
    get("/fields", ABOVE),
    get("/fields/new", ABOVE, query="type=deal"),
    post("/fields/new", ABOVE, record_type="contact", kind="text", label="Size", currency="EUR"),
    get("/fields/<int:field_id>", ABOVE),
    post("/fields/<int:field_id>", ABOVE, label="Spare part", row_version="1"),
    post("/fields/<int:field_id>/move", ABOVE, to="up"),
    post("/fields/<int:field_id>/retire", ABOVE),
    post("/fields/<int:field_id>/restore", ABOVE),
    post("/fields/<int:field_id>/delete", ABOVE),
    # records
    get("/records/search", SIGNED_IN, query="q=zc"),
    get("/records/search", SIGNED_IN),
    get("/records/favourites", SIGNED_IN),
    post("/records/favourites/<int:favourite_id>/move", ONLY_ME, to="up"),
    post("/records/favourites/<int:favourite_id>/remove", ONLY_ME),
    *each_type(post("/records/<record_type>/favourite", SIGNED_IN, name="Oslo", query="_sort=name")),
    *each_type(post("/records/<record_type>/<int:record_id>/favourite", TEAM), everybodys=SIGNED_IN),
    *each_type(post("/records/<record_type>/<int:record_id>/seen", TEAM, ok=204), everybodys=SIGNED_IN),
    get("/records/trash", SIGNED_IN),
    post("/records/undo/<int:operation_id>", ONLY_ME | {"admin": YES}),
    *each_type(get("/records/<record_type>/count", SIGNED_IN)),
    *each_type(get("/records/<record_type>/filter", SIGNED_IN)),
    *each_type(get("/records/<record_type>/groups", SIGNED_IN)),
    *each_type(post("/records/<record_type>/views", SIGNED_IN, name="Oslo", query="_sort=name")),
    post("/records/<record_type>/views/<int:view_id>", ONLY_ME, name="Bergen"),
    post("/records/<record_type>/views/<int:view_id>/move", ONLY_ME, to="up"),
    post("/records/<record_type>/views/<int:view_id>/remove", ONLY_ME),
    *each_type(get("/records/<record_type>/pick", SIGNED_IN, query="q=zc")),
    *each_type(post("/records/<record_type>/columns", SIGNED_IN, name="name")),
    *each_type(
        post("/records/<record_type>/bulk", SIGNED_IN | {"rival": 403}, id="@seller.TYPE", action="tag", tag="Fair")
    ),
    *each_type(
        post(
            "/records/<record_type>/paste",
            SIGNED_IN | {"rival": 403},
            ids="@seller.TYPE",
            names="x.memo",
            seen="@seller.TYPE.seen",
            block='[["Pasted"]]',
            ok=200,
        )
    ),
    *each_type(get("/records/<record_type>/bulk/field", SIGNED_IN, query="field=x.memo")),
    get("/records/bulk/<int:run_id>", MINE),
    post("/records/bulk/<int:run_id>/stop", MINE, args={"run_id": "bulk.running"}),
    *each_type(post("/records/<record_type>/<int:record_id>/delete", OWNER)),
    *each_type(
        post(
            "/records/<record_type>/<int:record_id>/restore",
            OWNER,
            args={"record_id": "seller.trash.TYPE"},
            trash=True,
        )
    ),
    *each_type(get("/records/<record_type>/<int:record_id>/around", TEAM)),
    *each_type(get("/records/<record_type>/<int:record_id>/timeline", TEAM)),
    get("/records/<record_type>/<int:record_id>/field/<name>", TEAM, args={"name": "salutation"}, query="edit=1"),
    post(
        "/records/<record_type>/<int:record_id>/field/<name>",
        TEAM,
        args={"name": "salutation"},
        salutation="Dr",
        ok=200,
    ),
    *each_type(post("/records/<record_type>/<int:record_id>/files", TEAM, file=b"bytes")),
    *each_type(
        post(
            "/records/<record_type>/<int:record_id>/files/<int:attachment_id>/remove",
            TEAM,
            args={"attachment_id": "seller.TYPE.attachment"},
        )
    ),
    *each_type(get("/files/<int:attachment_id>", TEAM, args={"attachment_id": "seller.TYPE.attachment"})),
    *each_type(get("/files/<int:attachment_id>/picture", TEAM, args={"attachment_id": "seller.TYPE.picture"})),
    *each_type(get("/files/<int:attachment_id>/thumbnail", TEAM, args={"attachment_id": "seller.TYPE.picture"})),
    *each_type(post("/records/<record_type>/<int:record_id>/members", TEAM, user_id="@user.rival", role="advises")),
    *each_type(
        post(
            "/records/<record_type>/<int:record_id>/members/<int:user_id>/remove",
            TEAM,
            args={"user_id": "user.gone"},
        )
    ),
    *each_type(
        post("/records/<record_type>/<int:record_id>/owner", OWNER, user_id="@user.colleague", note="Yours now")
    ),
    *each_type(post("/records/<record_type>/<int:record_id>/notes", TEAM, text="Called back")),
    *each_type(
        get(
            "/records/<record_type>/<int:record_id>/notes/<int:note_id>/edit",
            AUTHOR,
            args={"note_id": "seller.TYPE.note"},
        ),
        everybodys=AUTHOR | {"rival": 403},
    ),
    *each_type(
        post(
            "/records/<record_type>/<int:record_id>/notes/<int:note_id>/edit",
            AUTHOR,
            args={"note_id": "seller.TYPE.note"},
            text="Called back twice",
            was='{"text": "zcsellerTYPEqx note"}',
        ),
        everybodys=ADMIN,
    ),
    *each_type(
        post(
            "/records/<record_type>/<int:record_id>/notes/<int:note_id>/delete",
            AUTHOR,
            args={"note_id": "seller.TYPE.note"},
        ),
        everybodys=ADMIN,
    ),
    *each_type(post("/records/<record_type>/<int:record_id>/tags", TEAM, name="Fair")),
    *each_type(
        post(
            "/records/<record_type>/<int:record_id>/tags/<int:tag_id>/remove", TEAM, args={"tag_id": "seller.TYPE.tag"}
        )
    ),
    # doctor, export and retention
    get("/backup/export", ADMIN),
    post("/backup/export", ADMIN),
    get("/backup/export/<int:job_id>/file", ADMIN, ok=404),  # that job is another one
    get("/doctor", ADMIN),
    post("/doctor/outside", ADMIN, ok=200),
    get("/doctor/jobs", ADMIN),
    post("/doctor/jobs/<int:job_id>/run-again", ADMIN),
    post("/doctor/jobs/<int:job_id>/give-up", ADMIN),
    get("/retention", ADMIN),
    post("/retention", ADMIN, form={**RETENTION_FORM, "jobs-number": "14", "hits-number": "365"}),
    # health
    get("/health", PUBLIC),
    # phones
    get("/manifest.webmanifest", PUBLIC),
    # files of the program itself
    get("/static/<path:filename>", PUBLIC),
)
