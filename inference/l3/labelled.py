"""The level read from a label map that a vertebra model made: which body is L3, and may the map be believed.

Names alone are not trusted: L3 must be whole, with its neighbours in order and at usual distances.  Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.l3.level import L3Level, LevelStatus

ORDER = ("L5", "L4", "L3", "L2", "L1", "T12", "T11", "T10")
"""Caudal to cranial; what lies beyond does not help to judge L3."""
MODEL = "vertebra_model"
"""The anchor of a level that a label map gave."""
PASSED = 0.89
"""Confidence of a map that passes every check: alone never without doubt."""
BODY_MM = 24.0
"""A vertebral body is deeper than this from front to back; what lies further behind are pedicles and processes."""
STRIP_MM = 18.0
"""The body is looked at within this distance of the vertebra's middle: transverse processes lie further out."""
FILLED = 0.5
"""Of the largest section of the body; heights with less are lips of its edges."""
FRAGMENT_MM3 = 2000.0
ONE_PIECE = 0.8
"""Part of a label's voxels that its largest piece must hold."""
BODY_HEIGHT_MM = (14.0, 42.0)
STEP_MM = (20.0, 50.0)
"""From the middle of a body to that of the next."""
UNEVEN = 1.5
"""Two steps that differ by more than this factor hide or double a vertebra."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A vertebral body: heights of its ends in mm above the centre of slice 0; whether it is cut, or one piece."""

    low_mm: float
    high_mm: float
    cut: bool
    whole: bool

    @property
    def mid_mm(self) -> float:
        """Mid-height."""
        return (self.low_mm + self.high_mm) / 2


def level_by_labels(
    labels: NDArray[np.uint8], spacing_mm: tuple[float, float, float], names: Mapping[int, str]
) -> L3Level:
    """`labels` UInt8[slice, row, column] in the orientation of `CtVolume`; `names` gives their vertebrae as "L3".

    `found` at most at `PASSED`, else `uncertain` with the check that failed; never `not in series`.
    """
    bodies = dict(_bodies(labels, spacing_mm, names))
    against = next(_objections(bodies), None)
    if against:
        return L3Level(status=LevelStatus.UNCERTAIN, index=None, z_mm=None, confidence=0.0, reason=against)
    height = bodies["L3"].mid_mm
    return L3Level(
        status=LevelStatus.FOUND,
        index=int(np.clip(round(height / spacing_mm[0]), 0, len(labels) - 1)),
        z_mm=height,
        confidence=PASSED,
        reason=f"the vertebra model labels L3 between {_neighbours(bodies)}, in order and at usual distances",
        anchors=(MODEL,),
    )


def _objections(bodies: Mapping[str, Body]) -> Iterator[str]:
    """Why the map can't be believed, the plainest first."""
    if "L3" not in bodies:
        yield "the vertebra model labels no L3"
        return
    body = bodies["L3"]
    low, high = BODY_HEIGHT_MM
    if body.cut:
        yield "the L3 of the vertebra model is cut by the series"
    if not body.whole:
        yield "the L3 of the vertebra model is in pieces"
    if not low <= body.high_mm - body.low_mm <= high:
        yield f"the L3 body of the vertebra model is {body.high_mm - body.low_mm:.0f} mm high"
    if not {"L2", "L4"} <= bodies.keys():
        yield "the vertebra model does not label both neighbours of L3"
    yield from _of_steps(bodies)


def _of_steps(bodies: Mapping[str, Body]) -> Iterator[str]:
    """Of all that is labelled: in the order of the spine, evenly spaced where nothing lies between."""
    seen = [name for name in ORDER if name in bodies]
    steps = {(a, b): bodies[b].mid_mm - bodies[a].mid_mm for a, b in pairwise(seen)}
    if any(step <= 0 for step in steps.values()):
        yield "the vertebrae of the model are out of order"
    next_to = [step for (a, b), step in steps.items() if ORDER.index(b) == ORDER.index(a) + 1]
    if len(next_to) < len(steps):
        yield "the vertebra model leaves a vertebra out"
    if next_to and not STEP_MM[0] <= min(next_to) <= max(next_to) <= min(STEP_MM[1], UNEVEN * min(next_to)):
        yield f"the vertebrae of the model lie {min(next_to):.0f} to {max(next_to):.0f} mm apart"


def _neighbours(bodies: Mapping[str, Body]) -> str:
    seen = [name for name in ORDER if name in bodies]
    return f"{seen[0]} and {seen[-1]}"


def _bodies(
    labels: NDArray[np.uint8], spacing_mm: tuple[float, float, float], names: Mapping[int, str]
) -> Iterator[tuple[str, Body]]:
    for value, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is not None and names.get(value) in ORDER:
            mask = labels[box] == value
            body = _body(mask, spacing_mm, box[0].start, len(labels))
            if body:
                yield names[value], body


def _body(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float], first: int, slices: int) -> Body | None:
    """Of one vertebra, Bool[slice, row, column], whose first slice is `first` of `slices`; None of a fragment."""
    pieces, _ = ndimage.label(mask)
    sizes = np.bincount(pieces.ravel())[1:]
    if sizes.max() * float(np.prod(spacing_mm)) < FRAGMENT_MM3:
        return None
    slice_mm, row_mm, column_mm = spacing_mm
    piece = pieces == sizes.argmax() + 1
    middle = np.median(np.nonzero(piece)[2])
    near = np.abs(np.arange(mask.shape[2]) - middle) * column_mm <= STRIP_MM
    strip = piece[:, :, near]
    front = int(strip.any((0, 2)).argmax())
    sections = strip[:, front : front + max(1, round(BODY_MM / row_mm))].sum((1, 2))
    heights = np.flatnonzero(sections > FILLED * sections.max()) + first
    return Body(
        low_mm=float(heights[0] * slice_mm),
        high_mm=float(heights[-1] * slice_mm),
        cut=first == 0 or first + len(mask) == slices,
        whole=bool(sizes.max() >= ONE_PIECE * sizes.sum()),
    )
