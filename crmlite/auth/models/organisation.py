"""The firm that runs this instance."""

from typing import Any, ClassVar, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.extensions import Base, db, utcnow
from crmlite.files import File
from crmlite.journal import Journaled
from crmlite.web import modules


class Organisation(Journaled, Base):
    """The firm that runs this instance. There is one row."""

    __tablename__ = "organisation"
    name: Mapped[str] = mapped_column(default="")
    legal_name: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    vat_id: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="EUR")
    country: Mapped[str] = mapped_column(default="NL")
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="Europe/Amsterdam")
    second_factor: Mapped[bool] = mapped_column(default=False)
    """Whether everybody has to sign in with two steps, whatever their role is."""
    details_at_once: Mapped[bool] = mapped_column(default=False)
    """Whether what people correct of themselves through their private link is changed without a look at it."""
    logo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("file.id"), index=True)
    """A PNG that the renderer made: nothing that was uploaded is stored as it came."""

    modules_off: Mapped[list[Any]] = mapped_column(default=list)
    """Names of modules that are switched off."""
    needed_roles: Mapped[str] = mapped_column(default="decides")
    """Roles in a decision that somebody should have at every company where we know people (contacts/models.py)."""
    deal_roles: Mapped[str] = mapped_column(default="decides buys uses")
    """The same, besides, where a deal is open."""

    NEEDED: ClassVar[str] = "decides"
    NEEDED_FOR_DEALS: ClassVar[str] = "decides buys uses"
    """What holds where nobody has said anything yet."""

    @classmethod
    def get(cls, lock: bool = False) -> "Organisation":
        query = sa.select(cls).order_by(cls.id)
        return db.session.scalars(query.with_for_update() if lock else query).first() or cls(
            **dict.fromkeys(_TEXTS, ""),
            locale="en",
            time_zone="UTC",
            country="NL",
            currency="EUR",
            details_at_once=False,
            modules_off=[],
        )

    def change(self, **values: Any) -> Self:
        def put() -> None:
            db.session.add(self)  # the first time there is no row yet
            for name, value in values.items():
                setattr(self, name, value)

        if events.changed(put):
            events.emit(events.ORGANISATION_UPDATED, self)
        return self

    @classmethod
    def switched_off(cls) -> list[str]:
        """Modules that are off, for whom no user says it. Past the session: whoever posts a public form takes no lock for that."""
        try:
            with db.engines["reader"].connect() as connection:
                return connection.scalar(sa.select(cls.modules_off).order_by(cls.id).limit(1)) or []
        except sa.exc.DBAPIError:  # no database yet, or none that answers: whatever needs it says so
            return []

    def switch(self, module: str, on: bool) -> Self:
        """Switches a module on or off: its pages, links and rights go, its data stay."""
        off = {*self.modules_off} - {module} if on else {*self.modules_off, module}
        modules.forget()
        return self.change(modules_off=sorted(off))

    @property
    def logo(self) -> File | None:
        return db.session.get(File, self.logo_id) if self.logo_id else None

    def show_logo(self, logo: File | None) -> Self:
        """Papers carry this one from now on, or none. The one before stays for a while, so that undo brings it back."""
        before = self.logo
        if before is logo:
            return self
        if before:
            before.detached_at = utcnow()
        db.session.add(self)
        db.session.flush()  # the file gets its id
        self.logo_id = logo.id if logo else None
        events.emit(events.ORGANISATION_UPDATED, self)
        return self


_TEXTS = ("name", "legal_name", "address", "vat_id", "website", "email", "phone")
