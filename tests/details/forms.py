"""What a browser would send of a page's largest form."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.found[name] = value
        elif tag == "select":
            self.select = name
            self.found.setdefault(name, "")
        elif tag == "option" and self.select and "selected" in given:
            self.found[self.select] = value
        elif tag == "textarea":
            self.area = name
            self.found[name] = ""

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data):
        if self.area:
            self.found[self.area] += data


def fields_of(html: str) -> dict[str, str]:
    """Names and values of the fields in <main>."""
    form = _Form()
    form.feed(html.partition("<main")[2].partition("</main>")[0])
    return {name: value.removeprefix("\r\n").removeprefix("\n") for name, value in form.found.items()}
