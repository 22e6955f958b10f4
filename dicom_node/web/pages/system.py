"""How the node does: what waits, what was done, how full the disk is, which model, which destinations and scanners.

No patient data.
"""

import shutil
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from config.settings import AnyDestination, StowDestination
from db import activities, load, scanners, worklist
from db.accounts import Role
from db.schema import Model
from db.session import reading
from dicom_node.web import throughput
from dicom_node.web.faults import faults
from dicom_node.web.pages.decide import CONFLICT
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter()
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]
ByAdministrator = Annotated[Visitor, Depends(needs(Role.ADMINISTRATOR))]
DAY = timedelta(days=1)


class Echoed(BaseModel):
    """What a destination answered."""

    destination: str = Field(description="its name in the settings")
    answers: bool = Field(description="whether it is there and lets the node in")
    said: str = Field(description="how it answers, or why it does not")
    milliseconds: int = Field(description="ms: from the question to the answer, with the connection")


@router.get("/system", include_in_schema=False)
def page(request: Request, visitor: Viewer, part: Literal["", "load"] = "") -> Response:
    """The page, or the part of it that changes all the time."""
    room, administers = room_of(request), visitor.may(Role.ADMINISTRATOR)
    with reading(room.engine) as session:
        shown = {"title": "System", "administers": administers, **_load(session, room)}
        if part:
            return room.page(request, "system_load.html", visitor, **shown)
        return room.page(request, "system.html", visitor, **shown, **_peers(session, room))


@router.post("/api/v1/destinations/{name}/echo", tags=["destinations"], responses=faults(404, 409))
def echo(request: Request, visitor: ByAdministrator, name: str) -> Echoed:
    """Ask a destination whether it is there: C-ECHO, or QIDO-RS of a DICOMweb service."""
    room = room_of(request)
    to = next((one for one in room.settings.destination if one.name == name), None)
    if to is None:
        raise HTTPException(404, "there is no such destination")
    if name in room.asked:
        raise HTTPException(CONFLICT, f"{name} is being asked already")
    room.asked.add(name)
    try:
        return _asked(room, to)
    finally:
        room.asked.discard(name)


def _asked(room: Room, to: AnyDestination) -> Echoed:
    begins = time.perf_counter()
    why_not = room.echo(to)
    took = round(1000 * (time.perf_counter() - begins))
    said = why_not or ("answers QIDO-RS" if isinstance(to, StowDestination) else "answers C-ECHO")
    return Echoed(destination=to.name, answers=not why_not, said=said, milliseconds=took)


def _load(session: Session, room: Room) -> dict[str, Any]:
    now, zone = room.now(), ZoneInfo(room.settings.node.time_zone)
    done = load.done_since(session, throughput.begin(now, zone))
    seconds = load.seconds_since(session, now - DAY)
    return {
        "analyses": load.undone(session)["analysis"],
        "day": throughput.since(done, now - DAY),
        "seconds": median(seconds) if seconds else None,
        "pictures": throughput.pictures(done, now, zone),
        "queue": load.queue(session),
        "waiting_since": load.waiting_since(session),
        "reviews": worklist.count_open_reviews(session),
        "paused": activities.paused(session),
        "disk": disk(room.data),
    }


def _peers(session: Session, room: Room) -> dict[str, Any]:
    models = load.models(session)
    return {
        "destinations": load.destinations(session, [one.name for one in room.settings.destination]),
        "where": {one.name: _where(one) for one in room.settings.destination},
        "scanners": scanners.scanners(session, room.now().astimezone(ZoneInfo(room.settings.node.time_zone)).date()),
        "enough": scanners.ENOUGH,
        "models": models,
        "used": _used(room, models),
    }


def _used(room: Room, models: Sequence[Model]) -> int | None:
    """The model that the settings name: the newest that was seen in its folder, or that came with the node."""
    path = room.settings.analysis.model
    if path is None:
        return next((one.id for one in models if one.state == "demonstration"), None)
    return next((one.id for one in models if one.path == str(path.resolve())), None)


def _where(to: AnyDestination) -> str:
    return to.url if isinstance(to, StowDestination) else f"{to.ae_title} at {to.host}:{to.port}"


def disk(folder: Path) -> dict[str, float]:
    """Bytes free and in all where a folder is, and the part that is used."""
    usage = shutil.disk_usage(folder)
    return {"free": usage.free, "total": usage.total, "part": 1 - usage.free / usage.total}
