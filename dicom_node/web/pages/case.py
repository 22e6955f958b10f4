"""One study: the slice with its mask, the level, the numbers, the doubts, what was sent where, and every revision."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from db import cases
from db.accounts import Role
from db.schema import Analysis, Study
from db.session import reading
from db.states import Entity, note
from dicom_node.web import words
from dicom_node.web.pages.live import LOOKED_AT
from dicom_node.web.pictures import LabelMap, Slice, read_labels, read_slice
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]
IMAGE, LABELS, EVIDENCE = "image.nii.gz", "label.nii.gz", "evidence.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of one result."""

    folder: Path

    def path(self, name: str) -> Path:
        """One of them; raises 404."""
        if not (found := self.folder / name).is_file():
            raise HTTPException(404, "this result has no such file")
        return found


@router.get("/studies/{study_id}")
def page(request: Request, visitor: Viewer, study_id: int, analysis: int | None = None) -> Response:
    """The page; that it was looked at is an event."""
    room = room_of(request)
    with room.sessions.begin() as session:
        study = session.get(Study, study_id)
        if study is None:
            raise HTTPException(404, "there is no such study")
        case = cases.case(session, study, analysis)
        if analysis is not None and case.analysis is None:
            raise HTTPException(404, "this study has no such revision")
        _seen(session, case, visitor, room)
        return room.page(request, "case.html", visitor, **_shown(room, visitor, case))


def _shown(room: Room, visitor: Visitor, case: cases.Case) -> dict[str, Any]:
    folder = folder_of(room, case.analysis)
    return {
        "title": f"Study {case.study.id}",
        "case": case,
        "study": case.study,
        "analysis": case.analysis,
        "numbers": case.numbers,
        "tissues": words.TISSUES,
        "doubts": (case.numbers.doubts or "").splitlines() if case.numbers else [],
        "has_picture": folder is not None and (folder / IMAGE).is_file(),
        "has_evidence": folder is not None and (folder / EVIDENCE).is_file(),
        "may_review": visitor.may(Role.REVIEWER),
    }


def _seen(session: Session, case: cases.Case, visitor: Visitor, room: Room) -> None:
    """An event: who looked at which patient's case."""
    row = case.analysis or case.study
    entity = Entity.ANALYSIS if case.analysis else Entity.STUDY
    note(session, entity, row.id, row.state, row.state, now=room.now(), reason=LOOKED_AT, actor=visitor.name)


def folder_of(room: Room, analysis: Analysis | None) -> Path | None:
    """Where the files of a result lie; None where nothing was measured."""
    return (room.data / analysis.artifacts[0].path).parent if analysis and analysis.artifacts else None


def files_of(request: Request, analysis_id: int) -> Files:
    """The files of one result; raises 404."""
    room = room_of(request)
    with reading(room.engine) as session:
        folder = folder_of(room, session.get(Analysis, analysis_id))
    if folder is None:
        raise HTTPException(404, "there is no such result")
    return Files(folder=folder)


@router.get("/analyses/{analysis_id}/image")
def image(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """HU of the slice: int16, little endian, row by row, with its size and spacing in the headers."""
    found: Slice = read_slice(files_of(request, analysis_id).path(IMAGE))
    return binary(found.hu.astype("<i2").tobytes(), found.hu.shape, found.spacing_mm)


@router.get("/analyses/{analysis_id}/labels")
def labels(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """The label map: uint8, row by row."""
    found: LabelMap = read_labels(files_of(request, analysis_id).path(LABELS))
    return binary(found.tobytes(), found.shape)


@router.get("/analyses/{analysis_id}/evidence")
def evidence(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """The sheet that shows where the level comes from (PNG)."""
    return FileResponse(files_of(request, analysis_id).path(EVIDENCE), media_type="image/png")


def binary(data: bytes, shape: tuple[int, ...], spacing_mm: tuple[float, ...] = ()) -> Response:
    """An array for a script of ours, compressed."""
    headers = {"x-shape": ",".join(map(str, shape)), "content-encoding": "gzip"}
    if spacing_mm:
        headers["x-spacing-mm"] = ",".join(map(str, spacing_mm))
    return Response(gzip.compress(data, 1, mtime=0), media_type="application/octet-stream", headers=headers)
