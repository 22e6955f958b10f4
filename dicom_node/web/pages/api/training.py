"""`/api/v1/training-set.zip`: the corrected cases, as `l3node train` takes them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from db import audit
from db.accounts import Role
from dicom_node.web.faults import faults
from dicom_node.web.room import room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(prefix="/api/v1", tags=["single slices"], responses=faults())
CONTENT = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
ANSWER = {"content": CONTENT, "description": "pairs and SOURCE.md"}


@router.get("/training-set.zip", response_class=StreamingResponse, responses={200: ANSWER})
def training_set(
    request: Request, visitor: Annotated[Visitor, Depends(needs(Role.ADMINISTRATOR))]
) -> StreamingResponse:
    """Image and labels of every current result that a person corrected or painted, and where they come from."""
    from dicom_node.corrections import cases, zipped

    room = room_of(request)
    with room.sessions.begin() as session:
        found = cases(session, room.data)
        words = f"{len(found)} corrected cases as a training set"
        audit.record(session, "cohort", "exported", actor=visitor.name, reason=words, now=room.now())
    headers = {"content-disposition": 'attachment; filename="l3node-training-set.zip"'}
    return StreamingResponse(zipped(found, room.now()), media_type="application/zip", headers=headers)
