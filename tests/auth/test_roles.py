"""What roles may do: the table, changing it, what it does to what people may do, and the page in docs/."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from crmlite import create_app
from crmlite.auth import roles
from crmlite.auth.models import Grant, Role
from crmlite.journal import Operation

ROOT = Path(__file__).parents[2]


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def seller_role(ask):
    return ask(sa.select(Role.id).where(Role.name == "seller"))[0][0]


def grants(ask, role_id):
    rows = ask(sa.select(Grant.record_type, Grant.action, Grant.scope).where(Grant.role_id == role_id))
    return {(kind, action): scope for kind, action, scope in rows}


def test_the_table_says_what_each_role_may_do(admin):
    page = " ".join(admin.get("/auth/roles").text.split())
    for words in (
        "Administrators may do everything",
        "Seller",
        "Contacts",
        "The team&#39;s",
        "Web forms",
        "Everything else",
    ):
        assert words in page


def test_a_change_holds_from_the_next_click_on_and_can_be_undone(sign_in, admin, ask, seller_role):
    seller = sign_in("seller")
    assert 'href="/leads/' in seller.get("/auth/profile").text
    assert seller.get("/leads/new").status_code == 200
    before = grants(ask, seller_role)
    nothing = {f"lead.{action}": "none" for action in ("view", "create", "edit", "delete")}
    assert admin.post(f"/auth/roles/{seller_role}", data=nothing).status_code == 303
    page = seller.get("/auth/profile")
    assert page.status_code == 200, "they stay signed in"
    assert 'href="/leads/' not in page.text, "the menu follows the grants"
    assert seller.get("/leads/new").status_code == 403
    [(number,)] = ask(sa.select(sa.func.max(Operation.id)))
    assert admin.post(f"/records/undo/{number}").status_code == 303
    assert grants(ask, seller_role) == before
    assert seller.get("/leads/new").status_code == 200


def test_what_a_role_did_not_have_is_given(sign_in, admin, ask, seller_role):
    seller = sign_in("seller")
    assert seller.get("/forms/").status_code == 403
    admin.post(f"/auth/roles/{seller_role}", data={"web_form.view": "all", "web_form.edit": "all"})
    assert seller.get("/forms/").status_code == 200
    assert grants(ask, seller_role)["contact", "view"] == "team", "what was not sent stays"


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"contact.view": "everything"}, "contact.view", "Choose one of the answers"),
        ({"contact.create": "all"}, "contact.create", "Choose one of the answers"),
        ({"contact.view": "none", "contact.edit": "own"}, "contact.view", "Who may change or delete has to see."),
    ],
)
def test_bad_grants_come_back_with_the_error(admin, ask, seller_role, sent, field, sentence):
    before = grants(ask, seller_role)
    answer = admin.post(f"/auth/roles/{seller_role}", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert grants(ask, seller_role) == before


def test_unknown_types_and_actions_are_left_aside(admin, ask, seller_role):
    before = grants(ask, seller_role)
    admin.post(
        f"/auth/roles/{seller_role}",
        data={"user.view": "all", "contact.destroy": "all", "contact": "all", ".view": "all"},
    )
    assert grants(ask, seller_role) == before


def test_administrators_keep_everything(admin, ask):
    [(number,)] = ask(sa.select(Role.id).where(Role.name == "administrator"))
    before = grants(ask, number)
    assert admin.get(f"/auth/roles/{number}").status_code == 200
    assert admin.post(f"/auth/roles/{number}", data={"contact.view": "none"}).status_code == 403
    assert grants(ask, number) == before


def test_a_role_that_does_not_exist_is_not_there(admin):
    assert admin.get("/auth/roles/999").status_code == 404
    assert admin.post("/auth/roles/999", data={"contact.view": "all"}).status_code == 404


def test_the_page_about_permissions_is_current(tmp_path):
    with create_app({"instance": str(tmp_path)}).app_context():
        assert (ROOT / "docs/permissions.md").read_text("utf-8") == roles.as_markdown(), (
            "run `python -m crmlite.cli permissions > docs/permissions.md`"
        )


# --- modules ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def without_leads(make_app):
    return make_app(modules="contacts, companies")


def test_a_module_that_is_off_has_no_menu_route_panel_or_permission(app, without_leads, sign_in):
    on, off = sign_in("admin"), sign_in("admin", into=without_leads)
    for url in ("/leads/", "/leads/new", "/forms/", "/f/none", "/leads/quarantine"):
        assert on.get(url).status_code in {200, 404}
        assert off.get(url).status_code == 404
    assert on.get("/leads/").status_code == 200, "the control: it is there when it is on"
    with without_leads.app_context():
        assert not [
            rule for rule in without_leads.url_map.iter_rules() if rule.rule.startswith(("/leads", "/forms", "/f/"))
        ]
        assert "lead" not in roles.kinds()
    page = off.get("/auth/profile").text
    assert "/leads/" not in page
    assert "/forms/" not in page
    assert "/leads/" in on.get("/auth/profile").text
    table = off.get("/auth/roles").text
    assert "Contacts" in table
    assert "Leads" not in table
    assert off.get("/").headers["Location"] == on.get("/").headers["Location"] == "/desk/"


def test_nobody_has_a_permission_of_a_module_that_is_off(app, without_leads, sign_in):
    """Not even who may do everything: what is asked through can() is answered no."""
    from flask import g

    answers = {}
    for made in (app, without_leads):
        client = sign_in("admin", into=made)
        found = answers[made] = []
        made.before_request_funcs.setdefault(None, []).append(
            lambda found=found: found.append(g.user and g.user.scope("lead", "view"))
        )
        client.get("/auth/profile")
    assert answers == {app: ["all"], without_leads: ["none"]}


def test_pages_of_other_modules_work_without_it(without_leads, sign_in):
    client = sign_in("seller", into=without_leads)
    made = client.post("/contacts/new", data={"given": "Anna", "family": "Lindqvist"})
    assert made.status_code == 303
    page = client.get(made.headers["Location"])
    assert page.status_code == 200
    assert "/leads/" not in page.text


@pytest.mark.parametrize(
    ("modules", "sentence"),
    [
        ("contacts", "modules has contacts without companies, which it needs"),
        ("leads, companies", "modules has leads without contacts, which it needs"),
        (
            "contacts, companies, deals",
            "modules names deals; there are: companies, contacts, catalog, pipeline, sales, leads.",
        ),
    ],
)
def test_modules_that_cannot_be_alone_are_refused(tmp_path, modules, sentence):
    from crmlite.config import ConfigError

    with pytest.raises(ConfigError) as refused:
        create_app({"instance": str(tmp_path), "modules": modules})
    assert sentence in str(refused.value)
