"""`/api/v1/cohort`: current results of many patients, page by page as JSON, or all as CSV or Parquet.

De-identified as `l3node cohort export` does it.  Every answer that holds rows is an event.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import Field
from starlette.responses import StreamingResponse

from db import audit
from db.accounts import Role
from db.cohort import COLUMNS
from db.questions import count, following
from dicom_node.cohort.privacy import Dates, Privacy
from dicom_node.cohort.rows import Asked as Rows
from dicom_node.site_secret import site_secret
from dicom_node.web.cohort import SECONDS, Asked, asking
from dicom_node.web.faults import faults
from dicom_node.web.pages.api import models
from dicom_node.web.pages.api.links import following as next_page
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(prefix="/api/v1", tags=["cohort"], responses=faults(503))
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]
MEDIA = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class Taken(Asked):
    """Which results, and how they leave."""

    dates: Dates = Field("year", description="the year only, or moved back by days, the same for a patient")
    identified: bool = Field(
        False, description="with UIDs, dates and patient IDs: for administrators who see patients"
    )
    reason: str = Field("", max_length=500, description="why an identified answer is needed; recorded")


class Paged(Taken):
    """The same, a page at a time."""

    after: int = Field(0, ge=0, description="from the address of the next page")
    limit: int = Field(100, ge=1, le=1000, description="rows at most")


@router.get("/cohort", response_model_exclude_unset=True)
def rows(request: Request, visitor: Viewer, asked: Annotated[Paged, Query()]) -> models.Rows:
    """A page of current results."""
    room, privacy = room_of(request), _privacy(room_of(request), visitor, asked)
    table = Rows(privacy)
    with asking(room, identified=privacy.identified) as connection:
        question = following(asked.filter, table.names, asked.after, asked.limit, identified=privacy.identified)
        found = connection.execute(question).all()
    _recorded(room, visitor, asked, f"{len(found)} rows as JSON after {asked.after}")
    values = table.values([row[1:] for row in found]) if found else {}
    told = [models.Row(**dict(zip(values, row, strict=True))) for row in zip(*values.values(), strict=True)]
    return models.Rows(rows=told, next=next_page(request, found[-1][0] if len(found) == asked.limit else 0))


@router.get("/cohort/columns")
def columns(visitor: Viewer) -> list[models.Meaning]:
    """The data dictionary."""
    return [
        models.Meaning(
            name=one.name, type=one.type.__name__, unit=one.unit, meaning=one.meaning, de_identified=one.private
        )
        for one in COLUMNS
    ]


def _file(form: str) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA[form].partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"content": content, "description": "the columns of /api/v1/cohort/columns"}}


@router.get("/cohort.csv", response_class=StreamingResponse, responses=_file("csv"))
def as_csv(request: Request, visitor: Viewer, asked: Annotated[Taken, Query()]) -> StreamingResponse:
    """All of them as CSV."""
    return _streamed(room_of(request), visitor, asked, "csv")


@router.get("/cohort.parquet", response_class=StreamingResponse, responses=_file("parquet"))
def as_parquet(request: Request, visitor: Viewer, asked: Annotated[Taken, Query()]) -> StreamingResponse:
    """All of them as Parquet."""
    return _streamed(room_of(request), visitor, asked, "parquet")


def _streamed(room: Room, visitor: Visitor, asked: Taken, form: Any) -> StreamingResponse:
    from dicom_node.cohort.streaming import stream

    privacy = _privacy(room, visitor, asked)
    with asking(room) as connection:
        total = count(connection, asked.filter)
    _recorded(room, visitor, asked, f"{total} rows as {form} asked for")

    def parts() -> Iterator[bytes]:
        made = stream(room.settings.database_url, asked.filter, privacy, form, SECONDS)
        written = yield from made
        _recorded(room, visitor, asked, f"{written.rows} rows as {form} taken, snapshot {written.snapshot}")

    headers = {"content-disposition": f'attachment; filename="cohort.{form}"'}
    return StreamingResponse(parts(), media_type=MEDIA[form], headers=headers)


def _privacy(room: Room, visitor: Visitor, asked: Taken) -> Privacy:
    """How rows leave; raises 403 and 422 for an identified answer that may not be."""
    if asked.identified and not (visitor.sees_patients and visitor.may(Role.ADMINISTRATOR)):
        raise HTTPException(403, "an identified answer is for administrators who see patients")
    if asked.identified and not asked.reason.strip():
        raise HTTPException(422, "an identified answer needs a reason; it is recorded with your name")
    return Privacy(secret=site_secret(room.data), dates=asked.dates, identified=asked.identified)


def _recorded(room: Room, visitor: Visitor, asked: Taken, what: str) -> None:
    how = f"IDENTIFIED because {asked.reason.strip()}" if asked.identified else "de-identified"
    words = f"{what}, {how}: {asked.filter}"
    with room.sessions.begin() as session:
        audit.record(session, "cohort", "exported", actor=visitor.name, reason=words, now=room.now())
