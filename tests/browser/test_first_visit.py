"""What the first page weighs for somebody who was never here."""

import pytest

from tests.browser.conftest import settled

KILOBYTES = {"seller": 120, "rival": 200}
"""Compressed, of a page with all it needs. The seller reads English; the rival Arabic, whose letters come along."""
SCRIPT = 30
REQUESTS = 12


@pytest.mark.parametrize("user", KILOBYTES)
@pytest.mark.parametrize("path", ["/leads/new", "/contacts/?_q={}"])
def test_a_first_visit_is_light(site, user, path):
    query = {"seller": "havnehuset", "rival": "\u0645\u0643\u062a\u0628\u0629"}[user]
    with site.visit(user) as page:
        page.goto("about:blank")  # what the page before still waits for is none of this one's
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.clearBrowserCache")
        kinds, weights = {}, {}
        network.on("Network.responseReceived", lambda event: note(event, kinds))
        network.on(
            "Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]})
        )
        page.goto(path.format(query))
        settled(page)
        page.wait_for_load_state("networkidle")
    of_kind = {kind: sum(weights.get(key, 0) for key in kinds if kinds[key] == kind) / 1000 for kind in kinds.values()}
    assert 5 <= len(kinds) <= REQUESTS, kinds
    assert 10 <= of_kind["Script"] <= SCRIPT, of_kind
    assert 20 <= sum(of_kind.values()) <= KILOBYTES[user], of_kind


def note(event: dict, kinds: dict[str, str]) -> None:
    if not event["response"]["url"].startswith("data:"):
        kinds[event["requestId"]] = event["type"]
