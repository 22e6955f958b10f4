"""`/api/v1/studies`: what arrived, and what came of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from db import cases, worklist
from db.accounts import Role
from db.schema import Study
from db.session import reading
from db.states import Entity, note
from db.worklist import Sort
from dicom_node.web.faults import faults
from dicom_node.web.pages.api import models, told
from dicom_node.web.pages.api.links import following
from dicom_node.web.pages.live import LOOKED_AT
from dicom_node.web.room import may_search, room_of
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(prefix="/api/v1/studies", tags=["studies"], responses=faults())
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]


class Asked(BaseModel):
    """Which studies, and in which order."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(
        "",
        max_length=64,
        description="beginning of patient ID, name, accession number, UID; or a study number, or a code",
    )
    state: str = Field(
        "", max_length=16, description="state of the request; or receiving, refused: nothing was asked"
    )
    sort: Sort = Field("newest", description="by arrival, or least agreement, or least confidence of the level first")
    after: str = Field("", max_length=64, description="from the address of the next page")
    limit: int = Field(50, ge=1, le=500, description="studies at most")


@router.get("")
def studies(request: Request, visitor: Viewer, asked: Annotated[Asked, Query()]) -> models.Studies:
    """Studies page by page: `next` costs as much for the last page as for the first."""
    if asked.text and not may_search(visitor, asked.text):
        raise HTTPException(
            403, "who does not see patients can only search by the number of a study or a patient's code"
        )
    with reading(room_of(request).engine) as session:
        page = worklist.page(session, worklist.Asked(**asked.model_dump(), by_number=not visitor.sees_patients))
        listed = [
            models.Listed(
                **told.study_fields(entry.study, visitor),
                analysis=told.summary(entry.analysis) if entry.analysis else None,
            )
            for entry in page.entries
        ]
    return models.Studies(studies=listed, next=following(request, page.after))


@router.get("/{study_id}", responses=faults(404))
def study(request: Request, visitor: Viewer, study_id: int) -> models.Study:
    """One study with its series, every revision, its numbers and deliveries; that it was looked at is an event."""
    room = room_of(request)
    with room.sessions.begin() as session:
        found = session.get(Study, study_id)
        if found is None:
            raise HTTPException(404, "there is no such study")
        case = cases.case(session, found)
        now, state = room.now(), found.state
        note(session, Entity.STUDY, study_id, state, state, now=now, reason=LOOKED_AT, actor=visitor.name)
        return models.Study(
            **told.study_fields(found, visitor),
            analysis=told.summary(case.analysis) if case.analysis else None,
            series=[told.series(one, visitor) for one in case.series],
            analyses=[told.analysis(session, room, one, visitor) for one in case.revisions],
        )
