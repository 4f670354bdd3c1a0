"""The second step of signing in: a code that an app on the user's phone shows, and codes on paper for when it is lost."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.auth.models.sessions import hash_secret
from crmlite.extensions import Base, db, utcnow


class SecondFactor(Base):
    """One user's. The secret that the app knows is made of the nonce and the instance's own: no row holds it."""

    __tablename__ = "second_factor"
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True, autoincrement=False)
    nonce: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime | None]
    """When a first code was right: until then nobody is asked for one."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The half minute of the code that was used last: it and earlier ones are refused."""

    @classmethod
    def of(cls, user_id: int, lock: bool = False) -> "SecondFactor | None":
        query = sa.select(cls).where(cls.user_id == user_id).execution_options(populate_existing=True)
        return db.session.scalar(query.with_for_update() if lock else query)

    @classmethod
    def end(cls, user_id: int) -> bool:
        """Takes it away with its recovery codes; False where there was none."""
        db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        gone = sa.delete(cls).where(cls.user_id == user_id).returning(cls.confirmed_at)
        return db.session.scalar(gone) is not None


class RecoveryCode(Base):
    """A code that is good once; 80 bits of chance, so that a plain hash is enough."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("user_id", "code_hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]

    @classmethod
    def renew(cls, user_id: int, codes: list[str]) -> None:
        """These instead of all that there were."""
        db.session.execute(sa.delete(cls).where(cls.user_id == user_id))
        db.session.add_all(cls(user_id=user_id, code_hash=hash_secret(code)) for code in codes)

    @classmethod
    def are(cls, user_id: int, codes: list[str]) -> bool:
        """Whether these are theirs, used ones too."""
        kept = set(db.session.scalars(sa.select(cls.code_hash).where(cls.user_id == user_id)))
        return kept == {hash_secret(code) for code in codes}

    @classmethod
    def use(cls, user_id: int, code: str) -> bool:
        """Whether it is one that was not used before; from now on it is."""
        unused = sa.and_(cls.user_id == user_id, cls.code_hash == hash_secret(code), cls.used_at.is_(None))
        return db.session.scalar(sa.update(cls).where(unused).values(used_at=utcnow()).returning(cls.id)) is not None

    @classmethod
    def left(cls, user_id: int) -> int:
        query = sa.select(sa.func.count()).where(cls.user_id == user_id, cls.used_at.is_(None))
        return db.session.scalar(query) or 0
