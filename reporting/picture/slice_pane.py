"""The CT slice with its muscles: window 400/50, outline and light fill, scale bar, orientation letters."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from reporting.picture.frame import (
    WINDOW_CENTRE_HU,
    WINDOW_WIDTH_HU,
    Box,
    Placement,
    body_box,
    place,
    tinted,
    windowed,
)
from reporting.picture.lettering import Colour, write

COLOURS: dict[Tissue, Colour] = {
    Tissue.PSOAS: (255, 0, 0),
    Tissue.PARASPINAL: (0, 200, 0),
    Tissue.ABDOMINAL_WALL: (0, 80, 255),
}
"""RGB of each tissue: in the key image and as recommended display colour in the SEG."""
FILL = 0.25
OUTLINE_PIXELS = 2
SCALE_BAR_MM = 50
LETTER_SIZE, SMALL_SIZE = 30, 22


def draw_slice(picture: Image.Image, ct: CtSlice, labels: LabelMap, box: Box) -> None:
    """Draw the body of `ct` with `labels` (canonical: patient's right on the left, anterior on top) into `box`."""
    placement = place(body_box(ct.hu), ct.spacing_mm, box)
    picture.paste(Image.fromarray(_coloured(ct, labels, placement)), placement.origin)
    draw = ImageDraw.Draw(picture)
    _letters(draw, placement.surroundings(box))
    _scale_bar(draw, box, placement.pixels_per_mm)
    window = f"W {WINDOW_WIDTH_HU}  C {WINDOW_CENTRE_HU}"
    write(draw, (box.right - 8, box.bottom - 34), window, SMALL_SIZE, align=1, outlined=True)


def _coloured(ct: CtSlice, labels: LabelMap, placement: Placement) -> NDArray[np.uint8]:
    """UInt8[row, column, 3] of the placed slice."""
    grey = placement.resized(windowed(ct.hu))
    pixels = np.repeat(grey[..., np.newaxis], 3, axis=2)
    for tissue, colour in COLOURS.items():
        inside = placement.resized((labels == tissue).astype(np.uint8) * 255) > 127
        edge = inside & ~_eroded(inside, OUTLINE_PIXELS)
        pixels[inside] = tinted(grey[inside], colour, FILL)
        pixels[edge] = colour
    return pixels


def _eroded(mask: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """`mask` without its outermost `steps` pixels (four neighbours)."""
    for _ in range(steps):
        padded = np.pad(mask, 1)
        mask = mask & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask


def _letters(draw: ImageDraw.ImageDraw, box: Box) -> None:
    """R, L, A and P at the edges: the slice is canonical, so they are the same for every source."""
    middle_x, middle_y = (box.left + box.right) / 2, (box.top + box.bottom - LETTER_SIZE) / 2
    write(draw, (box.left + 6, middle_y), "R", LETTER_SIZE, outlined=True)
    write(draw, (box.right - 6, middle_y), "L", LETTER_SIZE, align=1, outlined=True)
    write(draw, (middle_x, box.top + 2), "A", LETTER_SIZE, align=0.5, outlined=True)
    write(draw, (middle_x, box.bottom - LETTER_SIZE - 6), "P", LETTER_SIZE, align=0.5, outlined=True)


def _scale_bar(draw: ImageDraw.ImageDraw, box: Box, pixels_per_mm: float) -> None:
    left, bottom = box.left + 14, box.bottom - 12
    right = left + SCALE_BAR_MM * pixels_per_mm
    for start, end in (
        ((left, bottom), (right, bottom)),
        ((left, bottom - 8), (left, bottom)),
        ((right, bottom - 8), (right, bottom)),
    ):
        draw.line((start, end), fill=(255, 255, 255), width=3)
    write(draw, (left, bottom - 34), f"{SCALE_BAR_MM // 10} cm", SMALL_SIZE, outlined=True)
