"""One slice as NIfTI lies where the DICOM image lies."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from config.settings import AnalysisSettings
from dicom_node.nifti import to_nifti
from dicom_node.study.admission import admit
from dicom_node.study.pixels import read_slice, read_volume
from dicom_node.study.series import Stack
from tests.unit.node.factories import COLUMNS, ROWS, make_series, write_images

POSITIONS = {
    "head first supine": (1, 0, 0, 0, 1, 0),
    "feet first supine": (-1, 0, 0, 0, 1, 0),
    "head first prone": (-1, 0, 0, 0, -1, 0),
    "decubitus": (0, 1, 0, -1, 0, 0),
    "turned by ten degrees": (np.cos(0.17), np.sin(0.17), 0, -np.sin(0.17), np.cos(0.17), 0),
}


def stack_on_disk(folder: Path, cosines: tuple[float, ...], **overrides: Any) -> Stack:
    rounded = [round(float(cosine), 6) for cosine in cosines]
    return admit(
        write_images(make_series(16, ImageOrientationPatient=rounded, **overrides), folder), AnalysisSettings()
    )


@pytest.mark.parametrize("name", POSITIONS)
def test_every_pixel_lies_where_dicom_says(tmp_path: Path, name: str) -> None:
    stack = stack_on_disk(tmp_path, POSITIONS[name])
    index = 9
    (tmp_path / "slice.nii.gz").write_bytes(to_nifti(stack, index, read_slice(stack, index).hu))
    image = sitk.ReadImage(str(tmp_path / "slice.nii.gz"))
    header = stack.images[index].header
    stored = header.RescaleIntercept + np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    along_row, along_column = np.asarray(header.ImageOrientationPatient, float).reshape(2, 3)
    row_mm, column_mm = header.PixelSpacing
    for row, column in ((0, 0), (0, COLUMNS - 1), (ROWS - 1, 0), (4, 3)):
        place = np.asarray(header.ImagePositionPatient, float)
        place = place + along_row * column * column_mm + along_column * row * row_mm
        where = image.TransformPhysicalPointToIndex([float(millimetre) for millimetre in place])
        assert image[where] == stored[row, column]
        np.testing.assert_allclose(image.TransformIndexToPhysicalPoint(where), place, atol=1e-3)


def test_columns_run_to_the_left_rows_to_the_back_and_the_slice_to_the_head(tmp_path: Path) -> None:
    for number, cosines in enumerate(list(POSITIONS.values())[:4]):
        stack = stack_on_disk(tmp_path / str(number), cosines)
        path = tmp_path / f"{number}.nii.gz"
        path.write_bytes(to_nifti(stack, 3, read_slice(stack, 3).hu))
        np.testing.assert_allclose(sitk.ReadImage(str(path)).GetDirection(), np.eye(3).ravel(), atol=1e-6)


def test_the_same_slice_gives_the_same_bytes(tmp_path: Path) -> None:
    stack = stack_on_disk(tmp_path, POSITIONS["feet first supine"])
    labels = np.eye(ROWS, COLUMNS, dtype=np.uint8)
    assert to_nifti(stack, 0, labels) == to_nifti(stack, 0, labels)


def test_a_slice_read_alone_is_that_of_the_volume(tmp_path: Path) -> None:
    stack = stack_on_disk(tmp_path, POSITIONS["decubitus"])
    volume, one = read_volume(stack), read_slice(stack, 5)
    np.testing.assert_array_equal(volume.hu[5], one.hu)
    assert volume.spacing_mm == (5.0, *one.spacing_mm) == (5.0, 0.7, 0.8)
    assert volume.hu.shape == (16, COLUMNS, ROWS)
