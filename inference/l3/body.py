"""Where the patient is: the largest body-like component of the working grid, and its midline and skin."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.l3.grid import GRID_MM, Float32Array, Float64Array

COARSE = 2
"""The body is outlined on every second voxel (5 mm): skin and midline need no more."""
TISSUE_HU = -300
MIDLINE_HALF_WIDTH_MM = 15.0
"""The skin of back and belly is read in a strip of this half width around the midline."""
MIDLINE_SMOOTHING_MM = 52.5
MIN_HEIGHTS = 5
"""With a body on fewer coarse heights there is nothing to track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyOutline:
    """The body, per height of the working grid.

    `coarse` is Bool[height, row, column] at `COARSE` working voxels; `midline` (column), `front` and `back` (row)
    are Float64[height] in working voxels.
    """

    coarse: NDArray[np.bool_]
    midline: Float64Array
    front: Float64Array
    back: Float64Array

    def width_mm(self, height: float) -> float:
        """Left-right extent of the body around `height` (working voxels)."""
        centre = int(np.clip(round(height / COARSE), 0, len(self.coarse) - 1))
        columns = self.coarse[max(0, centre - 1) : centre + 2].any((0, 1))
        return float(np.ptp(np.flatnonzero(columns)) + 1) * COARSE * GRID_MM if columns.any() else 0.0


def outline_body(hu: Float32Array) -> BodyOutline | None:
    """Outline the body in HU Float32[height, row, column]; None where there is none."""
    coarse = _largest_component(hu[::COARSE, ::COARSE, ::COARSE] > TISSUE_HU)
    area = coarse.sum((1, 2))
    if np.count_nonzero(area) < MIN_HEIGHTS:
        return None
    columns = np.arange(coarse.shape[2])
    centre = (coarse.sum(1) * columns).sum(1) / np.maximum(area, 1)
    front, back = _skin(coarse, centre)
    heights = np.arange(len(hu)) / COARSE
    seen = np.flatnonzero(np.isfinite(back))
    on_grid = [COARSE * np.interp(heights, seen, line[seen]) for line in (centre, front, back)]
    midline = ndimage.median_filter(on_grid[0], round(MIDLINE_SMOOTHING_MM / GRID_MM), mode="nearest")
    return BodyOutline(coarse=coarse, midline=midline, front=on_grid[1], back=on_grid[2])


def _largest_component(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Opened in-plane (the table top falls off), then the largest connected part."""
    opened = ndimage.binary_opening(mask, np.ones((1, 3, 3), bool))
    labels, _ = ndimage.label(opened)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return (labels == sizes.argmax()) & opened


def _skin(coarse: NDArray[np.bool_], centre: Float64Array) -> tuple[Float64Array, Float64Array]:
    """First and last body row in the strip around the midline, NaN where the strip is empty."""
    offset = np.abs(np.arange(coarse.shape[2]) - centre[:, None]) * COARSE * GRID_MM
    strip: NDArray[np.bool_] = np.any(coarse & (offset <= MIDLINE_HALF_WIDTH_MM)[:, None, :], axis=2)
    empty = ~strip.any(1)
    front = np.where(empty, np.nan, strip.argmax(1))
    back = np.where(empty, np.nan, strip.shape[1] - 1 - strip[:, ::-1].argmax(1))
    return front, back
