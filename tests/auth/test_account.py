"""One's own pages: profile, look, language, password, devices. Through the URL, as whoever is signed in."""

import pytest
import sqlalchemy as sa

from crmlite.auth.devices import device_name
from crmlite.auth.models import Throttle, User, UserSession
from crmlite.journal import Change, Event, Operation
from tests.auth.conftest import PASSWORD, user_id

PROFILE = {"name": "Sam Seller", "locale": "nl", "time_zone": "Europe/Amsterdam", "theme": "dark", "shortcuts": "y"}
NEW = "four quite common words"


def row(ask, name="seller"):
    columns = (User.name, User.locale, User.time_zone, User.theme, User.shortcuts)
    return ask(sa.select(*columns).where(User.email == f"{name}@firm.example"))[0]


def undo(client, ask):
    """Takes back the newest operation, as the toast's button does."""
    [(number,)] = ask(sa.select(sa.func.max(Operation.id)))
    return client.post(f"/records/undo/{number}")


# --- profile ----------------------------------------------------------------------------------------------------------


def test_the_new_language_says_that_it_was_chosen(sign_in):
    client = sign_in("seller")
    client.post("/auth/language", data={"language": "nl"})
    assert "De taal is gewijzigd." in client.get("/auth/profile").text
    client.post("/auth/language", data={"language": "en"})
    assert "The language was changed." in client.get("/auth/profile").text


def test_the_profile_is_saved_and_undone(sign_in, ask):
    client = sign_in("seller")
    before = row(ask)
    answer = client.post("/auth/profile", data=PROFILE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/auth/profile")
    assert row(ask) == ("Sam Seller", "nl", "Europe/Amsterdam", "dark", True)
    page = client.get("/auth/profile").text
    assert '<html lang="nl"' in page
    assert "/records/undo/" in page, "the toast offers undo"
    assert undo(client, ask).status_code == 303
    assert row(ask) == before


def test_shortcuts_are_off_when_the_box_is_empty(sign_in, ask):
    sign_in("seller").post("/auth/profile", data={k: v for k, v in PROFILE.items() if k != "shortcuts"})
    assert row(ask).shortcuts is False


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " \u200b ", "Please fill this in."),
        ("name", "x" * 101, "at most 100 characters"),
        ("locale", "tlh", "Choose one of the answers"),
        ("time_zone", "Mars/Olympus", "Choose one of the answers"),
        ("theme", "pink", "Choose one of the answers"),
    ],
)
def test_a_bad_profile_comes_back_with_the_error_and_what_was_typed(sign_in, ask, field, value, sentence):
    before = row(ask)
    answer = sign_in("seller").post("/auth/profile", data={**PROFILE, "name": "Typed Name", field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    if field != "name":
        assert "Typed Name" in answer.text
    assert row(ask) == before


def test_nobody_changes_more_than_these_fields(sign_in, ask):
    """Role, team, address and being active are not one's own to set."""
    sign_in("seller").post(
        "/auth/profile", data={**PROFILE, "role_id": "1", "team_id": "2", "active": "", "email": "x@y.z"}
    )
    found = ask(sa.select(User.email, User.role_id, User.team_id, User.active).where(User.name == "Sam Seller"))
    others = ask(
        sa.select(User.email, User.role_id, User.team_id, User.active).where(User.email == "colleague@firm.example")
    )
    assert found == [("seller@firm.example", *others[0][1:])]


@pytest.mark.parametrize("value", ["auto", "light", "dark"])
def test_the_look_is_chosen_from_any_page(sign_in, ask, value):
    client = sign_in("seller")
    answer = client.post("/auth/theme", data={"theme": value, "next": "/leads/?_sort=name"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/leads/?_sort=name")
    assert row(ask).theme == value
    if value == "auto":
        assert "Nothing was changed." in client.get("/auth/profile").text
    else:
        assert undo(client, ask).status_code == 303


def test_the_language_is_chosen_from_any_page(sign_in, ask):
    client = sign_in("seller")
    answer = client.post(
        "/auth/language", data={"language": "ar"}, headers={"Referer": "http://localhost/contacts/?city=Oslo"}
    )
    assert answer.headers["Location"] == "/contacts/?city=Oslo"
    page = client.get("/auth/profile").text
    assert '<html lang="ar" dir="rtl"' in page


@pytest.mark.parametrize(("url", "field"), [("/auth/theme", "theme"), ("/auth/language", "language")])
@pytest.mark.parametrize("value", ["", "pink", "en\x00", "x" * 10_000])
def test_another_look_or_language_than_there_is_is_refused(sign_in, ask, url, field, value):
    before = row(ask)
    assert sign_in("seller").post(url, data={field: value}).status_code == 400
    assert row(ask) == before


def test_nobody_is_sent_elsewhere_after_it(sign_in):
    headers = {"Referer": "https://evil.example//evil.example/x"}
    for target in ("//evil.example", "https://evil.example"):
        answer = sign_in("seller").post("/auth/theme", data={"theme": "dark", "next": target}, headers=headers)
        assert answer.headers["Location"] == "/auth/profile"


# --- password ---------------------------------------------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions_and_is_final(app, sign_in, ask):
    here, elsewhere = sign_in("seller"), sign_in("seller")
    answer = here.post("/auth/profile/password", data={"current": PASSWORD, "password": NEW, "again": NEW})
    assert answer.status_code == 303
    assert here.get("/auth/profile").status_code == 200
    assert elsewhere.get("/auth/profile").status_code == 302
    login = app.test_client()
    assert login.post("/login", data={"email": "seller@firm.example", "password": PASSWORD}).status_code == 422
    assert login.post("/login", data={"email": "seller@firm.example", "password": NEW}).status_code == 303
    assert ask(sa.select(Event.name).order_by(Event.id.desc()).limit(1)) == [("user.password_changed",)]
    assert "argon2" not in str(ask(sa.select(Change.old, Change.new))), "a hash is no business of the journal"
    assert undo(here, ask).status_code == 409


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"current": "wrong password"}, "current", "This is not your current password."),
        ({"current": ""}, "current", "Please fill this in."),
        ({"password": "short", "again": "short"}, "password", "at least 10 characters"),
        ({"password": "seller@firm.example", "again": "seller@firm.example"}, "password", "the first thing others try"),
        ({"again": "something else"}, "again", "These two are not the same."),
    ],
)
def test_a_bad_new_password_comes_back_with_the_error(sign_in, ask, changed, field, sentence):
    before = ask(sa.select(User.password).order_by(User.id))
    sent = {"current": PASSWORD, "password": NEW, "again": NEW, **changed}
    answer = sign_in("seller").post("/auth/profile/password", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert NEW not in answer.text, "passwords are not sent back"
    assert ask(sa.select(User.password).order_by(User.id)) == before


def test_guessing_the_current_password_is_throttled(sign_in, ask):
    client = sign_in("seller")
    for _try in range(10):
        client.post("/auth/profile/password", data={"current": "wrong password", "password": NEW, "again": NEW})
    answer = client.post("/auth/profile/password", data={"current": PASSWORD, "password": NEW, "again": NEW})
    assert answer.status_code == 422
    assert "tried too often" in answer.text
    assert ask(sa.select(Throttle.count).where(Throttle.key.startswith("password:"))) == [(11,)]


# --- devices ----------------------------------------------------------------------------------------------------------

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        (CHROME, "Chrome on Android"),
        ("curl/8.5", "Unknown device"),
        ("", "Unknown device"),
        ("<script>alert(1)</script> Firefox", "Firefox"),
    ],
)
def test_what_a_device_is_called(app, user_agent, name):
    with app.app_context():
        assert device_name(user_agent) == name


def sessions(ask, name="seller"):
    query = sa.select(UserSession.id).join(User).where(User.email == f"{name}@firm.example").order_by(UserSession.id)
    return [number for (number,) in ask(query)]


def test_the_list_says_where_one_is_signed_in(app, sign_in):
    phone = app.test_client()
    phone.post(
        "/login",
        data={"email": "seller@firm.example", "password": PASSWORD},
        headers={"User-Agent": SAFARI},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )
    page = sign_in("seller").get("/auth/devices").text
    assert "Safari on iPhone" in page
    assert "198.51.100.7" in page
    assert page.count("This device") == 1
    assert "Sign out all others" in page
    assert "Mozilla" not in page


def test_ending_one_device_and_all_others(sign_in, ask):
    here, phone, _tablet = sign_in("seller"), sign_in("seller"), sign_in("seller")
    rival = sign_in("rival")
    _first, second, _third = sessions(ask)
    assert here.post(f"/auth/devices/{second}/end").status_code == 303
    assert phone.get("/auth/profile").status_code == 302
    assert "this is final" in here.get("/auth/devices").text
    assert here.post("/auth/devices/end-others").status_code == 303
    assert len(sessions(ask)) == 1
    assert here.get("/auth/profile").status_code == 200
    assert rival.get("/auth/profile").status_code == 200, "other people stay signed in"


def test_nobody_ends_the_sessions_of_somebody_else(sign_in, ask):
    seller = sign_in("seller")
    [number] = sessions(ask)
    for name in ("rival", "admin"):
        assert sign_in(name).post(f"/auth/devices/{number}/end").status_code == 404
    assert seller.get("/auth/profile").status_code == 200


def test_strangers_see_none_of_it(app):
    for url in ("/auth/profile", "/auth/devices"):
        assert app.test_client().get(url).headers["Location"].startswith("/login?next=")
    for url in ("/auth/profile", "/auth/profile/password", "/auth/theme", "/auth/language", "/auth/devices/end-others"):
        assert app.test_client().post(url).status_code == 401


def test_the_name_of_a_user_is_shown_as_text(app, sign_in):
    client = sign_in("seller")
    client.post("/auth/profile", data={**PROFILE, "locale": "en", "name": "<script>alert(1)</script>"})
    page = client.get("/auth/profile").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert user_id(app, "seller")
