"""Single slices, as in the paper's program: upload one, compare it with a reference, paint, take the pair along.

Nothing that is uploaded is read here: bytes go to a file, a worker parses it.  Nothing of it leaves the node.
"""

import re
import secrets
import shutil
import zlib
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from config.analysis import AnalysisSettings
from db import uploads
from db.accounts import Role
from db.schema import Upload
from db.session import reading
from db.states import Entity, note
from db.uploads import FOLDER, INCOMING
from dicom_node.web import words
from dicom_node.web.faults import faults
from dicom_node.web.pages.case import binary
from dicom_node.web.pages.decide import CONFLICT, NOTHING, NOTHING_SAVED, Labels, Saved
from dicom_node.web.pages.live import LOOKED_AT
from dicom_node.web.results import IMAGE, LABELS, Files, numbers, with_labels
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs
from inference.errors import ModelRefused
from inference.model_folder import BUNDLED, fold_numbers

pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1/slices", tags=["single slices"], responses=faults(404, 409))
ByReviewer = Annotated[Visitor, Depends(needs(Role.REVIEWER))]
SHOWN = 50
ROOMY = 4
"""Times minimum_free_bytes that uploads leave free: below 3 the node purges, below 2 it refuses associations."""
Ticket = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="what `POST /uploads` answered")]


class SingleSlice(BaseModel):
    """What is to be segmented: uploaded files by their tickets, and one fold or, without, the ensemble."""

    name: str = Field(min_length=1, max_length=64, description="of the pair that is taken along")
    image: Ticket
    reference: Ticket | None = Field(default=None, description="labels of another reader, as NIfTI on the same grid")
    fold: int | None = Field(default=None, ge=0, le=99, description="one fold alone; null for all of them")


class Taken(BaseModel):
    """The slice waits for a worker."""

    slice: int = Field(description="its number: `/single/{number}` shows it")


@pages.get("/single")
def page(request: Request, visitor: ByReviewer) -> Response:
    """The form, and what was given before."""
    room = room_of(request)
    with reading(room.engine) as session:
        shown: dict[str, Any] = {
            "title": "Single slice",
            "uploads": uploads.newest(session, SHOWN),
            "folds": folds_of(room.settings.analysis),
            "most_bytes": room.settings.web.max_upload_bytes,
            "days": room.settings.web.keep_uploads,
        }
        return room.page(request, "single.html", visitor, **shown)


def folds_of(rules: AnalysisSettings) -> list[int]:
    """The folds in use, by their names alone; none where they can't be told: a worker says why."""
    with suppress(ModelRefused, OSError):
        return fold_numbers(rules.model or BUNDLED, rules.folds)
    return []


@pages.post("/uploads")
async def receive(request: Request, visitor: ByReviewer) -> dict[str, str]:
    """The bytes of one file, as they come; a ticket for them."""
    room = room_of(request)
    incoming = room.data / FOLDER / INCOMING
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(incoming).free < ROOMY * room.settings.receive.minimum_free_bytes:
        raise HTTPException(507, "the disk is nearly full")
    ticket = secrets.token_hex(16)
    path = incoming / ticket
    path.touch(mode=0o600)
    with ExitStack() as cut_short, path.open("wb") as file:
        cut_short.callback(path.unlink)
        async for chunk in request.stream():
            file.write(chunk)
        cut_short.pop_all()
    return {"ticket": ticket}


@pages.get("/single/{upload_id}")
def slice_page(request: Request, visitor: ByReviewer, upload_id: int) -> Response:
    """One slice: its mask, numbers, the comparison, the brush."""
    room = room_of(request)
    with room.sessions.begin() as session:
        row = _row(session, upload_id)
        note(
            session, Entity.UPLOAD, row.id, row.state, row.state, now=room.now(), reason=LOOKED_AT, actor=visitor.name
        )
    shown: dict[str, Any] = {"title": "Single slice", "upload": row, "tissues": words.TISSUES}
    files = _files(room, row)
    if row.state == "done":
        kept = files.basis
        shown |= {
            "decidable": True,
            "folds": len(kept.folds) if kept else 0,
            "told": kept,
            "measured": numbers(files, files.painted(row.painted)),
        }
    return room.page(request, "upload.html", visitor, **shown)


@pages.get("/slices/{upload_id}/{what}")
def arrays(request: Request, visitor: ByReviewer, upload_id: int, what: str) -> Response:
    """`image`, `labels`, `folds` or `reference` for the script of the page."""
    files = _opened(request, upload_id)[1]
    if what == "image":
        return binary(files.slice.hu.astype("<i2").tobytes(), files.slice.hu.shape, files.slice.spacing_mm)
    kept = files.basis
    found = {
        "labels": lambda: files.labels,
        "folds": lambda: kept.folds if kept else None,
        "reference": lambda: files.reference,
    }.get(what, lambda: None)()
    if found is None or not found.size:
        raise HTTPException(404, "there is no such file")
    return binary(found.tobytes(), found.shape)


@api.post("")
def ask(request: Request, visitor: ByReviewer, given: SingleSlice) -> Taken:
    """Have a worker segment an uploaded slice; its number."""
    room = room_of(request)
    folder = _moved(room.data / FOLDER, {"image": given.image, "reference": given.reference})
    with room.sessions.begin() as session:
        made = uploads.ask(
            session,
            name=given.name,
            folder=str(folder.relative_to(room.data)),
            fold=given.fold,
            by=visitor.name,
            now=room.now(),
        )
    return Taken(slice=made)


@api.delete("/{upload_id}", status_code=NOTHING)
def delete(request: Request, visitor: ByReviewer, upload_id: int) -> None:
    """Delete a slice and all its files now."""
    room = room_of(request)
    with room.sessions.begin() as session:
        row = _row(session, upload_id)
        if row.state == "running":
            raise HTTPException(CONFLICT, "it is being segmented; wait a moment")
        shutil.rmtree(room.data / row.folder, ignore_errors=True)
        uploads.delete(session, row, "deleted by a person", room.now(), visitor.name)


@api.get("/{upload_id}/draft")
def saved(request: Request, visitor: ByReviewer, upload_id: int) -> Response:
    """What was painted, one byte a pixel; 204 when nothing was.  x-version is what `PUT` wants."""
    row, files = _opened(request, upload_id)
    if row.painted is None:
        return Response(status_code=NOTHING)
    labels = files.painted(row.painted)
    answer = binary(labels.tobytes(), labels.shape)
    answer.headers["x-version"], answer.headers["x-saved-by"] = str(row.version), row.saved_by or ""
    return answer


@api.put("/{upload_id}/draft")
def save(
    request: Request,
    visitor: ByReviewer,
    upload_id: int,
    labels: Labels,
    x_version: Annotated[int, Header()] = NOTHING_SAVED,
) -> Saved:
    """Save what is painted over version `x-version`; 409 when another reviewer saved meanwhile."""
    files = _opened(request, upload_id)[1]
    packed = zlib.compress(files.given(labels).tobytes(), 3)
    try:
        with room_of(request).sessions.begin() as session:
            return Saved(version=uploads.save(session, upload_id, x_version, packed, by=visitor.name))
    except uploads.Overtaken as first:
        raise HTTPException(CONFLICT, f"{first}; load the page again to see it") from None


@api.post("/{upload_id}/measure")
def measured(request: Request, visitor: ByReviewer, upload_id: int, labels: Labels) -> dict[str, Any]:
    """Numbers of what is being painted, its Dice against the model, and Dice and HD95 against the reference."""
    files = _opened(request, upload_id)[1]
    return numbers(files, files.given(labels))


@api.get("/{upload_id}/image")
def image(request: Request, visitor: ByReviewer, upload_id: int) -> Response:
    """NAME-image.nii.gz of the pair."""
    row, files = _opened(request, upload_id)
    return FileResponse(files.path(IMAGE), media_type="application/gzip", filename=_called(row, "image"))


@api.get("/{upload_id}/label")
def label(request: Request, visitor: ByReviewer, upload_id: int) -> Response:
    """NAME-label.nii.gz of the pair: what was painted, else what the model says."""
    row, files = _opened(request, upload_id)
    data = with_labels(files.path(LABELS), files.painted(row.painted))
    headers = {"content-disposition": f'attachment; filename="{_called(row, "label")}"'}
    return Response(data, media_type="application/gzip", headers=headers)


def _moved(uploads_folder: Path, tickets: dict[str, str | None]) -> Path:
    """What was uploaded, from where it came in to a folder of its own; raises 422 for a ticket that nobody holds."""
    folder = uploads_folder / str(tickets["image"])
    held = {name: uploads_folder / INCOMING / ticket for name, ticket in tickets.items() if ticket}
    if missing := [name for name, path in held.items() if not path.is_file()]:
        raise HTTPException(422, f"upload the {missing[0]} first")
    if len(set(held.values())) < len(held):
        raise HTTPException(422, "image and reference are the same upload")
    try:
        folder.mkdir(mode=0o700)
        for name, path in held.items():
            path.rename(folder / name)
    except (FileExistsError, FileNotFoundError):
        raise HTTPException(CONFLICT, "these files were just asked for by another request") from None
    return folder


def _called(row: Upload, what: str) -> str:
    """Of the name that was given, only what every file system takes."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", row.name).strip("-") or f"slice{row.id}"
    return f"{plain}-{what}.nii.gz"


def _row(session: Session, upload_id: int) -> Upload:
    row = session.get(Upload, upload_id)
    if row is None:
        raise HTTPException(404, "there is no such slice; slices are deleted after a while")
    return row


def _files(room: Room, row: Upload) -> Files:
    return Files(folder=room.data / Path(row.folder))


def _opened(request: Request, upload_id: int) -> tuple[Upload, Files]:
    """A slice that was segmented, and its files; raises 404."""
    room = room_of(request)
    with reading(room.engine) as session:
        row = _row(session, upload_id)
        session.expunge(row)
    if row.state != "done":
        raise HTTPException(404, "this slice was not segmented")
    return row, _files(room, row)
