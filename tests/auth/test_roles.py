"""What roles may do: the table, changing it, what it does to what people may do, and the page in docs/."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmlite import MODULES, create_app
from crmlite.auth import roles
from crmlite.auth.models import ACTIONS, Grant, Role
from crmlite.journal import Operation
from tests import cast
from tests.auth.conftest import user_id

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


# --- roles of one's own ---------------------------------------------------------------------------------------------


@pytest.fixture
def own_role(admin, ask, seller_role):
    """A role made after the seller's."""
    answer = admin.post("/auth/roles", data={"name": " Sales  North ", "like": seller_role})
    assert answer.status_code == 303, answer.text
    return ask(sa.select(Role.id).where(Role.name == "Sales North"))[0][0]


def test_a_new_role_may_what_the_one_it_was_made_after_may(sign_in, admin, ask, seller_role, own_role, app):
    assert grants(ask, own_role) == grants(ask, seller_role)
    number = user_id(app, "rival")
    assert admin.post(f"/auth/team/{number}", data={"role_id": own_role, "team_id": "0"}).status_code == 303
    rival = sign_in("rival")
    assert rival.get("/leads/new").status_code == 200
    admin.post(f"/auth/roles/{own_role}", data={f"lead.{action}": "none" for action in ACTIONS})
    assert rival.get("/leads/new").status_code == 403
    assert grants(ask, seller_role)["lead", "view"] == "team", "the other one is left alone"


@pytest.mark.parametrize("name", ["", "seller", "Seller", "ADMINISTRATOR", "sales north", "x" * 61])
def test_a_bad_name_is_refused(admin, ask, own_role, seller_role, name):
    before = ask(sa.select(Role.id, Role.name).order_by(Role.id))
    assert admin.post("/auth/roles", data={"name": name, "like": seller_role}).status_code == 422
    if name != "sales north":
        assert admin.post(f"/auth/roles/{own_role}/rename", data={"name": name}).status_code == 422
    assert ask(sa.select(Role.id, Role.name).order_by(Role.id)) == before


def test_nobody_makes_a_second_kind_of_administrator(admin, ask):
    [(number,)] = ask(sa.select(Role.id).where(Role.name == "administrator"))
    assert admin.post("/auth/roles", data={"name": "Deputy", "like": number}).status_code == 422


def test_a_role_is_renamed_and_that_is_undone(admin, ask, own_role):
    assert admin.post(f"/auth/roles/{own_role}/rename", data={"name": "Sales South"}).status_code == 303
    assert "Sales South" in admin.get("/auth/roles").text
    undo(admin, ask)
    assert ask(sa.select(Role.name).where(Role.id == own_role)) == [("Sales North",)]


def test_a_role_is_removed_when_nobody_has_it_and_that_is_undone(admin, ask, own_role, app):
    before = grants(ask, own_role)
    number = user_id(app, "rival")
    admin.post(f"/auth/team/{number}", data={"role_id": own_role, "team_id": "0"})
    assert "Remove the role" not in admin.get(f"/auth/roles/{own_role}").text
    assert admin.post(f"/auth/roles/{own_role}/remove").status_code == 409
    [(marketing,)] = ask(sa.select(Role.id).where(Role.name == "marketing"))
    admin.post(f"/auth/team/{number}", data={"role_id": marketing, "team_id": "0"})
    invited = {"email": "nia@firm.example", "role_id": own_role, "team_id": "0", "locale": "en"}
    page = admin.post("/auth/invitations/new", data=invited).headers["Location"]
    assert admin.post(f"/auth/roles/{own_role}/remove").status_code == 409
    admin.post(f"{page}/revoke")
    assert admin.post(f"/auth/roles/{own_role}/remove").status_code == 303
    assert ask(sa.select(Role.id).where(Role.id == own_role)) == []
    assert admin.get(page).status_code == 200, "an old invitation may name it"
    undo(admin, ask)
    assert grants(ask, own_role) == before


def test_roles_as_they_come_keep_their_names_and_stay(admin, ask, seller_role):
    page = admin.get(f"/auth/roles/{seller_role}").text
    assert f"/auth/roles/{seller_role}/rename" not in page
    assert admin.post(f"/auth/roles/{seller_role}/rename", data={"name": "Other"}).status_code == 403
    assert admin.post(f"/auth/roles/{seller_role}/remove").status_code == 403


def undo(admin, ask):
    [(number,)] = ask(sa.select(sa.func.max(Operation.id)))
    assert admin.post(f"/records/undo/{number}").status_code == 303


# --- what a role sees -----------------------------------------------------------------------------------------------


def seen(stage, role: str, **chosen: str) -> dict[str, tuple[str, str]]:
    """By type: how many of how many, and the examples."""
    url = f"/auth/roles/{stage.ids[role]}/seen"
    page = stage.client("admin").get(url, query_string=chosen).text
    rows = re.findall(
        r'<th scope="row" class="cx-phone">(.*?)</th>\s*<td[^>]*>(.*?)</td>\s*<td[^>]*>(.*?)</td>', page, re.S
    )
    return {label: (number, examples) for label, number, examples in rows}


def test_it_counts_what_the_person_really_sees(stage):
    """The numbers are those of the lists, for everybody with the role."""
    for who in ("seller", "colleague", "rival"):
        found = seen(stage, "role.seller", **{"as": str(stage.ids[f"user.{who}"])})
        listed = {owner for owner in cast.OWNERS if cast.may_see(who, owner, "company")}
        assert found["Companies"][0] == f"{len(listed)} of {len(cast.OWNERS)}"
        for owner in cast.OWNERS:
            if owner not in listed:
                assert cast.canary(owner, "company") not in found["Companies"][1]
        shown = [owner for owner in cast.OWNERS if cast.canary(owner, "company") in found["Companies"][1]]
        assert len(shown) == min(3, len(listed)), "the newest of them"


def test_it_says_what_a_change_would_show_before_it_is_saved(stage):
    now = seen(stage, "role.seller")["Leads"][0]
    assert seen(stage, "role.seller", **{"lead.view": "none"})["Leads"] == (f"0 of {now.split()[-1]}", "–")
    total = now.split()[-1]
    assert seen(stage, "role.seller", **{"lead.view": "all"})["Leads"][0] == f"{total} of {total}"
    assert seen(stage, "role.seller")["Leads"][0] == now, "nothing was saved"


def test_a_role_that_nobody_has_is_looked_at_too(stage):
    found = seen(stage, "role.own")
    assert found["Products"][0] == "6 of 6"
    assert "Nobody has this role yet" in stage.client("admin").get(f"/auth/roles/{stage.ids['role.own']}/seen").text


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
            f"modules names deals; there are: {', '.join(MODULES)}.",
        ),
    ],
)
def test_modules_that_cannot_be_alone_are_refused(tmp_path, modules, sentence):
    from crmlite.config import ConfigError

    with pytest.raises(ConfigError) as refused:
        create_app({"instance": str(tmp_path), "modules": modules})
    assert sentence in str(refused.value)
