"""Slices around L3, or throughout a series, on one sheet, so that a person can look for a better one."""

import math
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reporting.picture.frame import windowed

SIDE = 320
REACH_MM = 75.0
"""Two vertebrae up and down."""
MOST = 41
MOST_OF_SERIES = 100
QUALITY = 70


def around(positions_mm: Sequence[float], index: int) -> tuple[int, ...]:
    """Slices within 75 mm of slice `index`, itself among them; of thin ones every second, third, ..."""
    near = [at for at, height in enumerate(positions_mm) if abs(height - positions_mm[index]) <= REACH_MM]
    step = math.ceil(len(near) / MOST)
    return tuple(at for at in near if (at - index) % step == 0)


def throughout(count: int) -> tuple[int, ...]:
    """Slices of a whole series of `count`, at most 100, evenly spaced."""
    return tuple(range(0, count, math.ceil(count / MOST_OF_SERIES)))


def sheet(slices: Sequence[NDArray[np.int16]]) -> bytes:
    """Slices Int16[row, column] in HU at 400/50 in a square of tiles, each 320 pixels wide, row by row, as WebP."""
    columns = math.ceil(math.sqrt(len(slices)))
    picture = Image.new("L", (columns * SIDE, math.ceil(len(slices) / columns) * SIDE))
    for number, hu in enumerate(slices):
        grey = np.asarray(windowed(hu))
        tile = Image.fromarray(grey if grey.ndim == 2 else grey[..., 0]).resize((SIDE, SIDE), Image.Resampling.BOX)
        picture.paste(tile, (number % columns * SIDE, number // columns * SIDE))
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=2)
    return buffer.getvalue()
