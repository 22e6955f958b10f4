"""The coronal projection of the bones with the line of the L3 slice and the heights of the named vertebrae."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference.l3.level import L3Level, Vertebra
from reporting.picture.frame import Box, Placement, place
from reporting.picture.lettering import WHITE, YELLOW, write
from reporting.picture.level_pane import ABOVE, BESIDE, LETTER_SIZE, SHOWN_MM, crosses, line_across

NAME_SIZE = 20
TICK = 14


def draw_coronal(
    picture: Image.Image, projection: NDArray[np.uint8], pixel_mm: float, level: L3Level, box: Box
) -> None:
    """Draw `projection` (index 0 caudal) head up, patient's right on the left, into `box`."""
    shown = projection[::-1]
    placement = place(_cut_out(shown.shape, pixel_mm, level.z_mm), (pixel_mm, pixel_mm), box)
    picture.paste(Image.fromarray(placement.resized(np.ascontiguousarray(shown))), placement.origin)
    draw = ImageDraw.Draw(picture)
    if level.z_mm is not None:
        line_across(draw, placement, len(shown) - 1 - level.z_mm / pixel_mm)
    line = None if level.z_mm is None else placement.y(len(shown) - 1 - level.z_mm / pixel_mm)
    for vertebra in level.evidence.vertebrae if level.evidence else ():
        _name(draw, placement, vertebra, len(shown) - 1 - vertebra.z_mm / pixel_mm, line)
    left, bottom = placement.origin[0], placement.origin[1] + placement.size[1] - LETTER_SIZE - 6
    write(draw, (left + 6, bottom), "R", LETTER_SIZE, outlined=True)
    write(draw, (left + placement.size[0] - 6, bottom), "L", LETTER_SIZE, align=1, outlined=True)


def _cut_out(shape: tuple[int, ...], pixel_mm: float, z_mm: float | None) -> Box:
    """All columns; rows within 200 mm of L3, all without a level."""
    rows, columns = shape
    if z_mm is None:
        return Box(0, 0, columns, rows)
    centre, reach = rows - 1 - z_mm / pixel_mm, SHOWN_MM / 2 / pixel_mm
    return Box(0, max(round(centre - reach), 0), columns, min(round(centre + reach) + 1, rows))


def _name(
    draw: ImageDraw.ImageDraw, placement: Placement, vertebra: Vertebra, row: float, line: float | None
) -> None:
    """A tick and the name at the right edge, away from the spine and above the line of the slice."""
    if not placement.crop.top <= row < placement.crop.bottom:
        return
    right, y = placement.origin[0] + placement.size[0], placement.y(row)
    colour = YELLOW if vertebra.name == "L3" else WHITE
    draw.line(((right - TICK, y), (right, y)), fill=colour, width=2)
    top = line - NAME_SIZE * ABOVE if line is not None and crosses(line, y, NAME_SIZE) else y - NAME_SIZE * BESIDE
    write(draw, (right - TICK - 4, top), vertebra.name, NAME_SIZE, colour, align=1, outlined=True)
