"""What a mask must look like whatever made it: a few numbers of one slice and its labels.  Pure; judged elsewhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue

GRID_MM = 1.5  # coarse enough to be quick, fine enough for an outline
TISSUE_HU = -500  # the body is above
AIR_HU = -300  # what surrounds it is below; clothes and the pad of the table lie between
PADDING_HU = -1500  # below: no HU but the mark of pixels outside of the reconstructed circle
SMALLEST_SHARE = 0.01  # of the image; less air says nothing about the scale
RIM_PIXELS = 1.5
DEGREES = 360

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plausibility:
    """Numbers that need no model.

    `air_hu` is the median of what surrounds the body, None where nothing does.  `cut_mm` is the length of the body's
    outline on the edge of the field of view.  `outside_cm2` is labelled area apart from the body (table, arm).
    `psoas_symmetry` is the smaller psoas in parts of the larger one, None without any.  `wall_gap_degrees` is the
    widest angle, seen from the middle of the body, in which there is neither abdominal wall nor back muscle.
    """

    air_hu: float | None
    cut_mm: float
    outside_cm2: float
    psoas_symmetry: float | None
    wall_gap_degrees: float


def look(ct: CtSlice, labels: LabelMap) -> Plausibility:
    """Look at a slice and its labels UInt8[row, column]."""
    steps = [max(1, round(GRID_MM / spacing)) for spacing in ct.spacing_mm]
    hu, coarse = ct.hu[:: steps[0], :: steps[1]], labels[:: steps[0], :: steps[1]]
    pixel_mm = (steps[0] * ct.spacing_mm[0], steps[1] * ct.spacing_mm[1])
    body = body_of(hu)
    outside = np.count_nonzero((coarse > 0) & ~body)
    return Plausibility(
        air_hu=_air(hu, body),
        cut_mm=float(np.count_nonzero(body & _rim(hu, body)) * np.sqrt(pixel_mm[0] * pixel_mm[1])),
        outside_cm2=float(outside * pixel_mm[0] * pixel_mm[1] / 100),
        psoas_symmetry=_symmetry(coarse),
        wall_gap_degrees=_gap(coarse, body, pixel_mm),
    )


def body_of(hu: NDArray[np.int16]) -> Mask:
    """The largest thing that is no air, with what it encloses; thin bridges to table and arms are cut."""
    opened = ndi.binary_opening(hu > TISSUE_HU, iterations=2)
    pieces, count = ndi.label(opened)
    if count == 0:
        return np.zeros(hu.shape, bool)
    largest = 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    return np.asarray(ndi.binary_fill_holes(ndi.binary_dilation(pieces == largest, iterations=2)), bool)


def _air(hu: NDArray[np.int16], body: Mask) -> float | None:
    air = hu[(hu < AIR_HU) & (hu > PADDING_HU) & ~body]
    return float(np.median(air)) if air.size > SMALLEST_SHARE * hu.size else None


def _rim(hu: NDArray[np.int16], body: Mask) -> Mask:
    """Edge of what was reconstructed: the image, what is not marked, or the circle where the corners are air."""
    rim = ~ndi.binary_erosion(hu > PADDING_HU, border_value=0)
    rows, columns = (np.arange(side) - (side - 1) / 2 for side in hu.shape)
    distance = np.hypot(rows[:, None], columns[None])
    radius = (min(hu.shape) - 1) / 2
    if not body[distance > radius + RIM_PIXELS].any():
        rim |= np.abs(distance - radius) <= RIM_PIXELS
    return rim


def _symmetry(labels: LabelMap) -> float | None:
    columns = np.nonzero(labels == Tissue.PSOAS)[1]
    if not columns.size:
        return None
    back = np.nonzero(labels == Tissue.PARASPINAL)[1]
    middle = (back if back.size else columns).mean()
    smaller, larger = sorted(int(np.count_nonzero(side)) for side in (columns < middle, columns > middle))
    return smaller / max(larger, 1)


def _gap(labels: LabelMap, body: Mask, pixel_mm: tuple[float, float]) -> float:
    closing = np.nonzero((labels == Tissue.ABDOMINAL_WALL) | (labels == Tissue.PARASPINAL))
    if not closing[0].size or not body.any():
        return float(DEGREES)
    centre = ndi.center_of_mass(body)
    down, right = ((where - middle) * mm for where, middle, mm in zip(closing, centre, pixel_mm, strict=True))
    seen = np.unique(np.floor(np.degrees(np.arctan2(down, right))))
    steps = np.diff(np.append(seen, seen[0] + DEGREES))
    return float(steps.max() - 1)
