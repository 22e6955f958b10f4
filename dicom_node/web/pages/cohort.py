"""The cohort: who is in it and who is not, what their muscle measures, and the results to take away.

Pictures are drawn by the server, one at a time; matplotlib is imported when the first is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import Field
from starlette.responses import Response

from db.accounts import Role
from db.outcomes import outcomes
from db.questions import Filter
from db.session import reading
from dicom_node.cohort import overview
from dicom_node.cohort.overview import COMPARED, Counts
from dicom_node.cohort.summary import people_of
from dicom_node.web.cohort import Asked as Filters
from dicom_node.web.cohort import asking
from dicom_node.web.room import Room, room_of
from dicom_node.web.visitor import Visitor, needs
from reporting import agreement
from reporting.agreement import BlandAltman
from reporting.cohort import FEWEST, QUANTITIES, Group, groups

LONGEST_WAIT_S = 20
"""Seconds that a picture waits for its turn."""
router = APIRouter(include_in_schema=False)
Viewer = Annotated[Visitor, Depends(needs(Role.VIEWER))]
Picture = Literal["distribution", "age", "time", "agreement"]
Quantity = Literal["smi_m29_150_cm2_m2", "total_area_m29_150_cm2", "total_hu_m29_150_mean"]
Draw = Callable[[], bytes]
REASONS_SHOWN = 12
PHASES = ("native", "arterial", "portal venous", "delayed")


class Asked(Filters):
    """Which results, and which quantity of them."""

    quantity: Quantity = Field("smi_m29_150_cm2_m2", description="what is drawn")

    @property
    def query(self) -> str:
        """The same question in an address."""
        return urlencode(self.model_dump(exclude_defaults=True))

    @property
    def filled(self) -> dict[str, Any]:
        """Which results, without the quantity: a download has them all."""
        return self.model_dump(exclude_defaults=True, exclude={"quantity"})

    @property
    def taken(self) -> str:
        """The same in an address."""
        return urlencode(self.filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a question."""

    counts: Counts
    groups: list[Group]
    agreement: BlandAltman | None
    elsewhere: list[tuple[str, str, int]]


@router.get("/cohort")
def page(request: Request, visitor: Viewer, asked: Annotated[Asked, Query()]) -> Response:
    """The page."""
    room, fault, found, status = room_of(request), "", None, 200
    try:
        found = _found(room, asked)
    except HTTPException as why:
        fault, status = str(why.detail), why.status_code
    shown: dict[str, Any] = {"title": "Cohort", "asked": asked, "found": found, "fault": fault, "fewest": FEWEST}
    shown |= {"quantities": QUANTITIES, "phases": PHASES, "scanners": _scanners(room, asked)}
    shown |= {"may_identify": visitor.sees_patients and visitor.may(Role.ADMINISTRATOR)}
    return room.page(request, "cohort.html", visitor, status, **shown)


def _found(room: Room, asked: Asked) -> Found:
    of = asked.filter
    with asking(room) as connection:
        counts = overview.counts(connection, of, asked.quantity)
        people = people_of(connection, of, asked.quantity) if counts.valued else None
    with reading(room.engine) as session:
        elsewhere = [row for row in outcomes(session) if row[0] != "done"][:REASONS_SHOWN]
    return Found(
        counts=counts,
        groups=groups(people) if people else [],
        agreement=_agreement(room, of, asked.quantity)[1] if counts.corrected else None,
        elsewhere=elsewhere,
    )


def _scanners(room: Room, asked: Asked) -> list[str]:
    """What the list offers; the one asked for is always among them."""
    with asking(room) as connection:
        found = overview.scanners(connection)
    return found if not asked.scanner or asked.scanner in found else [asked.scanner, *found]


def _agreement(room: Room, of: Filter, quantity: str) -> tuple[list[tuple[float, float, bool]], BlandAltman | None]:
    """Pairs of automatic and corrected, and how far they agree; None for too few."""
    with asking(room) as connection:
        numbers = overview.corrected(connection, of)
    with reading(room.engine) as session:
        pairs = overview.pairs(session, numbers, quantity)
    if len(pairs) < FEWEST:
        return pairs, None
    found = agreement.bland_altman([one for one, _, _ in pairs], [other for _, other, _ in pairs])
    return pairs, found if isinstance(found, BlandAltman) else None


@router.get("/cohort/pictures/{name}")
def picture(request: Request, visitor: Viewer, name: Picture, asked: Annotated[Asked, Query()]) -> Response:
    """One of the pictures (PNG); 404 where there is too little to draw."""
    room = room_of(request)
    draw = _agreeing(room, asked) if name == "agreement" else _described(room, name, asked)
    if draw is None:
        raise HTTPException(404, f"fewer than {FEWEST} results: nothing to draw")
    if not room.drawing.acquire(timeout=LONGEST_WAIT_S):
        raise HTTPException(503, "too many pictures are being drawn; try again in a while")
    try:
        return Response(draw(), media_type="image/png")
    finally:
        room.drawing.release()


def _agreeing(room: Room, asked: Asked) -> Draw | None:
    from reporting import cohort_figures as figures

    pairs, found = _agreement(room, asked.filter, asked.quantity)
    if found is None:
        return None
    measured, reference, same = (np.array(column) for column in zip(*pairs, strict=True))
    twice = figures.Pairs(measured=measured, reference=reference, same_slice=same)
    compared = COMPARED.get(asked.quantity, asked.quantity)
    return lambda: figures.encoded(figures.bland_altman(twice, found, compared), "png")


def _described(room: Room, name: Picture, asked: Asked) -> Draw | None:
    from reporting import cohort_figures as figures

    of, quantity = asked.filter, asked.quantity
    with asking(room) as connection:
        if name == "time":
            periods = overview.periods(connection, of, quantity)
            enough = sum(period.n for period in periods) >= FEWEST
            return (lambda: figures.encoded(figures.over_time(periods, quantity), "png")) if enough else None
        people = people_of(connection, of, quantity)
    figure = figures.distribution if name == "distribution" else figures.by_age
    enough = int(np.count_nonzero(~np.isnan(people.values[quantity]))) >= FEWEST
    return (lambda: figures.encoded(figure(people, quantity), "png")) if enough else None
