"""Labels and letters: what is in the file, where it lies on the paper, and who gets it."""

import html
import itertools
import re
import subprocess
import tempfile
from datetime import date
from pathlib import Path

import pytest
import segno
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import MultiDict

from crmlite import pdf
from crmlite.auth.models import Organisation, User
from crmlite.auth.signin import viewers
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, reading
from crmlite.journal import Event, EventLink
from crmlite.letters import papers
from crmlite.letters.filling import fill, unknown
from crmlite.letters.forms import LabelsForm
from crmlite.letters.papers import make_labels, make_letters
from crmlite.letters.recipients import Recipient, Recipients
from crmlite.letters.sheets import SHEETS, WINDOWS
from crmlite.pdf import wire
from crmlite.postal import Place, block
from crmlite.records import listing
from crmlite.records.links import Link
from tests import renderers
from tests.pdf.test_render import tool

POINT = 25.4 / 72
STREET = Place("Havenstraat 12", "3011 AB", "Rotterdam", "", "NL")
LETTER = {"window": "din-b", "day": "2026-11-27", "subject": "News", "text": "Dear {first_name|customer},\n\nHello."}


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "home", "lines"),
    [
        (Place("1 Main St\nApt 4", "94103", "San Francisco", "California", "US"), "US", "1 Main St|Apt 4|San Francisco, CA 94103"),
        (Place("1 Main St", "94103", "San Francisco", "", "US"), "US", "1 Main St|San Francisco 94103"),
        (Place("111 Wellington St", "K1A 0A9", "Ottawa", "ontario", "CA"), "CA", "111 Wellington St|Ottawa ON  K1A 0A9"),
        (Place("60 Pitt St", "2000", "Sydney", "NSW", "AU"), "NL", "60 Pitt St|Sydney NSW 2000|AUSTRALIA"),
        (Place("Via Roma 1", "20121", "Milano", "Milano", "IT"), "NL", "Via Roma 1|20121 Milano MI|ITALY"),
        (Place("Calle Mayor 1", "28220", "Majadahonda", "Madrid", "ES"), "ES", "Calle Mayor 1|28220 Majadahonda|Madrid"),
        (Place("Calle Mayor 1", "28013", "Madrid", "Madrid", "ES"), "ES", "Calle Mayor 1|28013 Madrid"),
        (Place("Hauptstr. 1", "80331", "München", "Bayern", "DE"), "NL", "Hauptstr. 1|80331 München|GERMANY"),
        (Place("10 High St", "SW1A 1AA", "London", "", "GB"), "NL", "10 High St|London|SW1A 1AA|UNITED KINGDOM"),
        (Place("Av. Paulista 1", "01310-100", "São Paulo", "São Paulo", "BR"), "BR", "Av. Paulista 1|São Paulo - SP|01310-100"),
        (Place("丸の内1-1", "100-0005", "千代田区", "東京都", "JP"), "JP", "〒100-0005|東京都千代田区|丸の内1-1"),
        (Place("1-1 Marunouchi", "100-0005", "Chiyoda-ku", "Tokyo", "JP"), "NL", "1-1 Marunouchi|Chiyoda-ku, Tokyo|100-0005|JAPAN"),
        (Place("Somewhere 1", "123", "Town", "Land", "XX"), "XX", "Somewhere 1|123 Town|Land"),
    ],
)  # fmt: skip
def test_an_address_is_written_as_its_country_does(place, home, lines):
    assert block((), place, home, "en") == lines.split("|")


def test_the_country_is_in_the_senders_language_and_the_name_where_it_belongs():
    assert block(["Anna"], Place("A 1", "1000", "Wien", "", "AT"), "NL", "nl") == [
        "Anna",
        "A 1",
        "1000 Wien",
        "OOSTENRIJK",
    ]
    assert block(["Anna"], STREET, "NL", "nl")[-1] == "3011 AB Rotterdam"
    japan = Place("丸の内1-1", "100-0005", "千代田区", "東京都", "JP")
    assert block(["会社", "山田太郎"], japan, "JP", "en")[-2:] == ["山田太郎", "会社"]


def test_fields_are_filled_in_and_nothing_else_happens():
    values = {"first_name": "{company}", "company": "", "name": "Anna {{ 7*7 }}"}
    assert fill("{first_name}, {company|friend}: {name}", values) == "{company}, friend: Anna {{ 7*7 }}"
    assert fill("Dear {form_of_address} {last_name}, hello", {"last_name": "Bach"}) == "Dear Bach, hello"
    assert unknown("{name} {owner.password} {x}") == ["owner.password", "x"]
    assert fill("{{ config }} {% raw %}", {}) == "{{ config }} {% raw %}"


# --- on paper ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def printing(stage, renderer):
    renderer.serve(stage.app)
    with stage.writes("manager"):
        Organisation.get().change(name="Noordlicht", address="Kade 1\n1000 AA Amsterdam", country="NL", locale="en")
    with stage.app.test_request_context():
        reading()
        yield stage
    renderer.serve(stage.app)  # the stage is everybody's, and a test may have given it another one


def words(data: bytes) -> list[list[tuple[str, float, float, float, float]]]:
    """Of each page its words with their boxes, in millimetres: word, left, top, right, bottom."""
    found = []
    for page in tool("pdftotext", data, "-bbox").split("<page ")[1:]:
        boxes = re.findall(
            r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', page
        )
        found.append([(html.unescape(w), *(float(n) * POINT for n in box)) for *box, w in boxes])
    return found


def outside(box: tuple[float, float, float, float], found: list) -> list[str]:
    """The words that are not wholly inside of left, top, width, height."""
    left, top, width, height = box
    return [w for w, x0, y0, x1, y1 in found if x0 < left or y0 < top or x1 > left + width or y1 > top + height]


LONG = Place(
    "Burgemeester van Rijckevorselstraat 1234 bis\nGebouw C, 4e verdieping, kamer 412", "1234 AB", "Nieuwerkerk aan den IJssel", "", "NL"
)  # fmt: skip
HARD = [
    ("Anna Lindqvist", Place("Havenstraat 12", "3011 AB", "Rotterdam", "", "NL")),
    ("Noordrijn-Westfaalse Aannemingsmaatschappij voor Spoorwegonderhoud", LONG),
    ("WWWWWWWWWWWWWWWWWWWW MMMMMMMMMMMMMMM", Place("W" * 35, "94103", "San Francisco", "CA", "US")),
    ("شركة النور للإضاءة والطاقة", Place("شارع الملك فهد ١٢", "12211", "الرياض", "", "SA")),
    ("山田太郎", Place("丸の内一丁目九番一号 東京駅前大手町ビルディング十二階", "100-0005", "千代田区", "東京都", "JP")),
    ("Щербаков Феодосий Вольфович", Place("ул. Большая Якиманка, д. 24", "119180", "Москва", "Московская область", "RU")),
]  # fmt: skip


def recipients() -> list[Recipient]:
    return [
        Recipient("contact", n, name, (name,), place, {"first_name": name.split()[0]})
        for n, (name, place) in enumerate(HARD)
    ]


@pytest.mark.parametrize("name", SHEETS)
def test_every_address_lies_inside_its_label(printing, name):
    """Also the longest: it is set smaller and wrapped, and nothing is cut off."""
    sheet, start = SHEETS[name], 5
    made = make_labels(recipients(), sheet, start)
    assert not made.too_long
    (page,) = words(made.content)
    said = "".join(w for w, *_box in page)
    assert said.count("W") >= 55, "nothing was cut off"
    labels = [(*sheet.corner(place), sheet.width, sheet.height) for place in range(start - 1, start - 1 + len(HARD))]
    for word in page:
        assert any(not outside(label, [word]) for label in labels), word
    first = [word for word in page if word[0] in {"Anna", "Lindqvist", "Havenstraat", "3011", "Rotterdam"}]
    assert not outside(labels[0], first)
    assert outside((*sheet.corner(start), sheet.width, sheet.height), first), "the control: it is not in the next one"


def test_a_used_sheet_goes_on_on_a_new_one(printing):
    pages = words(make_labels(recipients(), SHEETS["a4-2x7"], 12).content)
    assert len(pages) == 2
    assert {w for w, *_box in pages[0]} >= {"Anna"}
    assert not outside((*SHEETS["a4-2x7"].corner(11), 99.1, 38.1), [word for word in pages[0] if word[0] == "Anna"])


@pytest.mark.parametrize("name", WINDOWS)
def test_the_address_shows_through_the_window(printing, name):
    window = WINDOWS[name]
    made = make_letters(recipients(), window, date(2026, 11, 27), "Zzz news", "Zzz\n\nzzz", _user(printing))
    pages = words(made.content)
    assert len(pages) == len(made.written) >= len(HARD) - 1
    for one, page in zip(made.written, pages, strict=True):
        address = " ".join(one.block("NL", "en"))
        shown = [
            word
            for word in page
            if word[0] in address and not word[0].lower().startswith("zzz") and _is_there(word, window)
        ]
        assert len(shown) >= 3, (one.title, page)
        assert not outside(window.seen, shown), one.title
        if name == "us-10" and one.title == "Anna Lindqvist":
            left, upper, width, _height = window.seen
            assert not outside((left, upper, width, 2 / 3 * 25.4), shown), "also where it is folded into equal parts"
        other = WINDOWS[{"din-b": "din-a", "us-10": "din-a", "din-a": "us-10"}[name]]
        assert outside(other.seen, shown), "the control: it does not show through another one"
        text = [word for word in page if word[0] == "Zzz"]
        assert len(text) == 2
        assert all(word[2] > window.seen[1] + window.seen[3] for word in text), "the text is below the window"


def _is_there(word: tuple, window) -> bool:
    """Not the letterhead, which may say the same."""
    return word[2] > window.address[1] - 1 and word[2] < window.text - 1


def _user(stage):
    from crmlite.auth.models import User

    return db.session.get_one(User, stage.ids["user.manager"])


def test_arabic_and_japanese_read_in_their_order(printing):
    data = make_labels(recipients(), SHEETS["a4-2x7"], 1).content
    text = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", tool("pdftotext", data))
    assert "شركة النور للإضاءة والطاقة" in text
    assert text.index("〒100-0005") < text.index("丸の内") < text.index("山田太郎") < text.index("JAPAN")
    right, left = SHEETS["a4-2x7"].corner(3)[0] + 99.1, SHEETS["a4-2x7"].corner(0)[0]
    (page,) = words(data)
    assert max(x1 for word, _x0, _y0, x1, _y1 in page if re.search("[\u0620-\u064a]", word)) > right - 4, (
        "from the right"
    )
    assert min(x0 for word, x0, *_rest in page if word == "Anna") < left + 4, "the control: from the left"


def test_an_address_that_fits_nowhere_is_named_and_not_cut(printing):
    giant = Recipient("contact", 1, "Giant", ("Giant",), Place("\n".join(["Long"] * 30), "1", "Town", "", "NL"))
    made = make_labels([*recipients(), giant], SHEETS["letter-3x10"], 1)
    assert [one.title for one in made.too_long] == ["Giant"]


# --- through the pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def addressed(stage, renderer):
    renderer.serve(stage.app)
    with stage.writes("manager") as who:
        db.session.get_one(Company, stage.ids["seller.company"]).change(addresses=[_row()])
        home = Contact.create(who.user, given="Homer", family="Home", addresses=[_row(label="home")])
        none = Contact.create(who.user, given="Nowhere")
        half = Contact.create(who.user, given="Halfway", addresses=[_row(lines="")])
        firm = db.session.get_one(Company, stage.ids["seller.company"])
        clerk = Contact.create(who.user, given="Clara", family="Clerk")
        home.join(firm)
        clerk.join(firm)
        stage.ids |= {"home": home.id, "clerk": clerk.id, "none": none.id, "half": half.id}
    return stage


def _row(**more: str) -> dict:
    return {
        "lines": "Laan 1",
        "postcode": "2500 AA",
        "city": "Den Haag",
        "region": "",
        "country": "NL",
        "label": "work",
    } | more


def test_who_has_no_address_is_named(addressed):
    page = addressed.client("manager").get("/letters/contact").text
    assert re.search(f'<a href="/contacts/{addressed.ids["none"]}"[^>]*>Nowhere', page)
    assert "Halfway" in page
    assert not re.search(r"<a href=[^>]*>Homer", page)


def test_labels_for_the_ticked_ones_are_journaled_and_hold_only_them(addressed):
    ids = [addressed.ids["home"], addressed.ids["none"], addressed.ids["seller.contact"]]
    answer = addressed.client("manager").post(
        "/letters/contact/labels", data={"id": ids, "sheet": "a4-3x7", "start": "2"}
    )
    assert answer.mimetype == "application/pdf"
    text = tool("pdftotext", answer.data)
    assert "Homer Home" in text
    assert "Nowhere" not in text
    with addressed.app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.name == "labels.made")).one()
        assert event.data == {"count": 2, "what": "Contacts"}


def test_a_letter_is_filled_in_for_each_and_stands_on_their_timelines(addressed):
    data = {**LETTER, "id": [addressed.ids["home"]]}
    answer = addressed.client("manager").post("/letters/contact/letters", data=data)
    text = tool("pdftotext", answer.data)
    assert "Dear Homer," in text
    with addressed.app.app_context():
        about = sa.select(EventLink).join(Event, Event.id == EventLink.event_id).where(Event.name == "letter.written")
        assert [(one.record_type, one.record_id) for one in db.session.scalars(about)] == [
            ("contact", addressed.ids["home"])
        ]
    assert (
        "wrote a letter: News"
        in addressed.client("manager").get(f"/records/contact/{addressed.ids['home']}/timeline").text
    )


# --- with a code to scan ----------------------------------------------------------------------------------------------


def scanned(data: bytes, page: int) -> list[str]:
    """The modules of the code on that page, row by row, as a camera sees them: what is dark left of the words."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "letter.pdf").write_bytes(data)
        command = ["pdftoppm", "-r", "300", "-gray", "-f", str(page), "-l", str(page), "letter.pdf", "page"]
        subprocess.run(command, cwd=folder, check=True)
        picture = Image.open(next(Path(folder).glob("page*.pgm"))).point(lambda grey: 255 * (grey < 128))
    top = int(picture.height * 0.45)  # below window and heading
    picture = picture.crop((0, top, int(picture.width * 0.3), picture.height))
    left, upper, right, lower = _square(picture)
    size = 17 + 4 * next(v for v in range(1, 41) if _is_timing(picture.crop((left, upper, right, lower)), 17 + 4 * v))
    code = picture.crop((left, upper, right, lower))
    step = code.width / size
    at = [int((n + 0.5) * step) for n in range(size)]
    return ["".join("#" if code.getpixel((x, y)) else "." for x in at) for y in at]


def _square(picture: Image.Image) -> tuple[int, int, int, int]:
    """Where the code is: the widest block of dark and light without a white row in it."""
    rows = [y for y in range(picture.height) if picture.crop((0, y, picture.width, y + 1)).getbbox()]
    blocks, begin = [], rows[0]
    for before, after in itertools.pairwise([*rows, 10**6]):
        if after - before > 3:
            blocks.append((begin, before + 1))
            begin = after
    upper, lower = max(blocks, key=lambda block: block[1] - block[0])
    left, _top, _right, _bottom = picture.crop((0, upper, picture.width, lower)).getbbox()
    return left, upper, left + lower - upper, lower


def _is_timing(code: Image.Image, size: int) -> bool:
    """Whether its seventh row alternates as a code of that size does."""
    step = code.width / size
    row = [bool(code.getpixel((int((n + 0.5) * step), int(6.5 * step)))) for n in range(8, size - 8)]
    return row == [n % 2 == 0 for n in range(8, size - 8)]


def links_of(stage, contact_id: int) -> list[date | None]:
    """Until when each of the links to their details works."""
    with stage.app.app_context():
        about = sa.select(Link.expires_on).where(Link.record_type == "contact", Link.purpose == "details")
        return list(db.session.scalars(about.where(Link.record_id == contact_id)))


def test_a_letter_carries_a_code_that_opens_their_details(addressed):
    ids = [addressed.ids["clerk"], addressed.ids["home"]]
    manager = addressed.client("manager")
    assert "A code to scan" in manager.get("/letters/contact", query_string={"id": ids}).text
    data = {**LETTER, "id": ids, "enclosed": "details"}
    answer = manager.post("/letters/contact/letters", data=data)
    assert answer.mimetype == "application/pdf", answer.text
    text = tool("pdftotext", answer.data)
    urls = ["".join(url.split()) for url in re.findall(r"http\S+/p/details/[\w\s-]{44,60}", text)]
    urls = [url[: url.index("/p/details/") + 55] for url in urls]
    assert len(set(urls)) == 2
    for page, (url, name) in enumerate(zip(urls, ("Clara", "Homer"), strict=True), 1):
        matrix = segno.make(url, error="m", micro=False).matrix
        assert scanned(answer.data, page) == ["".join("#" if dark else "." for dark in row) for row in matrix]
        shown = addressed.client("stranger").get(url.partition("localhost")[2] or url)
        assert shown.status_code == 200
        assert name in shown.text
    with addressed.app.app_context():
        asked = sa.select(EventLink.record_id).join(Event, Event.id == EventLink.event_id)
        found = db.session.scalars(asked.where(Event.name == "details.asked", EventLink.record_id.in_(ids)))
        assert sorted(found) == sorted(ids)


def test_without_the_tick_there_is_no_link(addressed):
    answer = addressed.client("manager").post("/letters/contact/letters", data={**LETTER, "id": addressed.ids["home"]})
    assert "/p/details/" not in tool("pdftotext", answer.data)
    assert links_of(addressed, addressed.ids["home"]) == []


def test_whom_one_may_not_change_one_does_not_ask(addressed):
    data = {**LETTER, "id": [addressed.ids["home"]], "enclosed": "details"}
    answer = addressed.client("marketing").post("/letters/contact/letters", data=data)
    assert answer.status_code == 422
    assert "cannot carry a code: Homer Home" in answer.text
    assert links_of(addressed, addressed.ids["home"]) == []
    assert (
        addressed.client("marketing").post("/letters/contact/letters", data={**data, "enclosed": ""}).status_code == 200
    )


def test_where_an_address_does_not_fit_nobody_gets_a_link(addressed):
    with addressed.writes("manager") as who:
        giant = Contact.create(who.user, given="Giant", addresses=[_row(lines="\n".join(["Long"] * 30))]).id
    data = {**LETTER, "id": [giant, addressed.ids["clerk"]], "enclosed": "details"}
    answer = addressed.client("manager").post("/letters/contact/letters", data=data)
    assert "Make it shorter: Giant" in answer.text
    assert links_of(addressed, addressed.ids["clerk"]) == []


def test_where_corrections_are_off_there_is_no_code(addressed):
    addressed.client("admin").post("/auth/modules/details/off")
    manager = addressed.client("manager")
    assert "A code to scan" not in manager.get("/letters/contact", query_string={"id": addressed.ids["home"]}).text
    data = {**LETTER, "id": [addressed.ids["home"]], "enclosed": "details"}
    assert manager.post("/letters/contact/letters", data=data).status_code == 422


def test_a_mail_afterwards_does_not_shorten_the_letters_link(addressed):
    number, manager = addressed.ids["home"], addressed.client("manager")
    manager.post("/letters/contact/letters", data={**LETTER, "id": [number], "enclosed": "details"})

    [before] = links_of(addressed, number)
    sent = {"to": "homer@example.com", "subject": "Look", "message": "Please look."}
    assert manager.post(f"/details/contacts/{number}/ask", data=sent).status_code == 303
    assert links_of(addressed, number) == [before]


def test_a_company_that_one_may_not_see_lends_no_address(addressed):
    """Marketing sees all; a role that sees contacts only gets neither the company's name nor its address."""
    data = {"id": [addressed.ids["clerk"]], "sheet": "a4-3x7", "start": "1"}
    assert "Den Haag" in tool(
        "pdftotext", addressed.client("marketing").post("/letters/contact/labels", data=data).data
    )
    with addressed.writes("admin"):
        from crmlite.auth.models import Grant, Role

        role = db.session.scalars(sa.select(Role).where(Role.name == "marketing")).one()
        grant = db.session.scalars(
            sa.select(Grant).where(Grant.role_id == role.id, Grant.record_type == "company", Grant.action == "view")
        ).one()
        grant.scope = "own"
    answer = addressed.client("marketing").post("/letters/contact/labels", data=data)
    assert answer.status_code == 422
    assert "zcsellercompanyqx" not in answer.text


def test_a_long_list_is_printed_part_by_part(addressed, monkeypatch):
    monkeypatch.setattr(LabelsForm, "IN_FILE", 1)
    ids = [addressed.ids["home"], addressed.ids["clerk"], addressed.ids["none"]]
    manager = addressed.client("manager")
    page = manager.get("/letters/contact", query_string={"id": ids}).text
    assert "1 to 1" in page
    assert "2 to 2" in page
    data = {"id": ids, "sheet": "a4-3x7", "start": "1"}
    found = [tool("pdftotext", manager.post("/letters/contact/labels", data={**data, "part": n}).data) for n in (1, 2)]
    assert ["Clara" in found[0], "Homer" in found[0], "Clara" in found[1], "Homer" in found[1]] == [
        True,
        False,
        False,
        True,
    ]
    assert manager.post("/letters/contact/labels", data={**data, "part": 3}).status_code == 422


def test_all_that_words_find_get_one_and_not_only_what_a_page_counts(addressed, monkeypatch):
    monkeypatch.setattr(listing, "COUNT_TO", 1)
    with addressed.writes("seller") as as_:
        for n in range(5):
            Contact.create(as_.user, given=f"Many {n}", family="Zqcrowd")
    with addressed.app.app_context():
        [user] = viewers(User.email == "manager@demo.example")
        assert len(Recipients(CONTACT, user, MultiDict({"list": "_q=Zqcrowd"}))._rows) == 5


def test_only_who_may_export_gets_any(addressed):
    for actor in ("seller", "colleague", "rival"):
        assert addressed.client(actor).get("/letters/contact").status_code == 403
        assert "/letters/contact" not in addressed.client(actor).get("/contacts/").text
    assert "/letters/contact?list=" in addressed.client("manager").get("/contacts/").text


def test_a_bad_form_says_what_is_wrong(addressed):
    manager = addressed.client("manager")
    for data, complaint in (
        ({"text": "{password}"}, "There is no field {password}"),
        ({"subject": ""}, "fill this in"),
    ):
        answer = manager.post("/letters/contact/letters", data={**LETTER, **data, "id": addressed.ids["home"]})
        assert answer.status_code == 422
        assert complaint in answer.text
    answer = manager.post(
        "/letters/contact/labels", data={"sheet": "a4-3x7", "start": "22", "id": addressed.ids["home"]}
    )
    assert "This sheet has 21 labels" in answer.text


def test_without_a_renderer_nothing_is_journaled(stage, monkeypatch):
    with stage.writes("manager"):
        db.session.get_one(Company, stage.ids["seller.company"]).change(addresses=[_row()])

    def absent(*_anything: object) -> bytes:
        raise pdf.Failed("absent")

    monkeypatch.setattr(pdf, "render", absent)
    data = {"id": stage.ids["seller.company"], "sheet": "a4-3x7", "start": "1"}
    answer = stage.client("manager").post("/letters/company/labels", data=data)
    assert answer.status_code == 503
    with stage.app.app_context():
        assert db.session.scalar(sa.select(Event).where(Event.name == "labels.made")) is None


@pytest.mark.parametrize("what", ["labels", "letters"])
def test_as_many_as_are_promised_fit_into_one_file(printing, what, pytestconfig):
    """By size and memory; for their time see papers.py. Without --long a tenth of them is made, and the rest is reckoned."""
    share = 1 if pytestconfig.getoption("--long") else 10
    one = Recipient("contact", 1, "Anna Lindqvist", ("Noordrijn Aannemingsmaatschappij", "Anna Lindqvist"), STREET)
    sizes = []
    with renderers.running(seconds=300.0) as patient, pytest.MonkeyPatch.context() as patch:
        patient.serve(printing.app)
        made = pdf.render
        patch.setattr(pdf, "render", lambda text, files: sizes.append(len(text)) or made(text, files))
        if what == "labels":
            make_labels([one] * (papers.LABELS_IN_FILE // share), SHEETS["a4-3x7"], 1)
        else:
            some = [one] * (papers.LETTERS_IN_FILE // share)
            make_letters(some, WINDOWS["din-b"], date(2026, 11, 27), "News", "Word " * 800, _user(printing))
    assert sizes[0] * share < wire.HTML_AT_MOST
