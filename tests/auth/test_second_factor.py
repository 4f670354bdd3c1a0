"""The second step: setting it up, codes that are right once, codes on paper, who has to have it, and losing the phone."""

import re
import threading
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from crmlite.auth import second_factor
from crmlite.auth.codes import TRIES
from crmlite.auth.models import RecoveryCode, Role, SecondFactor, User, UserSession
from crmlite.extensions import db, pretending, reading, utcnow, writing
from crmlite.journal import Operation
from tests import oracles
from tests.auth.conftest import PASSWORD, mails, user_id

SELLER = "seller@firm.example"
PAGE = "/auth/second-factor"


@pytest.fixture
def app(make_app):
    return make_app(smtp_url="smtp://127.0.0.1:1")


def secret_in(page: str) -> str:
    return re.findall(r'class="cx-secret" dir="ltr">([A-Z2-7 ]+)<', page)[0].replace(" ", "")


def codes_in(page: str) -> list[str]:
    return re.findall(r'class="cx-secret" dir="ltr">([A-Z2-7 ]+)<', page)


def shown(secret: str, ahead: int = 0) -> str:
    """What the app on the phone shows now, or so many codes later."""
    return pyotp.TOTP(secret).at(utcnow() + timedelta(seconds=30 * ahead))


def set_up(client, ahead: int = -1) -> tuple[str, list[str]]:
    """The secret and the recovery codes. With the code before the present one, which leaves that for signing in."""
    assert client.post(f"{PAGE}/begin", data={"current": PASSWORD}).status_code == 303
    secret = secret_in(client.get(f"{PAGE}/confirm").text)
    answer = client.post(f"{PAGE}/confirm", data={"code": shown(secret, ahead)})
    if answer.status_code == 422:  # the half minute ended in between
        answer = client.post(f"{PAGE}/confirm", data={"code": shown(secret, ahead)})
    assert answer.headers["Location"] == f"{PAGE}/codes", answer.text
    return secret, codes_in(client.get(f"{PAGE}/codes").text)


def half_way(app, email=SELLER):
    """A browser in which the password was right."""
    client = app.test_client()
    answer = client.post("/login", data={"email": email, "password": PASSWORD})
    assert answer.headers["Location"].startswith("/login/code")
    return client


def enter(client, code):
    return client.post("/login/code", data={"code": code, "next": "/auth/devices"})


# --- setting it up --------------------------------------------------------------------------------------------------


def test_the_whole_way(app, sign_in, ask):
    seller = sign_in("seller")
    secret, codes = set_up(seller)
    assert len(secret) == 32, "160 bits"
    assert len(set(codes)) == 10
    assert "You sign in with two steps" in seller.get(PAGE).text
    browser = half_way(app)
    assert browser.get("/auth/profile").status_code == 302, "the password alone opens nothing"
    answer = enter(browser, shown(secret))
    assert answer.headers["Location"] == "/auth/devices"
    assert browser.get("/auth/profile").status_code == 200
    subjects = [message.subject for message, _text in mails(app)]
    assert "You sign in with two steps now" in subjects


def test_the_picture_holds_what_the_text_says(app, sign_in):
    """The path of the SVG, read back into modules, is the code that segno makes of the same address."""
    import segno

    seller = sign_in("seller")
    seller.post(f"{PAGE}/begin", data={"current": PASSWORD})
    page = seller.get(f"{PAGE}/confirm").text
    path = re.findall(r'<path d="([^"]+)"', page)[0]
    dark = {tuple(map(int, at)) for at in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
    uri = pyotp.TOTP(secret_in(page)).provisioning_uri(name=SELLER, issuer_name="crmlite")
    rows = list(segno.make(uri, error="m", micro=False).matrix_iter(border=4))
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert "style=" not in page


def test_nobody_is_asked_for_a_code_before_one_was_right(app, sign_in):
    seller = sign_in("seller")
    seller.post(f"{PAGE}/begin", data={"current": PASSWORD})
    answer = seller.post(f"{PAGE}/confirm", data={"code": "000000"})
    assert answer.status_code == 422
    assert "not the code that is shown now" in answer.text
    assert app.test_client().post("/login", data={"email": SELLER, "password": PASSWORD}).headers["Location"] == "/"


def test_the_secret_is_shown_to_nobody_again(sign_in):
    seller = sign_in("seller")
    assert seller.get(f"{PAGE}/confirm").status_code == 404
    secret, _codes = set_up(seller)
    assert seller.get(f"{PAGE}/confirm").status_code == 404
    seller.post(f"{PAGE}/begin", data={"current": PASSWORD})
    assert seller.get(f"{PAGE}/confirm").status_code == 404, "it stays what it is"
    assert secret not in seller.get(PAGE).text.replace(" ", "")


@pytest.mark.parametrize("verb", ["begin", "codes", "remove"])
def test_changing_it_asks_for_the_password(sign_in, verb, ask):
    seller = sign_in("seller")
    if verb != "begin":
        set_up(seller)
    before = ask(sa.select(SecondFactor.nonce)), set(ask(sa.select(RecoveryCode.code_hash)))
    for typed in ("", "not that one"):
        answer = seller.post(f"{PAGE}/{verb}", data={"current": typed})
        assert answer.status_code == 422
    for _try in range(10):
        answer = seller.post(f"{PAGE}/{verb}", data={"current": "wrong"})
    assert "tried too often" in answer.text
    assert (ask(sa.select(SecondFactor.nonce)), set(ask(sa.select(RecoveryCode.code_hash)))) == before


def test_the_database_holds_neither_secret_nor_codes(app, sign_in, caplog, ask):
    caplog.set_level("DEBUG")
    secret, codes = set_up(sign_in("seller"))
    enter(half_way(app), codes[0])
    with app.app_context():
        held = repr(oracles.dump(db.engines["reader"], leave_out=()))
    everything = held + caplog.text + " ".join(text for _message, text in mails(app))
    assert SELLER in everything, "the control"
    for hidden in (secret, *codes, *(code.replace(" ", "") for code in codes)):
        assert hidden not in everything
    with app.app_context():
        reading()
        factor = SecondFactor.of(user_id(app, "seller"))
        assert second_factor.secret_of(factor) == secret
        app.secret_key = "another instance's"
        assert second_factor.secret_of(factor) != secret


# --- codes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ahead", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(app, sign_in, ahead, is_right):
    secret, _codes = set_up(sign_in("seller"))
    with pretending(utcnow() + timedelta(minutes=5)):
        answer = enter(half_way(app), shown(secret, ahead))
    assert answer.status_code == (303 if is_right else 422)


@pytest.mark.parametrize("writing_of", ["{0} {1}", "{0}-{1}", "  {0}{1}\u200f", "arabic"])
def test_codes_are_read_as_people_type_them(app, sign_in, writing_of):
    secret, _codes = set_up(sign_in("seller"))
    code = shown(secret)
    typed = writing_of.format(code[:3], code[3:])
    if writing_of == "arabic":
        typed = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert enter(half_way(app), typed).status_code == 303


def test_a_code_is_right_once(app, sign_in):
    secret, _codes = set_up(sign_in("seller"))
    code = shown(secret)
    assert enter(half_way(app), code).status_code == 303
    assert enter(half_way(app), code).status_code == 422, "who looked over the shoulder"
    assert enter(half_way(app), shown(secret, -1)).status_code == 422, "nor an earlier one"
    assert enter(half_way(app), shown(secret, 1)).status_code == 303


def test_a_code_that_two_send_at_the_same_moment_lets_one_in(app, sign_in):
    secret, _codes = set_up(sign_in("seller"))
    code, gate, statuses = shown(secret), threading.Barrier(2), []
    browsers = [half_way(app), half_way(app)]

    def send(browser) -> None:
        gate.wait()
        statuses.append(enter(browser, code).status_code)

    threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [303, 422]


def test_a_code_on_paper_is_right_once_and_says_so_by_mail(app, sign_in):
    _secret, codes = set_up(sign_in("seller"))
    assert enter(half_way(app), codes[3].lower().replace(" ", "-")).status_code == 303
    assert enter(half_way(app), codes[3]).status_code == 422
    assert enter(half_way(app), codes[4]).status_code == 303
    texts = [text for message, text in mails(app) if message.subject == "A recovery code was used"]
    assert "9 of them are left." in texts[0]
    assert "8 of them are left." in texts[1]


def test_new_codes_make_the_old_ones_worthless(app, sign_in):
    seller = sign_in("seller")
    _secret, old = set_up(seller)
    assert seller.post(f"{PAGE}/codes", data={"current": PASSWORD}).status_code == 303
    new = codes_in(seller.get(f"{PAGE}/codes").text)
    assert len(new) == 10
    assert not set(old) & set(new)
    assert enter(half_way(app), old[0]).status_code == 422
    assert enter(half_way(app), new[0]).status_code == 303


def test_the_codes_are_shown_again_until_they_are_kept(app, sign_in):
    seller = sign_in("seller")
    _secret, codes = set_up(seller)
    for _reload in range(2):
        assert codes_in(seller.get(f"{PAGE}/codes").text) == codes
    text = seller.get(f"{PAGE}/codes.txt")
    assert "attachment" in text.headers["Content-Disposition"]
    assert text.get_data(as_text=True).split("\r\n")[2:-1] == codes
    assert "Show them again" in seller.get(PAGE).text
    word = seller.get_cookie("crmlite_codes", path=PAGE).value
    assert not any(part in word.upper() for code in codes for part in code.split())
    assert seller.post(f"{PAGE}/codes/kept").status_code == 303
    assert seller.get(f"{PAGE}/codes").headers["Location"] == PAGE
    assert seller.get(f"{PAGE}/codes.txt").status_code == 404
    assert "Show them again" not in seller.get(PAGE).text
    rival = sign_in("rival")
    set_up(rival)
    rival.set_cookie("crmlite_codes", word, path=PAGE)
    assert rival.get(f"{PAGE}/codes").headers["Location"] == PAGE, "a word is worth nothing to somebody else"


def test_codes_that_were_made_anew_are_shown_no_more(app, sign_in):
    seller = sign_in("seller")
    set_up(seller)
    word = seller.get_cookie("crmlite_codes", path=PAGE).value
    assert seller.post(f"{PAGE}/codes", data={"current": PASSWORD}).status_code == 303
    seller.set_cookie("crmlite_codes", word, path=PAGE)
    assert seller.get(f"{PAGE}/codes").headers["Location"] == PAGE


def test_who_has_to_set_it_up_may_choose_language_and_look_and_leave(app, sign_in):
    require(sign_in("admin"), everybody=True)
    seller = sign_in("seller")
    text = seller.get(PAGE).text
    assert "Your team asks for a second step" in text
    assert 'id="side"' not in text
    assert 'href="/auth/profile"' not in text
    assert "/logout" in text
    assert seller.post("/auth/language", data={"language": "nl", "next": PAGE}).headers["Location"] == PAGE
    assert '<html lang="nl"' in seller.get(PAGE).text
    assert seller.post("/auth/theme", data={"theme": "dark", "next": PAGE}).status_code == 303
    assert seller.get("/contacts/").headers["Location"] == PAGE
    set_up(seller)
    assert 'id="side"' in seller.get(PAGE).text


def test_the_codes_of_somebody_else_open_nothing(app, sign_in):
    _secret, codes = set_up(sign_in("rival"))
    set_up(sign_in("seller"))
    assert enter(half_way(app), codes[0]).status_code == 422


def test_codes_cannot_be_tried_out(app, sign_in):
    secret, _codes = set_up(sign_in("seller"))
    for number in range(TRIES):
        browser = half_way(app)
        answer = browser.post(
            "/login/code", data={"code": "000000"}, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"}
        )
        assert answer.status_code == 422
    answer = enter(half_way(app), shown(secret))
    assert answer.status_code == 422
    assert "tried too often" in answer.text
    with pretending(utcnow() + timedelta(minutes=16)):
        assert enter(half_way(app), shown(secret)).status_code == 303


# --- between the two steps ------------------------------------------------------------------------------------------


def test_who_did_not_say_the_password_is_asked_for_it(app, sign_in):
    secret, _codes = set_up(sign_in("seller"))
    stranger = app.test_client()
    assert stranger.get("/login/code").headers["Location"] == "/login"
    assert enter(stranger, shown(secret)).headers["Location"] == "/login?ended=1"
    stranger.set_cookie("crmlite_flash", "eyJoYWxmX3dheSI6eyJ1c2VyIjozfX0.aaaaaa.made-up")
    assert stranger.get("/login/code").headers["Location"] == "/login"


@pytest.mark.parametrize("ending", ["ten minutes", "another password", "deactivated"])
def test_between_the_steps_it_ends_with(app, sign_in, ending):
    secret, _codes = set_up(sign_in("seller"))
    browser = half_way(app)
    assert browser.get("/login/code").status_code == 200, "the control"
    with app.app_context():
        writing()
        seller = db.session.get_one(User, user_id(app, "seller"))
        if ending == "another password":
            seller.set_password("another hash")
        elif ending == "deactivated":
            seller.deactivate()
        db.session.commit()
    with pretending(utcnow() + timedelta(minutes=11 if ending == "ten minutes" else 0)):
        assert browser.get("/login/code").status_code == 302
        assert enter(browser, shown(secret)).headers["Location"] == "/login?ended=1"


def test_a_new_password_by_mail_does_not_get_past_it(app, sign_in):
    from tests.auth.conftest import link_in

    set_up(sign_in("seller"))
    app.test_client().post("/login/forgot", data={"email": SELLER})
    path = link_in(mails(app)[-1][1])
    browser = app.test_client()
    assert browser.post(path, data={"password": "three green chairs", "again": "three green chairs"}).status_code == 303
    answer = browser.post("/login", data={"email": SELLER, "password": "three green chairs"})
    assert answer.headers["Location"].startswith("/login/code")
    assert browser.get("/auth/profile").status_code == 302


# --- taking it away -------------------------------------------------------------------------------------------------


def test_taken_away_the_password_is_enough_again(app, sign_in, ask):
    seller = sign_in("seller")
    set_up(seller)
    answer = seller.post(f"{PAGE}/remove", data={"current": PASSWORD})
    assert answer.status_code == 303
    assert ask(sa.select(SecondFactor.user_id)) == ask(sa.select(RecoveryCode.id)) == []
    assert app.test_client().post("/login", data={"email": SELLER, "password": PASSWORD}).headers["Location"] == "/"
    assert "You sign in with your password alone now" in [message.subject for message, _text in mails(app)]
    assert seller.post(f"{PAGE}/remove", data={"current": PASSWORD}).status_code == 409
    assert seller.post(f"{PAGE}/codes", data={"current": PASSWORD}).status_code == 409


def test_an_administrator_takes_it_away_from_who_lost_the_phone(app, sign_in, ask):
    seller = sign_in("seller")
    number = user_id(app, "seller")
    url = f"/auth/team/{number}/second-factor/remove"
    set_up(seller)
    assert sign_in("manager").post(url).status_code == 403
    admin = sign_in("admin")
    assert "Take the second step away" in admin.get(f"/auth/team/{number}").text
    assert admin.post(url).status_code == 303
    assert seller.get(PAGE).status_code == 302, "signed out everywhere"
    assert app.test_client().post("/login", data={"email": SELLER, "password": PASSWORD}).headers["Location"] == "/"
    assert admin.post(url).status_code == 409
    assert "You sign in with your password alone now" in [message.subject for message, _text in mails(app)]


# --- who has to -----------------------------------------------------------------------------------------------------


def require(admin, *roles: int, everybody: bool = False):
    data = {"role": [str(number) for number in roles], **({"everybody": "y"} if everybody else {})}
    answer = admin.post("/auth/roles/second-factor", data=data)
    assert answer.status_code == 303
    return answer


@pytest.mark.parametrize("of", ["role", "everybody"])
def test_who_has_to_have_it_sets_it_up_before_anything_else(app, sign_in, ask, of):
    [(seller_role,)] = ask(sa.select(Role.id).where(Role.name == "seller"))
    seller, manager = sign_in("seller"), sign_in("manager")
    require(sign_in("admin"), *([seller_role] if of == "role" else []), everybody=of == "everybody")
    assert manager.get("/auth/profile").status_code == (302 if of == "everybody" else 200)
    for url in ("/auth/profile", "/contacts/", "/records/search", "/auth/devices"):
        assert seller.get(url).headers["Location"] == PAGE, url
    fragment = seller.get("/contacts/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (403, PAGE)
    refused = seller.post("/auth/profile", data={"name": "Somebody"})
    assert refused.status_code == 403
    assert "Set up the second step" in refused.text
    assert "Your team asks for a second step" in seller.get(PAGE).text
    set_up(seller)
    assert seller.get("/auth/profile").status_code == 200
    assert seller.post(f"{PAGE}/remove", data={"current": PASSWORD}).status_code == 409
    assert seller.post("/logout").status_code == 303


def test_who_has_to_may_also_sign_out_instead(sign_in):
    require(sign_in("admin"), everybody=True)
    client = sign_in("seller")
    assert client.post("/logout").headers["Location"] == "/login"


def test_every_other_route_is_closed_to_who_owes_it(stage):
    """Not only those that somebody thought of."""
    from tests.routes import LOGIN, ROUTES

    with stage.writes("admin"):
        second_factor.require(True, [])
    seller = stage.client("seller")
    for_all = (PAGE, "/logout")
    closed = [
        route
        for route in ROUTES
        if route.method == "GET"
        and "<" not in route.rule
        and route.who["stranger"] == LOGIN
        and not route.rule.startswith(for_all)
    ]
    assert len(closed) > 20
    for route in closed:
        answer = seller.get(route.rule)
        assert answer.status_code == 302, route.rule
        assert answer.headers["Location"] == PAGE, route.rule


def test_what_was_required_is_shown_saved_and_undone(sign_in, ask):
    [(seller_role,)] = ask(sa.select(Role.id).where(Role.name == "seller"))
    admin = sign_in("admin")
    require(admin, seller_role)
    assert re.search(rf'name="role" value="{seller_role}" checked', admin.get("/auth/roles").text)
    [(number,)] = ask(sa.select(sa.func.max(Operation.id)))
    assert admin.post(f"/records/undo/{number}").status_code == 303
    assert ask(sa.select(Role.id).where(Role.second_factor)) == []
    assert sign_in("manager").post("/auth/roles/second-factor", data={"everybody": "y"}).status_code == 403


def test_setting_it_up_signs_the_other_devices_out(app, sign_in, ask):
    """Whoever had the password alone is not in any more."""
    elsewhere, here = sign_in("seller"), sign_in("seller")
    set_up(here)
    assert elsewhere.get("/auth/profile").status_code == 302
    assert here.get("/auth/profile").status_code == 200
    assert len(ask(sa.select(UserSession.id))) == 1
