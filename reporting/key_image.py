"""The key image: what most viewers show of a result.  Secondary Capture, 8-bit RGB (PS3.3 A.8.1)."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from reporting import codes, wording
from reporting.acquisition import acquisition_line
from reporting.digest import digest_of
from reporting.envelope import Task
from reporting.finding import Finding
from reporting.picture.frame import Box
from reporting.picture.lettering import AMBER, BLACK, GREY, Colour, fitting, width, wrapped, write
from reporting.picture.level_pane import draw_level
from reporting.picture.slice_pane import draw_slice
from reporting.picture.table_pane import HEIGHT as TABLE_HEIGHT
from reporting.picture.table_pane import draw_table
from reporting.source import reference_to

SIZE = 1024
"""Rows and columns.  Letters of 22 pixels and more can be read when a viewer shows it in 512."""
TITLE_HEIGHT = 44
BANNER_HEIGHT = 46
PANES_MIN_HEIGHT = 440
LEVEL_LEFT = 660
MARGIN = 12
LINE_SIZE = 23
LINE = 29
INDEX_SIZE = 32
INDEX_LINE = 37

Line: TypeAlias = tuple[str, Colour]


def render(found: Finding, *, revision: int = 1, acquisition: str = "", vouched: str = "") -> NDArray[np.uint8]:
    """Draw the key image, UInt8[row, column, 3], 1024 x 1024.

    `acquisition` is a line on how the CT was made, `vouched` says what a person decided.  Holds no name, no ID and
    no date of the patient.
    """
    picture = Image.new("RGB", (SIZE, SIZE))
    lines = _lines(found, acquisition)
    top = _heading(picture, found, ", ".join(filter(None, ("l3node", f"revision {revision}", vouched))))
    bottom = max(SIZE - TABLE_HEIGHT - INDEX_LINE - LINE * len(lines) - MARGIN, top + PANES_MIN_HEIGHT)
    _panes(picture, found, Box(0, top, SIZE, bottom))
    draw_table(picture, found.measurements, Box(0, bottom + 4, SIZE, bottom + 4 + TABLE_HEIGHT))
    _write_lines(picture, found, lines, bottom + 4 + TABLE_HEIGHT)
    return np.asarray(picture)


def key_image(task: Task) -> Dataset:
    """Build the Secondary Capture of one result, all but what `seal` adds."""
    pixels = render(
        task.found,
        revision=task.identity.revision,
        vouched=wording.vouched(task.identity.review),
        acquisition=acquisition_line(task.image, task.found.ct, task.frame),
    )
    target = Dataset()
    target.SOPClassUID = SecondaryCaptureImageStorage
    target.SOPInstanceUID = task.names.instance("key", digest_of(pixels))
    _image(target, task)
    _pixels(target, pixels)
    return target


def _heading(picture: Image.Image, found: Finding, standing: str) -> int:
    """Title and, where the model is not released, the restriction as a banner; returns where the panes begin."""
    draw = ImageDraw.Draw(picture)
    write(draw, (MARGIN, 6), "Skeletal muscle at L3", 30)
    write(draw, (SIZE - MARGIN, 12), standing, 22, GREY, align=1)
    caveat = wording.caveat(found.model)
    if not caveat:
        return TITLE_HEIGHT
    draw.rectangle((0, TITLE_HEIGHT, SIZE, TITLE_HEIGHT + BANNER_HEIGHT - 4), fill=AMBER)
    size = fitting(caveat, 32, SIZE - 2 * MARGIN)
    middle = TITLE_HEIGHT + (BANNER_HEIGHT - 4) / 2
    write(draw, (SIZE / 2, middle - size * 0.62), caveat, size, BLACK, align=0.5)
    return TITLE_HEIGHT + BANNER_HEIGHT


def _panes(picture: Image.Image, found: Finding, box: Box) -> None:
    """Slice and level side by side; the slice alone where there is no evidence."""
    evidence = found.level.evidence
    if evidence is None:
        draw_slice(picture, found.ct, found.labels, box)
        return
    draw_slice(picture, found.ct, found.labels, Box(box.left, box.top, LEVEL_LEFT - 8, box.bottom))
    draw_level(picture, found.level, evidence, Box(LEVEL_LEFT, box.top, box.right, box.bottom))


def _lines(found: Finding, acquisition: str) -> list[Line]:
    """The doubts, then what the numbers rest on."""
    panels = f"{wording.panels(found)}; see the report" if found.panels else ""
    facts = (panels, wording.level_state(found.level), wording.agreement(found), _model_line(found), acquisition)
    doubts = (
        line
        for doubt in found.doubts
        for line in wrapped(f"DOUBT {wording.plain(doubt)}", LINE_SIZE, SIZE - 2 * MARGIN)
    )
    return [*((doubt, AMBER) for doubt in doubts), *((fact, GREY) for fact in facts if fact)]


def _write_lines(picture: Image.Image, found: Finding, lines: list[Line], top: int) -> None:
    """The index, large, and the lines below it; doubts that find no room are counted."""
    draw = ImageDraw.Draw(picture)
    index, rests_on = wording.smi(found.measurements, found.person)
    write(draw, (MARGIN, top), index, INDEX_SIZE)
    left = 2 * MARGIN + width(index, INDEX_SIZE)
    size = fitting(rests_on, LINE_SIZE, SIZE - MARGIN - left)
    write(draw, (left, top + INDEX_SIZE - size), rests_on, size, GREY)
    top += INDEX_LINE
    for line, colour in _with_room(lines, (SIZE - top) // LINE):
        write(draw, (MARGIN, top), line, fitting(line, LINE_SIZE, SIZE - 2 * MARGIN), colour)
        top += LINE


def _with_room(lines: list[Line], room: int) -> list[Line]:
    """At most `room` lines.  Doubts give way and are counted: what the numbers rest on is in every picture."""
    lost = len(lines) - room
    if lost <= 0:
        return lines
    doubts, facts = ([line for line in lines if (line[1] == AMBER) == amber] for amber in (True, False))
    kept = doubts[: max(len(doubts) - lost - 1, 0)]
    return [*kept, (f"... {len(doubts) - len(kept)} more lines of doubt in the report", AMBER), *facts]


def _model_line(found: Finding) -> str:
    if found.model is None:
        return wording.DRAWN_BY_HAND
    model = found.model
    folds = f"{len(model.folds)} folds" if len(model.folds) > 1 else "one fold"
    return f"{wording.long_string(model.name)} {wording.model_version(model)}, {model.status}, {folds}"


def _image(target: Dataset, task: Task) -> None:
    """SC Equipment, General Image and SC Image (PS3.3 C.8.6.1, C.7.6.1, C.8.6.2)."""
    moment = task.moment
    target.ConversionType = "WSD"
    target.ImageType = ["DERIVED", "SECONDARY"]
    target.PatientOrientation = None  # a sheet of several pictures has none
    target.DateOfSecondaryCapture = f"{moment:%Y%m%d}"
    target.TimeOfSecondaryCapture = f"{moment:%H%M%S}"
    target.DerivationDescription = "L3 slice with muscle segmentation and measurements"
    target.ImageComments = ". ".join(part for part in (wording.caveat(task.found.model), *task.found.doubts) if part)
    target.BurnedInAnnotation = "NO"
    target.RecognizableVisualFeatures = "NO"
    target.SourceImageSequence = [_source(task)]
    for keyword in ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod"):
        if keyword in task.image:  # once lossy, always lossy (PS3.3 C.7.6.1.1.5)
            target[keyword] = task.image[keyword]


def _source(task: Task) -> Dataset:
    item = reference_to(task.image, task.frame)
    item.PurposeOfReferenceCodeSequence = [codes.coded(codes.SOURCE_IMAGE)]
    return item


def _pixels(target: Dataset, pixels: NDArray[np.uint8]) -> None:
    """Image Pixel (PS3.3 C.7.6.3): RGB, colour by pixel, 8 bit."""
    target.SamplesPerPixel = 3
    target.PhotometricInterpretation = "RGB"
    target.PlanarConfiguration = 0
    target.Rows, target.Columns = pixels.shape[:2]
    target.BitsAllocated = target.BitsStored = 8
    target.HighBit = 7
    target.PixelRepresentation = 0
    target.PixelData = pixels.tobytes()
