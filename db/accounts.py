"""Who may use the pages: accounts, their sessions, and tokens for programs.  Keeps digests, never a secret itself."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from db.base import Base

TOKEN_MARK = "l3n_"
"""Begins every token, so that a leaked one is recognised."""


class Role(StrEnum):
    """What an account may do; each may do what the ones before it may."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Role).index(self)


class Scope(StrEnum):
    """What a token may do: `read` without patients, `identify` with them, `review`, `administer`, `metrics` only."""

    READ = "read"
    IDENTIFY = "identify"
    REVIEW = "review"
    ADMINISTER = "administer"
    METRICS = "metrics"


class Account(Base):
    """One person; `person_name` is a DICOM PersonName and stands in what the person approves."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    person_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="active")
    reason: Mapped[str | None] = mapped_column(Text)
    password: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("state IN ('active', 'disabled')", name="state"),)


class Visit(Base):
    """A session of the pages; `digest` is SHA-256 of the random id in the cookie."""

    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    account: Mapped[Account] = relationship()


class Token(Base):
    """For a program; `digest` is SHA-256 of the token, which is shown once."""

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class AccountFault(Exception):
    """The account can't be made, changed or found; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is asked for; `password` is a hash."""

    name: str
    person_name: str
    role: Role
    password: str


def add(session: Session, new: NewAccount, now: datetime) -> Account:
    """A new account; raises `AccountFault` when the name is taken."""
    if find(session, new.name):
        raise AccountFault(f"there is an account {new.name!r} already")
    account = Account(
        name=new.name, person_name=new.person_name, role=new.role, password=new.password, created_at=now
    )
    session.add(account)
    session.flush()
    return account


def find(session: Session, name: str) -> Account | None:
    """The account of this name, active or disabled."""
    return session.scalar(select(Account).where(Account.name == name))


def known(session: Session, name: str) -> Account:
    """The same; raises `AccountFault` when there is none."""
    if account := find(session, name):
        return account
    raise AccountFault(f"there is no account {name!r}")


def accounts(session: Session) -> Sequence[Account]:
    """All accounts by name."""
    return session.scalars(select(Account).order_by(Account.name)).all()


def set_password(session: Session, account: Account, password: str) -> None:
    """Another hash; whoever is signed in with the old password is signed out."""
    account.password = password
    end_visits(session, account)


def begin_visit(session: Session, account: Account, hours: float, now: datetime) -> str:
    """A new session with a new random id, which is returned and kept by nobody else."""
    session.execute(delete(Visit).where(Visit.ends_at < now))
    secret = secrets.token_urlsafe(32)
    session.add(Visit(digest=digest(secret), account=account, begun_at=now, ends_at=now + timedelta(hours=hours)))
    return secret


def visitor(session: Session, secret: str, now: datetime) -> Account | None:
    """Whose session this is; None when it ended or the account is disabled."""
    query = (
        select(Account)
        .join(Visit, Visit.account_id == Account.id)
        .where(Visit.digest == digest(secret), Visit.ends_at > now, Account.state == "active")
    )
    return session.scalar(query)


def end_visit(session: Session, secret: str) -> None:
    """Sign out."""
    session.execute(delete(Visit).where(Visit.digest == digest(secret)))


def end_visits(session: Session, account: Account) -> None:
    """Sign out everywhere."""
    session.execute(delete(Visit).where(Visit.account_id == account.id))


def add_token(session: Session, name: str, scopes: Collection[Scope], now: datetime, days: int | None = None) -> str:
    """A token, shown this once; raises `AccountFault` when the name is taken."""
    if session.scalar(select(Token.id).where(Token.name == name)):
        raise AccountFault(f"there is a token {name!r} already")
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    ends_at = now + timedelta(days=days) if days else None
    named = ",".join(sorted(scopes))
    session.add(Token(name=name, digest=digest(secret), scopes=named, created_at=now, ends_at=ends_at))
    return secret


def token(session: Session, secret: str, now: datetime) -> Token | None:
    """The token, while it is good."""
    found = session.scalar(select(Token).where(Token.digest == digest(secret)))
    return found if found and (found.ends_at is None or found.ends_at > now) else None


def tokens(session: Session) -> Sequence[Token]:
    """All tokens by name."""
    return session.scalars(select(Token).order_by(Token.name)).all()


def revoke(session: Session, name: str) -> None:
    """The token is good no more; raises `AccountFault` when there is none."""
    found = session.scalar(select(Token).where(Token.name == name))
    if found is None:
        raise AccountFault(f"there is no token {name!r}")
    session.delete(found)


def digest(secret: str) -> str:
    """SHA-256 (hex); the secrets are random, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
