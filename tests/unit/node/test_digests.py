"""What makes two inputs the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from config.settings import AnalysisSettings
from dicom_node.digests import geometry, joined_digest, pixels_digest, position_mm, settings_digest
from dicom_node.job import Request
from tests.unit.node.factories import make_image, part10, read_back


@pytest.mark.parametrize(
    "change",
    [
        {"SOPInstanceUID": "1.2.9"},
        {"SeriesInstanceUID": "1.2.9"},
        {"ImagePositionPatient": [-10, -20, 0.1]},
        {"ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]},
        {"PixelSpacing": [0.8, 0.8]},
        {"RescaleSlope": 2},
        {"RescaleIntercept": 0},
        {"RescaleIntercept": None},
        {"BitsStored": 12},
        {"PixelRepresentation": 0},
        {"PixelData": bytes(96)},
        {"PixelData": None},
    ],
)
def test_whatever_decides_the_numbers_changes_the_digest_of_an_image(change: dict[str, Any]) -> None:
    assert pixels_digest(make_image(**change)) != pixels_digest(make_image())


@pytest.mark.parametrize("change", [{"PatientName": "Other^Name"}, {"AccessionNumber": "B"}, {"KVP": 100}])
def test_what_does_not_decide_the_numbers_leaves_it(change: dict[str, Any]) -> None:
    assert pixels_digest(make_image(**change)) == pixels_digest(make_image())


def test_a_file_has_the_digest_of_its_dataset() -> None:
    assert pixels_digest(read_back(make_image())) == pixels_digest(make_image())


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_another_transfer_syntax_has_the_same_geometry(syntax: str, tmp_path: Path) -> None:
    from pydicom import dcmread

    (tmp_path / "a.dcm").write_bytes(part10(make_image(), syntax))
    assert geometry(dcmread(tmp_path / "a.dcm")) == geometry(make_image())


def test_the_digest_of_a_series_does_not_know_the_order_of_its_images() -> None:
    assert joined_digest(["b", "a", "c"]) == joined_digest(["c", "b", "a"]) != joined_digest(["a", "b"])


def test_settings_have_a_digest_that_does_not_depend_on_where_the_model_lies() -> None:
    plain = settings_digest(AnalysisSettings())
    assert settings_digest(AnalysisSettings(model=Path("elsewhere"))) == plain
    assert settings_digest(AnalysisSettings(folds=3)) != plain
    assert settings_digest(AnalysisSettings(minimum_age=16)) != plain


def test_every_part_of_a_request_changes_its_key() -> None:
    parts = {"content_digest": "c", "identity_digest": "i", "model_digest": "m", "analysis_digest": "a"}
    plain = Request(**parts).key
    others = [Request(**(parts | {name: "x"})).key for name in parts]
    others += [Request(**parts, slice=0).key, Request(**parts, slice=1).key, Request(**parts, labels_digest="l").key]
    assert len({plain, *others}) == 1 + len(others)


@pytest.mark.parametrize(
    ("change", "position"),
    [
        ({"ImagePositionPatient": [5, 6, 7]}, 7),
        ({"ImagePositionPatient": [5, 6, 7], "ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]}, -7),
        ({"ImagePositionPatient": None}, None),
        ({"ImageOrientationPatient": None}, None),
    ],
)
def test_the_position_of_an_image_lies_along_its_normal(change: dict[str, Any], position: float | None) -> None:
    assert position_mm(make_image(**change)) == position


def test_the_position_of_a_tilted_image_is_its_distance_along_the_normal() -> None:
    tilt = np.radians(20)
    image = make_image(
        ImageOrientationPatient=[1, 0, 0, 0, float(np.cos(tilt)), float(np.sin(tilt))],
        ImagePositionPatient=[0, 0, 10],
    )
    assert position_mm(image) == pytest.approx(10 * np.cos(tilt), abs=1e-6)
