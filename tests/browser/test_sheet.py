"""A list worked on like a sheet: by keyboard from cell to cell, blocks pasted and taken back, columns moved and widened."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled, speaking
from tests.browser.test_kit import page_of  # noqa: F401 - fixture

LIST = "/contacts/?_columns=name,salutation,email,birthday,owner,lifecycle"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def cell(page: Page, row: int, column: int):
    """Counted from 0, the box to tick being column 0."""
    return page.locator("#rows > tr").nth(row).locator("> *").nth(column)


def place(page: Page) -> list[int]:
    """Row and column of what has the focus."""
    return page.evaluate(
        """() => { const cell = document.activeElement.closest('#rows > tr > *');
          return cell && [[...document.querySelectorAll('#rows > tr')].indexOf(cell.parentElement), cell.cellIndex]; }"""
    )


def texts(page: Page, rows: range, columns: range) -> list[list[str]]:
    read = """cell => { const copy = cell.cloneNode(true);
      copy.querySelectorAll('.visually-hidden').forEach((part) => part.remove()); return copy.innerText.trim(); }"""
    return [[cell(page, row, column).evaluate(read) for column in columns] for row in rows]


def turn_to(page: Page, row: int, column: int) -> None:
    """The sheet comes with the focus."""
    cell(page, row, column).locator("a, button").first.focus()
    expect(page.locator("#list table")).to_have_attribute("role", "grid")


def said(page: Page):
    """The last message: one of before may stand there still."""
    return page.locator(".cx-toast").last


def copied(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def test_keys_walk_change_and_give_back(page_of):  # noqa: F811
    page = page_of("admin", LIST)
    assert page.locator("#list table").get_attribute("role") is None
    page.keyboard.press("j")
    expect(page.locator("#list table")).to_have_attribute("role", "grid")
    assert place(page) == [0, 1]
    assert page.locator("#rows [tabindex='0']").count() == 1  # Tab comes in once, and goes out again
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert place(page) == [0, 2]
    expect(cell(page, 0, 2)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("F2")
    expect(page.locator("#rows input[name=salutation]")).to_be_focused()
    page.keyboard.type("nonsense")
    page.keyboard.press("Escape")
    expect(cell(page, 0, 2)).not_to_contain_text("nonsense")
    settled(page)
    assert place(page) == [0, 2]
    page.keyboard.type("given up")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")  # no waiting: what was given up is not saved by it
    settled(page)
    expect(cell(page, 0, 2)).not_to_contain_text("given up")
    turn_to(page, 0, 2)
    page.keyboard.type("cej/")  # letters that are shortcuts elsewhere
    page.keyboard.press("Enter")
    page.keyboard.type("Prof")  # no waiting for answers
    page.keyboard.press("Tab")
    page.keyboard.type("nonsense")
    page.keyboard.press("Enter")
    expect(page.locator(".cx-cell-err")).to_contain_text("not an e-mail address")
    page.locator("#rows input[name=email]").fill("sheet@example.com")
    page.keyboard.press("Enter")
    expect(cell(page, 1, 3)).to_contain_text("sheet@example.com")
    settled(page)
    assert place(page) == [2, 3]
    page.keyboard.press("ArrowRight")
    page.keyboard.type("5/31/1990")
    page.keyboard.press("Shift+Tab")
    expect(cell(page, 2, 4)).to_contain_text("May 31, 1990")
    settled(page)
    assert place(page) == [2, 3]
    assert [row[0] for row in texts(page, range(2), range(2, 4))] == ["cej/", "Prof"]
    turn_to(page, 0, 2)
    page.keyboard.press("Enter")
    expect(page.locator("#rows input[name=salutation]")).to_be_focused()
    page.keyboard.type("!")
    page.keyboard.press("Enter")
    expect(cell(page, 0, 2)).to_contain_text("cej/!")


def test_a_block_is_pasted_copied_and_taken_back_at_once(page_of):  # noqa: F811
    page = page_of("admin", LIST, permissions=CLIPBOARD)
    before = texts(page, range(4), range(2, 4))
    block = [[f"T{n}", f"t{n}@sheet.example"] for n in range(3)]
    copied(page, "\r\n".join("\t".join(row) for row in block) + "\r\n")
    turn_to(page, 1, 2)
    page.keyboard.press("Control+v")
    expect(said(page)).to_contain_text("6 cells saved.")
    settled(page)
    assert texts(page, range(1, 4), range(2, 4)) == block
    assert place(page) == [1, 2]
    assert page.locator("#rows [aria-selected=true]").count() == 6
    page.keyboard.press("Control+c")
    assert page.evaluate("() => navigator.clipboard.readText()") == "\n".join("\t".join(row) for row in block)
    page.keyboard.press("Control+z")
    expect(said(page)).to_contain_text("Undone.")
    settled(page)
    assert texts(page, range(4), range(2, 4)) == before
    assert place(page) == [1, 2]
    copied(page, "Dr\tnonsense")
    page.keyboard.press("Control+v")
    expect(page.locator("#sheet")).to_contain_text("That is not an e-mail address")
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_hidden()
    assert texts(page, range(4), range(2, 4)) == before
    page.keyboard.press("Control+v")
    page.get_by_role("button", name="Save the 1 other cell").click()
    expect(cell(page, 1, 2)).to_contain_text("Dr")
    expect(page.locator("#sheet")).to_be_hidden()
    settled(page)
    assert place(page) == [1, 2]
    page.keyboard.press("Control+z")
    expect(said(page)).to_contain_text("Undone.")
    assert texts(settled(page), range(4), range(2, 4)) == before


def test_left_goes_left_on_the_screen_and_columns_move_with_it(page_of):  # noqa: F811
    page = page_of("admin", "/companies/")

    def heads() -> list[str]:
        return page.locator("thead th[data-col]").evaluate_all("heads => heads.map(head => head.dataset.col)")

    with speaking(page, "ar"):
        page.goto("/companies/")
        turn_to(settled(page), 0, 1)
        page.keyboard.press("ArrowLeft")
        assert place(page) == [0, 2]
        page.keyboard.press("ArrowUp")
        usual = heads()
        with page.expect_navigation():
            page.keyboard.press("Shift+ArrowRight")
        assert heads() == [usual[1], usual[0], *usual[2:]]
        expect(
            settled(page)
            .locator(f"thead th[data-col={usual[1]}]")
            .locator(":focus")
            .or_(page.locator("thead th:focus"))
        ).to_have_count(1)
        with page.expect_navigation():
            page.keyboard.press("+")
        expect(settled(page).locator(f"thead th[data-col={usual[1]}].cx-w-m")).to_have_count(1)
        page.locator("thead").hover()
        expect(page.locator(".cx-col-grip").first).to_be_attached()
        source, target = (page.locator(f"thead th[data-col={name}]").bounding_box() for name in (usual[0], usual[3]))
        page.mouse.move(source["x"] + 20, source["y"] + 12)
        page.mouse.down()
        page.mouse.move(target["x"] + 20, target["y"] + 12, steps=4)
        with page.expect_navigation():
            page.mouse.up()
        assert heads()[3] == usual[0]
        settled(page).locator("[popovertarget=columns]").click()
        with page.expect_navigation():
            page.locator("[form=columns-usual]").click()
        assert heads() == usual


@pytest.mark.parametrize(
    ("user", "options"),
    [("seller", {"viewport": {"width": 390, "height": 800}}), ("seller", {"java_script_enabled": False})],
)
def test_on_phones_and_without_script_a_list_is_a_table(site, user, options):
    with site.visit(user, **options) as page:
        page.goto("/contacts/")
        page.wait_for_load_state()
        page.locator("#rows th a").first.focus()
        page.wait_for_load_state("networkidle")
        assert page.locator("#list table").get_attribute("role") is None
        assert page.locator("#rows [tabindex]").count() == 0
