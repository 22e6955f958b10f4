"""Landmarks away from the spine: tops of the iliac crests and the lung bases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.l3.body import COARSE, BodyOutline
from inference.l3.canal import CanalTrack
from inference.l3.grid import GRID_MM, Float32Array, Float64Array, IntArray

BONE_HU = 150
CORTEX_HU = 280
REGION_ASIDE_MM = 178.0
REGION_AHEAD_MM = 100.0
REGION_BEHIND_MM = 62.0
CREST_ASIDE_MM = (40.0, 172.0)
CREST_AHEAD_MM = (-60.0, 95.0)
SOLID_MM = 17.5
"""What is bone-bright and thicker than this in the plane is a kidney or contrast in the bowel."""
CREST_MIN_MM3 = 1200.0
CREST_MIN_AREA_MM2 = 300.0
CREST_MIN_CORTEX = 0.08
CREST_MIN_REACH_MM = 100.0
"""A wing of the ilium spreads further from the midline than a kidney."""
CREST_MIN_HEIGHT_MM = 60.0
BOTTOM_MM = 8.0
"""A wing of the ilium reaches the lowest slices or is at least `CREST_MIN_HEIGHT_MM` high."""
CREST_CANDIDATES = 6
LUNG_HU = (-960, -550)
LUNG_ASIDE_MM = (20.0, 130.0)
LUNG_AHEAD_MM = (-45.0, 70.0)
LUNG_SURE_MM2 = 900.0
LUNG_TIP_MM2 = 150.0
LUNG_MIN_HEIGHT_MM = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Heights in mm above the centre of slice 0, one per side where seen."""

    crest_tops_mm: tuple[float, ...]
    lung_bases_mm: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """The surroundings of the spine: HU [height, row, column] and distances from the canal in mm.

    `aside` is Float64[height, column], `ahead` Float64[height, row]; `inside` Bool[height, row, column] says that
    the body lies on both sides of the voxel in its row.
    """

    hu: Float32Array
    aside: Float64Array
    ahead: Float64Array
    inside: NDArray[np.bool_]


def find_landmarks(hu: Float32Array, body: BodyOutline, canal: CanalTrack) -> Landmarks:
    """Look for both landmarks in HU Float32[height, row, column] of the working grid."""
    region = _region(hu, body, canal)
    return Landmarks(crest_tops_mm=_crest_tops(region), lung_bases_mm=_lung_bases(region))


def _region(hu: Float32Array, body: BodyOutline, canal: CanalTrack) -> _Region:
    rows = _window(
        canal.row.min() - REGION_AHEAD_MM / GRID_MM, canal.row.max() + REGION_BEHIND_MM / GRID_MM, hu.shape[1]
    )
    middle, half = float(np.median(canal.column)), REGION_ASIDE_MM / GRID_MM
    columns = _window(middle - half, middle + half, hu.shape[2])
    row = ndimage.gaussian_filter1d(canal.row.astype(np.float64), 10 / GRID_MM)
    column = ndimage.gaussian_filter1d(canal.column.astype(np.float64), 15 / GRID_MM)
    return _Region(
        hu=hu[:, rows, columns],
        aside=(np.arange(columns.start, columns.stop) - column[:, None]) * GRID_MM,
        ahead=(row[:, None] - np.arange(rows.start, rows.stop)) * GRID_MM,
        inside=_inside(body, hu.shape)[:, rows, columns],
    )


def _window(first: float, last: float, size: int) -> slice:
    return slice(max(0, int(first)), min(size, int(last)))


def _inside(body: BodyOutline, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Voxels of the working grid with body on both sides in their row."""
    to_right = np.maximum.accumulate(body.coarse, axis=2)
    to_left = np.maximum.accumulate(body.coarse[:, :, ::-1], axis=2)[:, :, ::-1]
    between = to_right & to_left
    for axis, size in enumerate(shape):
        between = between.repeat(COARSE, axis).take(np.arange(size), axis)
    return between


def _crest_tops(region: _Region) -> tuple[float, ...]:
    """Top of the largest iliac wing of each side; none where the wing runs out of the top of the series."""
    bone = _thin_bone(region.hu)
    bone &= _between(np.abs(region.aside), CREST_ASIDE_MM)[:, None, :]
    bone &= _between(region.ahead, CREST_AHEAD_MM)[:, :, None]
    middle = int(np.abs(region.aside).mean(0).argmin())
    halves = (slice(middle, None), slice(0, middle))
    tops = (_wing_top(bone[:, :, half], region.hu[:, :, half], np.abs(region.aside[:, half])) for half in halves)
    return tuple(top * GRID_MM for top in tops if top is not None and top < len(bone) - 2)


def _thin_bone(hu: Float32Array) -> NDArray[np.bool_]:
    """Bone-bright voxels without the thick blobs."""
    bone = hu > BONE_HU
    width = round(SOLID_MM / GRID_MM) | 1
    core = ndimage.minimum_filter(bone.view(np.uint8), (1, width, width))
    if core.any():
        bone &= ~ndimage.maximum_filter(core, (1, width + 2, width + 2)).view(np.bool_)
    return bone


def _wing_top(bone: NDArray[np.bool_], hu: Float32Array, aside: Float64Array) -> int | None:
    """Highest plane of the largest component that can be an iliac wing; `aside` is Float64[height, column]."""
    labels, _ = ndimage.label(bone)
    sizes = np.bincount(labels.ravel())[1:]
    boxes = ndimage.find_objects(labels)
    for index in np.argsort(sizes)[::-1][:CREST_CANDIDATES]:
        box = boxes[index]
        heights, _, columns = box
        mask = labels[box] == index + 1
        reach = np.where(mask.any(1), aside[heights, columns], 0).max()
        if reach >= CREST_MIN_REACH_MM and _is_wing(mask, hu[box], heights.start):
            return int(heights.stop) - 1
    return None


def _is_wing(mask: NDArray[np.bool_], hu: Float32Array, first_height: int) -> bool:
    """Large, reaching down, of large cross-section, with a cortex: not a rib, not the bowel."""
    hangs_free = first_height * GRID_MM > BOTTOM_MM and (len(mask) - 1) * GRID_MM < CREST_MIN_HEIGHT_MM
    if hangs_free or mask.sum() * GRID_MM**3 < CREST_MIN_MM3:
        return False
    area = mask.sum((1, 2)).max() * GRID_MM**2
    return bool(area >= CREST_MIN_AREA_MM2 and (hu[mask] > CORTEX_HU).mean() >= CREST_MIN_CORTEX)


def _lung_bases(region: _Region) -> tuple[float, ...]:
    """Lowest height of the posterior lung of each side."""
    lung = (region.hu > LUNG_HU[0]) & (region.hu < LUNG_HU[1]) & region.inside
    lung &= _between(region.ahead, LUNG_AHEAD_MM)[:, :, None]
    columns = lung.sum(1)
    in_reach = _between(np.abs(region.aside), LUNG_ASIDE_MM)
    areas = ((columns * (in_reach & side)).sum(1) * GRID_MM**2 for side in (region.aside > 0, region.aside < 0))
    bases = (_lung_base(area) for area in areas)
    return tuple(base * GRID_MM for base in bases if base is not None)


def _lung_base(area_mm2: IntArray | Float64Array) -> int | None:
    """Start of the longest stretch of lung, followed down to its tip."""
    labels, count = ndimage.label(area_mm2 > LUNG_SURE_MM2)
    stretches = [np.flatnonzero(labels == index) for index in range(1, count + 1)]
    top = len(area_mm2) - 2
    whole = [s for s in stretches if len(s) * GRID_MM >= LUNG_MIN_HEIGHT_MM or s[-1] >= top]
    if not whole:
        return None
    base = int(max(whole, key=len)[0])
    gaps = np.flatnonzero(area_mm2[:base] <= LUNG_TIP_MM2)
    return int(gaps[-1]) + 1 if len(gaps) else 0


def _between(values: Float64Array, limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (values > limits[0]) & (values < limits[1])
