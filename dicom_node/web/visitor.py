"""Who calls, and may they: every route names the least role that may use it; what names none is not served."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool

from db import accounts
from db.accounts import TOKEN_MARK, Account, Role, Scope, Token
from db.session import reading

if TYPE_CHECKING:
    from dicom_node.web.room import Room

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE, SECURE_COOKIE = "l3node", "__Host-l3node"
FORM = "application/x-www-form-urlencoded"
LOCAL = "local"
"""Name of whoever sits at the machine, where nobody signs in."""
GRANTS = {
    Scope.METRICS: None,
    Scope.READ: Role.VIEWER,
    Scope.IDENTIFY: Role.VIEWER,
    Scope.REVIEW: Role.REVIEWER,
    Scope.ADMINISTER: Role.ADMINISTRATOR,
}
"""The role that a scope of a token amounts to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who calls.  `csrf` must come back with everything that changes something, unless a token was shown."""

    name: str
    person_name: str
    role: Role | None
    sees_patients: bool
    csrf: str
    by_token: bool = False

    def may(self, role: Role) -> bool:
        """Whether the visitor has at least this role."""
        return self.role is not None and self.role.rank >= role.rank


class SignInNeeded(Exception):
    """Nobody is signed in."""


Guard = Callable[[Request], Awaitable[Visitor]]


def needs(role: Role | None) -> Guard:
    """A guard for routes: signed in with at least `role`, and the caller's own page behind every change.

    None lets in whoever is known at all, a token for metrics too.
    """

    async def guard(request: Request) -> Visitor:
        room: Room = request.app.state.room
        visitor = await run_in_threadpool(_who, room, request)
        if visitor is None:
            raise SignInNeeded
        request.state.visitor = visitor
        if role is not None and not visitor.may(role):
            raise HTTPException(403, f"this needs the role {role}")
        if request.method not in SAFE and not visitor.by_token:
            await _own_page(request, visitor)
        return visitor

    guard.role = role  # type: ignore[attr-defined]
    return guard


def cookie_name(room: "Room") -> str:
    """Browsers take a __Host- cookie from this host by TLS only."""
    return SECURE_COOKIE if room.settings.web.secure else COOKIE


def _who(room: "Room", request: Request) -> Visitor | None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(room, secret.strip()) if secret.startswith(TOKEN_MARK) else None
    if secret := request.cookies.get(cookie_name(room), ""):
        return _by_cookie(room, secret)
    return _local(room) if not room.settings.web.sign_in else None


def _by_cookie(room: "Room", secret: str) -> Visitor | None:
    with reading(room.engine) as session:
        if account := accounts.visitor(session, secret, room.now()):
            return _signed_in(room, account, secret)
    return None if room.settings.web.sign_in else _local(room)


def _signed_in(room: "Room", account: Account, secret: str) -> Visitor:
    role = Role(account.role)
    return Visitor(
        name=account.name,
        person_name=account.person_name,
        role=role,
        sees_patients=role.rank >= Role(room.settings.web.patients_from).rank,
        csrf=room.signed("csrf", accounts.digest(secret)),
    )


def _local(room: "Room") -> Visitor:
    return Visitor(
        name=LOCAL,
        person_name=LOCAL,
        role=Role.ADMINISTRATOR,
        sees_patients=True,
        csrf=room.signed("csrf", LOCAL),
    )


def _by_token(room: "Room", secret: str) -> Visitor | None:
    with reading(room.engine) as session:
        token = accounts.token(session, secret, room.now())
        return _shown(token) if token else None


def _shown(token: Token) -> Visitor:
    scopes = {Scope(name) for name in token.scopes.split(",")}
    roles = [role for scope in scopes if (role := GRANTS[scope])]
    return Visitor(
        name=f"token {token.name}"[:64],
        person_name=token.name,
        role=max(roles, key=lambda role: role.rank, default=None),
        sees_patients=Scope.IDENTIFY in scopes,
        csrf="",
        by_token=True,
    )


async def _own_page(request: Request, visitor: Visitor) -> None:
    """The token of the page must come back: in a header, or in a small form."""
    given = request.headers.get("x-csrf-token", "")
    if not given and request.headers.get("content-type", "").startswith(FORM):
        given = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
        raise HTTPException(403, "this page is too old; load it again and repeat what you did")
