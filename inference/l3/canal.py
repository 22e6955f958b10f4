"""The spinal canal: soft tissue ringed by bone, followed from slice to slice by dynamic programming."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from inference.l3.body import BodyOutline
from inference.l3.grid import GRID_MM, Float32Array, Float64Array, IntArray

RING_RADII_MM = (8.0, 11.0, 14.0)
RING_DIRECTIONS = 8
RING_REACH_MM = 10.0
"""The ring is closed over this height up and down: between pedicles the canal is open sideways."""
RING_HEIGHTS = 12
"""So many heights are done at a time: their voxels stay in the cache."""
WEAKEST_DIRECTIONS = 3
WEAKEST_WEIGHT = 0.6
"""Share of the mean of the weakest directions; the rest is the mean of all."""
INNER_WEIGHT = 1.5
INNER_SMOOTHING_MM = 3.5
VERTEBRA_WEIGHT = 0.6
VERTEBRA_AHEAD_MM = 24.0
"""The vertebral body's centre lies this far in front of the canal's."""
SEARCH_HALF_WIDTH_MM = 70.0
SEARCH_DEPTH_MM = 175.0
"""Nothing deeper than this below the skin of the back is searched."""
SKIN_DEPTH_MM = (25.0, 110.0)
"""Depth of the canal below the skin of the back that costs nothing."""
STEP_COST = 0.12
"""Price of moving one voxel in the plane from a height to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanalTrack:
    """The canal's centre, one per height of the working grid (index 0 caudal).

    `row` and `column` are Int[height] in working voxels; `score` is Float64[height], about 1 in a clear canal.
    """

    row: IntArray
    column: IntArray
    score: Float64Array


def track_canal(hu: Float32Array, body: BodyOutline) -> CanalTrack:
    """Find the path through all heights of HU Float32[height, row, column] that looks most like a canal."""
    rows, columns = _search_window(hu, body)
    score = canal_score(hu[:, rows, columns])
    path_row, path_column = best_path(score + _position_prior(body, rows, columns))
    return CanalTrack(
        row=path_row + rows.start,
        column=path_column + columns.start,
        score=score[np.arange(len(score)), path_row, path_column].astype(np.float64),
    )


def canal_score(hu: Float32Array) -> Float32Array:
    """Likeness to the middle of a spinal canal, Float32 of the shape of `hu` [height, row, column].

    Bone in all directions around (the weakest ones count most), none within, a vertebral body in front, and
    itself of soft-tissue density.
    """
    bone = _ramp(hu, 130, 300)
    ring = ndimage.maximum_filter1d(
        ndimage.gaussian_filter(bone, (0, 0.6, 0.6)), 2 * round(RING_REACH_MM / GRID_MM) + 1, axis=0
    )
    sigma = INNER_SMOOTHING_MM / GRID_MM
    score = np.empty_like(ring)
    for first in range(0, len(ring), RING_HEIGHTS):
        score[first : first + RING_HEIGHTS] = _ring_support(ring[first : first + RING_HEIGHTS])
    score -= INNER_WEIGHT * ndimage.gaussian_filter(bone, (1.0, sigma, sigma))
    score += VERTEBRA_WEIGHT * _vertebra_ahead(hu)
    score *= ndimage.gaussian_filter(_ramp(hu, -60, 0) * _ramp(-hu, -160, -100), 1.0)
    return score


def best_path(score: Float32Array) -> tuple[IntArray, IntArray]:
    """Path of highest total score, one (row, column) per height, moving at most one voxel each way per height.

    Viterbi search; the price of a move is `STEP_COST` per axis, so the best predecessor splits into two passes.
    """
    total = score.copy()
    for height in range(1, len(total)):
        total[height] += _best_neighbour(_best_neighbour(total[height - 1], 0), 1)
    path = np.empty((len(total), 2), np.intp)
    path[-1] = np.unravel_index(int(total[-1].argmax()), total.shape[1:])
    for height in range(len(total) - 1, 0, -1):
        path[height - 1] = _predecessor(total[height - 1], path[height])
    return path[:, 0], path[:, 1]


def _best_neighbour(total: Float32Array, axis: int) -> Float32Array:
    """Best of staying and moving one voxel along `axis` of a [row, column] plane."""
    best = total.copy()
    here, there = np.moveaxis(best, axis, 0), np.moveaxis(total - np.float32(STEP_COST), axis, 0)
    np.maximum(here[1:], there[:-1], out=here[1:])
    np.maximum(here[:-1], there[1:], out=here[:-1])
    return best


def _predecessor(total: Float32Array, here: IntArray) -> IntArray:
    """Where the best path into (row, column) `here` came from, among the 3x3 voxels of the height below."""
    low = np.maximum(here - 1, 0)
    around = total[low[0] : here[0] + 2, low[1] : here[1] + 2]
    moves = np.abs(np.indices(around.shape).transpose(1, 2, 0) + low - here).sum(2)
    best = int((around - STEP_COST * moves).argmax())
    return np.asarray(np.unravel_index(best, around.shape)) + low


def _search_window(hu: Float32Array, body: BodyOutline) -> tuple[slice, slice]:
    """Rows and columns of the working grid in which the canal can lie."""
    half, middle = round(SEARCH_HALF_WIDTH_MM / GRID_MM), float(np.median(body.midline))
    deepest = body.back.min() - SEARCH_DEPTH_MM / GRID_MM
    first = max(0, int(max(np.percentile(body.front, 10), deepest)))
    rows = slice(first, min(hu.shape[1], int(body.back.max()) + 1))
    return rows, slice(max(0, int(middle) - half), min(hu.shape[2], int(middle) + half + 1))


def _position_prior(body: BodyOutline, rows: slice, columns: slice) -> Float32Array:
    """Log prior Float32[height, row, column]: a few cm below the skin of the back, near the midline."""
    depth = (body.back[:, None] - np.arange(rows.start, rows.stop)) * GRID_MM
    aside = (np.arange(columns.start, columns.stop) - body.midline[:, None]) * GRID_MM
    shallow, deep = SKIN_DEPTH_MM
    by_row = -0.5 * (np.clip((shallow - depth) / 15, 0, 4) + np.clip((depth - deep) / 30, 0, 4))
    by_column = -0.15 * (aside / 25) ** 2
    return (by_row[:, :, None] + by_column[:, None, :]).astype(np.float32)


def _ramp(hu: Float32Array, low: float, high: float) -> Float32Array:
    """0 up to `low` HU, 1 from `high` HU on, linear between."""
    return np.clip((hu - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)


def _ring_support(ring: Float32Array) -> Float32Array:
    """Bone around each voxel: mean over all directions mixed with the mean over the weakest ones."""
    total = np.zeros_like(ring)
    weakest = [np.full_like(ring, np.inf) for _ in range(WEAKEST_DIRECTIONS)]
    for support in _supports(ring):
        total += support
        for place, value in enumerate(weakest):
            weakest[place], support = np.minimum(value, support), np.maximum(value, support)
    total *= np.float32((1 - WEAKEST_WEIGHT) / RING_DIRECTIONS)
    for value in weakest:
        total += np.float32(WEAKEST_WEIGHT / WEAKEST_DIRECTIONS) * value
    return total


def _supports(ring: Float32Array) -> Iterator[Float32Array]:
    """For each direction, the most bone at any of the radii from each voxel; no bone outside."""
    margin = round(max(RING_RADII_MM) / GRID_MM)
    padded = np.pad(ring, ((0, 0), (margin, margin), (margin, margin)))
    for angle in np.arange(RING_DIRECTIONS) * 2 * np.pi / RING_DIRECTIONS:
        support = np.zeros_like(ring)
        for radius in RING_RADII_MM:
            row, column = (margin + round(radius * part / GRID_MM) for part in (np.sin(angle), np.cos(angle)))
            np.maximum(support, padded[:, row : row + ring.shape[1], column : column + ring.shape[2]], out=support)
        yield support


def _vertebra_ahead(hu: Float32Array) -> Float32Array:
    """Density of what lies a vertebral body's distance in front, smoothed over the size of a body."""
    rows = round(VERTEBRA_AHEAD_MM / GRID_MM)
    ahead = np.pad(_ramp(hu, 60, 260), ((0, 0), (rows, 0), (0, 0)))[:, : hu.shape[1]]
    return ndimage.gaussian_filter(ahead, (10 / GRID_MM, 6 / GRID_MM, 6 / GRID_MM))
