"""The route sweep: every route as everybody. What each is answered, what nobody may read, and that refusals leave no trace."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, request
from werkzeug.routing import Rule

from crmlite import create_app
from crmlite.extensions import SAFE_METHODS, db
from tests import cast, oracles
from tests.cast import ACTORS, Stage
from tests.pdf.test_render import tool
from tests.routes import ARGS, PUBLIC, ROUTES, YES, Route

GETS = [route for route in ROUTES if route.method == "GET"]
POSTS = [route for route in ROUTES if route.method == "POST"]
HOSTILE = f"{oracles.MARKER}<script>alert(1)</script>\u202e\u0000\ud83d\ude00".encode("utf-16", "surrogatepass").decode(
    "utf-16"
)
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def named(routes: list[Route]) -> Any:
    return pytest.mark.parametrize("route", routes, ids=lambda route: f"{route.name} {dict(route.args) or ''}".strip())


class Sweep(Stage):
    """A stage that is put back after every change, and that looks whether a template renders while a transaction is open."""

    def __init__(self, url: str, instance: str, databases: Any) -> None:
        super().__init__(url, instance)
        self._url, self._databases = url, databases
        self.rendered_while_writing: list[str] = []
        self.sent = ""
        self.app.context_processor(self._probe)
        self.before = oracles.dump(self.engines["reader"])
        self._watcher = oracles.watcher(self.engines["reader"])
        self._mark = oracles.fingerprint(self._watcher)
        self._clients = {actor: self.client(actor) for actor in ("stranger", *cast.USERS)}

    def _probe(self) -> dict[str, Any]:
        if is_writing(self.app):
            self.rendered_while_writing.append(f"{request.method} {request.path}")
        return {}

    def url(self, route: Route, **instead: str) -> str:
        """The route's URL with the seller's records in it."""
        values = {name: route.args.get(name, ARGS.get(name, "")) for name in parts(route.rule)} | instead
        for name, key in values.items():
            assert key, f"<{name}> of {route.name}: say what stands there, in ARGS or args= (tests/routes.py)"
        adapter = self.app.url_map.bind("localhost")
        rule = next((rule for rule in self.app.url_map.iter_rules() if rule.rule == route.rule), None)
        assert rule, f"{route.rule} is gone: take its line out of tests/routes.py"
        return adapter.build(rule.endpoint, {name: self._in_url(name, key) for name, key in values.items()})

    def _in_url(self, name: str, key: str) -> str:
        return self.token(key) if name == "token" else str(self.ids.get(key, key))

    def ask(self, actor: str, route: Route, url: str | None = None, **more: Any) -> Any:
        url = url or self.url(route)
        if route.query and "?" not in url:
            url += "?" + re.sub(r"@([\w.]+)", lambda m: str(self.ids[m[1]]), route.query)
        if route.method == "POST":
            more["data"] = self.filled(more.get("data", route.form))
        self.sent = repr(more.get("data", "")).casefold()
        if route.htmx:
            more.setdefault("headers", PARTIAL)
        client = self._clients[actor]
        if actor != "stranger":
            client.set_cookie("crmlite_session", cast.secret(actor))
        return client.open(url, method=route.method, **more)

    def filled(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """A form with ids for "@seller.contact" and files for bytes."""

        def value_of(value: Any) -> Any:
            if isinstance(value, bytes):
                return BytesIO(value), "offer.pdf"
            if isinstance(value, list):
                return [value_of(one) for one in value]
            return str(self.ids[value[1:]]) if isinstance(value, str) and value[1:] in self.ids else value

        return {re.sub(r"\{(.+?)\}", lambda m: str(self.ids[m[1]]), name): value_of(v) for name, v in form.items()}

    def settle(self, method: str, status: int) -> list[str]:
        """What a refused request changed, which has to be nothing; what a successful one changed is put back."""
        if method in SAFE_METHODS:
            return []
        changed: list[str] = []
        if status >= 400:
            if oracles.fingerprint(self._watcher) == self._mark:
                return []
            changed = oracles.differences(self.before, oracles.dump(self.engines["reader"]))
        if changed or status < 400:
            self._databases.reset(self._url)
        self._mark = oracles.fingerprint(self._watcher)
        return changed

    def close(self) -> None:
        self._watcher.dispose()
        super().close()

    def check(self, actor: str, route: Route, answer: Any) -> list[str]:
        """What is wrong with an answer, whatever its status is."""
        wrong = []
        body = said_by(answer) + str(answer.headers)
        forbidden = {
            word for word in cast.forbidden_to(actor) if word not in self.sent
        }  # what one says oneself is no news
        if seen := oracles.canaries_in(body, forbidden):
            wrong.append(f"O2: shows what {actor} may not see: {', '.join(seen)}")
        if "Content-Security-Policy" not in answer.headers or "X-Request-Id" not in answer.headers:
            wrong.append("lacks the headers that crmlite.web puts on every answer")
        if changed := self.settle(route.method, answer.status_code):
            wrong.append(f"O3: answered {answer.status_code} and changed rows:\n      " + "\n      ".join(changed[:9]))
        if self.rendered_while_writing:
            wrong.append("renders a template while its transaction is open: commit or roll back before render()")
            self.rendered_while_writing.clear()
        return [f"{actor}: {line}" for line in wrong]


def said_by(answer: Any) -> str:
    """All text of an answer; of an archive that of the files in it, of a PDF that which it shows."""
    data = answer.get_data()
    if answer.mimetype == "application/pdf" and b"%%EOF" in data:  # papers of the cast are none that anybody could open
        return tool("pdftotext", data)
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(BytesIO(data)) as archive:
            data = b"\n".join(archive.read(name) for name in archive.namelist())
    return data.decode(errors="replace")


def is_writing(app: Flask) -> bool:
    """Whether anybody holds a connection of the writer, and with it the lock on SQLite."""
    return bool(db.engines[None].pool.checkedout())


def parts(rule: str) -> list[str]:
    return re.findall(r"<(?:[^:>]+:)?([^>]+)>", rule)


@pytest.fixture(scope="module")
def sweep(database: str, databases: Any, renderer: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    url = databases.fresh(database, cast.build)
    sweep = Sweep(url, str(tmp_path_factory.mktemp("sweep")), databases)
    renderer.serve(sweep.app)
    yield sweep
    sweep.close()
    databases.drop(url)


# --- the table --------------------------------------------------------------------------------------------------------


def test_every_route_is_in_the_table(tmp_path):
    app = create_app({"instance": str(tmp_path)})
    there = {(method, rule.rule) for rule in app.url_map.iter_rules() for method in methods(rule)}
    listed = {(route.method, route.rule) for route in ROUTES}
    missing, gone = sorted(there - listed, key=lambda r: r[1]), sorted(listed - there)
    lines = "\n".join(f"    {method.lower()}({rule!r}, WHO)," for method, rule in missing).replace("'", '"')
    assert not missing, (
        f"{len(missing)} routes are swept by nobody. Add to ROUTES in tests/routes.py, with who may use them"
        f" (PUBLIC, SIGNED_IN, TEAM, OWNER, FORMS, ABOVE, HIDDEN, ADMIN) and for a post the fields of a form that succeeds:\n{lines}"
    )
    assert not gone, f"These routes are gone; take their lines out of tests/routes.py: {gone}"


def methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def test_the_table_says_it_of_every_actor():
    for route in ROUTES:
        assert set(route.who) == set(ACTORS), route.name


# --- who gets what ----------------------------------------------------------------------------------------------------


@named(list(ROUTES))
def test_everybody_gets_what_the_table_says(sweep, route):
    wrong = []
    for actor in ACTORS:
        answer = sweep.ask(actor, route)
        if answer.status_code != route.status(actor):
            wrong.append(f"{actor}: got {answer.status_code} instead of {route.status(actor)}{_said(answer)}")
        wrong += sweep.check(actor, route, answer)
    _report(route, wrong)


@named(GETS)
def test_fragments_show_no_more_than_pages(sweep, route):
    wrong = []
    for actor in ("seller", "rival"):
        answer = sweep.ask(actor, route, headers=PARTIAL)
        if answer.status_code >= 500:
            wrong.append(f"{actor}: got {answer.status_code} for a fragment{_said(answer)}")
        wrong += sweep.check(actor, route, answer)
    _report(route, wrong)


def of_records(route: Route) -> str | None:
    """The type of the one record that a GET is about."""
    keys = [str(route.args.get(name, ARGS.get(name, ""))) for name in parts(route.rule) if name.endswith("_id")]
    kind = keys[0].removeprefix("seller.") if len(keys) == 1 else ""
    return kind if kind in cast.TYPES else None


@named([route for route in GETS if of_records(route)])
def test_every_record_for_every_user(sweep, route):
    """All owners times all users, also those in marketing and service: seen with what one may see in it, or 404."""
    kind, wrong = str(of_records(route)), []
    for actor in cast.USERS:
        for owner in cast.OWNERS:
            name = next(name for name in parts(route.rule) if name.endswith("_id"))
            answer = sweep.ask(actor, route, sweep.url(route, **{name: f"{owner}.{kind}"}))
            allowed = {route.ok or 200, 403} if cast.may_see(actor, owner, kind) else {404}
            if answer.status_code not in allowed:
                wrong.append(f"{actor}, {owner}'s: got {answer.status_code} instead of {allowed}")
            wrong += sweep.check(actor, route, answer)
    _report(route, wrong)


@pytest.mark.parametrize("action", ["tag", "assign", "delete"])
@pytest.mark.parametrize("kind", cast.TYPES)
def test_bulk_changes_only_what_each_may_change(sweep, kind, action):
    """Ids of others among one's own: they are left alone, and the answer says so."""
    route = next(route for route in POSTS if route.rule.endswith("/bulk") and route.args["record_type"] == kind)
    ids = [str(sweep.ids[f"{owner}.{kind}"]) for owner in ("seller", "colleague", "rival")] + ["999999"]
    form = {"id": ids, "action": action, "tag": "Fair", "user_id": str(sweep.ids["user.manager"])}
    answer = sweep.ask("seller", route, data=form)
    expected = 403 if kind in cast.EVERYBODYS else 303  # what everybody sees is not theirs to change
    assert answer.status_code == expected
    changed = oracles.differences(sweep.before, oracles.dump(sweep.engines["reader"]))
    words = {owner: cast.canary(owner, kind) for owner in ("seller", "colleague", "rival")}
    touched = {owner for owner, word in words.items() if any(f"{kind}:" in line and word in line for line in changed)}
    tagged = {
        owner
        for owner in words
        if any(line.startswith("+ tagging") and f"{kind}', {sweep.ids[f'{owner}.{kind}']}" in line for line in changed)
    }
    mine = {"seller", "colleague"} if action == "tag" else {"seller"}
    assert touched | tagged == (set() if kind in cast.EVERYBODYS else mine)
    sweep.settle("POST", expected)


@named(POSTS)
def test_posts_of_htmx_are_the_same(sweep, route):
    """As fragments they are answered with a fragment or a header, by the same rules."""
    wrong = []
    for actor in ("seller", "rival", "admin"):
        answer = sweep.ask(actor, route, headers=PARTIAL)
        expected = route.status(actor)
        if (answer.status_code < 400) != (expected < 400) or answer.status_code >= 500:
            wrong.append(f"{actor}: got {answer.status_code}, without htmx it is {expected}{_said(answer)}")
        wrong += sweep.check(actor, route, answer)
    _report(route, wrong)


@named([route for route in ROUTES if any(name in ARGS and name.endswith("_id") for name in parts(route.rule))])
def test_ids_that_do_not_exist(sweep, route):
    """Unknown, far too large, and in the trash: 404, for whoever may see everything too."""
    wrong = []
    name = next(name for name in parts(route.rule) if name.endswith("_id"))
    name = next(
        (n for n in parts(route.rule) if n in {"contact_id", "company_id", "lead_id", "product_id", "record_id"}), name
    )
    kind = str(route.args.get(name, ARGS.get(name, ""))).removeprefix("seller.")
    ids = ["999999", "9" * 30] if f"<int:{name}>" in route.rule else ["nothing", oracles.MARKER]
    if kind in cast.TYPES and not route.trash:
        ids.append(f"seller.trash.{kind}")
    for actor in ("seller", "admin"):
        for number in ids:
            answer = sweep.ask(actor, route, sweep.url(route, **{name: number}))
            allowed = {404} if route.who[actor] == YES else {403, 404}
            if number == "9" * 30:  # no column holds it, so the database is not asked
                allowed |= {400}
            if answer.status_code not in allowed:
                wrong.append(f"{actor}, {number}: got {answer.status_code} instead of 404")
            wrong += sweep.check(actor, route, answer)
    _report(route, wrong)


# --- bad input --------------------------------------------------------------------------------------------------------


def spoiled(route: Route) -> dict[str, dict[str, Any]]:
    """The route's form, empty, overlong, hostile, and with everything twice."""
    form = dict(route.form)
    one = {name: value for name, value in form.items() if isinstance(value, str)}
    return {
        "empty": {},
        "overlong": {**form, **dict.fromkeys(one, "x" * 30_000)},
        "hostile": {**form, **dict.fromkeys(one, HOSTILE)},
        "numbers": {**form, **dict.fromkeys(one, "9" * 30)},
        "repeated": {**form, **{name: [value, value + "x"] for name, value in one.items()}},
    }


@named(POSTS)
def test_bad_forms_are_refused_with_a_sentence(sweep, route):
    actor = "admin" if route.who["seller"] != YES else "seller"
    wrong = []
    for how, form in spoiled(route).items():
        answer = sweep.ask(actor, route, data=form)
        if answer.status_code >= 500:
            wrong.append(f"{how}: got {answer.status_code}{_said(answer)}")
        wrong += [f"{how}: {line}" for line in sweep.check(actor, route, answer)]
    _report(route, wrong)


def test_ids_in_forms_are_checked_like_those_in_urls(sweep):
    for route in POSTS:
        wrong = []
        for name, key in route.refuses.items():
            answer = sweep.ask("seller", route, data={**route.form, name: str(sweep.ids[key])})
            if answer.status_code < 400:
                wrong.append(f"{name}={key} (somebody else's) was accepted with {answer.status_code}")
            wrong += sweep.check("seller", route, answer)
        _report(route, wrong)


PARAMETERS = (
    "_q",
    "_sort",
    "_after",
    "_columns",
    "_page",
    "state",
    "before",
    "next",
    "name.contains",
    "tag",
    "x.y",
    "q",
)


@named(GETS)
def test_bad_parameters_are_refused_with_a_sentence(sweep, route):
    wrong = []
    for parameter in PARAMETERS:
        for value in (oracles.MARKER, "-" + "9" * 30 + "\x00"):
            answer = sweep.ask("admin", route, f"{sweep.url(route)}?{urlencode({parameter: value})}")
            if answer.status_code >= 500:
                wrong.append(f"?{parameter}={value!r}: got {answer.status_code}")
            if answer.status_code >= 400 and not answer.get_data():
                wrong.append(f"?{parameter}={value!r}: got {answer.status_code} without a sentence")
    _report(route, wrong)


@named(POSTS)
def test_other_websites_cannot_post(sweep, route):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        answer = sweep.ask("admin", route, headers=headers)
        refused = answer.status_code == 403
        assert refused != route.any_origin, f"{route.name} from another website: {answer.status_code}"
        _report(route, sweep.check("admin", route, answer))


# --- the sweep itself can fail ----------------------------------------------------------------------------------------


@pytest.fixture
def faulty(database, databases, tmp_path):
    """A stage with routes that do what must not be done."""
    url = databases.fresh(database, cast.build)
    sweep = Sweep(url, str(tmp_path / "instance"), databases)
    app = sweep.app

    @app.get("/faulty/leak")
    def leak() -> str:
        return f"<p>{cast.canary('rival', 'contact').upper()}</p>"

    @app.post("/faulty/write-first")
    def write_first() -> tuple[str, int]:
        from crmlite.auth.models import Team

        db.session.add(Team(name="Written"))
        db.session.commit()
        return "no", 403

    @app.post("/faulty/render-first")
    def render_first() -> str:
        from flask import render_template_string

        db.session.connection()
        return render_template_string("held")

    yield sweep
    sweep.close()
    databases.drop(url)


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (Route("GET", "/faulty/leak", PUBLIC), "O2"),
        (Route("POST", "/faulty/write-first", PUBLIC), "O3"),
        (Route("POST", "/faulty/render-first", PUBLIC), "renders a template"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.rule,
)
def test_the_sweep_sees(faulty, route, expected):
    answer = faulty.ask("seller", route)
    assert expected in " ".join(faulty.check("seller", route, answer))
    oracles.WATCH.verdict()  # O3 of the whole suite saw it too; that is asserted in test_oracles.py


def _said(answer: Any) -> str:
    body = said_by(answer)
    main = re.search(r"<main.*?</main>", body, re.S)
    text = re.sub(r"<[^>]+>", " ", main[0] if main else body)
    return f" ({' '.join(text.split())[-160:]})" if answer.status_code >= 400 else ""


def _report(route: Route, wrong: list[str]) -> None:
    if len(wrong) > 9:
        wrong = [*wrong[:8], f"and {len(wrong) - 8} more of the kind"]
    if wrong:
        pytest.fail(f"{route.name}\n    " + "\n    ".join(wrong), pytrace=False)
