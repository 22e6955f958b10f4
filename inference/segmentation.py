"""The shapes that the ensemble speaks: members in, one segmentation out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue

Probabilities: TypeAlias = NDArray[np.float32]
"""Float32[class, row, column] on the grid of the slice; class 0 is background; sums to 1 over classes."""

Logits: TypeAlias = NDArray[np.float16]
"""Float16[class, row, column] on the grid of a network, half precision as stock nnU-Net keeps them."""


Box: TypeAlias = tuple[slice, slice]
"""(row, column) ranges in a 2D array."""


class Grid(Protocol):
    """The way from the grid of a network to that of the slice."""

    def reach(self, where: NDArray[np.bool_]) -> Box:
        """The smallest region of the slice that is touched by pixels Bool[row, column] of the network's grid."""

    def restore(self, logits: Logits, region: Box | None = None) -> Probabilities:
        """Probabilities in a region of the slice, or in all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What one member says of one slice: its logits, and their way back to the grid of the slice."""

    logits: Logits
    grid: Grid = field(repr=False)


Member: TypeAlias = Callable[[CtSlice], Prediction]
EnsembleRule: TypeAlias = Literal["probability", "logit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Mean pairwise Dice of the members' own label maps: per tissue and over all muscle (1.0 = identical).

    `area_spread` is the standard deviation of the members' muscle areas in parts of their mean; `entropy` that of the
    joined probabilities, the mean over the mask: 0 is sure, 1 knows nothing; None for an empty mask.
    """

    per_tissue: Mapping[Tissue, float]
    overall: float
    area_spread: float = 0.0
    entropy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """Labels on the grid of the slice and how far the members agree (None with a single member).

    `folds` are the members' own labels, none where no member was asked.
    """

    labels: LabelMap
    agreement: Agreement | None
    folds: tuple[LabelMap, ...] = field(default=(), repr=False)
