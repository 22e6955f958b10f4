"""Placing a piece of an image into a box of the picture, true to millimetres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from reporting.picture.lettering import Colour

WINDOW_CENTRE_HU = 50
WINDOW_WIDTH_HU = 400
BODY_HU = -500
"""Above this a pixel is body or couch, below it is air."""
BODY_SHARE = 0.03
"""A row or column of which at least this share is body belongs to the crop."""


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels of the picture; right and bottom are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a crop of an image lands: `crop` in its pixels, `size` and `origin` in picture pixels."""

    crop: Box
    size: tuple[int, int]
    origin: tuple[int, int]
    pixels_per_mm: float

    def x(self, column: float) -> float:
        """Picture column of the centre of image column `column`."""
        return self.origin[0] + (column + 0.5 - self.crop.left) * self.size[0] / self.crop.width

    def y(self, row: float) -> float:
        """Picture row of the centre of image row `row`."""
        return self.origin[1] + (row + 0.5 - self.crop.top) * self.size[1] / self.crop.height

    def surroundings(self, box: Box, reach: int = 30) -> Box:
        """The placed image and `reach` pixels around it, as far as `box` goes."""
        (left, top), (width, height) = self.origin, self.size
        return Box(
            max(left - reach, box.left),
            max(top - reach, box.top),
            min(left + width + reach, box.right),
            min(top + height + reach, box.bottom),
        )

    def resized(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The crop of `pixels`, UInt8[row, column], in its size on the picture."""
        box = (self.crop.left, self.crop.top, self.crop.right, self.crop.bottom)
        return np.asarray(Image.fromarray(pixels).resize(self.size, Image.Resampling.BICUBIC, box=box))


def place(crop: Box, spacing_mm: tuple[float, float], box: Box) -> Placement:
    """Fit `crop`, whose pixels are `spacing_mm` (row, column), centred into `box`."""
    height_mm, width_mm = crop.height * spacing_mm[0], crop.width * spacing_mm[1]
    scale = min(box.width / width_mm, box.height / height_mm)
    size = (max(round(width_mm * scale), 1), max(round(height_mm * scale), 1))
    origin = (box.left + (box.width - size[0]) // 2, box.top + (box.height - size[1]) // 2)
    return Placement(crop, size, origin, scale)


def body_box(hu: NDArray[np.int16], margin: int = 4) -> Box:
    """The part of an image that holds the body, with a margin in pixels; the whole image where there is none."""
    body = _largest(hu > BODY_HU)
    rows = np.flatnonzero(body.mean(axis=1) >= BODY_SHARE)
    columns = np.flatnonzero(body.mean(axis=0) >= BODY_SHARE)
    if not rows.size or not columns.size:
        return Box(0, 0, hu.shape[1], hu.shape[0])
    return Box(
        max(int(columns[0]) - margin, 0),
        max(int(rows[0]) - margin, 0),
        min(int(columns[-1]) + 1 + margin, hu.shape[1]),
        min(int(rows[-1]) + 1 + margin, hu.shape[0]),
    )


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest connected part: the body without the couch below it."""
    parts, count = ndimage.label(mask)
    return mask if count < 2 else parts == 1 + np.bincount(parts.ravel())[1:].argmax()


def windowed(hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Grey values of HU at window 400/50 (PS3.3 C.11.2.1.2.1, LINEAR_EXACT)."""
    low = WINDOW_CENTRE_HU - WINDOW_WIDTH_HU / 2
    return np.clip((hu.astype(np.float32) - low) * (255 / WINDOW_WIDTH_HU), 0, 255).round().astype(np.uint8)


def tinted(grey: NDArray[np.uint8], colour: Colour, strength: float) -> NDArray[np.uint8]:
    """Grey values mixed with `colour`, UInt8[..., 3]; `strength` 1 covers."""
    table = np.arange(256)[:, np.newaxis] * (1 - strength) + np.array(colour) * strength
    return table.round().astype(np.uint8)[grey]
