"""Those who work here, as cells, filters and pickers name them."""

from typing import Any

from crmlite.records import custom_fields
from crmlite.web import cached_per_request, hue


class Colleague(dict[str, Any]):
    """Somebody who works here. A cell of the same one is drawn once: that is what the hash is for."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self["id"])


@cached_per_request
def users() -> dict[int, dict[str, Any]]:
    """Everybody who works here, by id: name and colour, for cells, filters and pickers. A firm has at most a few dozen."""
    found = custom_fields.people()
    return {number: Colleague(id=number, name=name, hue=hue(number), active=active) for number, name, active in found}
