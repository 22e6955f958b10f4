"""However a series is stored, the same slice of the same patient is found."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from config.settings import AnalysisSettings
from dicom_node.phantom_study import BOTTOM_MM, write_series
from dicom_node.study.geometry import Orientation
from dicom_node.study.grid import stack
from dicom_node.study.pixels import read_volume
from dicom_node.study.series import Series, Stack, read_series
from inference.ct import CtVolume
from inference.l3 import L3Level, LevelStatus, locate
from inference.phantom.population import draw_case

POSES = {
    "feet first": ("FFS", (-1, 0, 0, 0, 1, 0)),
    "prone": ("HFP", (-1, 0, 0, 0, -1, 0)),
    "feet first prone": ("FFP", (1, 0, 0, 0, -1, 0)),
    "rows and columns exchanged": ("HFS", (0, 1, 0, 1, 0, 0)),
    "decubitus": ("HFDL", (0, 1, 0, -1, 0, 0)),
}


@pytest.fixture(scope="module")
def ct() -> CtVolume:
    return draw_case(0).volume


@pytest.fixture(scope="module")
def expected(ct: CtVolume) -> L3Level:
    return locate(ct)


def read(folder: Path) -> tuple[Stack, CtVolume]:
    return whole(read_series(sorted(folder.iterdir()))[0][0])


def whole(series: Series) -> tuple[Stack, CtVolume]:
    read = stack(series, AnalysisSettings())
    return read, read_volume(read)


def turn(folder: Path, position: str, cosines: tuple[int, ...]) -> None:
    """Store the same patient as this pose would: pixels turned, the corner where it belongs."""
    way = Orientation.of(cosines)
    for path in folder.iterdir():
        image = dcmread(path)
        rows, columns = image.Rows, image.Columns
        row_mm, column_mm = map(float, image.PixelSpacing)
        corner = list(map(float, image.ImagePositionPatient))
        stored = way.to_source(image.pixel_array)
        corner[0] += (columns - 1) * column_mm if way.flip_columns else 0.0
        corner[1] += (rows - 1) * row_mm if way.flip_rows else 0.0
        image.ImageOrientationPatient, image.ImagePositionPatient, image.PatientPosition = (
            list(cosines),
            corner,
            position,
        )
        image.Rows, image.Columns = stored.shape
        image.PixelSpacing = [column_mm, row_mm] if way.transposed else [row_mm, column_mm]
        image.PixelData = stored.tobytes()
        image.save_as(path)


@pytest.mark.parametrize("pose", POSES)
def test_a_turned_series_gives_the_same_height(pose: str, ct: CtVolume, expected: L3Level, tmp_path: Path) -> None:
    write_series(ct, tmp_path)
    turn(tmp_path, *POSES[pose])
    there, volume = read(tmp_path)
    level = locate(volume)
    assert level.index == expected.index
    assert level.z_mm == pytest.approx(expected.z_mm)
    assert level.index is not None
    assert there.positions_mm[level.index] == pytest.approx(BOTTOM_MM + 2.5 * level.index)


def test_shuffled_images_give_the_same_height(ct: CtVolume, expected: L3Level, tmp_path: Path) -> None:
    files = write_series(ct, tmp_path)
    order = np.random.default_rng(3).permutation(len(files))
    _, volume = whole(read_series(files[index] for index in order)[0][0])
    assert locate(volume).z_mm == expected.z_mm


def test_the_real_series_of_the_chest_is_never_found(shared_data: Path) -> None:
    series = read_series(sorted((shared_data / "jpeg2000_series").rglob("*")))[0]
    for one in series:
        _, volume = whole(one)
        assert locate(volume).status is not LevelStatus.FOUND
