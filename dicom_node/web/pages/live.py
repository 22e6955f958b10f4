"""Live updates: a stream that says which study or analysis moved; the page then asks for what it shows."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from db.accounts import Role
from db.schema import Event
from db.session import reading
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(include_in_schema=False)
BETWEEN_LOOKS = 1.0
"""Seconds between looks at `event`; one query by primary key for each open page."""
BETWEEN_SIGNS = 15
"""Looks without news after which a sign of life is sent, so that proxies keep the connection."""
LOOKED_AT = "viewed"
"""Reason of an event that says only that somebody looked."""


@router.get("/live")
async def live(request: Request, visitor: Annotated[Visitor, Depends(needs(Role.VIEWER))]) -> Response:
    """Server-sent events (text/event-stream)."""
    return StreamingResponse(_news(room_of(request), request), media_type="text/event-stream")


async def _news(room: Room, request: Request) -> AsyncIterator[str]:
    last = await run_in_threadpool(_newest, room)
    yield "retry: 3000\n\n"
    quiet = 0
    while not await request.is_disconnected():
        await asyncio.sleep(BETWEEN_LOOKS)
        moved, last = await run_in_threadpool(_since, room, last)
        quiet = 0 if moved else quiet + 1
        if moved:
            yield f"data: {json.dumps(moved)}\n\n"
        elif quiet % BETWEEN_SIGNS == 0:
            yield ": nothing new\n\n"


def _newest(room: Room) -> int:
    with reading(room.engine) as session:
        return session.scalar(select(func.max(Event.id))) or 0


def _since(room: Room, last: int) -> tuple[list[str], int]:
    """What moved after event `last`, as "entity id", and the newest event."""
    with reading(room.engine) as session:
        query = select(Event.id, Event.entity, Event.entity_id, Event.reason).where(Event.id > last)
        found = session.execute(query.order_by(Event.id).limit(500)).all()
    moved = sorted({f"{entity} {number}" for _, entity, number, reason in found if reason != LOOKED_AT})
    return moved, found[-1][0] if found else last
