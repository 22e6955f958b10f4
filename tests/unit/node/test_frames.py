"""Enhanced multi-frame CT is read like a series of single-frame images."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import ImplicitVRLittleEndian, RLELossless

from config.settings import AnalysisSettings
from dicom_node.study.admission import admit
from dicom_node.study.choose import judge
from dicom_node.study.pixels import read_slice, read_volume
from dicom_node.study.series import Series, read_series
from inference.errors import Reason, Unsuitable
from tests.enhanced import item, write_concatenation, write_enhanced
from tests.unit.node.factories import make_series, write_images

RULES = AnalysisSettings()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A plain series of 30 images whose pixels differ, in any order."""
    drawn = np.random.default_rng(4).integers(0, 2000, (30, 6, 8)).astype("<i2")
    plain = make_series(each=lambda index: {"PixelData": drawn[index].tobytes(), "KVP": 120})
    images = write_images(plain, tmp_path / "plain").images
    return random.Random(4).sample([image.path for image in images], len(images))


def only(files: list[Path]) -> Series:
    (series,), refused = read_series(files)
    assert not refused
    return series


def test_frames_have_the_geometry_and_the_pixels_of_the_images(files: list[Path], tmp_path: Path) -> None:
    plain = admit(only(files), RULES)
    frames = admit(only([write_enhanced(files, tmp_path / "enhanced.dcm")]), RULES)
    assert (frames.positions_mm, frames.spacing_mm, frames.orientation, frames.pixel_spacing_mm) == (
        plain.positions_mm,
        plain.spacing_mm,
        plain.orientation,
        plain.pixel_spacing_mm,
    )
    assert np.array_equal(read_volume(frames).hu, read_volume(plain).hu)
    for index in (0, 7, 29):
        assert np.array_equal(read_slice(frames, index).hu, read_slice(plain, index).hu)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, RLELossless])
def test_frames_are_read_in_other_transfer_syntaxes(syntax: str, files: list[Path], tmp_path: Path) -> None:
    path = write_enhanced(files, tmp_path / "enhanced.dcm", PatientComments="früh", SpecificCharacterSet="ISO_IR 100")
    plain, stored = read_volume(admit(only([path]), RULES)), dcmread(path)
    if syntax == RLELossless:
        stored.compress(RLELossless, generate_instance_uid=False)
    stored.file_meta.TransferSyntaxUID = syntax
    stored.save_as(path, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)
    series = only([path])
    assert series.header.PatientComments == "früh"
    assert np.array_equal(read_volume(admit(series, RULES)).hu, plain.hu)


def test_a_frame_is_named_by_its_number_in_the_file(files: list[Path], tmp_path: Path) -> None:
    path = write_enhanced(files, tmp_path / "enhanced.dcm")
    stored = dcmread(path).PerFrameFunctionalGroupsSequence
    for image in admit(only([path]), RULES).images:
        position = stored[(image.frame or 0) - 1].PlanePositionSequence[0].ImagePositionPatient
        assert image.header.ImagePositionPatient == position


def test_the_header_of_a_frame_is_that_of_a_single_frame_image(files: list[Path], tmp_path: Path) -> None:
    agent = item(CodeMeaning="Iohexol")
    path = write_enhanced(files, tmp_path / "enhanced.dcm", ContrastBolusAgentSequence=[agent])
    header = only([path]).header
    assert (header.KVP, header.ConvolutionKernel, header.SliceThickness) == (120, "B30f", 5)
    assert (list(header.ImageType), header.ContrastBolusAgent) == (
        ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
        "Iohexol",
    )
    assert "PerFrameFunctionalGroupsSequence" not in header


def test_the_parts_of_a_concatenation_are_one_series(files: list[Path], tmp_path: Path) -> None:
    parts = write_concatenation(files, tmp_path / "parts", parts=3)
    plain, together = admit(only(files), RULES), admit(only(parts), RULES)
    assert np.array_equal(read_volume(together).hu, read_volume(plain).hu)
    with pytest.raises(Unsuitable, match="2 of 3 parts"):
        admit(only(parts[1:]), RULES)


@pytest.mark.parametrize(
    ("shared", "reason"),
    [
        (
            {"CTImageFrameTypeSequence": item(FrameType=["ORIGINAL", "PRIMARY", "LOCALIZER", "NONE"])},
            Reason.LOCALIZER,
        ),
        ({"CTAcquisitionTypeSequence": item(FluoroscopyFlag="YES")}, Reason.FLUOROSCOPY),
        (
            {"CTImageFrameTypeSequence": item(FrameType="DERIVED", VolumeBasedCalculationTechnique="MAX_IP")},
            Reason.SLAB,
        ),
        (
            {"PixelValueTransformationSequence": item(RescaleSlope=1, RescaleIntercept=0, RescaleType="US")},
            Reason.NO_RESCALE,
        ),
        ({"PixelMeasuresSequence": item(SliceThickness=5)}, Reason.NO_PIXEL_SPACING),
        ({"PlaneOrientationSequence": item(ImageOrientationPatient=[1, 0, 0, 0, 0, -1])}, Reason.NOT_AXIAL),
    ],
)
def test_the_same_rules_judge_frames(
    shared: dict[str, Any], reason: Reason, files: list[Path], tmp_path: Path
) -> None:
    (verdict,) = judge([only([write_enhanced(files, tmp_path / "enhanced.dcm", shared=shared)])], RULES)
    assert verdict.refusal
    assert verdict.refusal.reason is reason


@pytest.mark.parametrize("told", [29, 31, None])
def test_a_count_of_frames_that_is_not_that_of_their_headers_is_refused(
    told: int | None, files: list[Path], tmp_path: Path
) -> None:
    path = write_enhanced(files, tmp_path / "enhanced.dcm", NumberOfFrames=told)
    series, ((_, refusal),) = read_series([path])
    assert (series, refusal.reason) == ((), Reason.NOT_DICOM)


def test_frames_do_not_share_what_differs(files: list[Path], tmp_path: Path) -> None:
    path = write_enhanced(files, tmp_path / "enhanced.dcm")
    stored = dcmread(path)
    shared = stored.SharedFunctionalGroupsSequence[0]
    for number, group in enumerate(stored.PerFrameFunctionalGroupsSequence):
        group.CTImageFrameTypeSequence = [item(FrameType=["ORIGINAL", "PRIMARY", f"KIND{number}", "NONE"])]
    del shared.CTImageFrameTypeSequence
    stored.save_as(path)
    kinds = [image.header.ImageType[2] for image in only([path]).images]
    assert kinds == [f"KIND{number}" for number in range(30)]
