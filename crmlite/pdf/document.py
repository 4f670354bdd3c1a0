"""HTML to PDF by WeasyPrint. Only the renderer imports this: a web worker would be 50 MB larger and exposed to what it reads."""

import logging
import unicodedata
from collections.abc import Mapping

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "crmlite:"

_fonts = FontConfiguration()
"""Made once: reading the machine's fonts takes longer than a quote. A document's own additions end with its process."""


class Fetcher(URLFetcher):
    """Gives the files that came with the document, as `crmlite:<name>`. Everything else, `data:` too, is refused."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._files = files
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in self._files:
            self.refused.append(url[:200])
            raise ValueError("only files that came with the document are read")
        return URLFetcherResponse(url, self._files[name])


def make(html: str, files: Mapping[str, bytes]) -> tuple[bytes, list[str]]:
    """A tagged PDF/A-3 of it, with all fonts in it; and the URLs that it asked for and was refused."""
    fetcher = Fetcher(files)
    document = HTML(string=html, base_url=SCHEME, url_fetcher=fetcher)
    for element in document.etree_element.iter():
        if element.get("dir") == "auto":
            element.set("dir", _direction("".join(element.itertext())))
    return document.write_pdf(pdf_variant="pdf/a-3a", font_config=_fonts, cache={}), fetcher.refused


def _direction(text: str) -> str:
    """What `dir="auto"` means, which WeasyPrint does not know: the direction of the first letter that has one."""
    for char in text:
        if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def warm_up() -> None:
    """Makes a paper with all that papers have, so that fonts are found and code is loaded before the first is asked for."""
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    for _time in range(2):
        make(_SAMPLE, {"dot.png": _DOT})


_SAMPLE = """<!doctype html><html lang="en"><title>Sample</title><style>
@page { size: A4; margin: 20mm; font-family: "Noto Sans", "Noto Naskh Arabic", sans-serif;
  @bottom-right { content: counter(page) " / " counter(pages) } }
body { font: 10pt/1.4 "Noto Sans", "Noto Naskh Arabic", sans-serif } table { border-collapse: collapse; width: 100% }
td { border-block-end: 1px solid #ccc } div { display: flex } </style>
<div><img src="crmlite:dot.png" alt=""><p>Address</p></div>
<h1>Quote, Предложение, عرض سعر</h1><p><b>Quote, Предложение, عرض سعر</b> <i>Quote, Предложение</i></p>
<p dir="rtl">عرض سعر رقم 12 من ٣</p><p><a href="https://crmlite.example/">A link</a></p>
<table><thead><tr><th>Text<th>Price<tbody><tr><td>Łódź Őrség Ёлка Їжак<td>1,234.50 €<tr><td>منتج<td>٢٫٥</table>"""

_DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63504858f01f00"
    "03e40220a4d81ccc0000000049454e44ae426082"
)
