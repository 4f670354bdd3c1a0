"""What other mail servers look up before they believe our mail: SPF, DKIM and DMARC of the domain that it is sent from."""

import base64
import binascii
import re
from email.utils import parseaddr

import dns.exception
import dns.resolver
from flask_babel import gettext as _

from crmlite.config import Settings
from crmlite.doctor.findings import Finding, Place, broken, ok, term, warning

LOOKUPS = 10
"""More names than that an SPF record may not make others look up (RFC 7208, 4.6.4): they give up, and the mail is not believed."""
SELECTORS = (
    "default", "mail", "dkim", "crmlite", "google", "selector1", "selector2", "k1", "k2", "s1", "s2", "mx", "smtp", "key1",
    "fm1", "fm2", "fm3", "mailjet", "protonmail", "zoho", "brevo", "pm", "scph0922", "mta", "20230601",
)  # fmt: skip
"""Where keys usually are: nobody can ask a domain which there are."""
SHORTEST_KEY = 150
"""Bytes of an RSA key of 1024 bits; shorter ones are not believed any more."""
_NOT_PUBLIC = re.compile(r"(^|\.)(localhost|local|localdomain|internal|lan|home|test|example|invalid|arpa)$")


class Unanswered(Exception):
    """The name server did not answer: nothing is known."""


NOTHING_KNOWN = (Unanswered, dns.exception.DNSException)
"""The latter where this machine does not even know whom to ask."""


def domain_of(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].rpartition("@")[2].casefold().rstrip(".")


def spf(place: Place) -> Finding:
    domain = domain_of(place.settings)
    if finding := _not_public(domain):
        return finding
    try:
        records = _spf_of(place.resolver(), domain)
        if not records:
            return warning(
                _(
                    "%(domain)s has no SPF record: other mail servers cannot tell who may send for it.",
                    domain=term(domain),
                ),
                _(
                    "Add a TXT record at %(domain)s, such as “v=spf1 mx -all”, with what your mail provider names.",
                    domain=term(domain),
                ),
            )
        if len(records) > 1:
            return broken(
                _(
                    "%(domain)s has %(count)s SPF records, so none of them counts.",
                    domain=term(domain),
                    count=len(records),
                ),
                _("Make one record of them."),
            )
        if _is_open(records[0]):
            return broken(
                _("The SPF record of %(domain)s lets everybody send in its name.", domain=term(domain)),
                _("Let it end with -all or ~all."),
            )
        if _lookups(place.resolver(), domain, set()) > LOOKUPS:
            return broken(
                _(
                    "The SPF record of %(domain)s makes others look up more than 10 names, so it is void.",
                    domain=term(domain),
                ),
                _("Take out of it what does not send mail for you."),
            )
    except NOTHING_KNOWN:
        return _unanswered(domain)
    return ok(_("SPF: %(record)s", record=term(records[0])))


def dkim(place: Place) -> Finding:
    domain = domain_of(place.settings)
    if finding := _not_public(domain):
        return finding
    given = place.settings.dkim_selector
    try:
        for selector in (given,) if given else SELECTORS:
            name = f"{selector}._domainkey.{domain}"
            for record in _texts(place.resolver(), name):
                if finding := _of_key(name, record):
                    return finding
    except NOTHING_KNOWN:
        return _unanswered(domain)
    if given:
        return broken(
            _("There is no DKIM key at %(name)s.", name=term(f"{given}._domainkey.{domain}")),
            _("Look at what your mail provider says about DKIM, and at dkim_selector in settings.toml."),
        )
    return warning(
        _("No DKIM key of %(domain)s was found under the names that are usual.", domain=term(domain)),
        _(
            "Let your mail provider sign your mail. If it does, set dkim_selector in settings.toml to the name of the key."
        ),
    )


def dmarc(place: Place) -> Finding:
    domain = domain_of(place.settings)
    if finding := _not_public(domain):
        return finding
    try:
        at, records = _dmarc_of(place.resolver(), domain)
    except NOTHING_KNOWN:
        return _unanswered(domain)
    if not records:
        return warning(
            _("%(domain)s has no DMARC record: large mail providers take less of its mail.", domain=term(domain)),
            _("Add a TXT record at %(name)s, to begin with “v=DMARC1; p=none”.", name=term(f"_dmarc.{domain}")),
        )
    tags = _tags(records[0])
    if len(records) > 1 or tags.get("p", "").casefold() not in {"none", "quarantine", "reject"}:
        return broken(
            _("The DMARC record at %(name)s cannot be used.", name=term(f"_dmarc.{at}")),
            _("There has to be one record, with p=none, p=quarantine or p=reject."),
        )
    return ok(_("DMARC: %(record)s", record=term(records[0])))


# --- what is in a record ----------------------------------------------------------------------------------------------


def _is_open(record: str) -> bool:
    return any(part in {"all", "+all"} for part in record.casefold().split())


def _lookups(resolver: dns.resolver.Resolver, domain: str, seen: set[str]) -> int:
    """How many names have to be looked up for it, those of included records too; stops where it is too many anyway."""
    seen.add(domain)
    count = 0
    for record in _spf_of(resolver, domain):
        for part in record.casefold().split()[1:]:
            name, _sign, value = re.sub(r"^[+?~-]", "", part).replace("=", ":", 1).partition(":")
            if name.partition("/")[0] not in {"include", "a", "mx", "ptr", "exists", "redirect"}:
                continue
            count += 1
            if name in {"include", "redirect"} and value not in seen and "%" not in value and len(seen) <= LOOKUPS:
                count += _lookups(resolver, value, seen)
            if count > LOOKUPS:
                return count
    return count


def _of_key(name: str, record: str) -> Finding | None:
    """None where the record is no key."""
    tags = _tags(record)
    if "p" not in tags:
        return None
    key = re.sub(r"\s", "", tags["p"])
    if not key:
        return broken(
            _("The DKIM key at %(name)s was revoked.", name=term(name)),
            _("Take the new one of your mail provider, and set dkim_selector to its name."),
        )
    try:
        size = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if tags.get("k", "rsa").casefold() == "rsa" and size < SHORTEST_KEY:
        return broken(
            _("The DKIM key at %(name)s is damaged or too short to be believed.", name=term(name)),
            _("Publish a key of 2048 bits, without line breaks or quotation marks in it."),
        )
    return ok(_("DKIM: there is a key at %(name)s.", name=term(name)))


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().casefold(): value.strip() for name, sign, value in pairs if sign}


# --- asking -----------------------------------------------------------------------------------------------------------


def _spf_of(resolver: dns.resolver.Resolver, domain: str) -> list[str]:
    return [text for text in _texts(resolver, domain) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]


def _dmarc_of(resolver: dns.resolver.Resolver, domain: str) -> tuple[str, list[str]]:
    """The domain's own, else that of the nearest domain above it, as receivers look for it."""
    labels = domain.split(".")
    for skipped in range(max(1, len(labels) - 1)):
        above = ".".join(labels[skipped:])
        found = [text for text in _texts(resolver, f"_dmarc.{above}") if re.match(r"v=DMARC1\s*(;|$)", text)]
        if found:
            return above, found
    return domain, []


def _texts(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    """The TXT records at `name`. Raises Unanswered."""
    try:
        answer = resolver.resolve(f"{name}.", "TXT", raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return []
    except dns.exception.DNSException as error:
        raise Unanswered from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer] if answer.rrset else []


def _not_public(domain: str) -> Finding | None:
    if "." in domain and not _NOT_PUBLIC.search(domain):
        return None
    return warning(
        _("Mail is sent from %(domain)s, which is no domain on the internet.", domain=term(domain)),
        _("Set mail_from to an address of your own domain."),
    )


def _unanswered(domain: str) -> Finding:
    return warning(
        _("The name server did not answer about %(domain)s.", domain=term(domain)),
        _("Look whether this machine reaches a name server (/etc/resolv.conf)."),
    )
