"""What others see of this instance: its public address, its certificate, the mail server. Slow: they speak with the network."""

import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

from crmlite.doctor.findings import NETWORK_WITHIN, Finding, Place, broken, ok, span, term, warning
from crmlite.doctor.server import against
from crmlite.mail import smtp

AT_MOST = 10_000
ENDS_SOON = timedelta(days=14)
ENDS_NOW = timedelta(days=3)


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    date: datetime | None
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What /health says; nothing where it was something else that answered."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def public_url(place: Place) -> Finding:
    settings = place.settings
    here = _("Look at public_url, at DNS, and at the web server in front.")
    try:
        answer = _ask(place)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return broken(_("%(url)s does not answer: %(why)s", url=term(settings.public_url), why=_why(error)), here)
    if 300 <= answer.status < 400 and answer.location:
        target = urlsplit(answer.location)
        return warning(
            _(
                "%(url)s sends its visitors on to %(target)s.",
                url=term(settings.public_url),
                target=term(f"{target.scheme}://{target.netloc}"),
            ),
            _("Set public_url to where they arrive: links in mails begin with it."),
        )
    if answer.told.get("status") not in {"ok", "failing"} or "schema" not in answer.told:
        return broken(_("Something else than crmlite answers at %(url)s.", url=term(settings.public_url)), here)
    return ok(_("%(url)s leads here.", url=term(settings.public_url)))


def outside_clock(place: Place) -> Finding:
    """Against the Date that comes with the public address's answer."""
    try:
        answer = _ask(place)
    except (OSError, http.client.HTTPException, ValueError):
        return warning(
            _("The clock could not be compared: the public address does not answer."), _("See Public address.")
        )
    if answer.date is None:
        return warning(_("The clock could not be compared: the answer says no time."), _("See Public address."))
    set_it = _("Let both machines set their clocks by themselves: timedatectl set-ntp true.")
    finding = against(answer.date, datetime.now(UTC), _("the web server's"), set_it)
    return finding or ok(_("The clock agrees with the web server's."))


def _ask(place: Place) -> Answer:
    """GET /health at the public address, and nothing else: redirects are not followed."""
    url = urlsplit(place.settings.public_url)
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        connection = http.client.HTTPSConnection(
            url.hostname or "", url.port, timeout=NETWORK_WITHIN, context=place.trust()
        )
    else:
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=NETWORK_WITHIN)
    try:
        connection.request("GET", "/health", headers={"User-Agent": "crmlite doctor", "Connection": "close"})
        response = connection.getresponse()
        body = response.read(AT_MOST)
        return Answer(response.status, response.getheader("Location", ""), _date(response.getheader("Date")), body)
    finally:
        connection.close()


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("its certificate is not valid (%(why)s).", why=term(error.verify_message))
    if isinstance(error, ssl.SSLError):
        return _("an encrypted connection cannot be made.")
    if isinstance(error, TimeoutError):
        return _("nobody answers in time.")
    if isinstance(error, ConnectionRefusedError):
        return _("the connection is refused.")
    if isinstance(error, socket.gaierror):
        return _("the name is not known.")
    return _("it cannot be reached (%(kind)s).", kind=type(error).__name__)


def certificate(place: Place) -> Finding:
    settings = place.settings
    if not settings.is_https:
        if settings.is_local:
            return ok(_("Nobody outside reaches this instance, so it needs no certificate."))
        return broken(
            _(
                "%(url)s is not encrypted: whoever is on the way reads passwords and customers.",
                url=term(settings.public_url),
            ),
            _("Put a web server with a certificate in front, such as Caddy, and set public_url to https://…"),
        )
    url = urlsplit(settings.public_url)
    renew = _("Renew it, and look why the web server did not do so by itself.")
    try:
        with socket.create_connection((url.hostname or "", url.port or 443), NETWORK_WITHIN) as plain:
            with place.trust().wrap_socket(plain, server_hostname=url.hostname) as connection:
                told = connection.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return broken(_("The certificate is not valid: %(why)s.", why=term(error.verify_message)), renew)
    except OSError as error:
        return broken(_("The certificate cannot be seen: %(why)s", why=_why(error)), _("See Public address."))
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)
    left = ends - datetime.now(UTC)
    said = _("The certificate is valid for another %(span)s.", span=span(left))
    if left < ENDS_SOON:
        return broken(said, renew) if left < ENDS_NOW else warning(said, renew)
    return ok(said)


def mail_server(place: Place) -> Finding:
    """Signs in and says goodbye: no mail is sent."""
    settings = place.settings
    if not settings.smtp_url:
        return warning(_("No mail server is set."), _("Write smtp_url into settings.toml and start crmlite again."))
    try:
        with smtp.Connection(
            settings.smtp_url, hello=settings.public_host, timeout=min(settings.smtp_timeout, NETWORK_WITHIN)
        ):
            pass
    except smtp.AccountError as error:
        return broken(
            _("Signing in to the mail server failed: %(why)s", why=smtp.explain(str(error))),
            _("Look at smtp_url: host, port, user and password."),
        )
    if urlsplit(settings.smtp_url).username:
        return ok(_("The mail server lets us in."))
    return ok(_("The mail server answers. No user is set, so it was not signed in to."))
