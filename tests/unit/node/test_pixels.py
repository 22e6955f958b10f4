"""However a patient lay and the pixels were stored, the volume is the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.settings import AnalysisSettings
from dicom_node.study.admission import admit
from dicom_node.study.pixels import read_slice, read_volume
from dicom_node.study.series import Series
from inference.ct import CtVolume
from inference.errors import Reason, Unsuitable
from tests.unit.node.factories import COLUMNS, ROWS, make_series, write_images

RULES = AnalysisSettings()
COUNT = 30
DRAWN = np.random.default_rng(8).integers(0, 3000, (COUNT, ROWS, COLUMNS)).astype("<i2")
LEFT, BACK = 0.7 * (COLUMNS - 1), 0.8 * (ROWS - 1)
"""From the first to the last column and row, mm."""


def stored(turn: str) -> dict[str, Any]:
    """How the same body is stored: pixels turned, origin and cosines with them, spacing where rows are columns."""
    return {
        "supine": ({"pixels": DRAWN, "at": (0, 0), "cosines": [1, 0, 0, 0, 1, 0], "spacing": [0.8, 0.7]}),
        "feet first": {"pixels": DRAWN[:, :, ::-1], "at": (LEFT, 0), "cosines": [-1, 0, 0, 0, 1, 0]},
        "prone": {"pixels": DRAWN[:, ::-1, ::-1], "at": (LEFT, BACK), "cosines": [-1, 0, 0, 0, -1, 0]},
        "feet first prone": {"pixels": DRAWN[:, ::-1], "at": (0, BACK), "cosines": [1, 0, 0, 0, -1, 0]},
        "on its side": {"pixels": DRAWN.transpose(0, 2, 1), "at": (0, 0), "cosines": [0, 1, 0, 1, 0, 0]},
    }[turn]


def series(turn: str, folder: Path, order: list[int] | None = None) -> Series:
    how = stored(turn)
    x, y = how["at"]
    pixels = how["pixels"]

    def each(index: int) -> dict[str, Any]:
        number = order[index] if order else index
        return {
            "ImagePositionPatient": [-10 + x, -20 + y, number * 5.0],
            "PixelData": np.ascontiguousarray(pixels[number]).tobytes(),
        }

    whole = make_series(
        COUNT,
        each=each,
        Rows=pixels.shape[1],
        Columns=pixels.shape[2],
        ImageOrientationPatient=how["cosines"],
        PixelSpacing=[0.7, 0.8] if turn == "on its side" else [0.8, 0.7],
    )
    return write_images(whole, folder)


def volume(turn: str, folder: Path, order: list[int] | None = None) -> CtVolume:
    return read_volume(admit(series(turn, folder, order), RULES))


@pytest.mark.parametrize("turn", ["supine", "feet first", "prone", "feet first prone", "on its side"])
def test_the_volume_does_not_depend_on_how_it_was_stored(turn: str, tmp_path: Path) -> None:
    found = volume(turn, tmp_path)
    assert found.spacing_mm == (5.0, 0.8, 0.7)
    assert np.array_equal(found.hu, DRAWN - 1024)


def test_nor_on_the_order_of_the_images(tmp_path: Path) -> None:
    order = [int(index) for index in np.random.default_rng(9).permutation(COUNT)]
    assert np.array_equal(volume("supine", tmp_path, order).hu, DRAWN - 1024)


def test_a_slice_alone_is_the_slice_of_the_volume(tmp_path: Path) -> None:
    stack = admit(series("prone", tmp_path), RULES)
    alone = read_slice(stack, 11)
    assert np.array_equal(alone.hu, DRAWN[11] - 1024)
    assert (alone.spacing_mm, alone.thickness_mm, alone.hu.flags.c_contiguous) == ((0.8, 0.7), 5.0, True)


def test_padding_and_what_lies_below_air_become_air(tmp_path: Path) -> None:
    pixels = np.full((ROWS, COLUMNS), 1000, "<i2")
    pixels[0, 0], pixels[0, 1], pixels[0, 2] = -2000, 2000, 24
    whole = write_images(make_series(PixelData=pixels.tobytes(), PixelPaddingValue=2000), tmp_path)
    assert read_slice(admit(whole, RULES), 0).hu[0, :4].tolist() == [-1024, -1024, -1000, -24]


def test_a_fractional_slope_is_rounded_to_whole_hounsfield_units(tmp_path: Path) -> None:
    pixels = np.full((ROWS, COLUMNS), 1001, "<i2")
    whole = write_images(make_series(PixelData=pixels.tobytes(), RescaleSlope=0.5, RescaleIntercept=-500), tmp_path)
    assert np.unique(read_slice(admit(whole, RULES), 0).hu).tolist() == [0]


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"PixelData": None}, Reason.NO_PIXEL_DATA),
        ({"PixelData": b"short"}, Reason.CANNOT_DECODE),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}, Reason.CANNOT_DECODE),
    ],
)
def test_pixels_that_cannot_be_read_are_a_reason(attributes: dict[str, Any], reason: Reason, tmp_path: Path) -> None:
    stack = admit(write_images(make_series(**attributes), tmp_path), RULES)
    with pytest.raises(Unsuitable) as refusal:
        read_volume(stack)
    assert refusal.value.reason is reason
