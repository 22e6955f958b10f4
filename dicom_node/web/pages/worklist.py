"""The worklist: what waits for a person first, then every study."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from db import worklist
from db.accounts import Role
from db.session import reading
from db.worklist import Asked, Sort
from dicom_node.web.deeds import Offers
from dicom_node.web.room import Room, may_search, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]
SHOWN_STATES = ("held", "queued", "running", "done", "not_measured", "dead", "rejected", "expired")
REFUSALS_DAYS = 7


@router.get("/")
def page(
    request: Request,
    visitor: Viewer,
    text: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=16)] = "",
    sort: Sort = "newest",
    after: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The page; a reader without patients can't search by them."""
    room = room_of(request)
    asked = Asked(
        text=text if may_search(visitor, text) else "",
        state=state,
        sort=sort,
        after=after,
        by_number=not visitor.sees_patients,
    )
    fragment = request.headers.get("x-fragment") == "worklist"
    with reading(room.engine) as session:
        shown = _shown(session, room, asked) | {"deeds": Offers(visitor)}
        return room.page(request, "worklist_rows.html" if fragment else "worklist.html", visitor, **shown)


def _shown(session: Session, room: Room, asked: Asked) -> dict[str, Any]:
    plain = not (asked.text or asked.state or asked.after)
    return {
        "title": "Worklist",
        "asked": asked,
        "reviews": worklist.open_reviews(session) if plain else (),
        "page": worklist.page(session, asked),
        "counts": worklist.counts(session),
        "open_reviews": worklist.count_open_reviews(session),
        "states": SHOWN_STATES,
        "refusals": worklist.refused_associations(session, room.now() - timedelta(days=REFUSALS_DAYS)),
    }
