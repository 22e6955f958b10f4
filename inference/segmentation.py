"""The shapes that the ensemble speaks: members in, one segmentation out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue

Probabilities: TypeAlias = NDArray[np.float32]
"""Float32[class, row, column] on the grid of the slice; class 0 is background; sums to 1 over classes."""

Member: TypeAlias = Callable[[CtSlice], Probabilities]
EnsembleRule: TypeAlias = Literal["probability", "logit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Mean pairwise Dice of the members' own label maps: per tissue and over all muscle (1.0 = identical)."""

    per_tissue: Mapping[Tissue, float]
    overall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """Labels on the grid of the slice and how far the members agree (None with a single member)."""

    labels: LabelMap
    agreement: Agreement | None
