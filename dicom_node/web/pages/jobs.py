"""What an administrator does to a request, and what a reviewer knows of the patient."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from db import body, jobs
from db.accounts import Role
from db.schema import Analysis
from dicom_node.web.faults import faults
from dicom_node.web.pages.decide import CONFLICT
from dicom_node.web.room import room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(prefix="/api/v1/analyses/{analysis_id}", tags=["requests"], responses=faults(404, 409))
ByAdministrator = Annotated[Visitor, Depends(needs(Role.ADMINISTRATOR))]
ByReviewer = Annotated[Visitor, Depends(needs(Role.REVIEWER))]


class Cancelled(BaseModel):
    """Why a request is taken out of the queue."""

    why: Annotated[str, Field(min_length=3, max_length=500, description="a sentence; it stays with the request")]


class Stated(BaseModel):
    """Height and weight as a person knows them."""

    height_m: float | None = Field(None, description="m: height")
    weight_kg: float | None = Field(None, description="kg: weight")
    measured_on: date | None = Field(None, description="when it was measured")


class Done(BaseModel):
    """What became of it."""

    state: str = Field(description="queued, cancelled, pending (to be sent), or stated")


@router.post("/retry")
def retry(request: Request, visitor: ByAdministrator, analysis_id: int) -> Done:
    """Try a request again that failed, could not be measured or was cancelled."""
    with _changing(request, analysis_id) as session:
        jobs.retry(session, analysis_id, actor=visitor.name, now=room_of(request).now())
    return Done(state="queued")


@router.post("/prioritise")
def prioritise(request: Request, visitor: ByAdministrator, analysis_id: int) -> Done:
    """Put a request before all that nobody waits for."""
    with _changing(request, analysis_id) as session:
        jobs.prioritise(session, analysis_id, actor=visitor.name, now=room_of(request).now())
    return Done(state="queued")


@router.post("/resend")
def resend(request: Request, visitor: ByAdministrator, analysis_id: int) -> Done:
    """Send once more what of a result could not be delivered."""
    with _changing(request, analysis_id) as session:
        jobs.resend(session, analysis_id, actor=visitor.name, now=room_of(request).now())
    return Done(state="pending")


@router.post("/cancel")
def cancel(request: Request, visitor: ByAdministrator, analysis_id: int, given: Cancelled) -> Done:
    """Take a request out of the queue."""
    with _changing(request, analysis_id) as session:
        jobs.cancel(session, analysis_id, why=given.why, actor=visitor.name, now=room_of(request).now())
    return Done(state="cancelled")


@router.post("/body")
def state_body(request: Request, visitor: ByReviewer, analysis_id: int, given: Stated) -> Done:
    """State height or weight of the patient; they count with the next decision."""
    room = room_of(request)
    with room.sessions.begin() as session:
        study = _known(session.get(Analysis, analysis_id)).study
        key = room.key_of(study)
        if key is None:
            raise HTTPException(CONFLICT, "the study names no patient")
        try:
            body.state(
                session,
                key,
                source=f"stated by {visitor.name}",
                actor=visitor.name,
                now=room.now(),
                **given.model_dump(),
            )
        except body.Implausible as why:
            raise HTTPException(422, str(why)) from None
    return Done(state="stated")


@contextmanager
def _changing(request: Request, analysis_id: int) -> Iterator[Session]:
    """A transaction on a request that there is; where it stands otherwise by now the answer is 409."""
    try:
        with room_of(request).sessions.begin() as session:
            _known(session.get(Analysis, analysis_id))
            yield session
    except jobs.Refused as why:
        raise HTTPException(CONFLICT, str(why)) from None


def _known(analysis: Analysis | None) -> Analysis:
    if analysis is None:
        raise HTTPException(404, "there is no such request")
    return analysis
