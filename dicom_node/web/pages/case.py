"""One study: the slice with its mask, the level, the numbers, the doubts, what was sent where, and every revision."""

import gzip
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from db import body, cases, purging
from db.accounts import Role
from db.cohort import PANELS
from db.reviews import LAPSED
from db.schema import Study
from db.states import Entity, note
from dicom_node import basis
from dicom_node.web import words
from dicom_node.web.deeds import Offers
from dicom_node.web.pages.live import LOOKED_AT
from dicom_node.web.results import AROUND, EVIDENCE, IMAGE, Files, files_of, folder_of
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs
from reporting.measure import skeletal_muscle_index

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]
SHOWN = {"picture": IMAGE, "evidence": EVIDENCE, "around": AROUND}


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
        purged = case.analysis is not None and purging.is_purged(session, case.analysis.series_id)
        shown = _shown(room, visitor, case)
        if shown["decidable"]:
            shown |= _stated(case, body.stated(session, room.key_of(study)))
        return room.page(request, "case.html", visitor, purged=purged, **shown)


def _shown(room: Room, visitor: Visitor, case: cases.Case) -> dict[str, Any]:
    files = Files(folder=folder) if (folder := folder_of(room, case.analysis)) else None
    kept = files.basis if files else None
    has = {name: files is not None and (files.folder / file).is_file() for name, file in SHOWN.items()}
    standing, reviewer = case.standing, visitor.may(Role.REVIEWER)
    decidable = reviewer and case.analysis is standing and standing is not None and standing.state in ("held", "done")
    return {
        "title": f"Study {case.study.id}",
        "case": case,
        "study": case.study,
        "analysis": case.analysis,
        "numbers": case.numbers,
        "tissues": words.TISSUES,
        "panels": _panels(case),
        "doubts": (case.numbers.doubts or "").splitlines() if case.numbers else [],
        "has": has,
        "folds": len(kept.folds) if kept else 0,
        "slices": _slices(kept) if kept and has["around"] else [],
        "taken": kept.level.index if kept else None,
        "candidates": _candidates(kept) if kept else [],
        "deeds": Offers(visitor)(case.analysis, case.newest, [one.delivery.state for one in case.parcels]),
        "decidable": decidable,
        "stated": None,
        "smi": case.numbers.smi_m29_150_cm2_m2 if case.numbers else None,
        "choosable": decidable or (reviewer and _came_to_nothing(case)),
    }


def _stated(case: cases.Case, stated: body.Body) -> dict[str, Any]:
    """Height and weight as the next revision would have them, and its index, where they are news to this one."""
    made = case.numbers
    if made is None or stated == body.NOTHING_STATED:
        return {}
    area, height = made.total_area_m29_150_cm2, stated.height_m or made.height_m
    known = (made.height_source, made.weight_source)
    news = any(source not in (None, *known) for source in (stated.height_source, stated.weight_source))
    return {"stated": stated, "smi": area and skeletal_muscle_index(area, height)} if news else {}


def _came_to_nothing(case: cases.Case) -> bool:
    """Whether nothing of the study was measured, and a slice of this series may be."""
    at_rest = case.standing is not None and case.standing.state in LAPSED
    return at_rest and case.analysis is not None and case.analysis.state == "not_measured"


def _panels(case: cases.Case) -> list[tuple[str, str]]:
    """(panel, its answer) of each panel that was applied."""
    found = [(key, getattr(case.numbers, f"panel_{key}", None)) for key in PANELS] if case.numbers else []
    return [(key.replace("_", " "), str(answer)) for key, answer in found if answer]


def _slices(kept: basis.Basis) -> list[tuple[int, float]]:
    """(index, mm above the one taken, or above the lowest where none was) of the slices on the sheet."""
    taken = kept.positions_mm[kept.level.index or 0]
    return [(at, kept.positions_mm[at] - taken) for at in kept.around]


def _candidates(kept: basis.Basis) -> list[tuple[str, int]]:
    """(what it was counted from, slice) where counts put the level."""
    seen = kept.level.evidence
    spacing = (kept.positions_mm[-1] - kept.positions_mm[0]) / max(len(kept.positions_mm) - 1, 1) or 1.0
    return [(one.counted_from.replace("_", " "), one.index(spacing)) for one in seen.candidates] if seen else []


def _seen(session: Session, case: cases.Case, visitor: Visitor, room: Room) -> None:
    """An event: who looked at which patient's case."""
    row = case.analysis or case.study
    entity = Entity.ANALYSIS if case.analysis else Entity.STUDY
    note(session, entity, row.id, row.state, row.state, now=room.now(), reason=LOOKED_AT, actor=visitor.name)


@router.get("/analyses/{analysis_id}/image")
def image(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """HU of the slice: int16, little endian, row by row, with its size and spacing in the headers."""
    found = files_of(request, analysis_id).slice
    return binary(found.hu.astype("<i2").tobytes(), found.hu.shape, found.spacing_mm)


@router.get("/analyses/{analysis_id}/labels")
def labels(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """The label map: uint8, row by row."""
    found = files_of(request, analysis_id).labels
    return binary(found.tobytes(), found.shape)


@router.get("/analyses/{analysis_id}/evidence")
def evidence(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """The sheet that shows where the level comes from (PNG)."""
    return FileResponse(files_of(request, analysis_id).path(EVIDENCE), media_type="image/png")


@router.get("/analyses/{analysis_id}/around")
def around(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """The sheet of slices around the level (WebP)."""
    return FileResponse(files_of(request, analysis_id).path(AROUND), media_type="image/webp")


@router.get("/analyses/{analysis_id}/folds")
def folds(request: Request, visitor: Viewer, analysis_id: int) -> Response:
    """The folds' own labels: uint8 [fold, row, column]."""
    found = files_of(request, analysis_id).basis
    if found is None or not found.folds.size:
        raise HTTPException(404, "no folds were kept of this result")
    return binary(found.folds.tobytes(), found.folds.shape)


def binary(data: bytes, shape: tuple[int, ...], spacing_mm: tuple[float, ...] = ()) -> Response:
    """An array for a script of ours, compressed."""
    headers = {"x-shape": ",".join(map(str, shape)), "content-encoding": "gzip"}
    if spacing_mm:
        headers["x-spacing-mm"] = ",".join(map(str, spacing_mm))
    return Response(gzip.compress(data, 1, mtime=0), media_type="application/octet-stream", headers=headers)
