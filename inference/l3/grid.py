"""The working grid: the whole CT at 2.5 mm isotropic, small enough to search.

Reduces slice by slice, so the cost above the volume is the grid itself.  Never changes the volume.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtVolume

Float32Array: TypeAlias = NDArray[np.float32]
Float64Array: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]

GRID_MM = 2.5
"""Edge of a working voxel: a lumbar disc (about 10 mm) stays four voxels high."""
HU_MIN, HU_MAX = -1024, 3071
"""Padding (-2000, -3024) and metal (up to 32767) outside the 12-bit CT range are clipped."""
BLOCK_FILL = 0.9
"""In-plane blocks of source pixels that fit into this part of a working voxel are averaged first."""
SKIP_FILL = 0.8
"""Of slices closer than this part of a working voxel only every n-th is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resampling:
    """Linear interpolation of one axis: output i is `lower` and `lower + 1` mixed by `weight`."""

    lower: IntArray
    upper: IntArray
    weight: Float32Array


def to_grid(volume: CtVolume) -> Float32Array:
    """Resample to HU Float32[height, row, column] at `GRID_MM`; index 0 is the centre of the first source voxel.

    Axis order and directions are those of `CtVolume`.
    """
    slice_mm, row_mm, column_mm = volume.spacing_mm
    skip = max(1, round(GRID_MM * SKIP_FILL / slice_mm))
    slices = volume.hu[::skip]
    reduce_plane = _plane_reducer((slices.shape[1], slices.shape[2]), (row_mm, column_mm))
    stack = np.stack([reduce_plane(plane) for plane in slices])
    return _stretch_heights(stack, _resampling(len(stack), slice_mm * skip, 0.0))


def _plane_reducer(
    shape: tuple[int, int], spacing_mm: tuple[float, float]
) -> Callable[[NDArray[np.int16]], Float32Array]:
    """Prepare the reduction of a source plane: block means, then linear interpolation, rows before columns."""
    blocks = [max(1, min(size, int(GRID_MM * BLOCK_FILL / mm))) for size, mm in zip(shape, spacing_mm, strict=True)]
    rows, columns = (
        _resampling(size // block, mm * block, mm * (block - 1) / 2)
        for size, block, mm in zip(shape, blocks, spacing_mm, strict=True)
    )

    def reduce_plane(plane: NDArray[np.int16]) -> Float32Array:
        hu = np.clip(plane, HU_MIN, HU_MAX).astype(np.float32)
        by_row = _interpolated(_block_mean(hu, blocks[0]), rows)
        return _interpolated(_block_mean(by_row.T, blocks[1]), columns).T

    return reduce_plane


def _resampling(size: int, spacing_mm: float, offset_mm: float) -> _Resampling:
    """Where the working grid lies on an axis of `size` samples whose first centre is at `offset_mm`."""
    count = max(1, int((size - 1) * spacing_mm / GRID_MM) + 1)
    position = np.clip((np.arange(count) * GRID_MM - offset_mm) / spacing_mm, 0, size - 1)
    lower = np.clip(np.floor(position).astype(np.intp), 0, max(size - 2, 0))
    return _Resampling(
        lower=lower, upper=np.minimum(lower + 1, size - 1), weight=(position - lower).astype(np.float32)
    )


def _block_mean(plane: Float32Array, block: int) -> Float32Array:
    """Mean of `block` consecutive entries along axis 0; a remainder at the end is dropped."""
    if block == 1:
        return plane
    whole = len(plane) // block * block
    total = plane[0:whole:block] + plane[1:whole:block]
    for first in range(2, block):
        total += plane[first:whole:block]
    total *= np.float32(1 / block)
    return total


def _interpolated(plane: Float32Array, axis: _Resampling) -> Float32Array:
    """Interpolate along axis 0."""
    mixed = plane[axis.upper]
    lower = plane[axis.lower]
    mixed -= lower
    mixed *= axis.weight[:, None]
    mixed += lower
    return mixed


def _stretch_heights(stack: Float32Array, axis: _Resampling) -> Float32Array:
    """Interpolate along the slices, one output plane at a time to keep the working set small."""
    grid = np.empty((len(axis.lower), *stack.shape[1:]), np.float32)
    for plane, lower, upper, weight in zip(grid, axis.lower, axis.upper, axis.weight, strict=True):
        np.multiply(stack[lower], 1 - weight, out=plane)
        plane += weight * stack[upper]
    return grid
