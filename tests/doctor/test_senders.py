"""SPF, DKIM and DMARC as a real name server on this machine answers: what is right, and each way it can be wrong."""

import base64

import dns.resolver
import pytest

DOMAIN = "mail.firm.example.org"
KEY = base64.b64encode(b"k" * 294).decode()


@pytest.fixture
def look(make_app, ask, names):
    """A check's finding for mail from that domain, with these TXT records."""

    def run(name: str, records: dict[str, list[str]], **settings):
        names.records = records
        app = make_app(mail_from=f"Firm <crm@{DOMAIN}>", **settings)
        return ask(name, app, resolver=names.resolver)

    return run


# --- SPF --------------------------------------------------------------------------------------------------------------


def test_spf_that_is_right(look):
    finding = look("spf", {DOMAIN: ["google-site-verification=x", "v=spf1 mx include:_spf.host.example -all"]})
    assert (finding.state, finding.sentence) == ("ok", "SPF: v=spf1 mx include:_spf.host.example -all")


@pytest.mark.parametrize("records", [{}, {DOMAIN: []}, {DOMAIN: ["v=spf10 -all"]}])
def test_no_spf(look, records):
    finding = look("spf", records)
    assert finding.state == "warning"
    assert finding.sentence.startswith(f"{DOMAIN} has no SPF record")
    assert "v=spf1" in finding.advice


def test_two_spf_records(look):
    finding = look("spf", {DOMAIN: ["v=spf1 mx -all", "v=spf1 a -all"]})
    assert (finding.state, finding.sentence) == ("broken", f"{DOMAIN} has 2 SPF records, so none of them counts.")


@pytest.mark.parametrize("end", ["+all", "all", "ALL"])
def test_spf_for_everybody(look, end):
    finding = look("spf", {DOMAIN: [f"v=spf1 mx {end}"]})
    assert finding.state == "broken"
    assert "lets everybody send in its name" in finding.sentence


def test_spf_with_too_many_look_ups(look):
    """Those of included records count as well."""
    records = {DOMAIN: ["v=spf1 include:one.example include:two.example a mx -all"]}
    records["one.example"] = ["v=spf1 " + " ".join(f"a:{n}.example" for n in range(6)) + " ?all"]
    assert look("spf", {**records, "two.example": ["v=spf1 ip4:192.0.2.1 -all"]}).state == "ok"
    finding = look("spf", {**records, "two.example": ["v=spf1 exists:%{i}.example redirect=three.example"]})
    assert finding.state == "broken"
    assert "makes others look up more than 10 names" in finding.sentence


def test_spf_that_includes_itself_ends(look):
    assert look("spf", {DOMAIN: [f"v=spf1 include:{DOMAIN} -all"]}).state == "ok"


# --- DKIM -------------------------------------------------------------------------------------------------------------


def test_a_key_under_a_usual_name(look):
    finding = look("dkim", {f"selector1._domainkey.{DOMAIN}": [f"v=DKIM1; k=rsa; p={KEY}"]})
    assert (finding.state, finding.sentence) == ("ok", f"DKIM: there is a key at selector1._domainkey.{DOMAIN}.")


def test_a_key_under_the_name_that_is_set(look):
    records = {f"firm-2026._domainkey.{DOMAIN}": [f"p={KEY}"]}
    assert look("dkim", records).state == "warning", "nobody can guess that name"
    assert look("dkim", records, dkim_selector="firm-2026").state == "ok"


def test_no_key_where_it_should_be(look):
    finding = look("dkim", {f"mail._domainkey.{DOMAIN}": [f"p={KEY}"]}, dkim_selector="other")
    assert (finding.state, finding.sentence) == ("broken", f"There is no DKIM key at other._domainkey.{DOMAIN}.")


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("v=DKIM1; p=", "was revoked"),
        ("v=DKIM1; p=" + base64.b64encode(b"k" * 90).decode(), "damaged or too short"),
        ('v=DKIM1; p="' + KEY, "damaged or too short"),
    ],
)
def test_keys_that_are_none(look, record, says):
    record = record.replace('"', "“")
    finding = look("dkim", {f"mail._domainkey.{DOMAIN}": [record]})
    assert finding.state == "broken"
    assert says in finding.sentence


def test_a_short_key_of_the_newer_kind_is_right(look):
    record = "v=DKIM1; k=ed25519; p=" + base64.b64encode(b"k" * 32).decode()
    assert look("dkim", {f"mail._domainkey.{DOMAIN}": [record]}).state == "ok"


# --- DMARC ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [DOMAIN, "firm.example.org", "example.org"])
def test_dmarc_of_the_domain_or_one_above(look, at):
    finding = look("dmarc", {f"_dmarc.{at}": ["v=DMARC1; p=quarantine; rua=mailto:post@example.org"]})
    assert (finding.state, finding.sentence[:14]) == ("ok", "DMARC: v=DMARC")


def test_no_dmarc(look):
    finding = look("dmarc", {"_dmarc.org": ["v=DMARC1; p=none"]})
    assert finding.state == "warning", "a record of all of org is nobody's"
    assert finding.sentence.startswith(f"{DOMAIN} has no DMARC record")


@pytest.mark.parametrize("records", [["v=DMARC1; rua=mailto:x"], ["v=DMARC1; p=never"], ["v=DMARC1; p=none"] * 2])
def test_dmarc_that_cannot_be_used(look, records):
    records = [text + ";" * n for n, text in enumerate(records)]
    finding = look("dmarc", {f"_dmarc.{DOMAIN}": records})
    assert finding.state == "broken"
    assert finding.sentence == f"The DMARC record at _dmarc.{DOMAIN} cannot be used."


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["spf", "dkim", "dmarc"])
@pytest.mark.parametrize("how", ["is_silent", "is_ill"])
def test_a_name_server_that_does_not_answer(look, names, name, how):
    setattr(names, how, True)
    finding = look(name, {})
    assert (finding.state, finding.sentence) == ("warning", f"The name server did not answer about {DOMAIN}.")


@pytest.mark.parametrize("name", ["spf", "dkim", "dmarc"])
@pytest.mark.parametrize("address", ["crm@localhost", "crm@server.lan", "crm@firm.example"])
def test_mail_from_nowhere(make_app, ask, names, name, address):
    finding = ask(name, make_app(mail_from=address), resolver=names.resolver)
    assert finding.state == "warning"
    assert "which is no domain on the internet" in finding.sentence
    assert names.asked == [], "nobody is asked about what is nowhere"


def test_a_machine_that_knows_no_name_server(make_app, ask, tmp_path):
    lost = lambda: dns.resolver.Resolver(str(tmp_path / "missing.conf"))  # noqa: E731
    for name in ("spf", "dkim", "dmarc"):
        finding = ask(name, make_app(mail_from=f"crm@{DOMAIN}"), resolver=lost)
        assert finding.sentence == f"The name server did not answer about {DOMAIN}."


def test_a_long_record_comes_in_pieces(look):
    """A string of DNS has 255 letters at most; what belongs together is put together."""
    record = "v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(40)) + " -all"
    assert look("spf", {DOMAIN: [record]}).sentence == f"SPF: {record}"
