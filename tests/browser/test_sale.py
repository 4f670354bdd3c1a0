"""The main job, whole: from a deal on a contact's page over the board and a quote to the customer's yes, its order and its traces."""

import email
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from email.message import EmailMessage
from email.policy import default as modern
from gettext import GNUTranslations
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site, searching, serving, settled
from tests.browser.test_board import COLUMN, cards, drag
from tests.mail.test_headers import Inbox
from tests.pdf.test_papers import said
from tests.pdf.test_render import tool
from tests.ports import free_port

TRANSLATIONS = Path(__file__).parents[2] / "crmlite/translations"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36",
}
"""Chromium without a window says so, and is taken for a scanner."""


@dataclass(frozen=True)
class Sale:
    """Who sells what to whom; `lines` are the letters that find a product, its name, and how many."""

    language: str
    user: str
    seller: str
    customer: str
    mail: str
    company: str
    deal: str
    amount: str
    currency: str
    lines: tuple[tuple[str, str, str], ...]
    tax: str
    """The letters that choose it, where it is not the products' own."""
    net: Decimal
    total: Decimal
    with_option: Decimal


SALES = (
    Sale(
        "en", "seller", "Sanne de Wit", "Tamsin Quayle", "t.quayle@ormsbyvale.example", "Ormsby & Vale Insurance",
        "Two booths for claims", "12000", "EUR",
        (("phone b", "Phone booth Uil", "2"), ("vilt 40", "Wall panel Vilt 40", "12.5"), ("reloc", "Relocation kit", "1")),
        "", Decimal("11375.00"), Decimal("13763.75"), Decimal("14060.20"),
    ),
    Sale(
        "ar", "rival", "ليلى منصور", "ريم الهاشمي", "reem@sidrahotels.example", "مجموعة فنادق السدرة",
        "كبائن هادئة للبهو", "140000", "AED",
        (("phone b", "Phone booth Uil", "2"), ("kerk", "Meeting booth Kerkuil", "1.5"), ("booth oe", "Meeting booth Oehoe", "1")),
        "VAT in", Decimal("105700.00"), Decimal("110985.00"), Decimal("189630.00"),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True, ready_timeout=60)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture(scope="module")
def shop(browser, database, databases, inbox, tmp_path_factory, pytestconfig) -> Iterator[Site]:
    """crmlite as it is shipped, that sends its mail to `inbox`."""
    inbox.envelopes.clear()
    smtp = {"CRMLITE_SMTP_URL": f"smtp://127.0.0.1:{inbox.port}", "CRMLITE_MAIL_FROM": "crm@demo.example"}
    with serving(browser, database, databases, tmp_path_factory.mktemp("shop"), pytestconfig, **smtp) as site:
        yield site


def words(language: str) -> Callable[[str], str]:
    """What stands on the pages in that language for an English text."""
    if language == "en":
        return str
    with (TRANSLATIONS / language / "LC_MESSAGES/messages.mo").open("rb") as file:
        return GNUTranslations(file).gettext


def number(text: str | Locator) -> Decimal:
    """The number in an amount, whatever stands around it."""
    text = text if isinstance(text, str) else text.inner_text()
    return Decimal(re.search(r"\d[\d,]*(\.\d+)?", text)[0].replace(",", ""))


def mails_to(inbox: Inbox, address: str) -> list[EmailMessage]:
    return [
        email.message_from_bytes(envelope.content, policy=modern)
        for envelope in inbox.envelopes
        if envelope.rcpt_tos == [address]
    ]


@pytest.mark.parametrize("sale", SALES, ids=lambda sale: sale.language)
def test_from_a_deal_to_an_order(shop, inbox, sale):
    _ = words(sale.language)
    with shop.visit(sale.user) as page:
        assert page.locator("html").get_attribute("lang") == sale.language
        contact = contact_of(page, sale)
        deal = add_deal(page, contact, sale, _)
        stages = move_it(page, deal, sale)
        quote, called = write_quote(page, deal, sale, _)
        send_it(page, quote, called, sale, _)
    link = look_at_mail(inbox, called, sale, _)
    order = accept_it(shop, link, called, sale, _)
    with shop.visit(sale.user) as page:
        look_at_order(page, order, sale)
        page.goto(deal)
        expect(page.locator(".cx-path [aria-current=step]")).to_have_text("Won")
        page.goto(contact)
        company = settled(page).get_by_role("link", name=sale.company).first.get_attribute("href")
        expect(page.locator(".cx-rec-side").get_by_text(_("Customer"), exact=True).first).to_be_visible()
        began = _("%(actor)s added the deal %(name)s in %(stage)s")
        moved = _("%(actor)s moved the deal from %(was)s to %(now)s")
        of_deal = [
            began % {"actor": sale.seller, "name": sale.deal, "stage": stages[0]},
            moved % {"actor": sale.seller, "was": stages[0], "now": stages[1]},
            moved % {"actor": sale.seller, "was": stages[1], "now": stages[2]},
        ]
        of_quote = [
            _("%(actor)s began the quote %(number)s") % {"actor": sale.seller, "number": called},
            _("%(actor)s sent %(number)s to %(to)s: %(total)s").partition(": ")[0]
            % {"actor": sale.seller, "number": called, "to": sale.mail},
            _("%(name)s accepted %(number)s: %(total)s").partition(": ")[0] % {"name": sale.customer, "number": called},
            _("Order %(number)s was made: %(total)s").partition(": ")[0] % {"number": order},
        ]
        won = _("The deal is won")
        customer = _("Lifecycle is now: %(now)s") % {"now": _("Customer")}
        tells_it_in_order(page, contact, [*of_deal, *of_quote, won, customer])
        tells_it_in_order(page, company, [*of_deal, *of_quote, won])
        tells_it_in_order(page, deal, [*of_deal, *of_quote, won])
        tells_it_in_order(page, quote, of_quote)
        expect(page.locator(".cx-rec-side")).to_contain_text(_("Opened"))
        expect(page.locator(".cx-rec-side")).to_contain_text(_("on a phone"))
    assert len(mails_to(inbox, sale.mail)) == 1
    told = [mail["Subject"] for mail in mails_to(inbox, f"{sale.user}@demo.example") if called in mail["Subject"]]
    assert len(told) == 1


# --- the seller -------------------------------------------------------------------------------------------------------


def contact_of(page: Page, sale: Sale) -> str:
    """The address of the customer's page, who has bought nothing yet."""
    page.goto(f"/contacts/?_q={sale.mail}")
    link = settled(page).get_by_role("link", name=sale.customer)
    path = link.get_attribute("href")
    assert "customer" not in page.locator("#rows").inner_html()
    return path


def add_deal(page: Page, contact: str, sale: Sale, _) -> str:
    page.goto(contact)
    panel = settled(page).locator("#around section", has=page.get_by_role("heading", name=_("Deals"), exact=True))
    panel.get_by_role("link", name=_("New deal")).click()
    expect(page.locator("input[name='contact_id-text']")).to_have_value(sale.customer)
    page.fill("input[name=name]", sale.deal)
    page.fill("input[name=amount_minor]", sale.amount)
    page.select_option("select[name=currency]", sale.currency)
    page.get_by_role("button", name=_("Add deal")).click()
    page.wait_for_url(re.compile(r"/deals/\d+$"))
    return re.search(r"/deals/\d+$", page.url)[0]


def move_it(page: Page, deal: str, sale: Sale) -> list[str]:
    """Drags the card one column on, and carries it one further with the keys; says through which stages it went."""
    page.goto("/deals/board")
    card = f"deal-{deal.rpartition('/')[2]}"
    assert card in cards(settled(page), 0)
    drag(page, card, page.locator(COLUMN).nth(1).locator(".cx-kcard").first)
    expect(page.locator(COLUMN).nth(1).locator(f"#{card}:not(.cx-pending)")).to_be_visible()
    page.locator(f"#{card}-link").focus()
    page.keyboard.press("Shift+ArrowLeft" if sale.language == "ar" else "Shift+ArrowRight")
    expect(page.locator(COLUMN).nth(2).locator(f"#{card}:not(.cx-pending)")).to_be_visible()
    page.reload()
    assert card in cards(settled(page), 2), "the server knows it too"
    return page.locator(f"{COLUMN} h2").all_inner_texts()[:3]


def write_quote(page: Page, deal: str, sale: Sale, _) -> tuple[str, str]:
    """Address and number of the quote, written in the grid without a pointer."""
    page.goto(deal)
    settled(page).get_by_role("banner").get_by_role("link", name=_("New quote")).click()
    expect(page.locator("input[name=name]")).to_have_value(sale.deal)
    expect(page.locator("input[name='contact_id-text']")).to_have_value(sale.customer)
    page.get_by_role("button", name=_("Write the quote")).click()
    page.wait_for_url("**/quotes/*/edit")
    settled(page).get_by_role("button", name=_("Add a line")).focus()
    page.keyboard.press("Enter")
    for at, (letters, name, quantity) in enumerate(sale.lines):
        write_line(page, at, letters, name, quantity, sale)
        if at < 2:
            page.keyboard.press("Enter")  # in the last row: one more
    totals = page.locator(".cx-totals")
    expect(totals.locator("dd").first).to_contain_text(f"{sale.net + price_of(page, 2):,.2f}")
    page.locator("input[name=lines-2-optional]").focus()
    page.keyboard.press("Space")
    expect(page.locator("input[name=lines-2-chosen]")).to_be_visible()
    expect(totals.locator("dd").first).to_contain_text(f"{sale.net:,.2f}")
    assert number(totals.locator(".cx-totals-sum dd")) == sale.total
    expect(page.frame_locator("iframe[name=paper]").locator(".paper-total")).to_contain_text(f"{sale.total:,.2f}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast-status .cx-toast").last).to_be_visible()
    page.wait_for_url("**/quotes/*/edit")
    path = re.search(r"/quotes/\d+", page.url)[0]
    return path, settled(page).locator("h1").inner_text()


def write_line(page: Page, at: int, letters: str, name: str, quantity: str, sale: Sale) -> None:
    """Finds the product, writes how many, and chooses the tax; ends in the quantity."""
    product = page.locator(f"input[name='lines-{at}-product-text']")
    expect(product).to_be_focused()
    with searching(page, letters):
        page.keyboard.type(letters, delay=20)
    expect(page.get_by_role("option", name=name)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(product).to_have_value(name)
    expect(page.locator(f"input[name=lines-{at}-price]")).not_to_have_value("")
    if sale.tax:
        page.locator(f"select[name=lines-{at}-tax]").focus()
        page.keyboard.type(sale.tax)
    page.locator(f"input[name=lines-{at}-quantity]").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(quantity)


def price_of(page: Page, at: int) -> Decimal:
    return number(page.locator(f"input[name=lines-{at}-price]").input_value())


def send_it(page: Page, quote: str, called: str, sale: Sale, _) -> None:
    page.get_by_role("button", name=_("Save and send…")).click()
    page.wait_for_url("**/send")
    expect(settled(page).locator("input[name=to]")).to_have_value(sale.mail)
    page.get_by_role("button", name=_("Send the quote")).click()
    page.wait_for_url(f"**{quote}")
    expect(page.locator("#toast-status .cx-toast").last).to_contain_text(called)


def look_at_order(page: Page, order: str, sale: Sale) -> None:
    page.goto("/orders/")
    row = settled(page).locator("#rows tr", has_text=order)
    expect(row).to_contain_text(f"{sale.with_option:,.2f}")
    page.goto(row.locator("th a").get_attribute("href"))
    lines = settled(page).locator(".cx-lines tbody tr")
    expect(lines).to_contain_text([name for _letters, name, _quantity in sale.lines])
    assert number(page.locator(".cx-totals-sum dd")) == sale.with_option


def tells_it_in_order(page: Page, path: str, expected: list[str]) -> None:
    """The timeline has these sentences, the first first, whatever else happened in between."""
    page.goto(path)
    found = settled(page).locator("#timeline .cx-tl-h strong").all_inner_texts()[::-1]
    at = -1
    for sentence in expected:
        after = [n for n, text in enumerate(found) if n > at and plain(sentence) in plain(text)]
        assert after, f"{path}: {sentence!r} after the first {at + 1} of {found}"
        at = after[0]


def plain(text: str) -> str:
    """Without the invisible marks of direction."""
    return re.sub("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", "", text).replace("\xa0", " ")


# --- the customer -----------------------------------------------------------------------------------------------------


def look_at_mail(inbox: Inbox, called: str, sale: Sale, _) -> str:
    """The customer got one mail in their language, with the quote as PDF; returns the link to their page."""
    deadline = time.monotonic() + 120
    while not mails_to(inbox, sale.mail):
        assert time.monotonic() < deadline, "the worker sent nothing"
        time.sleep(0.1)
    (mail,) = mails_to(inbox, sale.mail)
    body = mail.get_body(("plain",))
    assert body["Content-Language"] == sale.language
    assert mail["Subject"] == _("Quote %(number)s: %(subject)s") % {"number": called, "subject": sale.deal}
    assert mail["From"].addresses[0].display_name == sale.seller
    assert mail["From"].addresses[0].addr_spec == mail["Reply-To"] == f"{sale.user}@demo.example"
    text = body.get_content()
    assert _("Dear %(name)s,") % {"name": sale.customer} in text
    assert _("Read and accept the quote here:") in text
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (f"{called}.pdf", "application/pdf")
    look_at_paper(attached.get_content(), called, sale, _)
    return re.search(r"^http://\S+/p/quote/\S+", text, re.M)[0]


def look_at_paper(paper: bytes, called: str, sale: Sale, _) -> None:
    assert re.search(r"^Tagged: +yes$", tool("pdfinfo", paper), re.M)
    text = said(paper)
    for words_of_it in (called, sale.customer, sale.company, sale.deal, _("Valid until"), _("Item"), _("Amount")):
        assert words_of_it in text
    for _letters, name, quantity in sale.lines:
        (line,) = [line for line in text.splitlines() if name in line]
        assert quantity in line.replace(name, "").split(), line
    assert f"{sale.net:,.2f}" in text
    (line,) = [line for line in text.splitlines() if f"{sale.total:,.2f}" in line]
    assert _("Total") in line


def accept_it(shop: Site, link: str, called: str, sale: Sale, _) -> str:
    """On a phone, twice: the second time it says that it was accepted. Returns the number of the order."""
    with shop.visit(**PHONE, locale=sale.language) as page:
        late = page.context.new_page()
        for opened in (page, late):
            opened.goto(link)
            expect(opened.locator("h1")).to_have_text(sale.deal)
        assert page.context.cookies() == []
        assert page.locator("html").get_attribute("dir") == ("rtl" if sale.language == "ar" else "ltr")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        expect(page.locator("main")).to_contain_text(called)
        total = page.locator(".totals .sum dd")
        assert number(total) == sale.total
        page.wait_for_function("() => document.querySelector('[data-htmx-powered]')")
        for opened in (late, page):
            opened.locator("#name").fill(sale.customer)
        with page.expect_request(lambda request: "line=" in request.url) as asked:
            page.get_by_label(sale.lines[2][1]).tap()
        assert "name=" not in asked.value.url, "addresses are logged"
        expect(total).to_contain_text(f"{sale.with_option:,.2f}")
        expect(page.locator("#name")).to_have_value(sale.customer)
        for opened in (late, page):
            opened.locator("#agree").check()
        expect(page.locator(".accept .tick")).to_contain_text(f"{sale.with_option:,.2f}")
        page.get_by_role("button", name=_("Accept and order")).tap()
        state = page.get_by_role("status")
        expect(state.locator("h2")).to_have_text(_("Accepted. Thank you."))
        expect(state).to_contain_text(sale.customer)
        order = re.search(r"O-\d+-\d+", state.inner_text())[0]
        assert number(total) == sale.with_option
        late.get_by_role("button", name=_("Accept and order")).tap()
        expect(late.get_by_role("status")).to_contain_text(order)
        expect(late.get_by_role("button", name=_("Accept and order"))).to_have_count(0)
        page.goto(link)
        expect(page.get_by_role("status")).to_contain_text(order)
    return order
