"""A block of cells pasted into a list: what fits is written as one step, what does not is named with its reason."""

import json
import re

import pytest
import sqlalchemy as sa

from crmlite.auth.models import User
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.journal import Operation
from crmlite.records import types
from crmlite.records.custom_fields import CustomField
from tests import cast, oracles

KINDS = ("text", "number", "money", "date", "choice", "choices", "person", "link")


def paste(stage, rows, names, texts, actor="admin", kind="contact", seen=None, more=None):
    """`rows` are ids, or keys of the stage's; `more` is sent instead."""
    ids = [stage.ids.get(row, row) for row in rows]
    versions = seen or [version(stage, kind, number) for number in ids for _ in names]
    return stage.client(actor).post(
        f"/records/{kind}/paste",
        data={
            "ids": ",".join(map(str, ids)),
            "names": ",".join(names),
            "seen": ",".join(map(str, versions)),
            "block": json.dumps(texts),
            **(more or {}),
        },
        headers={"HX-Request": "true", "HX-Request-Type": "partial"},
    )


def record(stage, kind, number):
    with stage.app.app_context():
        return db.session.get(types.known(kind).model, number)


def version(stage, kind, number):
    found = record(stage, kind, number)
    return found.row_version if found else 1


def dump(stage):
    return oracles.dump(stage.engines["reader"])


def undo_of(answer):
    return json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]


def test_a_block_is_one_operation_and_one_undo(stage):
    before = dump(stage)
    rows = ["seller.contact", "colleague.contact", "rival.contact"]
    texts = [["Dr", "a@paste.example"], ["Prof", "b@paste.example"], ["Mx", "c@paste.example"]]
    answer = paste(stage, rows, ["salutation", "email"], texts)
    assert answer.status_code == 200
    assert "6 cells saved." in answer.headers["HX-Trigger"]
    assert [record(stage, "contact", stage.ids[row]).salutation for row in rows] == ["Dr", "Prof", "Mx"]
    for row, (_salutation, email) in zip(rows, texts, strict=True):
        shown = re.search(
            rf'<hx-partial hx-target="#r{stage.ids[row]}" hx-swap="outerMorph">.*?</hx-partial>', answer.text, re.S
        )
        assert email in shown[0]
    with stage.app.app_context():
        last = db.session.scalars(sa.select(Operation).order_by(Operation.id.desc())).first()
        assert (last.kind, undo_of(answer)) == ("paste", f"/records/undo/{last.id}")
    assert stage.client("admin").post(undo_of(answer)).status_code in {204, 303}
    changed = [line for line in oracles.differences(before, dump(stage)) if "@paste" in line or "'Prof'" in line]
    assert not [line for line in changed if line.startswith(("+ contact:", "+ point:", "- contact:", "- point:"))]


def make_fields(stage, kind="contact"):
    with stage.writes("admin") as session:
        for name in KINDS:
            options = {"choice": ("Small", "Large, heavy"), "choices": ("Fair", "Web, mail", "Phone")}.get(name, ())
            CustomField.create(
                session.user, kind, name.title(), name, options, currency="EUR" if name == "money" else ""
            )


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", ("12,345.5", "€1,250.50", "5/31/2026")),
        ("nl", ("12.345,5", "€ 1.250,50", "31-05-2026")),
        ("ar", ("12345٫5", "1250٫50", "٣١‏/٥‏/٢٠٢٦")),
        ("nl", ("12345,5", "1250,50", "31 mei 2026")),
    ],
)
def test_every_kind_is_read_the_way_of_the_readers_language(stage, language, typed):
    make_fields(stage)
    stage.client("admin").post("/auth/language", data={"language": language})
    number, money, day = typed
    person = record_name(stage, "user.colleague")
    texts = [["'=1+1", number, money, day, "large, HEAVY", "Phone; web, mail", person, "example.com/a"]]
    answer = paste(stage, ["seller.contact"], [f"x.{name}" for name in KINDS], texts)
    assert answer.status_code == 200, re.sub(r"<[^>]+>", " ", answer.text)
    assert record(stage, "contact", stage.ids["seller.contact"]).custom == {
        "memo": cast.canary("seller", "contact"),
        "text": "=1+1",
        "number": 12_345_500_000,
        "money": 125_050,
        "date": "2026-05-31",
        "choice": "large_heavy",
        "choices": ["web_mail", "phone"],
        "person": stage.ids["user.colleague"],
        "link": "example.com/a",
    }
    for shown in ("Fair, Web, mail", "fair;web, mail", "Web, mail, Fair", "Fair\nWeb, mail"):
        answer = paste(stage, ["seller.contact"], ["x.choices"], [[shown]], more={"but": ""})
        assert record(stage, "contact", stage.ids["seller.contact"]).custom["choices"] == ["fair", "web_mail"], shown
    emptied = paste(stage, ["seller.contact"], [f"x.{name}" for name in KINDS], [["", "", "", "", "–", "", "", ""]])
    assert emptied.status_code == 200
    assert record(stage, "contact", stage.ids["seller.contact"]).custom == {"memo": cast.canary("seller", "contact")}


def record_name(stage, key):
    with stage.app.app_context():
        return db.session.get_one(User, stage.ids[key]).name


def test_amounts_days_and_choices_of_a_deal(stage):
    names = ["amount", "close_on", "kind", "recurring", "stage"]
    page = stage.client("seller").get("/deals/").text
    assert f'<tr id="r{stage.ids["seller.deal"]}" data-v="{version(stage, "deal", stage.ids["seller.deal"])}">' in page
    texts = [["1,234.56", "Jun 30, 2027", "new CUSTOMER", "12", "Won"]]
    answer = paste(
        stage, ["seller.deal"], names, texts, actor="seller", kind="deal", more={"list": "_columns=name,amount"}
    )
    assert (answer.status_code, answer.text.count("<li>")) == (409, 1), answer.text
    answer = paste(
        stage, ["seller.deal"], names, texts, "seller", "deal", more={"list": "_columns=name,amount", "but": "1:stage"}
    )
    assert (answer.status_code, "1,234.56" in answer.text, "2027" in answer.text) == (200, True, False)
    deal = record(stage, "deal", stage.ids["seller.deal"])
    assert (deal.amount_minor, str(deal.close_on), deal.recurring_minor) == (123_456, "2027-06-30", 1200)


@pytest.mark.parametrize(
    ("language", "typed"), [("en", "5/31/1990"), ("nl", "31-5-1990"), ("ar", "٣١‏/٥‏/١٩٩٠"), ("nl", "1990-05-31")]
)
def test_a_day_is_typed_into_a_cell_the_way_of_the_language(stage, language, typed):
    stage.client("admin").post("/auth/language", data={"language": language})
    url = f"/records/contact/{stage.ids['seller.contact']}/field/birthday"
    assert stage.client("admin").post(url, data={"birthday": "31/31/1990"}).status_code == 422
    assert (
        stage.client("admin").post(url, data={"birthday": "31-5-90"}).status_code == 422
    )  # which century, nobody knows
    answer = stage.client("admin").post(url, data={"birthday": typed})
    assert answer.status_code == 200
    assert f'data-v="{version(stage, "contact", stage.ids["seller.contact"])}"' in answer.text
    assert str(record(stage, "contact", stage.ids["seller.contact"]).birthday) == "1990-05-31"


BAD = {
    "number": "3 kg", "money": "12,3x", "date": "31/13/2026", "choice": "Huge", "choices": "Fair; Nowhere", "person": "7",
    "link": "javascript:alert(1)", "text": "x" * 501,
}  # fmt: skip


def test_cells_that_refuse_are_named_and_nothing_is_saved_until_one_says_so(stage):
    make_fields(stage)
    before = dump(stage)
    names = [*(f"x.{name}" for name in KINDS), "salutation", "name", "tags", "x.gone", "password", ""]
    texts = [[*(BAD[name] for name in KINDS), "Dr", "Someone", "Fair", "a", "b", "c"]]
    answer = paste(stage, ["seller.contact"], names, texts)
    assert answer.status_code == 409
    assert answer.text.count("<li>") == 13
    assert "13 cells do not take what was pasted" in answer.text
    for reason in (
        "leave out",
        "not a day",
        "not one of the answers",
        "web address",
        "too long",
        "no column",
        "Open the record",
    ):
        assert reason in answer.text, reason
    assert dump(stage) == before
    but = re.search(r'name="but" value="([^"]*)"', answer.text)[1]
    saved = paste(stage, ["seller.contact"], names, texts, more={"but": but})
    assert saved.status_code == 200
    assert "1 cell saved. 13 cells stayed as they were." in json.loads(saved.headers["HX-Trigger"])["toast"]["message"]
    assert record(stage, "contact", stage.ids["seller.contact"]).salutation == "Dr"
    assert (
        paste(stage, ["seller.contact"], ["salutation", "email"], [["Mx", "nonsense"]], more={"but": but}).status_code
        == 409
    )


def test_what_somebody_changed_meanwhile_is_not_overwritten(stage):
    """By field: another field of the same record is no reason, and who writes the same is no conflict."""
    number = stage.ids["seller.contact"]
    seen = version(stage, "contact", number)
    paste(stage, ["seller.contact"], ["salutation"], [["Theirs"]], actor="colleague")
    answer = paste(stage, ["seller.contact"], ["salutation", "given"], [["Mine", "Given"]], seen=[seen, seen])
    assert answer.status_code == 409
    assert "Somebody changed this to “Theirs” meanwhile." in answer.text
    assert record(stage, "contact", number).salutation == "Theirs"
    for text, given, versions in (("Theirs", "Given", [seen, seen]), ("Mine", "Given again", [seen + 1, seen + 2])):
        answer = paste(stage, ["seller.contact"], ["salutation", "given"], [[text, given]], seen=versions)
        assert answer.status_code == 200, answer.text
    for unknown in (0, 999, 9**12):
        answer = paste(stage, ["seller.contact"], ["salutation"], [["Again"]], seen=[unknown])
        assert "It is not known what you saw" in answer.text


@pytest.mark.parametrize("kind", cast.TYPES)
def test_only_rows_that_are_ones_own_change_and_others_say_nothing(stage, kind):
    """The canary: the seller pastes over the records of everybody, one in the trash and one that never was."""
    rows = [f"{owner}.{kind}" for owner in ("seller", "colleague", "rival")] + [f"seller.trash.{kind}", 999_999]
    answer = paste(stage, rows, ["x.memo"], [[f"Pasted {n}"] for n in range(5)], actor="seller", kind=kind)
    but = " ".join(f"{n}:x.memo" for n in range(1, 6))
    paste(stage, rows, ["x.memo"], [[f"Pasted {n}"] for n in range(5)], actor="seller", kind=kind, more={"but": but})
    changed = {
        row for row in rows if (found := record(stage, kind, stage.ids.get(row, row))) and "Pasted" in str(found.custom)
    }
    if kind in cast.EVERYBODYS:
        assert (answer.status_code, changed) == (403, set())
        return
    assert (answer.status_code, changed) == (409, {f"seller.{kind}", f"colleague.{kind}"})
    assert cast.canary("rival", kind) not in answer.text
    assert answer.text.count("This record is not there any more.") == 3


def test_whose_it_is_says_who_may(stage):
    answer = paste(stage, ["seller.contact"], ["owner"], [[record_name(stage, "user.manager")]], actor="colleague")
    assert answer.status_code == 409
    assert record(stage, "contact", stage.ids["seller.contact"]).owner_id == stage.ids["user.seller"]
    given = paste(stage, ["seller.contact"], ["owner"], [[record_name(stage, "user.rival")]], actor="seller")
    assert given.status_code == 200
    assert f'hx-target="#r{stage.ids["seller.contact"]}" hx-swap="delete"' in given.text
    assert cast.canary("seller", "contact") not in given.text


def test_a_large_block_is_counted_first_and_a_huge_one_refused(stage):
    with stage.writes("admin") as session:
        rows = [Contact.create(session.user, given=f"Row {n}") for n in range(60)]
        db.session.flush()
        ids = [row.id for row in rows]
    texts = [[f"S{n}"] for n in range(60)]
    asked = paste(stage, ids, ["salutation"], texts)
    assert asked.status_code == 409
    assert "Change 60 cells?" in asked.text
    assert re.search(r"Form of address<.*?<bdi></bdi>.*?<bdi>S0</bdi>", asked.text, re.S)
    assert "And 54 more cells." in asked.text
    assert record(stage, "contact", ids[0]).salutation == ""
    assert paste(stage, ids, ["salutation"], texts, more={"but": ""}).status_code == 200
    assert record(stage, "contact", ids[59]).salutation == "S59"
    names = ["salutation", "given", "family", "email", "phone", "birthday"]
    for rows, columns in ((201, 1), (170, 6)):
        refused = paste(stage, range(1, rows + 1), names[:columns], [["a"] * columns] * rows, seen=[1] * rows * columns)
        assert refused.status_code == 400
        assert "At most 200 rows and 1,000 cells" in refused.headers["HX-Trigger"]


@pytest.mark.parametrize(
    "wrong",
    [{"block": "[]"}, {"block": "nonsense"}, {"block": '[["a", 1]]'}, {"block": "[" * 9000}, {"seen": "1"}, {"seen": ""}, {"names": ""},
     {"ids": ""}, {"ids": "1,1"}, {"names": "given,given"}, {"list": "no=column"}],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused(stage, wrong):
    before = dump(stage)
    assert paste(stage, ["seller.contact"], ["given", "family"], [["a", "b"]], more=wrong).status_code == 400
    assert dump(stage) == before
