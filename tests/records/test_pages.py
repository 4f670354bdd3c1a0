"""What can be done to any record from its page: fields in place, notes, tags, members, files, trash; and bulk on lists."""

import html
import io
import json
import os
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from crmlite import files, journal
from crmlite.auth.models import Member
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db, utcnow, writing
from crmlite.journal import Change
from crmlite.leads.models import Lead
from crmlite.pipeline.models import Deal
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from crmlite.records.points import Point
from crmlite.records.tags import Tag, Tagging
from crmlite.sales.models import Order, Quote
from tests.records.purging import forget, purge

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def shared(stage, kind="contact", owner="seller") -> str:
    return f"/records/{kind}/{stage.ids[f'{owner}.{kind}']}"


def undo_of(answer) -> str:
    return json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]


# --- fields in place


def test_a_field_is_changed_in_place_and_undone(stage):
    seller, url = stage.client("seller"), shared(stage) + "/field/email"
    form = seller.get(url + "?edit=1").text
    assert 'value="zcsellercontactqx@example.com"' in form
    answer = seller.post(url, data={"email": "new@example.com", "was": "zcsellercontactqx@example.com"}, headers=HTMX)
    assert answer.status_code == 200
    assert "new@example.com" in answer.text
    assert seller.post(undo_of(answer), headers=HTMX).status_code == 204
    assert "zcsellercontactqx@example.com" in seller.get(url).text


def test_two_people_change_one_field(stage):
    url = shared(stage) + "/field/salutation"
    was = "zcsellercontactqx"
    assert stage.client("colleague").post(url, data={"salutation": "Dr", "was": was}).status_code == 200
    answer = stage.client("seller").post(url, data={"salutation": "Prof", "was": was})
    assert answer.status_code == 409
    assert "Somebody changed this to “Dr” meanwhile" in answer.text
    assert 'value="Prof"' in answer.text
    assert stage.client("seller").post(url, data={"salutation": "Prof", "was": "Dr"}).status_code == 200


def test_two_people_change_two_fields_of_one_record(stage):
    url = shared(stage) + "/field/"
    assert (
        stage.client("colleague")
        .post(url + "salutation", data={"salutation": "Dr", "was": "zcsellercontactqx"})
        .status_code
        == 200
    )
    assert stage.client("seller").post(url + "language", data={"language": "nl", "was": ""}).status_code == 200


@pytest.mark.parametrize("field", ["lifecycle", "created_at", "password", "row_version", "owner_id"])
def test_only_fields_that_are_meant_for_it_are_changed_in_place(stage, field):
    assert stage.client("seller").post(f"{shared(stage)}/field/{field}", data={field: "1"}).status_code == 404


def test_a_wrong_value_stays_in_the_cell_with_what_is_wrong(stage):
    answer = stage.client("seller").post(shared(stage) + "/field/email", data={"email": "nobody"})
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text
    assert "not an e-mail address" in answer.text


def test_rules_that_look_at_several_fields_hold_in_place_too(stage):
    seller, url = stage.client("seller"), shared(stage) + "/field/"

    def put(name: str, value: str):
        return seller.post(url + name, data={name: value})

    assert put("customer_since", "2025-05-01").status_code == 200
    answer = put("customer_until", "2025-04-01")
    assert answer.status_code == 422
    assert "before the day" in answer.text
    assert put("customer_until", "2025-06-01").status_code == 200
    answer = put("customer_since", "2025-07-01")
    assert answer.status_code == 422
    assert "after the day" in answer.text
    assert put("customer_since", "").status_code == 200
    for name in ("given", "email", "phone"):
        assert put(name, "").status_code == 200
    answer = put("family", "")
    assert answer.status_code == 422
    assert "Say who it is" in answer.text
    assert put("given", "Anna").status_code == 200
    assert put("family", "").status_code == 200
    company = shared(stage, "company") + "/field/"
    seller.post(company + "customer_until", data={"customer_until": "2025-06-01"})
    assert seller.post(company + "customer_since", data={"customer_since": "2025-07-01"}).status_code == 422


def test_who_may_only_look_cannot_edit(stage):
    stage.client("seller")
    service = stage.client("service")
    assert service.get(f"/contacts/{stage.ids['seller.contact']}").status_code == 200
    assert service.get(shared(stage) + "/field/email?edit=1").status_code == 403
    assert f"{shared(stage)}/field/email?edit" not in service.get("/contacts/").text


# --- notes, tags, members, files


def test_a_note_is_written_changed_deleted_and_brought_back(stage):
    seller, url = stage.client("seller"), shared(stage)
    answer = seller.post(url + "/notes", data={"text": "Likes <b>green</b> chairs"}, headers=HTMX)
    assert answer.status_code == 200
    assert "Likes" not in answer.text, "the composer is empty again"
    assert "Likes &lt;b&gt;green&lt;/b&gt; chairs" in seller.get(url + "/timeline").text
    with stage.app.app_context():
        note = db.session.scalars(sa.select(Note).order_by(Note.id.desc())).first()
    assert stage.client("colleague").post(f"{url}/notes/{note.id}/edit", data={"text": "x"}).status_code == 403
    assert (
        seller.post(
            f"{url}/notes/{note.id}/edit",
            data={"text": "Likes red chairs", "was": '{"text": "Likes <b>green</b> chairs"}'},
        ).status_code
        == 303
    )
    deleted = seller.post(f"{url}/notes/{note.id}/delete", headers=HTMX)
    assert "Likes red chairs" not in seller.get(url + "/timeline").text
    seller.post(undo_of(deleted), headers=HTMX)
    assert "Likes red chairs" in seller.get(url + "/timeline").text


def test_an_empty_or_endless_note_is_refused_and_nothing_typed_is_lost(stage):
    seller, url = stage.client("seller"), shared(stage) + "/notes"
    assert seller.post(url, data={"text": "  "}, headers=HTMX).status_code == 422
    long = seller.post(url, data={"text": "long " * 5000}, headers=HTMX)
    assert long.status_code == 422
    assert "long long long" in long.text


def test_tags_are_put_on_and_taken_off(stage):
    seller, url = stage.client("seller"), shared(stage) + "/tags"
    assert seller.post(url, data={"name": " Fair  2026 "}).status_code == 303
    assert "Fair 2026" in seller.get("/contacts/?tag=Fair 2026").text
    with stage.app.app_context():
        tag_id = db.session.scalar(sa.select(Tag.id).where(Tag.name == "Fair 2026"))
    assert seller.post(f"{url}/{tag_id}/remove").status_code == 303
    assert seller.post(f"{url}/{tag_id}/remove").status_code == 404
    assert seller.post(url, data={"name": "\u3164 \u2800"}).status_code == 400, "nobody could see it"
    assert seller.post(url, data={"name": ""}).status_code == 400
    assert seller.post(url, data={"name": "x" * 41}).status_code == 400


def test_tags_are_one_however_they_are_cased(stage):
    seller, url = stage.client("seller"), shared(stage) + "/tags"
    for name in ("Ölfeld", "ölFELD"):
        seller.post(url, data={"name": name})
    bulk = {"id": stage.ids["colleague.contact"], "action": "tag", "tag": "ÖLFELD"}
    seller.post("/records/contact/bulk", data=bulk)
    with stage.app.app_context():
        assert list(db.session.scalars(sa.select(Tag.name).where(Tag.name.ilike("%lfeld")))) == ["Ölfeld"]
    assert "1 record changed" in seller.get("/contacts/").text
    seller.post("/records/contact/bulk", data={**bulk, "action": "untag", "tag": "ölfeld"})
    assert "1 record changed" in seller.get("/contacts/").text


def test_a_member_of_another_team_sees_the_record_until_they_leave(stage):
    url, rival = shared(stage), stage.client("rival")
    page = f"/contacts/{stage.ids['seller.contact']}"
    assert rival.get(page).status_code == 404
    joined = {"user_id": stage.ids["user.rival"], "role": "Technical questions"}
    assert stage.client("seller").post(url + "/members", data=joined).status_code == 303
    assert rival.get(page).status_code == 200
    assert "zcsellercontactqx" in rival.get("/records/search?q=zcsellercontact").text
    stage.client("seller").post(f"{url}/members/{stage.ids['user.rival']}/remove")
    assert rival.get(page).status_code == 404
    assert "zcsellercontactqx" not in rival.get("/records/search?q=zcsellercontact").text.replace(
        "q=zcsellercontact", ""
    )


def test_handing_over_leaves_a_note(stage):
    colleague = stage.ids["user.colleague"]
    answer = stage.client("seller").post(
        shared(stage) + "/owner", data={"user_id": colleague, "note": "Calls on Fridays"}
    )
    assert answer.status_code == 303
    with stage.app.app_context():
        assert db.session.get(Contact, stage.ids["seller.contact"]).owner_id == colleague
    assert "Calls on Fridays" in stage.client("colleague").get(shared(stage) + "/timeline").text


def test_a_file_is_only_ever_a_download(stage):
    seller, url = stage.client("seller"), shared(stage) + "/files"
    sent = {"file": (io.BytesIO(b"<script>alert(1)</script>"), "../../evil\u202egpj.html", "text/html")}
    assert seller.post(url, data=sent).status_code == 303
    with stage.app.app_context():
        attachment = db.session.scalars(sa.select(Attachment).order_by(Attachment.id.desc())).first()
        assert attachment.file.name == "evilgpj.html"
    answer = seller.get(f"/files/{attachment.id}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert stage.client("rival").get(f"/files/{attachment.id}").status_code == 404
    assert seller.post(f"{url}/{attachment.id}/remove").status_code == 303
    assert seller.get(f"/files/{attachment.id}").status_code == 404


# --- the timeline


def test_a_timeline_shows_what_was_changed_and_who_did_it(stage):
    url = shared(stage)
    stage.client("colleague").post(url + "/field/salutation", data={"salutation": "Dr"})
    text = stage.client("seller").get(url + "/timeline").text
    assert "changed the contact" in text
    assert '<ins dir="auto">Dr</ins>' in text
    assert '<del dir="auto">zcsellercontactqx</del>' in text


def test_what_one_may_not_see_is_only_said_to_be_something(stage):
    with stage.writes("rival") as w:
        lead = Lead.create(w.user, contact=db.session.get(Contact, stage.ids["shared.contact"]), need="Secret plan")
    url = f"/records/contact/{stage.ids['shared.contact']}/timeline"
    assert "Secret plan" in stage.client("rival").get(url).text
    seen = stage.client("seller").get(url).text
    assert "Secret plan" not in seen
    assert f"/leads/{lead.id}" not in seen
    assert "Something about a record that you may not see" in seen


def test_a_long_timeline_comes_in_pages_without_losing_an_event(stage):
    seller, url = stage.client("seller"), shared(stage)
    with stage.writes("seller"):
        contact = db.session.get(Contact, stage.ids["seller.contact"])
        for n in range(70):
            Note.write(contact, stage.ids["user.seller"], f"note number {n:03}.")
    seen, page = "", seller.get(url + "/timeline").text
    for _page in range(5):
        seen += page
        if "timeline?before=" not in page:
            break
        page = seller.get(url + "/timeline?before=" + page.split("timeline?before=")[1].split('"')[0]).text
    assert [seen.count(f"note number {n:03}.") for n in range(70)] == [1] * 70
    assert seen.count("<h3") == len({h.split("<")[0] for h in seen.split('cx-tl-day">')[1:]}), "no heading twice"


# --- trash and bulk


def test_a_deleted_record_is_gone_and_comes_back(stage):
    seller, contact_id = stage.client("seller"), stage.ids["seller.contact"]
    assert stage.client("colleague").post(shared(stage) + "/delete").status_code == 403
    assert seller.post(shared(stage) + "/delete").status_code == 303
    assert seller.get(f"/contacts/{contact_id}").status_code == 404
    assert "zcsellercontactqx" not in seller.get("/contacts/").text
    assert "zcsellercontactqx" not in seller.get("/records/search?q=zcsellercontactqx", headers=HTMX).text.replace(
        "“zcsellercontactqx”", ""
    )
    assert "zcsellercontactqx" in seller.get("/records/trash?type=contact").text
    assert "zcsellercontactqx" not in stage.client("colleague").get("/records/trash").text
    assert seller.post(shared(stage) + "/restore").status_code == 303
    assert seller.get(f"/contacts/{contact_id}").status_code == 200


def test_the_trash_is_found_and_counts_its_days(stage):
    """By whoever may delete anything; who may not has nothing there."""
    seller = stage.client("seller")
    seller.post(shared(stage) + "/delete")
    assert 'href="/records/trash"' in seller.get("/contacts/").text
    assert "in 30 days" in seller.get("/records/trash?type=contact").text
    assert 'aria-current="page"' in re.search(r'<a href="/records/trash"[^>]*>', seller.get("/records/trash").text)[0]
    assert 'href="/records/trash"' not in stage.client("service").get("/contacts/").text


@pytest.mark.parametrize(
    ("actor", "found"),
    [
        (
            "admin",
            {"/auth/team", "/auth/roles", "/auth/organisation", "/contacts/roles", "/leads/quarantine", "/mail/"},
        ),
        ("marketing", {"/leads/quarantine", "/mail/"}),
        ("seller", {"/mail/"}),
    ],
)
def test_the_palette_knows_the_pages_that_one_may_open(stage, actor, found):
    client = stage.client(actor)
    words = ("team", "roles", "organisation", "quarantine", "outbox")
    pages = {
        url
        for word in words
        for url in re.findall(r'role="option"[^>]*href="([^"]+)"', client.get(f"/records/search?q={word}").text)
    }
    assert pages == found
    assert all(client.get(url).status_code == 200 for url in found)


def test_a_change_of_lifecycle_is_undone_with_what_it_follows_from(stage):
    seller, url = stage.client("seller"), shared(stage)
    seller.post(f"{url}/field/customer_since", data={"customer_since": "2020-01-01"})
    entries = seller.get(f"{url}/timeline").text.split('class="cx-tl-i')
    [lifecycle] = [entry for entry in entries if "Lifecycle is now: Customer" in entry]
    [changed] = [entry for entry in entries if "changed the contact" in entry]
    assert "/records/undo/" not in lifecycle
    assert "/records/undo/" in changed


def test_every_button_of_a_cell_says_that_it_edits(stage):
    page = stage.client("seller").get("/contacts/").text
    buttons = re.findall(r'<button[^>]*class="cx-cell-btn".*?</button>', page, re.S)
    assert buttons
    assert all("> Edit " in button for button in buttons)


def test_after_thirty_days_a_record_is_gone_for_good_with_what_it_said(stage):
    company_id, contact_id = stage.ids["seller.company"], stage.ids["seller.contact"]
    with stage.writes("seller"):
        for model, key in (
            (Lead, "seller.lead"),
            (Lead, "seller.closed"),
            (Lead, "seller.trash.lead"),
            (Deal, "seller.deal"),
            (Deal, "seller.deal.won"),
            (Deal, "seller.deal.lost"),
            (Deal, "seller.trash.deal"),
            (Quote, "seller.quote"),
            (Quote, "seller.trash.quote"),
            (Order, "seller.order"),
            (Order, "seller.trash.order"),
            (Contact, "seller.contact"),
        ):
            db.session.get(model, stage.ids[key]).trash()
    with stage.app.app_context():
        writing()
        of_long_ago = sa.update(Order).values(ordered_on=date(2001, 1, 1))  # what the books need stays
        db.session.execute(of_long_ago, execution_options={"journaled": True})
        assert purge(utcnow() + timedelta(days=29)) == 0, "one day early nothing goes"
        for _round in range(2):  # leads and deals go before their contact, whatever the order
            purge(utcnow() + timedelta(days=31))
        db.session.commit()
        assert db.session.get(Contact, contact_id) is None
        for model in (Point, Affiliation):
            assert db.session.scalar(sa.select(model.id).where(model.contact_id == contact_id)) is None
        for model in (Note, Tagging, Attachment, Member):
            assert (
                db.session.scalar(
                    sa.select(model.id).where(model.record_type == "contact", model.record_id == contact_id)
                )
                is None
            )
        kept = db.session.scalars(
            sa.select(Change).where(Change.record_type == "contact", Change.record_id == contact_id)
        )
        assert {(change.old, change.new) for change in kept} == {(None, None)}
        assert db.session.get(Company, company_id) is not None


def test_many_records_are_changed_in_one_step_and_undone_in_one(stage):
    seller, mine = stage.client("seller"), [stage.ids["seller.contact"], stage.ids["colleague.contact"]]
    form = {"id": [*mine, stage.ids["rival.contact"]], "action": "tag", "tag": "Fair"}
    answer = seller.post("/records/contact/bulk", data=form, headers=HTMX)
    assert answer.status_code == 204
    message = json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
    assert message == "2 of 3 records changed; you may not change the others."

    def tagged() -> set[int]:
        with stage.app.app_context():
            query = sa.select(Tagging.record_id).join(Tag).where(Tag.name == "Fair", Tagging.record_type == "contact")
            return set(db.session.scalars(query))

    assert tagged() == set(mine)
    seller.post(undo_of(answer), headers=HTMX)
    assert tagged() == set()


@pytest.mark.parametrize(
    "form",
    [
        {"action": "delete"},
        {"id": "x", "action": "delete"},
        {"id": "1", "action": "explode"},
        {"id": "1", "action": "tag"},
        {"id": "1", "action": "assign", "user_id": "999999"},
        {"id": [str(n) for n in range(1, 20_002)], "action": "delete"},
    ],
)
def test_nonsense_in_bulk_is_refused(stage, form):
    assert stage.client("seller").post("/records/contact/bulk", data=form).status_code == 400


def test_bulk_counts_only_what_it_changed(stage):
    seller, mine = stage.client("seller"), [stage.ids["seller.contact"], stage.ids["colleague.contact"]]

    def bulk(*ids: int, **form: str) -> dict:
        answer = seller.post("/records/contact/bulk", data={"id": [*map(str, ids)], **form}, headers=HTMX)
        return json.loads(answer.headers["HX-Trigger"])["toast"]

    gone = bulk(*mine, action="untag", tag="Nowhere")
    assert (gone["message"], gone["undo"]) == ("Nothing was changed.", None)
    assert bulk(mine[0], action="tag", tag="Fair")["message"] == "1 record changed."
    assert bulk(*mine, action="tag", tag="Fair")["message"] == "1 record changed."
    assert bulk(*mine, action="untag", tag="Fair")["message"] == "2 records changed."
    bulk(mine[0], action="tag", tag="Fair")
    said = bulk(*mine, stage.ids["rival.contact"], action="tag", tag="Fair")["message"]
    assert said == "1 of 3 records changed; some needed no change, others you may not change."
    none = bulk(stage.ids["rival.contact"], action="tag", tag="Fair")
    assert (none["message"], none["undo"]) == ("You may not do that to any of these records.", None)
    assert none["kind"] == "error"
    said = bulk(*mine, action="delete")["message"]
    assert said == "1 of 2 records are in the trash; you may not delete the others."


def test_what_is_too_long_is_refused_and_never_cut(stage):
    seller, tag = stage.client("seller"), {"id": stage.ids["seller.contact"], "action": "tag"}
    assert seller.post("/records/contact/bulk", data={**tag, "tag": "t" * 40}).status_code == 303
    answer = seller.post("/records/contact/bulk", data={**tag, "tag": "t" * 41})
    assert answer.status_code == 400
    assert "at most 40 characters" in answer.text
    colleague = {"user_id": stage.ids["user.colleague"]}
    for url, field, most in (("/owner", "note", 20_000), ("/members", "role", 60)):
        answer = seller.post(shared(stage) + url, data={**colleague, field: "x" * (most + 1)})
        assert answer.status_code == 400
        assert f"at most {most} characters fit" in answer.text
    with stage.app.app_context():
        assert db.session.get(Contact, stage.ids["seller.contact"]).owner_id == stage.ids["user.seller"]


def test_bulk_delete_takes_only_ones_own(stage):
    ids = [stage.ids["seller.contact"], stage.ids["colleague.contact"]]
    stage.client("seller").post("/records/contact/bulk", data={"id": ids, "action": "delete"})
    with stage.app.app_context():
        assert db.session.get(Contact, ids[0]).deleted_at is not None
        assert db.session.get(Contact, ids[1]).deleted_at is None


# --- lists


def test_columns_are_remembered(stage):
    seller = stage.client("seller")
    assert (
        seller.post("/records/contact/columns", data={"name": ["email", "name"], "next": "/contacts/?_q=a"}).headers[
            "Location"
        ]
        == "/contacts/?_q=a"
    )
    heads = seller.get("/contacts/").text.split("<thead>")[1].split("</thead>")[0]
    assert "E-mail" in heads
    assert "Phone" not in heads
    assert "Phone" in stage.client("manager").get("/contacts/").text.split("<thead>")[1].split("</thead>")[0]
    assert seller.post("/records/contact/columns", data={"name": "password"}).status_code == 400


def test_the_columns_of_before_come_back(stage):
    seller = stage.client("seller")
    seller.post("/records/contact/columns", data={"name": ["email", "name"]})
    seller.post("/records/contact/columns", data={"name": ["phone", "name"]})
    undo = html.unescape(re.search(r'action="(/records/contact/columns\?[^"]+)"', seller.get("/contacts/").text)[1])
    assert seller.post(undo, data={"next": "/contacts/"}).status_code == 303
    heads = seller.get("/contacts/").text.split("<thead>")[1].split("</thead>")[0]
    assert "E-mail" in heads
    assert "Phone" not in heads


def test_an_undo_of_somebody_else_is_not_there(stage):
    answer = stage.client("seller").post(shared(stage) + "/field/salutation", data={"salutation": "Dr"}, headers=HTMX)
    assert stage.client("colleague").post(undo_of(answer), headers=HTMX).status_code == 404
    assert stage.client("seller").post(undo_of(answer), headers=HTMX).status_code == 204
    assert stage.client("seller").post(undo_of(answer), headers=HTMX).status_code == 409


def test_what_was_is_known_at_any_time(stage):
    before = utcnow()
    stage.client("seller").post(shared(stage) + "/field/salutation", data={"salutation": "Dr"})
    with stage.app.app_context():
        assert journal.as_of("contact", stage.ids["seller.contact"], before)["salutation"] == "zcsellercontactqx"
        assert journal.as_of("contact", stage.ids["seller.contact"], utcnow())["salutation"] == "Dr"


def test_bytes_go_when_their_file_has_been_off_its_record_for_thirty_days(stage):
    seller, url = stage.client("seller"), shared(stage) + "/files"
    with stage.app.app_context():
        attachment = db.session.get(Attachment, stage.ids["seller.contact.attachment"])
        place = attachment.file.location
    removed = seller.post(f"{url}/{attachment.id}/remove", headers=HTMX)
    with stage.app.app_context():
        writing()
        assert forget("files", utcnow() + timedelta(days=29)) == 0
    seller.post(undo_of(removed), headers=HTMX)
    with stage.app.app_context():
        writing()
        assert forget("files", utcnow() + timedelta(days=31)) == 0, "undone, so it is attached"
    seller.post(f"{url}/{attachment.id}/remove")
    with stage.app.app_context():
        writing()
        assert forget("files", utcnow() + timedelta(days=31)) == 1
        db.session.commit()
        assert files.sweep() == 0, "what is young may be about to be saved"
        os.utime(place, (0, 0))
        others = place.parent / "readme.txt"
        others.write_bytes(b"somebody's")
        os.utime(others, (0, 0))
        assert files.sweep() == 1
    assert not place.exists()
    assert others.exists(), "files_folder may name a folder that holds more"
    others.unlink()
    place.write_bytes(b"zcsellercontactqx")  # the stage is shared
