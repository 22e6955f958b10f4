"""`l3node user`: accounts and tokens, every change an event."""

from collections.abc import Collection
from datetime import datetime

from rich.table import Table
from sqlalchemy.orm import Session

from db import accounts
from db.accounts import AccountFault, NewAccount, Role, Scope
from db.session import Sessions
from db.states import Entity, move, note
from dicom_node.web.passwords import LONGEST, SHORTEST, hashed

LONGEST_NAME = 64


def add(sessions: Sessions, name: str, person: str, role: Role, password: str, *, now: datetime, actor: str) -> None:
    """A new account; raises `AccountFault` for a name or a password that will not do."""
    for word, value in (("name", name), ("person", person)):
        if not (value.strip() and value.isprintable() and len(value) <= LONGEST_NAME and "\\" not in value):
            raise AccountFault(f"a {word} has 1 to {LONGEST_NAME} printable characters and no backslash")
    new = NewAccount(name=name, person_name=person, role=role, password=_hashed(password))
    with sessions.begin() as session:
        account = accounts.add(session, new, now)
        note(session, Entity.ACCOUNT, account.id, None, "active", now=now, reason=role, actor=actor)


def set_password(sessions: Sessions, name: str, password: str, *, now: datetime, actor: str) -> None:
    """Another password; raises `AccountFault`."""
    with sessions.begin() as session:
        account = accounts.known(session, name)
        accounts.set_password(session, account, _hashed(password))
        state, why = account.state, "another password"
        if not move(session, Entity.ACCOUNT, account.id, "disabled", "active", now=now, reason=why, actor=actor):
            note(session, Entity.ACCOUNT, account.id, state, state, now=now, reason=why, actor=actor)


def remove(sessions: Sessions, name: str, *, now: datetime, actor: str) -> None:
    """No more sign-in; raises `AccountFault`."""
    with sessions.begin() as session:
        account = accounts.known(session, name)
        accounts.end_visits(session, account)
        move(session, Entity.ACCOUNT, account.id, "active", "disabled", now=now, actor=actor)


def add_token(sessions: Sessions, name: str, scopes: Collection[Scope], days: int | None, *, now: datetime) -> str:
    """The token; raises `AccountFault`."""
    with sessions.begin() as session:
        return accounts.add_token(session, name, scopes, now, days)


def revoke(sessions: Sessions, name: str) -> None:
    """Raises `AccountFault`."""
    with sessions.begin() as session:
        accounts.revoke(session, name)


def listed(session: Session) -> tuple[Table, Table]:
    """A line an account, a line a token."""
    people = Table("name", "person", "role", "state", "since")
    for one in accounts.accounts(session):
        people.add_row(one.name, one.person_name, one.role, one.state, f"{one.created_at:%Y-%m-%d}")
    tokens = Table("token", "scopes", "since", "good until")
    for token in accounts.tokens(session):
        until = f"{token.ends_at:%Y-%m-%d}" if token.ends_at else "revoked"
        tokens.add_row(token.name, token.scopes, f"{token.created_at:%Y-%m-%d}", until)
    return people, tokens


def _hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountFault(f"a password has {SHORTEST} to {LONGEST} characters")
    return hashed(password)
