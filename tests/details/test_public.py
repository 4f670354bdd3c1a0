"""A person's own page: what they see of themselves, what becomes of what they send, and what strangers get."""

import threading
from datetime import date
from html import unescape

import sqlalchemy as sa

from crmlite.companies.models import Company
from crmlite.contacts import consents
from crmlite.contacts.consents import Purpose
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.desk.models import Notice
from crmlite.details import asking, fields
from crmlite.details.models import Correction
from crmlite.duplicates import merging
from crmlite.extensions import db
from crmlite.journal import Event, Operation
from crmlite.records import links, points
from crmlite.records.custom_fields import CustomField
from tests.details.forms import fields_of


def link(stage, key="seller.contact", **more) -> str:
    """The address of their page."""
    with stage.writes("seller"):
        contact = db.session.get_one(Contact, stage.ids[key])
        return f"/p/details/{links.make('details', contact, expires_on=more.get('until', asking.last_day())).token}"


def send(stage, url, **changed):
    """What a browser posts after these fields were typed into."""
    client = stage.client()
    data = fields_of(client.get(url).text)
    for name, value in changed.items():
        assert name in data, sorted(data)
        data[name] = value
    return client.post(url, data=data)


def contact_of(stage, key="seller.contact") -> Contact:
    return db.session.get_one(Contact, stage.ids[key])


def of_theirs(stage, key="seller.contact"):
    return sa.select(Correction).where(Correction.contact_id == stage.ids[key]).order_by(Correction.id)


def test_they_see_what_we_hold_and_not_what_we_say_of_them(stage):
    page = stage.client().get(link(stage))
    assert page.status_code == 200
    data = fields_of(page.text)
    word = "zcsellercontactqx"
    assert data["given"] == f"{word}given"
    assert data["emails-0-value"] == f"{word}@example.com"
    assert data["addresses-0-city"] == word
    assert data["birthday"] == "1980-01-02"
    assert "Decides" not in page.text
    assert f"{word} note" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text


def test_what_they_send_waits_and_is_accepted_field_by_field(stage):
    url = link(stage)
    answer = send(stage, url, **{"given": "Nadia", "emails-0-value": "nadia@new.example", "birthday": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{url}?sent")
    with stage.app.app_context():
        contact = contact_of(stage)
        assert contact.given == "zcsellercontactqxgiven"
        correction = db.session.scalars(of_theirs(stage)).one()
        parts = {part.field: part for part in correction.parts}
        assert {name: part.now for name, part in parts.items()} == {
            "given": "Nadia", "email": {"value": "nadia@new.example", "label": "work"}, "birthday": None,
        }  # fmt: skip
        number, ids = correction.id, {name: part.id for name, part in parts.items()}
    seller = stage.client("seller")
    assert f"/details/{number}" in seller.get("/details/").text
    data = fields_of(seller.get(f"/details/{number}").text)
    data |= {f"part-{ids['given']}": "accept", f"part-{ids['birthday']}": "refuse"}
    assert seller.post(f"/details/{number}", data=data).status_code == 303
    with stage.app.app_context():
        contact = contact_of(stage)
        assert (contact.given, contact.birthday) == ("Nadia", date(1980, 1, 2))
        assert contact.main_email == "zcsellercontactqx@example.com"
        assert db.session.get_one(Correction, number).state == "waiting"
    data = {**fields_of(seller.get(f"/details/{number}").text), "_all": "accept"}
    assert seller.post(f"/details/{number}", data=data).status_code == 303
    with stage.app.app_context():
        assert contact_of(stage).main_email == "nadia@new.example"
        assert db.session.get_one(Correction, number).state == "done"


# --- what is taken, and what is not -----------------------------------------------------------------------------------


def test_sent_twice_it_is_taken_once_and_can_be_changed_while_it_waits(stage):
    url = link(stage)
    client = stage.client()
    data = fields_of(client.get(url).text) | {
        "given": "Nadia",
        "phones-1-value": "+31 20 555 09 09",
        "phones-1-label": "home",
    }
    data |= {"phones-1-id": "", "phones-1-was": ""}
    for _time in range(2):
        assert client.post(url, data=data).status_code == 303
    with stage.app.app_context():
        (correction,) = db.session.scalars(of_theirs(stage))
        assert [part.field for part in correction.parts] == ["given", "phone"]
        assert len(events_of("details.received", stage.ids["seller.contact"])) == 1
    again = fields_of(client.get(url).text)
    assert (again["given"], again["phones-1-value"]) == ("Nadia", "+31 20 555 09 09")
    again |= {"given": "zcsellercontactqxgiven", "phones-1-value": ""}  # taken back before anybody looked
    assert client.post(url, data=again).status_code == 303
    with stage.app.app_context():
        (correction,) = db.session.scalars(of_theirs(stage))
        assert (correction.state, correction.parts) == ("done", [])
    assert f"/details/{correction.id}" not in stage.client("seller").get("/details/").text


def test_four_posts_at_the_same_moment_are_taken_once(own_stage):
    url = link(own_stage)
    data = fields_of(own_stage.client().get(url).text)
    data |= {"given": "Nadia", "emails-1-value": "nadia@new.example", "emails-1-label": "work"}
    barrier, answers = threading.Barrier(4), []

    def post() -> None:
        client = own_stage.client()
        barrier.wait()
        answers.append(client.post(url, data=data).status_code)

    threads = [threading.Thread(target=post) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 4
    with own_stage.app.app_context():
        (correction,) = db.session.scalars(of_theirs(own_stage))
        assert [part.field for part in correction.parts] == ["given", "email"]
        told = sa.select(Notice).where(Notice.kind == "details", Notice.record_id == own_stage.ids["seller.contact"])
        (notice,) = db.session.scalars(told)
        assert notice.user_id == own_stage.ids["user.seller"]
    assert "A contact corrected their own details" in own_stage.client("seller").get("/desk/notices").text


def test_two_open_pages_do_not_undo_each_other(stage):
    url = link(stage)
    client = stage.client()
    first, second = (fields_of(client.get(url).text) for _time in range(2))
    client.post(url, data=first | {"given": "Nadia"})
    client.post(url, data=second | {"family": "Amrani"})
    with stage.app.app_context():
        (correction,) = db.session.scalars(of_theirs(stage))
        assert {part.field: part.now for part in correction.parts} == {"given": "Nadia", "family": "Amrani"}


def test_rows_of_somebody_else_are_not_touched(stage):
    with stage.app.app_context():
        theirs = points.of(contact_of(stage, "rival.contact"), points.Point)[0]
        number, value = theirs.id, theirs.value
    at_once(stage)
    url = link(stage)
    send(stage, url, **{"emails-0-id": str(number), "emails-0-value": "mine@new.example"})
    with stage.app.app_context():
        assert db.session.get_one(points.Point, number).value == value
        assert db.session.get_one(points.Point, number).contact_id == stage.ids["rival.contact"]
        assert "mine@new.example" in [point.value for point in points.of(contact_of(stage), points.Point)]


def test_what_is_typed_is_shown_as_text(stage):
    url = link(stage)
    evil = "<img src=x onerror=alert(1)>"
    send(stage, url, given=evil, **{"works-0-title": evil})
    with stage.app.app_context():
        number = db.session.scalar(of_theirs(stage).with_only_columns(Correction.id))
    for page in (stage.client().get(url), stage.client("seller").get(f"/details/{number}")):
        assert evil not in page.text
        assert evil in unescape(page.text)


def test_nonsense_is_refused_and_nothing_is_kept(stage):
    url = link(stage)
    client = stage.client()
    data = fields_of(client.get(url).text)
    assert client.post(url, data=data | {"emails-0-value": "no address"}).status_code == 422
    assert client.post(url, data=data | {"birthday": "2999-01-01"}).status_code == 422
    nobody = {name: "" for name in data if name.endswith(("given", "family", "-value"))}
    assert client.post(url, data=data | nobody).status_code == 422
    many = {f"emails-{n}-value": f"a{n}@new.example" for n in range(1, 9)}
    assert client.post(url, data=data | many | {f"emails-{n}-label": "work" for n in range(1, 9)}).status_code == 422
    assert client.post(url, data={"given": "x" * 1_000_000}).status_code == 413
    for was in ("[]", "{", '{"given": [1]}', "null"):
        assert client.post(url, data=data | {"was": was, "emails-0-was": was}).status_code == 303
    with stage.app.app_context():
        assert db.session.scalar(of_theirs(stage)) is None


def test_what_was_shown_is_read_however_deep_somebody_nested_it(stage):
    url = link(stage)
    data = fields_of(stage.client().get(url).text)
    for name in ("was", "emails-0-was"):
        assert stage.client().post(url, data=data | {name: "[" * 5000}).status_code in {303, 422}, name


def test_more_rows_are_offered_without_script_and_without_writing(stage):
    url = link(stage)
    client = stage.client()
    data = fields_of(client.get(url).text) | {"given": "Nadia", "_add": "emails"}
    page = client.post(url, data=data)
    assert page.status_code == 200
    assert (fields_of(page.text)["given"], fields_of(page.text)["emails-1-value"]) == ("Nadia", "")
    with stage.app.app_context():
        assert db.session.scalar(of_theirs(stage).with_only_columns(Correction.id)) is None


def test_who_sends_again_and_again_is_told_to_wait(stage):
    url = link(stage)
    client = stage.client()
    data = fields_of(client.get(url).text)
    answers = [client.post(url, data=data | {"given": f"N{n}"}).status_code for n in range(22)]
    assert answers == [303] * 20 + [429] * 2


def test_our_own_people_look_on(stage):
    url = link(stage)
    client = stage.client("seller")
    page = client.get(url)
    assert "you are signed in to crmlite" in page.text
    assert client.post(url, data=fields_of(page.text) | {"given": "Nadia"}).status_code == 403
    with stage.app.app_context():
        assert db.session.scalar(of_theirs(stage).with_only_columns(Correction.id)) is None


# --- whose page it is -------------------------------------------------------------------------------------------------


def test_a_link_ends_with_its_day_its_contact_and_its_end(stage):
    url = link(stage)
    quote = f"/p/details/{stage.token('sent.quote')}"
    assert stage.client().get(quote).status_code == 404
    assert stage.client().get(url[:-1] + ("A" if url[-1] != "A" else "B")).status_code == 404
    seller = stage.client("seller")
    assert seller.post(f"/details/contacts/{stage.ids['seller.contact']}/end").status_code == 303
    assert stage.client().get(url).status_code == 404
    assert undone(stage) == 303
    assert stage.client().get(url).status_code == 200
    with stage.writes("seller"):
        contact_of(stage).trash()
    assert (stage.client().get(url).status_code, stage.client().post(url, data={"given": "x"}).status_code) == (
        404,
        404,
    )
    with stage.writes("seller"):
        contact_of(stage).restore()
    assert link(stage, until=date(2020, 1, 1)) == url
    assert stage.client().get(url).status_code == 404


def test_after_a_merge_the_link_leads_to_who_they_are_now(stage):
    url = link(stage)
    with stage.writes("manager") as as_:
        loser, winner = contact_of(stage), contact_of(stage, "nobody.contact")
        merging.merge(CONTACT, winner, [loser], {}, as_.user)
    assert fields_of(stage.client().get(url).text)["given"] == "zcnobodycontactqxgiven"
    send(stage, url, given="Nadia")
    with stage.app.app_context():
        assert db.session.scalars(of_theirs(stage, "nobody.contact")).one().contact_id == stage.ids["nobody.contact"]


def test_the_page_speaks_their_language(stage):
    url = link(stage)
    with stage.writes("seller"):
        contact_of(stage).change(language="ar")
    page = stage.client().get(url)
    assert '<html lang="ar" dir="rtl">' in page.text


# --- at once ----------------------------------------------------------------------------------------------------------


def at_once(stage) -> None:
    assert stage.client("manager").post("/details/settings", data={"at_once": "1"}).status_code == 303


def undone(stage, actor="seller") -> int:
    with stage.app.app_context():
        number = db.session.scalar(sa.select(sa.func.max(Operation.id)))
    return stage.client(actor).post(f"/records/undo/{number}").status_code


def events_of(name: str, contact_id: int) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).where(Event.name == name, Event.subject_id == contact_id)))


def test_by_setting_it_is_applied_at_once_says_who_did_it_and_is_taken_back(stage):
    assert stage.client("seller").post("/details/settings", data={"at_once": "1"}).status_code == 403
    at_once(stage)
    url = link(stage)
    with stage.app.app_context():
        before = fields.held(contact_of(stage))
    client = stage.client()
    data = fields_of(client.get(url).text) | {
        "given": "Nadia",
        "emails-0-value": "nadia@new.example",
        "phones-0-value": "",
    }
    data |= {"phones-1-value": "+31 20 555 09 09", "phones-1-label": "home", "works-0-title": "Director"}
    data |= {"addresses-0-city": "Utrecht", "birthday": ""}
    assert client.post(url, data=data).status_code == 303
    seller = stage.client("seller")
    with stage.app.app_context():
        contact = contact_of(stage)
        assert (contact.given, contact.main_email) == ("Nadia", "nadia@new.example")
        correction = db.session.scalars(of_theirs(stage)).first()
        number = correction.id
        assert (contact.main_phone, contact.city, contact.birthday) == ("+31 20 555 09 09", "Utrecht", None)
        assert fields.works(contact)[0].title == "Director"
    timeline = seller.get(f"/records/contact/{stage.ids['seller.contact']}/timeline").text
    assert "corrected their details through their private link" in timeline
    assert "The person changed this themself, through their private link" in timeline
    assert seller.post(f"/details/{number}/take-back").status_code == 303
    with stage.app.app_context():
        contact = contact_of(stage)
        assert fields.held(contact) == before
        assert contact.main_email == "zcsellercontactqx@example.com"
    assert seller.post(f"/details/{number}/take-back").status_code == 409
    assert undone(stage) == 303
    with stage.app.app_context():
        assert contact_of(stage).given == "Nadia"


def test_what_a_colleague_changed_meanwhile_and_another_company_wait_even_then(stage):
    at_once(stage)
    url = link(stage)
    client = stage.client()
    data = fields_of(client.get(url).text)
    with stage.writes("seller"):
        contact_of(stage).change(family="Colleagues")
    client.post(url, data=data | {"given": "Nadia", "family": "Theirs", "works-0-company": "Nobody Knows Ltd"})
    with stage.app.app_context():
        contact = contact_of(stage)
        assert (contact.given, contact.family) == ("Nadia", "Colleagues")
        waiting = db.session.scalars(of_theirs(stage).where(Correction.state == "waiting")).one()
        assert sorted((part.field, part.late) for part in waiting.parts) == [("family", True), ("work", False)]
        number = waiting.id
    seller = stage.client("seller")
    page = seller.get(f"/details/{number}").text
    assert all(word in page for word in ("Changed meanwhile", "Colleagues", "Theirs"))
    assert seller.post(f"/details/{number}", data=fields_of(page) | {"_all": "accept"}).status_code == 303
    with stage.app.app_context():
        contact = contact_of(stage)
        assert contact.family == "Theirs"
        assert db.session.get_one(Company, contact.main_company_id).name in {"Nobody Knows Ltd", "zcrivalcompanyqx Ltd"}


def test_after_a_merge_nothing_is_taken_back_of_who_is_out_of_sight(stage):
    at_once(stage)
    with stage.writes("seller") as as_:
        loser = Contact.create(as_.user, given="Before", family="Person", email="before@x.example")
        db.session.flush()
        loser_id = loser.id
        url = f"/p/details/{links.make('details', loser, expires_on=asking.last_day()).token}"
    assert send(stage, url, given="After").status_code == 303
    with stage.writes("seller") as as_:
        winner = contact_of(stage)
        winner.change(given="")
        merge = merging.merge(CONTACT, winner, [db.session.get_one(Contact, loser_id)], {}, as_.user).id
        number = db.session.scalars(sa.select(sa.func.max(Correction.id))).one()
    seller = stage.client("seller")
    assert seller.post(f"/details/{number}/take-back").status_code == 409
    with stage.app.app_context():
        assert [contact_of(stage).given, db.session.get_one(Contact, loser_id).given] == ["After", "After"]
    assert seller.post(f"/duplicates/merges/{merge}/separate").status_code == 303
    assert seller.post(f"/details/{number}/take-back").status_code == 303
    with stage.app.app_context():
        assert db.session.get_one(Contact, loser_id).given == "Before"


# --- consent ----------------------------------------------------------------------------------------------------------


def test_consent_is_given_renewed_and_withdrawn_at_once_with_the_text_they_saw(stage):
    with stage.writes("manager"):
        purpose = Purpose.create(None, name="Newsletter", texts={"en": "Send me news.", "ar": "أرسلوا الأخبار."})
        name = f"consent-{purpose.id}"
        number = purpose.id
    url = link(stage)
    client = stage.client()
    page = client.get(url).text
    assert "Send me news." in page
    data = fields_of(page)
    assert data[name] == ""  # nothing is agreed to by leaving the page as it is
    for _time in range(2):
        assert client.post(url, data=data | {name: "given"}).status_code == 303
    assert said(stage) == [("given", "Send me news.", "person")]
    stale = fields_of(client.get(url).text)
    with stage.writes("manager"):
        db.session.get_one(Purpose, number).change("Newsletter", {"en": "Send me news every day."})
    answer = client.post(url, data=stale | {name: "renewed", "given": "Nadia"})
    assert answer.status_code == 422
    assert "Send me news every day." in answer.text
    assert "The text has changed since you agreed." in answer.text
    fresh = fields_of(client.get(url).text)
    for _time in range(2):
        assert client.post(url, data=fresh | {name: "renewed"}).status_code == 303
    for _time in range(2):  # also from the page that is old: nobody has to look again to withdraw
        assert client.post(url, data=stale | {name: "withdrawn"}).status_code == 303
    assert said(stage) == [
        ("given", "Send me news.", "person"),
        ("renewed", "Send me news every day.", "person"),
        ("withdrawn", "", "person"),
    ]
    timeline = stage.client("seller").get(f"/records/contact/{stage.ids['seller.contact']}/timeline").text
    assert "The customer withdrew consent: Newsletter" in timeline


def said(stage) -> list[tuple[str, str, str]]:
    with stage.app.app_context():
        rows = consents.history(contact_of(stage))
        return [(row.action, row.text, row.source) for row in rows if row.source == "person"]  # not the cast's own


# --- the firm's own fields --------------------------------------------------------------------------------------------


def test_own_fields_are_shown_only_where_an_administrator_says_so(stage):
    number = stage.ids["seller.contact"]
    with stage.writes("admin") as as_:
        CustomField.create(as_.user, "contact", "Shoe size", "number", for_person=True)
        CustomField.create(as_.user, "contact", "Likes", "choices", ["Tea", "Coffee"], for_person=True)
        secret = CustomField.create(as_.user, "contact", "Worth", "text")
        person = CustomField.create(as_.user, "contact", "Uncle", "person", for_person=True)
        assert not person.for_person
        contact_of(stage).set_custom(shoe_size="41", worth="zcsecretqx")
        secret_id, name = secret.id, secret.name
    url = link(stage)
    client = stage.client()
    page = client.get(url).text
    data = fields_of(page)
    assert "zcsecretqx" not in page
    assert (name in data, data["x.shoe_size"]) == (False, "41")
    client.post(url, data=data | {"x.shoe_size": "42", "x.likes": ["", "tea"], name: "mine"})
    with stage.app.app_context():
        (correction,) = db.session.scalars(of_theirs(stage))
        assert {part.field: part.now for part in correction.parts} == {"x.shoe_size": 42_000_000, "x.likes": ["tea"]}
        waiting = correction.id
    seller = stage.client("seller")
    review = seller.get(f"/details/{waiting}").text
    assert all(word in review for word in ("Shoe size", "41", "42", "Likes", "Tea"))
    assert seller.post(f"/details/{waiting}", data=fields_of(review) | {"_all": "accept"}).status_code == 303
    with stage.app.app_context():
        contact = db.session.get_one(Contact, number)
        assert (contact.custom["shoe_size"], contact.custom["likes"]) == (42_000_000, ["tea"])
    form = {"label": "Worth", "for_person": "y", "row_version": "1"}
    assert stage.client("manager").post(f"/fields/{secret_id}", data=form).status_code == 303
    assert "zcsecretqx" in client.get(url).text
