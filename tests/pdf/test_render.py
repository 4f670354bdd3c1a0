"""pdf.render(): what comes out of it, what it refuses, and what it says when it cannot."""

import re
import subprocess
import zlib

import pytest

from crmlite import create_app, pdf

PAPER = """<!doctype html><html lang="en"><title>Quote 7</title>
<style>@page { size: A4; @bottom-right { content: counter(page) " / " counter(pages) } }
body { font: 10pt "Noto Sans", "Noto Naskh Arabic", sans-serif } </style>
<h1>Quote</h1><p>Łódź, Őrség</p><p>Предложение, Їжак</p><p dir="rtl">عرض سعر للسيد أحمد للإضاءة والطاقة إلى الآلات</p>
<p><b>Bold عريض</b></p>"""


def tool(name: str, data: bytes, *options: str) -> str:
    """What one of poppler's tools says about a PDF."""
    said = subprocess.run(
        [name, *options, "-", *(["-"] if name == "pdftotext" else [])], input=data, capture_output=True
    )
    assert said.returncode == 0, said.stderr
    return said.stdout.decode()


def test_a_paper_is_tagged_and_for_archives(app):
    data = pdf.render(PAPER)
    info = tool("pdfinfo", data)
    assert re.search(r"^Tagged: +yes$", info, re.M)
    assert re.search(r"^Title: +Quote 7$", info, re.M)
    metadata = b"".join(streams(data))
    assert b'pdfaid:part="3"' in metadata or b"<pdfaid:part>3<" in metadata
    assert b'pdfaid:conformance="A"' in metadata or b"<pdfaid:conformance>A<" in metadata


def streams(data: bytes) -> list[bytes]:
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            found.append(match[1])
    return found


def test_all_fonts_are_in_it(app):
    fonts = tool("pdffonts", pdf.render(PAPER)).splitlines()[2:]
    assert len(fonts) >= 4
    for line in fonts:
        embedded, _subset, unicode = line.split()[-5:-2]
        assert (embedded, unicode) == ("yes", "yes"), line


def test_its_text_reads_in_three_scripts_in_logical_order(app):
    text = tool("pdftotext", pdf.render(PAPER))
    for words in ("Łódź, Őrség", "Предложение, Їжак", "عرض سعر للسيد أحمد للإضاءة والطاقة إلى الآلات", "1/1"):
        assert words in re.sub("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", "", text)


def test_without_a_renderer_the_user_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "_START_WITHIN", 0.2)
    with create_app({"instance": str(tmp_path)}).app_context():
        assert not pdf.is_running()
        with pytest.raises(pdf.Failed) as failed:
            pdf.render(PAPER)
    assert failed.value.reason == "absent"
    assert str(failed.value).startswith("PDF files cannot be made at the moment")
