"""The evidence for the level on one sheet: what a person needs to say yes or no at a glance.

Stored with the result and never sent; holds no name, no ID and no date of the patient.
"""

from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from inference.ct import CtSlice, CtVolume
from inference.l3.level import L3Evidence, L3Level
from reporting import wording
from reporting.picture.coronal_pane import draw_coronal
from reporting.picture.frame import Box
from reporting.picture.lettering import GREY, fitting, write
from reporting.picture.level_pane import draw_level
from reporting.picture.slice_pane import draw_slice
from reporting.picture.views import VIEW_MM, coronal_projection, plain_sagittal

WIDTH, HEIGHT = 1280, 1320
HEADING = 40
CAPTION = 30
GAP = 8
TITLES = ("sagittal, along the spinal canal", "sagittal, flat", "bones from the front", "the slice")


def evidence_png(volume: CtVolume, ct: CtSlice, level: L3Level, evidence: L3Evidence) -> bytes:
    """Draw the sheet, 1280 x 1320, as PNG: two sagittal cuts, the bones from the front, the slice `ct` as it is."""
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    state = f"{wording.level_state(level)}. {wording.plain(level.reason)}"
    write(draw, (GAP, 8), state, fitting(state, 22, WIDTH - 2 * GAP))
    boxes = _boxes()
    for title, box in zip(TITLES, boxes, strict=True):
        write(draw, (box.left, box.top - CAPTION + 4), title, 20, GREY)
    draw_level(picture, level, evidence, boxes[0])
    draw_level(picture, level, _flat(volume, level, evidence), boxes[1])
    draw_coronal(picture, coronal_projection(volume), VIEW_MM, level, boxes[2])
    draw_slice(picture, ct, np.zeros(ct.hu.shape, np.uint8), boxes[3])
    return _png(picture)


def _flat(volume: CtVolume, level: L3Level, evidence: L3Evidence) -> L3Evidence:
    """The same vertebrae on the flat cut."""
    return replace(evidence, sagittal=plain_sagittal(volume, level, evidence), pixel_mm=VIEW_MM)


def _boxes() -> list[Box]:
    """Two panes above two, each below its caption."""
    height, width = (HEIGHT - HEADING) // 2, WIDTH // 2
    return [
        Box(
            column * width + GAP,
            HEADING + row * height + CAPTION,
            (column + 1) * width - GAP,
            HEADING + (row + 1) * height,
        )
        for row in (0, 1)
        for column in (0, 1)
    ]


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG", optimize=False, compress_level=4)
    return buffer.getvalue()
