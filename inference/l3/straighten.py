"""The spine straightened along its canal: HU sampled in planes at right angles to the centreline."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from inference.l3.canal import CanalTrack
from inference.l3.grid import GRID_MM, Float32Array, Float64Array

STEP_MM = 2.0
"""Sampling along and across the canal."""
AHEAD_MM = np.arange(-34.0, 36.1, STEP_MM)
"""Places in front of the canal's centre (negative: behind it)."""
ASIDE_MM = np.arange(-66.0, 66.1, STEP_MM)
"""Places beside the canal's centre."""
BODY_AHEAD_MM = 22.0
"""The vertebral body's centre lies this far in front of the canal's."""
OUTSIDE_HU = -1000.0
POSITION_SMOOTHING_MM = (7.0, 9.0)
DIRECTION_SMOOTHING_MM = (16.0, 20.0)
"""Row and column; directions need more smoothing than positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightSpine:
    """The canal's centreline, sampled every `STEP_MM` from caudal to cranial (axis `place`).

    `arc_mm` Float64[place] is the length along it; `centre_mm`, `direction` and `ahead` are Float64[place, 3] as
    (height, row, column), in mm of the working grid or unit vectors; `score` Float64[place] is the canal score;
    `hu` is Float32[place, AHEAD_MM, ASIDE_MM].
    """

    arc_mm: Float64Array
    centre_mm: Float64Array
    direction: Float64Array
    ahead: Float64Array
    score: Float64Array
    hu: Float32Array

    @property
    def body_height_mm(self) -> Float64Array:
        """Height of the vertebral body's centre at each place, Float64[place]."""
        return self.centre_mm[:, 0] + BODY_AHEAD_MM * self.ahead[:, 0]

    @property
    def body_row_mm(self) -> Float64Array:
        """Distance of the vertebral body's centre behind the first row, Float64[place]."""
        return self.centre_mm[:, 1] + BODY_AHEAD_MM * self.ahead[:, 1]


def straighten(hu: Float32Array, canal: CanalTrack) -> StraightSpine:
    """Sample HU Float32[height, row, column] of the working grid along the canal."""
    weight = np.clip(canal.score, 0.05, 1.2)
    heights = np.arange(len(weight), dtype=np.float64)
    line = _smooth_line(heights, canal, weight, POSITION_SMOOTHING_MM)
    course = _smooth_line(heights, canal, weight, DIRECTION_SMOOTHING_MM)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    arc = np.arange(0.0, length[-1], STEP_MM)
    centre, along = (_along_arc(arc, length, points) for points in (line, course))
    direction = _direction(along)
    ahead = _ahead(direction)
    return StraightSpine(
        arc_mm=arc,
        centre_mm=centre,
        direction=direction,
        ahead=ahead,
        score=np.interp(arc, length, canal.score),
        hu=_sample_planes(hu, centre, ahead, direction),
    )


def _smooth_line(
    heights: Float64Array, canal: CanalTrack, weight: Float64Array, smoothing_mm: tuple[float, float]
) -> Float64Array:
    """The track as Float64[height, 3] in mm, smoothed where the canal is uncertain."""
    row, column = (
        _smooth(weight * values, mm) / _smooth(weight, mm)
        for values, mm in zip((canal.row, canal.column), smoothing_mm, strict=True)
    )
    return np.stack([heights, row, column], axis=1) * GRID_MM


def _smooth(values: Float64Array, sigma_mm: float) -> Float64Array:
    return ndimage.gaussian_filter1d(values, sigma_mm / GRID_MM, mode="nearest")


def _along_arc(arc: Float64Array, length: Float64Array, points: Float64Array) -> Float64Array:
    """Points Float64[height, 3] at known `length` read at the arc lengths asked for."""
    return np.stack([np.interp(arc, length, points[:, axis]) for axis in range(3)], axis=1)


def _direction(course: Float64Array) -> Float64Array:
    """Unit vectors along the course, smoothed once more."""
    raw = _unit(np.gradient(course, axis=0))
    return _unit(ndimage.gaussian_filter1d(raw, 6 / STEP_MM, axis=0, mode="nearest"))


def _ahead(direction: Float64Array) -> Float64Array:
    """Unit vectors to the front, at right angles to the direction."""
    front = np.zeros_like(direction)
    front[:, 1] = -1.0
    return _unit(front - (front * direction).sum(1, keepdims=True) * direction)


def _unit(vectors: Float64Array) -> Float64Array:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _sample_planes(
    hu: Float32Array, centre: Float64Array, ahead: Float64Array, direction: Float64Array
) -> Float32Array:
    """HU Float32[place, AHEAD_MM, ASIDE_MM] at right angles to the centreline, linear interpolation."""
    aside = np.cross(direction, ahead)
    aside *= np.sign(aside[:, 2:])
    grid = np.empty((3, len(centre), len(AHEAD_MM), len(ASIDE_MM)), np.float32)
    for axis in range(3):
        plane = ahead[:, axis, None, None] * AHEAD_MM[:, None] + aside[:, axis, None, None] * ASIDE_MM
        grid[axis] = (centre[:, axis, None, None] + plane) / GRID_MM
    return ndimage.map_coordinates(hu, grid, order=1, mode="constant", cval=OUTSIDE_HU)
