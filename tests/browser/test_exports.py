"""What is ticked in a list is what its file holds."""

import csv
from pathlib import Path


def test_ticked_records_are_exported(site):
    with site.visit("manager") as page:
        page.goto("/contacts/")
        boxes = page.locator("#rows input[name=id]")
        boxes.nth(0).check()
        boxes.nth(2).check()
        page.locator("#bulk").get_by_role("button", name="Export").click()
        page.locator("#export").get_by_label("For other programs").check()
        with page.expect_download() as got:
            page.locator("#export").get_by_role("button", name="Export").click()
        assert got.value.suggested_filename.startswith("contacts-")
        rows = list(csv.reader(Path(got.value.path()).read_text("utf-8").splitlines()))
        shown = [row.inner_text() for row in page.locator("#rows tr").all()[:3]]
    assert len(rows) == 3
    assert all(rows[at][0] in shown[place] for at, place in ((1, 0), (2, 2)))
