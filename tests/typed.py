"""What a browser would send of the first form with that action."""

from html.parser import HTMLParser


def typed(page: str, action: str) -> dict[str, list[str]]:
    reader = _Reader(action)
    reader.feed(page)
    assert reader.found, f"no form goes to {action}"
    return reader.sent


class _Reader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.sent = action, {}
        self.found = self.inside = False
        self.text = self.select = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = not self.found and self.action in {given.get("action"), given.get("hx-post")}
            self.found = self.found or self.inside
        if not self.inside:
            return
        name = given.get("name")
        if tag == "input" and name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.sent.setdefault(name, []).append(given.get("value") or "")
        elif tag == "textarea" and name:
            self.text = (name, [])
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((given.get("value") or "", "selected" in given))

    def handle_data(self, data):
        if self.text:
            self.text[1].append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self.text:
            name, parts = self.text
            self.sent.setdefault(name, []).append("".join(parts).removeprefix("\r\n").removeprefix("\n"))
            self.text = None
        elif tag == "select" and self.select:
            chosen = [value for value, on in self.options if on] or [value for value, _on in self.options[:1]]
            self.sent.setdefault(self.select, []).extend(chosen)
            self.select = None
