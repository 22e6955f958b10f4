"""What a reviewer does to a result: paint, save, measure, approve, correct, choose another slice, reject."""

import zlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, HTTPException, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from db import draft, reviews, worklist
from db.accounts import Role
from db.reviews import ImagesGone, Overtaken, Reviewer
from db.schema import Analysis
from db.session import reading
from dicom_node import given
from dicom_node.web.faults import faults
from dicom_node.web.pages.case import binary
from dicom_node.web.results import files_in, files_of, numbers
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs
from inference.labels import LabelMap
from reporting.digest import digest_of

router = APIRouter(prefix="/api/v1/analyses/{analysis_id}", tags=["review"], responses=faults(404, 409))
ByReviewer = Annotated[Visitor, Depends(needs(Role.REVIEWER))]
Labels = Annotated[bytes, Body(media_type="application/octet-stream")]
CONFLICT, NOTHING = 409, 204
NOTHING_SAVED = 0
Version = Annotated[
    int | None, Header(description="version of the saved mask that was seen; 409 where it is another")
]
FROM_NOTHING = b"\1"
"""Follows the labels of a draft that was begun from an empty mask."""


class Chosen(BaseModel):
    """Another slice, counted from the most caudal one."""

    index: Annotated[int, Field(ge=0, le=100_000, description="0 is the most caudal slice")]


class Rejected(BaseModel):
    """Why a result is never sent."""

    why: Annotated[str, Field(min_length=3, max_length=500, description="a sentence; it stays with the result")]


class Asked(BaseModel):
    """The request that a decision made, and the case that waits longest now."""

    analysis: int | None = Field(description="the request that was made; null where none was needed")
    next: str = Field(description="address of the case that waits longest; `/` where none does")


class Saved(BaseModel):
    """A mask was saved."""

    version: int = Field(description="what `x-version` must say to save over it")


class Areas(BaseModel):
    """One muscle, or all of them."""

    area_mask_cm2: float = Field(description="cm2: area, all pixels of the mask")
    hu_mask_mean: float | None = Field(description="HU: mean attenuation of the same pixels")
    hu_mask_sd: float | None = Field(description="HU: its standard deviation")
    area_m29_150_cm2: float = Field(description="cm2: area, mask pixels within -29..150 HU")
    hu_m29_150_mean: float | None = Field(description="HU: mean attenuation of the same pixels")
    hu_m29_150_sd: float | None = Field(description="HU: its standard deviation")


class Measured(BaseModel):
    """Numbers of a mask; by psoas, paraspinal, abdominal_wall, total."""

    tissues: dict[str, Areas] = Field(description="areas and attenuation")
    smi_m29_150_cm2_m2: float | None = Field(description="cm2/m2: total_area_m29_150_cm2 by the square of the height")
    dice: dict[str, float] = Field(description="0..1: overlap with the labels of the result; 1: both empty")


MASK: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    204: {"description": "nothing is being painted"},
}


@router.get("/draft", response_class=Response, responses=MASK)
def saved(request: Request, visitor: ByReviewer, analysis_id: int) -> Response:
    """The mask that is being painted, one byte a pixel; 204 when there is none.

    x-version is what `PUT` wants; x-painted says 1 where it was begun from an empty mask.
    """
    room = room_of(request)
    with reading(room.engine) as session:
        found = draft.find(session, analysis_id)
        if found is None:
            return Response(status_code=NOTHING)
        shape = files_in(session, room, analysis_id).labels.shape
        kept = zlib.decompress(found.labels)
        answer = binary(kept[: shape[0] * shape[1]], shape)
        answer.headers["x-version"], answer.headers["x-saved-by"] = str(found.version), found.saved_by
        answer.headers["x-painted"] = str(int(len(kept) > shape[0] * shape[1]))
        return answer


@router.put("/draft")
def save(
    request: Request,
    visitor: ByReviewer,
    analysis_id: int,
    labels: Labels,
    x_version: Annotated[int, Header()] = NOTHING_SAVED,
    painted: bool = False,
) -> Saved:
    """Save a mask over version `x-version`; 409 when another reviewer saved meanwhile."""
    room = room_of(request)
    with room.sessions.begin() as session:
        mask = files_in(session, room, analysis_id).given(labels)
        packed = zlib.compress(mask.tobytes() + (FROM_NOTHING if painted else b""), 3)
        try:
            version = draft.save(session, analysis_id, x_version, packed, by=visitor.name, now=room.now())
        except draft.Overtaken as first:
            raise HTTPException(CONFLICT, f"{first}; load the page again to see it") from None
    return Saved(version=version)


@router.delete("/draft", status_code=NOTHING)
def forget(request: Request, visitor: ByReviewer, analysis_id: int, x_version: Version = None) -> None:
    """Throw the saved mask away; 409 when another reviewer saved meanwhile."""
    try:
        with room_of(request).sessions.begin() as session:
            if x_version is not None:
                draft.check(session, analysis_id, x_version)
            draft.drop(session, analysis_id)
    except draft.Overtaken as first:
        raise HTTPException(CONFLICT, str(first)) from None


@router.post("/measure")
def measured(request: Request, visitor: ByReviewer, analysis_id: int, labels: Labels) -> Measured:
    """Numbers of a mask that is being painted, and its Dice against that of the result."""
    files = files_of(request, analysis_id)
    return Measured.model_validate(numbers(files, files.given(labels)))


@router.post("/approve")
def approve(request: Request, visitor: ByReviewer, analysis_id: int, x_version: Version = None) -> Asked:
    """Vouch for the result as it is; verified objects of the same labels replace it."""
    labels = _kept_labels(request, analysis_id)
    return _decided(
        request,
        analysis_id,
        x_version,
        lambda session, room: reviews.approve(session, analysis_id, digest_of(labels), reviewer(visitor), room.now()),
    )


@router.post("/correct")
def correct(
    request: Request,
    visitor: ByReviewer,
    analysis_id: int,
    labels: Labels,
    painted: bool = False,
    x_version: Version = None,
) -> Asked:
    """Vouch for another mask; `painted` says that it owes nothing to the model."""
    kept = files_of(request, analysis_id).given(labels)
    if not kept.any():
        raise HTTPException(422, "the mask is empty; reject the result instead")

    def decide(session: Session, room: Room) -> int:
        digest = digest_of(kept)
        made = reviews.correct(session, analysis_id, digest, reviewer(visitor), room.now(), painted=painted)
        given.keep(room.data, kept)  # only of a decision that was taken, and before its row is there for a worker
        return made

    return _decided(request, analysis_id, x_version, decide)


@router.post("/slice")
def another_slice(
    request: Request, visitor: ByReviewer, analysis_id: int, chosen: Chosen, x_version: Version = None
) -> Asked:
    """Have the model segment another slice; its result waits for a decision."""
    return _decided(
        request,
        analysis_id,
        x_version,
        lambda session, room: reviews.another_slice(
            session, analysis_id, chosen.index, reviewer(visitor), room.now()
        ),
    )


@router.post("/reject")
def reject(
    request: Request, visitor: ByReviewer, analysis_id: int, rejected: Rejected, x_version: Version = None
) -> Asked:
    """Never send this result."""
    return _decided(
        request,
        analysis_id,
        x_version,
        lambda session, room: reviews.reject(session, analysis_id, rejected.why, reviewer(visitor), room.now()),
    )


def reviewer(visitor: Visitor) -> Reviewer:
    """Who decides."""
    return Reviewer(account=visitor.name, name=visitor.person_name)


def _kept_labels(request: Request, analysis_id: int) -> LabelMap:
    """Labels of a result that a revision can rest on; raises 409 for one of a time before that was kept."""
    found = files_of(request, analysis_id).basis
    if found is None:
        raise HTTPException(CONFLICT, "this result is too old to be approved as it is; choose its slice again")
    return found.labels


def _decided(
    request: Request, analysis_id: int, seen: int | None, decide: Callable[[Session, Room], int | None]
) -> Asked:
    """Carry a decision out, or say who was first; not over a mask that another is painting (`seen`)."""
    room = room_of(request)
    try:
        with room.sessions.begin() as session:
            if session.get(Analysis, analysis_id) is None:
                raise HTTPException(404, "there is no such result")
            if seen is not None:
                draft.check(session, analysis_id, seen)
            made = decide(session, room)
            waiting = worklist.open_reviews(session, 1)
            return Asked(analysis=made, next=f"/studies/{waiting[0].study.id}" if waiting else "/")
    except draft.Overtaken as first:
        raise HTTPException(CONFLICT, f"{first}; load the page again to see it") from None
    except (Overtaken, ImagesGone) as why:
        raise HTTPException(CONFLICT, str(why)) from None
