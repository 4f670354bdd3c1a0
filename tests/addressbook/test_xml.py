"""XML of requests, read: whatever is sent is an element or refused, and entities mean nothing."""

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmlite.addressbook import queries, vcards, xml
from crmlite.addressbook.vcards import Card
from crmlite.addressbook.xml import Element, Malformed, carddav

PIECES = st.sampled_from(
    ["<a>", "</a>", "<a/>", "<D:prop xmlns:D='DAV:'>", "</D:prop>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "&amp;", "&#0;", "<![CDATA[",
     "]]>", "<?xml version='1.0' encoding='utf-16'?>", "<?xml version='1.0' encoding='utf-7'?>", "<!--", "-->", "\x00", "é", "xmlns=''"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=12).map("".join).map(str.encode) | st.binary(max_size=60))
@example(b'<?xml version="1.0" encoding="nonsense"?><a/>')
def test_anything_is_read_or_refused(body):
    with contextlib.suppress(Malformed):
        assert isinstance(xml.read(body), Element)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_no_document_type_in_any_encoding(encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert xml.read(f"{head}<a>é</a>".encode(encoding)).text == "é"
    for declared in ('<!ENTITY b "c">', '<!ENTITY b SYSTEM "file:///etc/passwd">', ""):
        with pytest.raises(Malformed):
            xml.read(f"{head}<!DOCTYPE a [{declared}]><a>x</a>".encode(encoding))


def test_what_is_written_is_read_again():
    names = ["{DAV:}prop", carddav("address-data"), "{http://x/?a=1&b='\"}other", "{}none"]
    told = xml.response('/a"<&>/', [xml.tag(name, xml.said("<&>")) for name in names], names)
    root = xml.read((xml.OPEN + told + xml.CLOSE).encode())
    stats = root.children[0].all(xml.dav("propstat"))
    assert [[child.name for child in stat.children[0].children] for stat in stats] == [names, names]
    assert {child.text for child in stats[0].children[0].children} == {"<&>"}
    assert root.children[0].children[0].text == '/a"<&>/'


def asked(inside: str) -> bool:
    card = Card("u", "Anna Lindqvist", given="Anna", points=(vcards.Reached("phone", "+31 6 1", "mobile"),))
    query = xml.read(f'<C:q xmlns:C="{xml.CARDDAV}"><C:filter {inside}</C:filter></C:q>'.encode())
    return queries.reading(query)(card)


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (">", True),
        ('><C:prop-filter name="TEL"/>', True),
        ('><C:prop-filter name="EMAIL"/>', False),
        ('><C:prop-filter name="EMAIL"><C:is-not-defined/></C:prop-filter>', True),
        ('><C:prop-filter name="fn"><C:text-match>LINDQ</C:text-match></C:prop-filter>', True),
        ('><C:prop-filter name="FN"><C:text-match match-type="equals">lindq</C:text-match></C:prop-filter>', False),
        ('><C:prop-filter name="FN"><C:text-match negate-condition="yes">anna</C:text-match></C:prop-filter>', False),
        (
            '><C:prop-filter name="TEL"><C:param-filter name="TYPE"><C:text-match>cell</C:text-match></C:param-filter></C:prop-filter>',
            True,
        ),
        (
            '><C:prop-filter name="TEL"><C:param-filter name="X"><C:is-not-defined/></C:param-filter></C:prop-filter>',
            True,
        ),
        ('test="allof"><C:prop-filter name="TEL"/><C:prop-filter name="EMAIL"/>', False),
        ('test="anyof"><C:prop-filter name="TEL"/><C:prop-filter name="EMAIL"/>', True),
    ],
)
def test_filters_mean_what_the_standard_says(inside, found):
    assert asked(inside) is found


def test_filters_that_are_not_understood_are_refused():
    for inside in (
        '><C:prop-filter name="FN"><C:text-match match-type="like">x</C:text-match></C:prop-filter>',
        '><C:prop-filter name="FN"><C:unknown/></C:prop-filter>',
        ">" + '<C:prop-filter name="FN"/>' * 60,
    ):
        with pytest.raises(queries.Unsupported):
            asked(inside)
