"""The application over an open database: every page, behind the shield, none without a guard."""

from collections.abc import Iterator
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from db.accounts import Role
from dicom_node.web import health
from dicom_node.web.pages import ALL
from dicom_node.web.room import STATIC, Room
from dicom_node.web.shield import Shield, TooLarge
from dicom_node.web.visitor import SignInNeeded

API = "/api/"
PUBLIC = frozenset({"/health", "/health/live", "/health/ready", "/sign-in"})
"""What answers strangers; everything else has a guard."""


def build(room: Room) -> ASGIApp:
    """All routes over `room`; raises ValueError for one that nobody guards."""
    app = FastAPI(title="l3node", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.room = room
    app.mount("/static", StaticFiles(directory=STATIC))
    for router in (health.router, *ALL):
        app.router.routes.extend(router.routes)
    app.add_exception_handler(SignInNeeded, _sign_in_first)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(404, _told)
    for too_large in (OverflowError, DataError):  # a number that no row can have
        app.add_exception_handler(too_large, _told)
    app.add_exception_handler(RequestValidationError, _misunderstood)
    app.add_exception_handler(Exception, _broken)
    app.add_exception_handler(TooLarge, lambda _request, _fault: PlainTextResponse("too large", 413))
    for route in routes(app):
        if route.path not in PUBLIC and not guarded(route):
            raise ValueError(f"nobody guards {route.path}")
    return Shield(app, room.settings.web)


def routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every route but the static files; raises TypeError for one that can't be looked into."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield route
        elif getattr(route, "path", None) != "/static":
            raise TypeError(f"{type(route).__name__} hides its guards")


def guarded(route: APIRoute) -> bool:
    """Whether a guard stands before a route."""
    return any(True for _ in _guards(route.dependant))


def least_role(route: APIRoute) -> Role | None:
    """The least role that a route serves; None where any token will do."""
    roles: list[Role] = [role for role in _guards(route.dependant) if role is not None]
    return max(roles, key=lambda role: role.rank, default=None)


def _guards(dependant: Dependant) -> Iterator[Role | None]:
    for below in dependant.dependencies:
        if below.call is not None and hasattr(below.call, "role"):
            yield below.call.role
        yield from _guards(below)


async def _sign_in_first(request: Request, _fault: Exception) -> Response:
    if _wants_json(request):
        return JSONResponse({"detail": "sign in, or show a token"}, 401, {"www-authenticate": "Bearer"})
    where = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?then={quote(where, safe='/')}", 303)


async def _told(request: Request, fault: Exception) -> Response:
    status = getattr(fault, "status_code", 404)
    return _fault(request, status, str(getattr(fault, "detail", "Not Found")))


async def _misunderstood(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    if _wants_json(request):
        return await request_validation_exception_handler(request, fault)
    return _fault(request, 422, "This address holds something that is not understood.")


async def _broken(request: Request, _fault_of_ours: Exception) -> Response:
    return _fault(request, 500, "The node failed here; its log says how.")


def _fault(request: Request, status: int, detail: str) -> Response:
    """In words: for programs as JSON, for people as a page with the way back."""
    if _wants_json(request):
        return JSONResponse({"detail": detail}, status)
    room: Room = request.app.state.room
    visitor = getattr(request.state, "visitor", None)
    return room.page(request, "fault.html", visitor, status, title=f"{status}", detail=detail)


def _wants_json(request: Request) -> bool:
    """Programs and the scripts of our pages; people get pages."""
    return request.url.path.startswith(API) or "text/html" not in request.headers.get("accept", "")
