"""Whether a viewport shows a label map in its place: pixels of the screen against pixels of the source image."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.labels import LabelMap, Tissue
from reporting import wording
from reporting.picture.lettering import Colour
from reporting.picture.slice_pane import COLOURS
from tests.viewer.ohif import Look

LEAST_CHROMA = 40
"""Of 255: less is grey."""
ALIKE = 0.97
"""Cosine between the chroma seen and that of the colour."""
COUNT_TOLERANCE = 0.02
"""Part of the pixels by which a count may differ.  OHIF 3.13 shows every pixel as expected."""
CENTROID_TOLERANCE_PX = 0.5
LEAST_DICE = 0.98
LEAST_CORRELATION = 0.9
"""Between what is shown and the pixels of the image, which the viewer interpolates."""
FEW_PIXELS = 10
"""Not more of a colour when its tissue is absent."""

Masks = Mapping[Tissue, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`labels` on the rows and columns of the image `shown`, each tissue in its colour."""

    shown: Dataset
    labels: LabelMap
    colours: Mapping[Tissue, Colour] = field(default_factory=lambda: COLOURS)


def corners_mm(image: Dataset) -> NDArray[np.float64]:
    """Float[3, x y z]: centres of the first pixel, of the one beyond its row's end, of the one below its column."""
    origin, cosines = np.asarray(image.ImagePositionPatient, float), np.asarray(image.ImageOrientationPatient, float)
    down, right = map(float, image.PixelSpacing)
    return np.stack([origin, origin + cosines[:3] * right * image.Columns, origin + cosines[3:] * down * image.Rows])


def on_screen(source: NDArray[np.generic], look: Look) -> NDArray[np.generic]:
    """`source` [row, column, ...] as it lies in the viewport, 0 beyond its edge; `look` shows its three corners."""
    rows, columns = source.shape[:2]
    origin, along_row, along_column = look.points
    to_screen = np.stack([(along_row - origin) / columns, (along_column - origin) / rows], axis=1)
    y, x = np.mgrid[: look.pixels.shape[0], : look.pixels.shape[1]]
    places = np.stack([x + 0.5 - origin[0], y + 0.5 - origin[1]], axis=-1) @ np.linalg.inv(to_screen).T
    column, row = np.rint(places).astype(int).transpose(2, 0, 1)
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    picture = np.zeros((*inside.shape, *source.shape[2:]), source.dtype)
    picture[inside] = source[row[inside], column[inside]]
    return picture


def coloured(pixels: NDArray[np.uint8], colours: Mapping[Tissue, Colour]) -> Masks:
    """Where each colour lies over grey: a tint leaves the direction of the chroma as it is."""
    chroma = pixels.astype(float) - pixels.min(axis=2, keepdims=True)
    strength = np.linalg.norm(chroma, axis=2)
    wanted = {tissue: np.asarray(colour, float) - min(colour) for tissue, colour in colours.items()}
    return {
        tissue: (strength > LEAST_CHROMA) & (chroma @ colour > ALIKE * strength * np.linalg.norm(colour))
        for tissue, colour in wanted.items()
    }


def faults(look: Look, expected: Expected) -> list[str]:
    """Everything that is not as it should be, in words."""
    return [*faults_of_picture(look, expected), *_of_list(look, expected)]


def faults_of_picture(look: Look, expected: Expected) -> list[str]:
    """The same without the list of segments."""
    return [*_of_image(look, expected), *_of_overlay(look, expected)]


def _of_image(look: Look, expected: Expected) -> Iterator[str]:
    if str(expected.shown.SOPInstanceUID) not in look.image:
        yield "another image is shown"
    if not _is_seen(look, expected):
        yield "the CT does not lie where the viewer says"


def _is_seen(look: Look, expected: Expected) -> bool:
    """Whether the grey of the screen follows the pixels of the CT; those of an overlay do not count."""
    hu = np.clip(expected.shown.pixel_array.astype(float), -160, 240)
    grey = look.pixels.min(axis=2).astype(float)
    plain = np.ptp(look.pixels, axis=2) == 0
    wanted = on_screen(hu + 160, look)
    return bool(grey.std() > 0 and np.corrcoef(grey[plain], wanted[plain])[0, 1] > LEAST_CORRELATION)


def _of_list(look: Look, expected: Expected) -> Iterator[str]:
    wanted = tuple(
        (wording.TISSUES[tissue], f"rgb({', '.join(map(str, expected.colours[tissue]))})") for tissue in Tissue
    )
    if look.segments != wanted:
        yield f"segments are listed as {look.segments}"


def _of_overlay(look: Look, expected: Expected) -> Iterator[str]:
    seen, labels = coloured(look.pixels, expected.colours), on_screen(expected.labels, look)
    for tissue in Tissue:
        yield from (f"{tissue.name.lower()}: {fault}" for fault in _of_mask(seen[tissue], labels == tissue))


def _of_mask(seen: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Iterator[str]:
    if not wanted.any() or not seen.any():
        if max(seen.sum(), wanted.sum()) > FEW_PIXELS:
            yield f"{seen.sum()} pixels, {wanted.sum()} expected"
        return
    if abs(seen.sum() / wanted.sum() - 1) > COUNT_TOLERANCE:
        yield f"{seen.sum()} pixels, {wanted.sum()} expected"
    if (distance := np.linalg.norm(centroid(seen) - centroid(wanted))) > CENTROID_TOLERANCE_PX:
        yield f"the centroid lies {distance:.1f} pixels beside"
    if (dice := 2 * (seen & wanted).sum() / (seen.sum() + wanted.sum())) < LEAST_DICE:
        yield f"Dice {dice:.2f}"


def centroid(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(row, column)."""
    return np.argwhere(mask).mean(axis=0)


def faults_of_key_image(look: Look, key: Dataset) -> list[str]:
    """What is wrong where the key image, in colour and without a place in the patient, fills the viewport."""
    wanted = on_screen(key.pixel_array, look)
    if str(key.SOPInstanceUID) not in look.image:
        return ["another image is shown"]
    alike = look.pixels.std() > 0 and np.corrcoef(look.pixels.ravel(), wanted.ravel())[0, 1] > LEAST_CORRELATION
    return [] if alike else ["it is blank or another picture"]


def corners_of_key_image(key: Dataset) -> NDArray[np.float64]:
    """As `corners_mm` of an image without a place: viewers put it at the origin, 1 mm per pixel."""
    return np.asarray([[0, 0, 0], [key.Columns, 0, 0], [0, key.Rows, 0]], float)
