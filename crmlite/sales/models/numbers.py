"""Number ranges: what the next quote and the next order are called."""

from datetime import date
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.extensions import UNJOURNALED, Base, current_session, db
from crmlite.journal import Journaled

DEFAULTS = {"quote": "Q-{year}-{number}", "order": "O-{year}-{number}"}
DIGITS = 4


class NumberRange(Journaled, Base):
    """The numbers of one kind of paper. One that was given is never given again, also where its paper was undone."""

    __tablename__ = "number_range"
    kind: Mapped[str] = mapped_column(unique=True)
    pattern: Mapped[str]
    """Has {number}, and {year} where numbers begin anew each year."""
    digits: Mapped[int] = mapped_column(default=DIGITS)
    next_number: Mapped[int] = mapped_column(default=1, info=UNJOURNALED)
    year: Mapped[int] = mapped_column(default=0, info=UNJOURNALED)

    def may_be_undone(self) -> bool:
        return False

    @classmethod
    def get(cls, kind: str) -> Self:
        """The range of that kind, locked in a transaction that writes; made when it is first asked for there."""
        query = sa.select(cls).where(cls.kind == kind)
        if not current_session().reading:  # PostgreSQL locks nothing for who only reads
            query = query.with_for_update()
        return db.session.scalar(query) or cls(kind=kind, pattern=DEFAULTS[kind], digits=DIGITS, next_number=1, year=0)

    @classmethod
    def take(cls, kind: str, today: date) -> str:
        """The next number. Two who ask at once wait for each other."""
        numbers = cls.get(kind)
        db.session.add(numbers)
        numbers._begin_year(today)
        taken = numbers.shown(numbers.next_number, today.year)
        numbers.next_number += 1
        db.session.flush()
        return taken

    def shown(self, number: int, year: int) -> str:
        return self.pattern.replace("{year}", str(year)).replace("{number}", str(number).zfill(self.digits))

    def coming(self, today: date) -> str:
        """What the next one will be called."""
        starts_anew = "{year}" in self.pattern and today.year != self.year
        return self.shown(1 if starts_anew else self.next_number, today.year)

    def change(self, pattern: str, digits: int, next_number: int, today: date) -> Self:
        """Sets the range; numbers only go up. Raises ValueError for one that was passed already."""
        self._begin_year(today)
        if next_number < self.next_number:
            raise ValueError(self.next_number)

        def put() -> None:
            db.session.add(self)
            self.pattern, self.digits, self.next_number = pattern, digits, next_number

        if events.changed(put):
            events.emit(events.NUMBERS_CHANGED, self, papers=self.kind, pattern=pattern)
        return self

    def _begin_year(self, today: date) -> None:
        if "{year}" in self.pattern and self.year != today.year:
            self.year, self.next_number = today.year, 1
