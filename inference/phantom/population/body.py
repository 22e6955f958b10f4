"""What every family of bodies can do: say where its vertebrae are, how wide it is, and be painted and scanned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.phantom.population.canvas import Canvas, Field, Vector

Scan = Callable[[Field, float, np.random.Generator], NDArray[np.int16]]
"""(HU [slice, row, column], pixel in mm, random numbers) to what the scanner shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A vertebral body: its centre in the world, and half its height measured upright, in mm."""

    centre: Vector
    half_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A person made flesh.

    `marks` holds the mobile vertebrae by name (L3 is the third below the last rib-bearing one), the first sacral
    endplate being at height 0; `skin` gives centre and half axes (x, y) of the outline at a height.
    """

    marks: Mapping[str, Mark]
    crest_mm: float
    skin: Callable[[float], tuple[Vector, Vector]]
    paint: Callable[[Canvas], None]
    scan: Scan
