"""One trained fold as a member of the ensemble: mirrored, tiled where the slice is larger than the patch.

What runs the network (OpenVINO, torch) is a `Forward`; everything around it is here once, in numpy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, product
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from inference.ct import CtSlice
from inference.members.preprocessing import Preprocessing
from inference.segmentation import Logits, Prediction

Forward: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""One tile Float32[row, column] of the size of the patch -> its logits Float32[class, row, column]."""

TILE_STEP = 0.5  # of the patch; nnU-Net's default
GAUSSIAN_SIGMA = 1 / 8  # of the patch; nnU-Net's default


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldMember:
    """A `Member`: CtSlice -> probabilities of one fold on the grid of the slice.

    `patch` is (row, column) in pixels; `mirror_axes` are those of [row, column] that training allowed.
    """

    forward: Forward
    preprocessing: Preprocessing = field(repr=False)
    patch: tuple[int, int]
    mirror_axes: tuple[int, ...]

    def __call__(self, ct: CtSlice) -> Prediction:
        """What this fold says of the slice; raises Unsuitable where the pixel spacing cannot be true."""
        prepared = self.preprocessing.prepare(ct)
        return Prediction(logits=predict(prepared.image, self.patch, self._mirrored), grid=prepared)

    def _mirrored(self, tile: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean logits [class, row, column] over all mirrorings of one tile [row, column].

        One after the other: on a CPU a batch is no faster, and its working memory is the batch times as large.
        """
        total = self.forward(tile)
        flips = mirrorings(self.mirror_axes)
        for axes in flips:
            mirrored = self.forward(np.ascontiguousarray(np.flip(tile, axes)))
            total = total + np.flip(mirrored, tuple(axis + 1 for axis in axes))
        return total / np.float32(1 + len(flips))


def mirrorings(axes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Every subset of the axes but the empty one."""
    return tuple(subset for size in range(1, len(axes) + 1) for subset in combinations(axes, size))


def predict(image: NDArray[np.float32], patch: tuple[int, int], network: Forward) -> Logits:
    """Logits [class, row, column] of an image [row, column] that is at least as large as the patch.

    Overlapping tiles are joined with Gaussian weights, in half precision where `nnUNetPredictor` keeps its sums so:
    what is a tie there is a tie here.
    """
    weight, weights = gaussian(patch), np.zeros(image.shape, np.float16)
    total: Logits | None = None
    for row, column in product(*(tile_starts(length, side) for length, side in zip(image.shape, patch, strict=True))):
        tile = slice(row, row + patch[0]), slice(column, column + patch[1])
        logits = network(image[tile]) * weight.astype(np.float32)
        total = np.zeros((len(logits), *image.shape), np.float16) if total is None else total
        total[:, *tile] = total[:, *tile] + logits
        weights[tile] += weight
    assert total is not None  # an image has at least one tile
    return (total.astype(np.float32) / weights.astype(np.float32)).astype(np.float16)


def tile_starts(length: int, side: int) -> list[int]:
    """First pixels of evenly spread tiles along one axis (nnU-Net's `compute_steps_for_sliding_window`)."""
    count = ceil((length - side) / (side * TILE_STEP)) + 1
    return [round((length - side) * index / max(1, count - 1)) for index in range(count)]


@cache
def gaussian(patch: tuple[int, int]) -> NDArray[np.float16]:
    """Weight of each pixel of a tile, 10 in its centre and never 0 (nnU-Net's `compute_gaussian`)."""
    impulse = np.zeros(patch)
    impulse[patch[0] // 2, patch[1] // 2] = 1
    bell = gaussian_filter(impulse, [side * GAUSSIAN_SIGMA for side in patch], mode="constant")
    weight = (bell / (bell.max() / 10)).astype(np.float16)
    return np.maximum(weight, weight[weight > 0].min())
