"""Mail as rows: one for each mail to one person, and how it goes with the mail server."""

from datetime import datetime
from email.utils import parseaddr

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite.extensions import PERSONAL, Base, db, utcnow
from crmlite.files import File


class Message(Base):
    """One mail to one person. queued -> sending -> sent, deferred, failed or unknown; or cancelled, where it was past its time."""

    __tablename__ = "message"
    __table_args__ = (
        sa.Index(
            "ix_message_open",
            "due_at",
            "id",
            sqlite_where=sa.text("state IN ('queued', 'deferred', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'deferred', 'sending')"),
        ),
        sa.Index(None, "about_type", "about_id"),
        sa.Index(None, "state", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    """The header of that name: the same however often it is sent, so that the receiver may drop a second copy."""
    from_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    """Who sent it; None where nobody did, and crmlite wrote it by itself."""
    sender: Mapped[str]
    """The account as it was set then: the envelope's sender, to which mail servers report back."""
    from_name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    from_address: Mapped[str | None] = mapped_column(info=PERSONAL)
    """What readers see instead of the account, where a person sent it."""
    to: Mapped[str] = mapped_column(index=True, info=PERSONAL)
    to_name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    reply_to: Mapped[str | None] = mapped_column(info=PERSONAL)
    language: Mapped[str]
    subject: Mapped[str] = mapped_column(info=PERSONAL)
    text: Mapped[str] = mapped_column(info=PERSONAL)
    html: Mapped[str | None] = mapped_column(info=PERSONAL)
    purpose: Mapped[str]
    about_type: Mapped[str | None]
    about_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    lease_until: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(default="")
    """What the server said last, or why it could not be asked."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    wanted_at: Mapped[datetime] = mapped_column(default=utcnow)
    """When somebody asked for it, the last time: from then on it is tried for three days."""
    sent_at: Mapped[datetime | None]
    files: Mapped[list["MessageFile"]] = relationship(back_populates="message", order_by="MessageFile.file_id")

    hidden = ""
    """How a link in it ends that no row holds: known while the mail is being sent, and only then (mail/hidden.py)."""

    @property
    def author(self) -> tuple[str, str]:
        """Name and address that its readers see as the sender."""
        name, address = parseaddr(self.sender)
        return self.from_name or name, self.from_address or address

    @property
    def may_be_sent_again(self) -> bool:
        return self.state in {"unknown", "failed", "deferred", "cancelled"} and bool(self.text)

    def send_again(self) -> None:
        """Puts it back into the queue, due now. The Message-ID stays."""
        if not self.may_be_sent_again:
            raise ValueError(f"a mail that is {self.state} is not sent again")
        self.state, self.lease_until = "queued", None
        self.due_at = self.wanted_at = utcnow()


class MessageFile(Base):
    """A file that goes along, under the name it had when the mail was written."""

    __tablename__ = "message_file"
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    message: Mapped[Message] = relationship(back_populates="files")
    file: Mapped[File] = relationship()


class MailAccount(Base):
    """How it goes with the mail server as a whole; there is one row, made when something first went wrong."""

    __tablename__ = "mail_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    paused_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)

    @classmethod
    def get(cls) -> "MailAccount | None":
        return db.session.scalar(sa.select(cls).order_by(cls.id).limit(1))

    @property
    def is_paused(self) -> bool:
        return self.paused_until is not None and self.paused_until > utcnow()
