"""The numbers: a row per muscle and one for all, both kinds of area side by side."""

from PIL import Image, ImageDraw

from inference.labels import Tissue
from reporting import wording
from reporting.finding import Measurements, TissueNumbers
from reporting.picture.frame import Box
from reporting.picture.lettering import GREY, WHITE, Colour, write
from reporting.picture.slice_pane import COLOURS

HEAD_SIZE = 22
TEXT_SIZE = 26
ROW = 34
HEAD_ROW = 28
HEIGHT = 2 * HEAD_ROW + 4 * ROW + 6
NAME_LEFT = 44
COLUMN_RIGHTS = (478, 660, 814, 1004)
"""Right edges of: area of all pixels, their HU, area within the window, their HU."""
GROUP_LEFTS = (400, 736)
"""Where the two kinds of area begin."""
NAMES = {**wording.TISSUES, Tissue.PARASPINAL: "Paraspinal muscles + QL"}
"""With what a reader would not expect in a class: quadratus lumborum."""
_ABSENT = "-"


def draw_table(picture: Image.Image, measurements: Measurements, box: Box) -> None:
    """Write the table into `box`, which is as wide as the picture and at least `HEIGHT` high."""
    draw = ImageDraw.Draw(picture)
    _head(draw, box.top)
    top = box.top + 2 * HEAD_ROW + 4
    for tissue in Tissue:
        _swatch(draw, top, COLOURS[tissue])
        _row(draw, top, NAMES[tissue], measurements.tissues[tissue])
        top += ROW
    draw.line(((10, top), (COLUMN_RIGHTS[-1], top)), fill=GREY, width=1)
    _row(draw, top + 2, "Total", measurements.total)


def _head(draw: ImageDraw.ImageDraw, top: int) -> None:
    for left, right, text in (
        (GROUP_LEFTS[0], COLUMN_RIGHTS[1], "all pixels of the mask"),
        (GROUP_LEFTS[1], COLUMN_RIGHTS[3], f"its pixels of {wording.MUSCLE_WINDOW}"),
    ):
        write(draw, ((left + right) / 2, top), text, HEAD_SIZE, GREY, align=0.5)
        draw.line(((left, top + HEAD_ROW), (right, top + HEAD_ROW)), fill=GREY, width=1)
    for right, text in zip(COLUMN_RIGHTS, ("cm²", "HU ± SD") * 2, strict=True):
        write(draw, (right, top + HEAD_ROW), text, HEAD_SIZE, GREY, align=1)


def _swatch(draw: ImageDraw.ImageDraw, top: int, colour: Colour) -> None:
    draw.rectangle((12, top + 5, 34, top + 27), fill=colour)


def _row(draw: ImageDraw.ImageDraw, top: int, name: str, numbers: TissueNumbers) -> None:
    write(draw, (NAME_LEFT, top), name, TEXT_SIZE)
    texts = (
        f"{numbers.area_mask_cm2:.1f}",
        _spread(numbers.hu_mask_mean, numbers.hu_mask_sd),
        f"{numbers.area_m29_150_cm2:.1f}",
        _spread(numbers.hu_m29_150_mean, numbers.hu_m29_150_sd),
    )
    for right, text in zip(COLUMN_RIGHTS, texts, strict=True):
        write(draw, (right, top), text, TEXT_SIZE, WHITE, align=1)


def _spread(mean: float | None, deviation: float | None) -> str:
    return _ABSENT if mean is None or deviation is None else f"{mean:.1f} ± {deviation:.1f}"
