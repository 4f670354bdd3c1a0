"""What visitors of the website send: posts that go the way of all posts, and the ones that are held."""

from collections.abc import Mapping
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from crmlite.extensions import pretending, utcnow
from crmlite.leads import fields, intake, spam
from crmlite.leads.models import Visitor, WebForm
from crmlite.leads.public import countries
from crmlite.safety import network

BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1",
)
ROBOT = "python-requests/2.32"


def post(
    form: WebForm,
    typed: Mapping[str, str],
    *,
    key: str,
    seconds: float = 70,
    address: str = "203.0.113.20",
    honeypot: str = "",
    token: str | None = None,
    earlier: int = 0,
    agent: str = BROWSERS[0],
) -> None:
    """Stores what was typed into a form that was opened `seconds` ago, and its job; held where spam.py has a reason."""
    answers, wrong = fields.answer(fields.read_all(form.fields), MultiDict(typed), countries(form.language))
    if wrong:
        raise ValueError(f"{form.name} would refuse this: {wrong}")
    if token is None:
        with pretending(utcnow() - timedelta(seconds=seconds)):
            token = spam.token(form.public_id)
    evidence = spam.Evidence(token, honeypot, earlier, earlier, form.limit_per_visitor, form.limit_per_hour)
    visitor = Visitor(network(address), agent, "https://www.fluisterhout.example/contact")
    intake.receive(form.id, key, answers, spam.reason(form.public_id, evidence), visitor)
