"""From a template and typed text to the bytes that are sent: nothing typed becomes a header or a second recipient."""

import hashlib
import re
import unicodedata
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from flask import current_app
from jinja2 import Template, TemplateNotFound

from crmlite import web
from crmlite.mail import hidden
from crmlite.mail.models import Message, MessageFile

MAX_SUBJECT = 200
_MAIL_BREAKERS = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


_MIME = re.compile(r"(?!multipart/|message/)([a-z0-9][a-z0-9.+-]{0,60})/([a-z0-9][a-z0-9.+-]{0,60})")


class BadAddress(ValueError):
    """What was given as a mail address is none."""


class FileMissing(Exception):
    """A file that should go along is not on the server any more, or no longer what it was. Holds its name."""


def render(template: str, **context: Any) -> tuple[str, str, str | None]:
    """Subject, text and, where there is such a template, HTML."""
    context["text_dir"] = web.locale().text_direction
    subject, body = _sources(template)
    try:
        html = clean_body(current_app.jinja_env.get_template(f"mail/{template}.html").render(**context))
    except TemplateNotFound:
        html = None
    return clean_header(subject.render(**context)), clean_body(body.render(**context)).strip("\n") + "\n", html


def _sources(template: str) -> tuple[Template, Template]:
    """The template's first line and the rest, compiled apart: no value in a subject can spill into the text."""
    cache: dict[str, tuple[Template, Template]] = current_app.extensions.setdefault("crmlite.mail_templates", {})
    if template not in cache:
        environment = current_app.jinja_env.overlay(autoescape=False)
        assert environment.loader is not None  # noqa: S101 - Flask always sets one
        source, _name, _is_current = environment.loader.get_source(environment, f"mail/{template}.txt")
        head, _, body = source.partition("\n")
        if not head.startswith("Subject: "):
            raise ValueError(f"mail/{template}.txt does not begin with its subject")
        cache[template] = environment.from_string(head.removeprefix("Subject: ")), environment.from_string(body)
    return cache[template]


def clean_header(text: str) -> str:
    """One line without control characters or tricks of direction: only so does typed text come near a header.

    EmailMessage decodes `=?utf-8?q?=0A...?=` where it is given text, and writes the line end it finds in there: so that
    beginning is taken apart.
    """
    plain = "".join(" " if _breaks(c) else c for c in text[: MAX_SUBJECT * 4])
    return " ".join(plain.replace("=?", "= ?").split())[:MAX_SUBJECT].strip()


def clean_body(text: str) -> str:
    """Text that any database, mail server and reader takes: no control characters but line ends and tabs."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def _breaks(character: str) -> bool:
    return character in _DIRECTION_OVERRIDES or unicodedata.category(character) in _MAIL_BREAKERS


def address_of(text: str) -> str:
    """The address as it goes over the wire, its domain in ASCII. Raises BadAddress."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or "=?" in local or any(_breaks(c) or c in ' <>(),;:"\\[]' for c in local):
        raise BadAddress(text)
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
        parsed = Address(username=local, domain=ascii_domain)
    except (ValueError, UnicodeError, IndexError) as error:
        raise BadAddress(text) from error
    if not ascii_domain or any(not (c.isalnum() or c in ".-") for c in ascii_domain) or len(parsed.addr_spec) > 254:
        raise BadAddress(text)
    if (
        local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or ascii_domain.startswith((".", "-"))
        or ".." in ascii_domain
    ):
        raise BadAddress(text)
    return parsed.addr_spec


# --- the mail itself --------------------------------------------------------------------------------------------------


class _Policy(EmailPolicy):
    def fold_binary(self, name: str, value: Any) -> bytes:
        """EmailMessage's own folding drops a blank between two encoded words (CPython issue 92081); Header keeps it."""
        if name == "Subject" and not self.utf8 and not str(value).isascii():
            folded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {folded}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


def compose(message: Message) -> EmailMessage:
    """The mail as it is sent: the same at every attempt, byte for byte. Raises FileMissing."""
    mail = EmailMessage(policy=_Policy(utf8=not message.to.isascii(), linesep="\r\n", cte_type="7bit"))
    name, address = message.author
    mail["From"] = _as_header(address, name)
    mail["To"] = _as_header(message.to, message.to_name)
    if message.reply_to:
        mail["Reply-To"] = _as_header(message.reply_to)
    mail["Subject"] = clean_header(message.subject)
    mail["Date"] = message.created_at
    mail["Message-ID"] = message.message_id
    if message.from_user_id is None:
        mail["Auto-Submitted"] = "auto-generated"  # asks out-of-office robots not to answer
    mail.set_content(clean_body(hidden.shown(message, message.text)))
    if message.html:
        mail.add_alternative(clean_body(hidden.shown(message, message.html)), subtype="html")
    mail["Content-Language"] = clean_header(message.language)
    for attached in message.files:
        _attach(mail, attached)
    _settle_boundaries(mail)
    return mail


def _attach(mail: EmailMessage, attached: MessageFile) -> None:
    content = attached.file.read()
    if content is None:
        raise FileMissing(attached.name)
    known = _MIME.fullmatch(attached.file.mime.lower())  # as the browser that uploaded it said
    kind, subkind = known.groups() if known else ("application", "octet-stream")
    mail.add_attachment(content, maintype=kind, subtype=subkind, filename=clean_header(attached.name))


def _settle_boundaries(mail: EmailMessage) -> None:
    """What parts the parts is drawn anew by each generator; here it follows from the Message-ID, which no text can know."""
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary("=_" + hashlib.sha256(f"{mail['Message-ID']} {number}".encode()).hexdigest()[:32])


def _as_header(address: str, name: str = "") -> Address:
    local, _, domain = address_of(address).rpartition("@")
    return Address(display_name=clean_header(name), username=local, domain=domain)
