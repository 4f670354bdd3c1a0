"""What a customer decided, and the evidence of it. Only ever added to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.extensions import PERSONAL, Base, utcnow

ACCEPTED, DECLINED = "accepted", "declined"


class Decision(Base):
    """One for each version of a quote that was decided about: who said what, when, from where, about which document."""

    __tablename__ = "quote_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("quote_version.id"), unique=True)
    verdict: Mapped[str]
    name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    """As they typed it."""
    reason: Mapped[str] = mapped_column(default="")
    chosen: Mapped[list[Any]] = mapped_column(default=list)
    """Ids of the optional lines they took."""
    gross_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str]
    """Of the PDF file that they had in front of them."""
    address: Mapped[str] = mapped_column(default="", info=PERSONAL)
    user_agent: Mapped[str] = mapped_column(default="", info=PERSONAL)
    at: Mapped[datetime] = mapped_column(default=utcnow)
