"""The evidence for the level: a sagittal cut along the canal with named vertebrae and the line of the L3 slice."""

from PIL import Image, ImageDraw

from inference.l3.level import L3Evidence, L3Level, Vertebra
from reporting.picture.frame import Box, Placement, body_box, place, windowed
from reporting.picture.lettering import WHITE, YELLOW, write

SHOWN_MM = 400
"""Height of the cut-out around L3: from T10 to the sacrum in a tall person."""
NAME_SIZE = 24
LETTER_SIZE = 26
DOT = 4
BESIDE, ABOVE = 0.6, 1.35
"""How far the top of a name is above its vertebra, or above the line of the slice, in its size."""


def draw_level(picture: Image.Image, level: L3Level, evidence: L3Evidence, box: Box) -> None:
    """Draw `evidence` head up, anterior left, into `box`."""
    image = evidence.sagittal[::-1]  # index 0 is caudal
    spacing = (evidence.pixel_mm, evidence.pixel_mm)
    placement = place(_cut_out(evidence, level.z_mm), spacing, box)
    picture.paste(Image.fromarray(placement.resized(windowed(image))), placement.origin)
    draw = ImageDraw.Draw(picture)
    if level.z_mm is not None:
        line_across(draw, placement, _row(evidence, level.z_mm))
    for vertebra in evidence.vertebrae:
        _name(draw, placement, evidence, vertebra, level.z_mm)
    _letters(draw, placement)


def _row(evidence: L3Evidence, z_mm: float) -> float:
    """Row of the head-up cut at the height `z_mm` above the centre of the most caudal slice."""
    return evidence.sagittal.shape[0] - 1 - z_mm / evidence.pixel_mm


def _cut_out(evidence: L3Evidence, z_mm: float | None) -> Box:
    """Rows within 200 mm of L3 (all of them without a level), columns that hold the body."""
    body = body_box(evidence.sagittal[::-1])
    rows = evidence.sagittal.shape[0]
    if z_mm is None:
        return Box(body.left, 0, body.right, rows)
    reach = SHOWN_MM / 2 / evidence.pixel_mm
    centre = min(max(_row(evidence, z_mm), 0), rows - 1)
    return Box(body.left, max(round(centre - reach), 0), body.right, min(round(centre + reach) + 1, rows))


def line_across(draw: ImageDraw.ImageDraw, placement: Placement, row: float) -> None:
    """The line of the L3 slice, at `row` of the image."""
    left, y = placement.origin[0], placement.y(row)
    draw.line(((left, y), (left + placement.size[0], y)), fill=YELLOW, width=2)


def _name(
    draw: ImageDraw.ImageDraw, placement: Placement, evidence: L3Evidence, vertebra: Vertebra, level_mm: float | None
) -> None:
    """Dot at the centre of the body, its name behind it or, on the line, at its end; nothing outside the cut-out."""
    row = _row(evidence, vertebra.z_mm)
    if not placement.crop.top <= row < placement.crop.bottom:
        return
    x, y = placement.x(vertebra.posterior_mm / evidence.pixel_mm), placement.y(row)
    colour = YELLOW if vertebra.name == "L3" else WHITE
    draw.ellipse((x - DOT, y - DOT, x + DOT, y + DOT), fill=colour, outline=(0, 0, 0))
    line = None if level_mm is None else placement.y(_row(evidence, level_mm))
    at = (x + 3 * DOT, y - NAME_SIZE * BESIDE)
    if line is not None and crosses(line, y, NAME_SIZE):
        at = (placement.origin[0] + 6.0, line - NAME_SIZE * ABOVE)
    write(draw, at, vertebra.name, NAME_SIZE, colour, outlined=True)


def crosses(line: float, y: float, size: int) -> bool:
    """Whether the line of the slice would run through a name of `size` beside its vertebra at `y`."""
    return abs(line - y) < size * BESIDE


def _letters(draw: ImageDraw.ImageDraw, placement: Placement) -> None:
    """A and P on the upper edge."""
    left, top = placement.origin
    write(draw, (left + 6, top + 2), "A", LETTER_SIZE, outlined=True)
    write(draw, (left + placement.size[0] - 6, top + 2), "P", LETTER_SIZE, align=1, outlined=True)
