"""The tissues, and what a label map is."""

from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

LabelMap: TypeAlias = NDArray[np.uint8]
"""UInt8[row, column], values of `Tissue` or 0, on the grid of the `CtSlice` it belongs to."""


class Tissue(IntEnum):
    """Label values, fixed by the method (paper, section 2.3)."""

    PSOAS = 1
    PARASPINAL = 2  # with quadratus lumborum
    ABDOMINAL_WALL = 3
