"""`/api/v1/analyses`: one result, its numbers, and its pair of NIfTI files."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy.orm import Session
from starlette.responses import FileResponse

from db.accounts import Role
from db.schema import Analysis
from db.states import Entity, note
from dicom_node.web.faults import faults
from dicom_node.web.pages.api import models, told
from dicom_node.web.pages.live import LOOKED_AT
from dicom_node.web.results import IMAGE, LABELS, files_in
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(prefix="/api/v1/analyses/{analysis_id}", tags=["analyses"], responses=faults(404))
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]
GZIP = "application/gzip"
NIFTI: dict[int | str, dict[str, Any]] = {
    200: {"content": {GZIP: {"schema": {"type": "string", "format": "binary"}}}, "description": "NIfTI-1, gzipped"}
}


@router.get("")
def analysis(request: Request, visitor: Viewer, analysis_id: int) -> models.Analysis:
    """One result with all its numbers, doubts, and where it was sent and verified; looking at it is an event."""
    room = room_of(request)
    with room.sessions.begin() as session:
        found = _seen(session, room, analysis_id, visitor)
        return told.analysis(session, room, found, visitor)


@router.get("/image.nii.gz", response_class=FileResponse, responses=NIFTI)
def image(request: Request, visitor: Viewer, analysis_id: int) -> FileResponse:
    """The slice measured: HU as int16 in patient space (RAS, mm)."""
    return _file(request, visitor, analysis_id, IMAGE)


@router.get("/label.nii.gz", response_class=FileResponse, responses=NIFTI)
def labels(request: Request, visitor: Viewer, analysis_id: int) -> FileResponse:
    """Its labels on the same grid: 1 psoas, 2 paraspinal with quadratus lumborum, 3 abdominal wall."""
    return _file(request, visitor, analysis_id, LABELS)


def _file(request: Request, visitor: Visitor, analysis_id: int, name: str) -> FileResponse:
    room = room_of(request)
    with room.sessions.begin() as session:
        path = files_in(session, room, analysis_id).path(name)
        _seen(session, room, analysis_id, visitor)
    return FileResponse(path, media_type=GZIP, filename=f"analysis-{analysis_id}-{name}")


def _seen(session: Session, room: Room, analysis_id: int, visitor: Visitor) -> Analysis:
    """The analysis, and an event that says who looked at it; raises 404."""
    found = session.get(Analysis, analysis_id)
    if found is None:
        raise HTTPException(404, "there is no such result")
    now, state = room.now(), found.state
    note(session, Entity.ANALYSIS, analysis_id, state, state, now=now, reason=LOOKED_AT, actor=visitor.name)
    return found
