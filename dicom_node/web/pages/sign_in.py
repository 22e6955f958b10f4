"""Sign in and out: a new random session each time, slow answers for who guesses."""

import math
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from db import accounts
from db.accounts import Role
from db.session import reading
from dicom_node.web.passwords import fits
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, cookie_name, needs

router = APIRouter(include_in_schema=False)
WRONG = "Name or password is wrong."


@router.get("/sign-in")
def form(request: Request, then: str = "/") -> Response:
    """The form."""
    return room_of(request).page(request, "sign_in.html", None, title="Sign in", then=_here(then), why="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1024)],
    then: Annotated[str, Form(max_length=512)] = "/",
) -> Response:
    """A session for who knows the password; whatever session the browser had is ended."""
    room = room_of(request)
    keys = (f"name {name}", f"address {request.client.host if request.client else ''}")
    if (wait := room.guesses.wait(*keys).total_seconds()) > 0:
        why = f"Too many tries. Wait {math.ceil(wait)} s."
        return room.page(request, "sign_in.html", None, 429, title="Sign in", then=_here(then), why=why)
    with reading(room.engine) as session:
        account = accounts.find(session, name)
        stored = account.password if account and account.state == "active" else None
    room.guesses.failed(*keys)  # before it is known: many at once are many tries
    if not fits(password, stored):
        return room.page(request, "sign_in.html", None, 401, title="Sign in", then=_here(then), why=WRONG)
    room.guesses.succeeded(*keys)
    return _begun(room, request, name, _here(then))


def _begun(room: Room, request: Request, name: str, then: str) -> Response:
    with room.sessions.begin() as session:
        if old := request.cookies.get(cookie_name(room)):
            accounts.end_visit(session, old)
        secret = accounts.begin_visit(
            session, accounts.known(session, name), room.settings.web.session_hours, room.now()
        )
    response = RedirectResponse(then, 303)
    response.set_cookie(
        cookie_name(room), secret, httponly=True, secure=room.settings.web.secure, samesite="strict", path="/"
    )
    return response


@router.post("/sign-out")
def sign_out(request: Request, visitor: Annotated[Visitor, Depends(needs(Role.VIEWER))]) -> Response:
    """End the session here and in the database."""
    room = room_of(request)
    with room.sessions.begin() as session:
        accounts.end_visit(session, request.cookies.get(cookie_name(room), ""))
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(cookie_name(room), path="/", secure=room.settings.web.secure, httponly=True)
    return response


def _here(then: str) -> str:
    """An address of ours; anything that a browser could take for another site becomes the worklist."""
    plain = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable() and "\\" not in then
    return then if plain else "/"
