"""Consent on a person's own page: what they are asked, what holds, and what they say now. It counts at once, whatever else waits."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crmlite import web
from crmlite.auth.models import Organisation
from crmlite.contacts import consents
from crmlite.contacts.consents import GIVEN, RENEWED, WITHDRAWN, Consent, PurposeText, Standing
from crmlite.contacts.models import Contact

_VERBS = {GIVEN: Consent.give, RENEWED: Consent.renew, WITHDRAWN: Consent.withdraw}


@dataclass(frozen=True)
class Question:
    """One purpose, as the person is asked about it."""

    standing: Standing
    text: PurposeText | None

    @property
    def name(self) -> str:
        return f"consent-{self.standing.purpose.id}"

    @property
    def seen(self) -> str:
        """What the page shows of it: the text, and what was said last. It comes back with the answer."""
        last = self.standing.last
        return f"{last.id if last else 0}.{consents.digest(self.text.text)[:16] if self.text else ''}"

    @property
    def holds(self) -> bool:
        return self.standing.holds

    @property
    def may_agree(self) -> bool:
        return self.text is not None and self.standing.purpose.retired_at is None

    @property
    def is_outdated(self) -> bool:
        return any(row.is_outdated(self.text.language if self.text else None) for row in self.standing.newest)


@dataclass(frozen=True)
class Answer:
    question: Question
    action: str
    is_stale: bool
    """Whether they saw another text, or something was said since they saw it."""

    @property
    def is_done(self) -> bool:
        """Whether it holds already what they say: sent twice, it is said once."""
        if self.action == WITHDRAWN:
            return not self.question.holds
        return self.question.holds and (self.action == GIVEN or (self.is_stale and not self.question.is_outdated))


def questions(contact: Contact, language: str) -> list[Question]:
    """Purposes that people are asked about, and those that hold although nobody is asked any more: they can be withdrawn."""
    asked = (Question(standing, standing.purpose.text_for(language)) for standing in consents.standing(contact))
    return [question for question in asked if question.may_agree or question.holds]


def answers(asked: list[Question], sent: Any) -> list[Answer]:
    """What the person says otherwise than it is."""
    found = []
    for question in asked:
        action = sent.get(question.name, "")
        if action in _VERBS and (action == WITHDRAWN or question.may_agree):
            found.append(Answer(question, action, sent.get(f"{question.name}-seen", "") != question.seen))
    return [answer for answer in found if not answer.is_done]


def unseen(given: list[Answer]) -> bool:
    """Whether somebody would agree to a text that they did not see as it is now. To withdraw, nobody has to see anything."""
    return any(answer.is_stale and answer.action != WITHDRAWN for answer in given)


def record(contact: Contact, given: list[Answer], language: str) -> bool:
    """Writes down what they said; False where that is nothing."""
    with web.speaking(Organisation.get().locale):
        how = _("Through their private link")
    for answer in given:
        purpose, action = answer.question.standing.purpose, answer.action
        if action == GIVEN and answer.question.holds:
            action = RENEWED
        _VERBS[action](contact, purpose, source="person", how=how, language=language)
    return bool(given)
