"""What the first page weighs for somebody who was never here."""

import pytest

from tests.browser.conftest import settled
from tests.browser.test_accessibility import speak

BUDGETS = {"en": 120, "ar": 200}
"""Compressed kilobytes of a page with all it needs; Arabic brings its letters along."""
SCRIPT = 30
REQUESTS = 12


@pytest.mark.parametrize("language", BUDGETS)
@pytest.mark.parametrize("path", ["/contacts/", "/contacts/1"])
def test_a_first_visit_is_light(site, language, path):
    with site.visit("admin") as page:
        speak(page, language)
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.clearBrowserCache")
        kinds, bytes_of = {}, {}
        network.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
        network.on(
            "Network.loadingFinished", lambda event: bytes_of.update({event["requestId"]: event["encodedDataLength"]})
        )
        page.goto(path)
        settled(page)
    weight = {
        kind: sum(bytes_of.get(key, 0) for key, its in kinds.items() if its == kind) / 1000
        for kind in set(kinds.values())
    }
    assert len(kinds) <= REQUESTS, kinds
    assert weight["Script"] <= SCRIPT, weight
    assert 20 <= sum(weight.values()) <= BUDGETS[language], weight
