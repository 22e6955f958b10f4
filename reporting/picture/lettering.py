"""Letters on a picture, in Pillow's own font: the same pixels on every system with the same Pillow."""

from functools import cache
from typing import TypeAlias

from PIL import ImageDraw, ImageFont

Colour: TypeAlias = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
GREY: Colour = (170, 170, 170)
BLACK: Colour = (0, 0, 0)
YELLOW: Colour = (255, 225, 0)
AMBER: Colour = (255, 176, 0)

SQUARED = "²"
_SMALL = 0.62  # of the size: a raised two, which the font lacks
SMALLEST = 12


@cache
def typeface(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's Aileron in `size` pixels (with basic layout, whatever libraries are installed)."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType")
    return font


def width(text: str, size: int) -> float:
    """Pixels that `write` takes."""
    return sum(typeface(part_size).getlength(part) for part, part_size in _runs(text, size))


def write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    colour: Colour = WHITE,
    *,
    align: float = 0.0,
    outlined: bool = False,
) -> None:
    """Write one line with its top at `at`; `align` 0 starts there, 0.5 is centred, 1 ends there.

    `outlined` puts a dark edge around the letters, for writing on an image.
    """
    left, top = at[0] - align * width(text, size), at[1]
    edge = 2 if outlined else 0
    for part, part_size in _runs(text, size):
        font = typeface(part_size)
        draw.text((left, top), part, fill=colour, font=font, stroke_width=edge, stroke_fill=BLACK)
        left += font.getlength(part)


def fitting(text: str, size: int, room: float) -> int:
    """Largest size up to `size` in which `text` fits into `room` pixels."""
    while size > SMALLEST and width(text, size) > room:
        size -= 1
    return size


def wrapped(text: str, size: int, room: float) -> list[str]:
    """`text` in lines of at most `room` pixels, broken at spaces."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _runs(text: str, size: int) -> list[tuple[str, int]]:
    """Pieces of one size: the line, and a small two for each square."""
    small = max(round(size * _SMALL), 1)
    runs: list[tuple[str, int]] = []
    for index, part in enumerate(text.split(SQUARED)):
        if index:
            runs.append(("2", small))
        if part:
            runs.append((part, size))
    return runs
