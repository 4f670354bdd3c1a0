"""One conversation with the mail server, and what each way it can end means for the mail."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from flask_babel import lazy_gettext as _l

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
SLOWEST = 10_000
"""Bytes a second that a server may take for the text of a mail, beyond the timeout that holds for every answer."""
_LINE_BEGINS_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)
_ACCOUNT_CODES = frozenset({421, 530, 534, 535, 538})
"""Answers that are about us and not about this mail: closing down, or wanting to know who we are."""
PROBLEMS = {
    "refused": _l("The mail server refused the connection."),
    "not_found": _l("The mail server's name is not known."),
    "timeout": _l("The mail server did not answer in time."),
    "closed": _l("The mail server ended the connection."),
    "certificate": _l("The mail server's certificate is not valid."),
    "encryption": _l("An encrypted connection with the mail server could not be made."),
    "no_encryption": _l("The mail server offers no encryption, so the password was not sent to it."),
    "no_sign_in": _l("The mail server does not offer to sign in, but a user and a password are set."),
    "no_smtputf8": _l("The mail server does not take addresses with letters other than a to z."),
    "stopped": _l("crmlite was stopped while it sent this."),
    "unwanted": _l("What it is about was withdrawn or replaced before it could be sent."),
    "broken": _l("This mail cannot be put into the form that mail servers read."),
    "outdated": _l("The link in this mail works no more, so it was not sent."),
    "missing_file": _l("A file that belongs to this mail is missing on the server, or damaged."),
    "nonsense": _l("The mail server gave an answer that is none."),
    "network": _l("The mail server cannot be reached."),
}
"""What goes wrong without an answer. Kept as its key, so that everybody reads it in their own language."""


def explain(reply: str) -> str:
    """What the server said, or the problem in the reader's language."""
    key, _, detail = reply.partition(": ")
    if key not in PROBLEMS:
        return reply
    return f"{PROBLEMS[key]} ({detail})" if detail else str(PROBLEMS[key])


class AccountError(Exception):
    """The server cannot be reached or does not take mail from us at all."""


@dataclass(frozen=True)
class Outcome:
    state: str
    """sent, deferred, failed or unknown"""
    reply: str
    account_reason: str = ""
    """Why no other mail would fare better now."""


class Connection:
    """An open, encrypted where it can be, and signed-in connection. Raises AccountError."""

    def __init__(self, url: str, hello: str, timeout: float) -> None:
        parts = urlsplit(url)
        self._host, self._timeout, self._was_too_slow = parts.hostname or "", timeout, False
        encrypted = parts.scheme == "smtps"
        kind: Any = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
        options = {"context": ssl.create_default_context()} if encrypted else {}
        self._smtp = kind(local_hostname=hello or "localhost", timeout=timeout, **options)
        self._smtp._host = self._host  # what certificates are checked against; only the connecting constructor sets it
        try:
            with self._within(timeout):
                code, text = self._smtp.connect(self._host, parts.port or (465 if encrypted else 25))
            if code != 220:
                raise AccountError(_said(code, text))
            with self._within(timeout):
                self._smtp.ehlo_or_helo_if_needed()
            encrypted = encrypted or self._start_tls()
            self._sign_in(unquote(parts.username or ""), unquote(parts.password or ""), encrypted)
        except AccountError:
            self._smtp.close()
            raise
        except smtplib.SMTPResponseException as error:
            self._smtp.close()
            raise AccountError(_said(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._smtp.close()
            raise AccountError(self._failed(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.is_open:
            with suppress(OSError, smtplib.SMTPException), self._within(self._timeout):
                self._smtp.quit()
        self._smtp.close()

    @property
    def is_open(self) -> bool:
        return self._smtp.sock is not None

    def deliver(self, sender: str, to: str, mail: bytes) -> Outcome:
        """Tries once. Until the text is on its way a broken connection does no harm; after that it is `unknown`."""
        options = []
        if not to.isascii():
            if not self._smtp.has_extn("smtputf8"):
                return Outcome("failed", "no_smtputf8")
            options.append("SMTPUTF8")
        if self._smtp.has_extn("size"):
            options.append(f"SIZE={len(mail)}")
        text_is_on_its_way = False
        try:
            for ask in (
                lambda: self._smtp.mail(sender, options),
                lambda: self._smtp.rcpt(to),
                lambda: self._smtp.docmd("DATA"),
            ):
                with self._within(self._timeout):
                    code, answer = ask()
                if not 200 <= code < 400:
                    return self._refused(code, answer)
            if code != 354:
                self._smtp.close()
                return Outcome("deferred", f"nonsense: {_said(code, answer)}")
            text_is_on_its_way = True
            with self._within(self._timeout + len(mail) / SLOWEST):
                self._smtp.send(_LINE_BEGINS_WITH_DOT.sub(b"..", mail) + b".\r\n")
                code, answer = self._smtp.getreply()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._smtp.close()
            return Outcome("unknown" if text_is_on_its_way else "deferred", self._failed(error))
        if 200 <= code < 300:
            return Outcome("sent", _said(code, answer))
        if not 400 <= code < 600:  # it has the mail, and what it thinks of it cannot be told
            self._smtp.close()
            return Outcome("unknown", f"nonsense: {_said(code, answer)}")
        return self._refused(code, answer)

    def _refused(self, code: int, answer: bytes) -> Outcome:
        said = _said(code, answer)
        if code in _ACCOUNT_CODES:
            self._smtp.close()
            return Outcome("deferred", said, account_reason=said)
        if not 400 <= code < 600:  # -1 is smtplib's word for what is no SMTP
            self._smtp.close()
            return Outcome("deferred", f"nonsense: {said}")
        with suppress(OSError, smtplib.SMTPException), self._within(self._timeout):
            self._smtp.rset()
        return Outcome("failed" if code >= 500 else "deferred", said)

    def _start_tls(self) -> bool:
        """Whether the connection is encrypted now. On this machine itself it need not be."""
        if self._is_local or not self._smtp.has_extn("starttls"):
            return False
        with self._within(self._timeout):
            self._smtp.starttls(context=ssl.create_default_context())
        with self._within(self._timeout):
            self._smtp.ehlo_or_helo_if_needed()
        return True

    def _sign_in(self, user: str, password: str, encrypted: bool) -> None:
        if not user:
            return
        if not (encrypted or self._is_local):
            raise AccountError("no_encryption")
        with self._within(self._timeout):
            self._smtp.login(user, password)

    @property
    def _is_local(self) -> bool:
        return self._host in THIS_MACHINE

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Ends the connection when the block takes longer: the socket's own timeout starts again with every byte."""
        timer = threading.Timer(seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
        if self._was_too_slow:  # smtplib takes what came so far for the answer
            raise TimeoutError

    def _hang_up(self) -> None:
        self._was_too_slow = True
        with suppress(OSError, AttributeError):
            self._smtp.sock.shutdown(2)

    def _failed(self, error: Exception) -> str:
        """The key of PROBLEMS, with a detail where that helps."""
        if self._was_too_slow or isinstance(error, TimeoutError) or "timed out" in str(error):
            return "timeout"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"certificate: {error.verify_message}"
        if isinstance(error, ssl.SSLError):
            return f"encryption: {error.reason or error}"
        if isinstance(error, ConnectionRefusedError):
            return "refused"
        if isinstance(error, socket.gaierror):
            return "not_found"
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return "no_sign_in"
        if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
            return "closed"
        return f"network: {type(error).__name__}"


def _said(code: int, text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(plain.split())}"[:500]
