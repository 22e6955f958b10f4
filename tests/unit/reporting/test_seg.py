from io import BytesIO
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels import unpack_bits

from inference.errors import Reason, Unsuitable
from inference.labels import LabelMap, Tissue
from inference.model_card import ModelStatus
from reporting.objects import objects
from tests.unit.reporting.factories import (
    make_ct_header,
    make_finding,
    make_identity,
    make_labels,
    make_model,
    without,
)
from tests.unit.reporting.geometries import GEOMETRIES
from tests.unit.reporting.peers import says

ABSENT = {
    "none": (),
    "wall": (Tissue.ABDOMINAL_WALL,),
    "first": (Tissue.PSOAS,),
    "two": (Tissue.PSOAS, Tissue.PARASPINAL),
    "all": tuple(Tissue),
}


def seg_bytes(labels: LabelMap | None = None, **header: object) -> bytes:
    found = make_finding() if labels is None else make_finding(labels)
    return objects(make_ct_header(**header), found, make_identity())[0].data


def seg(labels: LabelMap | None = None, **header: object) -> Dataset:
    return pydicom.dcmread(BytesIO(seg_bytes(labels, **header)))


def unpacked(target: Dataset) -> LabelMap:
    """Frames by plain bit unpacking, put together by the segment number of each frame."""
    count = int(target.NumberOfFrames) * target.Rows * target.Columns
    bits = np.asarray(unpack_bits(target.PixelData))[:count]
    frames = bits.reshape(-1, target.Rows, target.Columns)
    labels = np.zeros((target.Rows, target.Columns), np.uint8)
    for frame, item in zip(frames, target.PerFrameFunctionalGroupsSequence, strict=True):
        labels[frame > 0] = item.SegmentIdentificationSequence[0].ReferencedSegmentNumber
    return labels


@pytest.mark.parametrize("absent", ABSENT.values(), ids=ABSENT.keys())
def test_plain_bits_give_back_the_labels_whatever_tissue_is_absent(absent: tuple[Tissue, ...]) -> None:
    labels = without(make_labels(), absent)
    target = seg(labels)
    assert np.array_equal(unpacked(target), labels)
    assert [item.SegmentNumber for item in target.SegmentSequence] == [1, 2, 3]
    assert target.NumberOfFrames == 3


@pytest.mark.parametrize("absent", ABSENT.values(), ids=ABSENT.keys())
def test_highdicom_reads_back_the_labels(absent: tuple[Tissue, ...]) -> None:
    labels = without(make_labels(), absent)
    read = highdicom.seg.segread(BytesIO(seg_bytes(labels)))
    source = make_ct_header().SOPInstanceUID
    planes: NDArray[np.uint8] = read.get_pixels_by_source_instance([source])[0]
    assert np.array_equal(planes, np.stack([labels == tissue for tissue in Tissue], axis=-1))


@pytest.mark.parametrize("absent", [(), (Tissue.ABDOMINAL_WALL,)], ids=["full", "no wall"])
def test_dcmqi_reads_back_the_labels_and_the_geometry(absent: tuple[Tissue, ...], tmp_path: Path) -> None:
    labels = without(make_labels(), absent)
    path = tmp_path / "seg.dcm"
    path.write_bytes(seg_bytes(labels))
    said = says(
        "segimage2itkimage", "--inputDICOM", path, "--outputDirectory", tmp_path, "--prefix", "out", "-t", "nrrd"
    )
    images = [SimpleITK.ReadImage(str(file)) for file in sorted(tmp_path.glob("out-*.nrrd"))]
    assert images, said
    read = np.zeros_like(labels)
    for number, image in enumerate(images, start=1):
        plane = SimpleITK.GetArrayFromImage(image)[0] > 0
        read[plane] = number
        assert image.GetSpacing() == (1.5, 1.5, 4.0)
        assert image.GetOrigin() == (-215.25, -190.5, -512.0)
    assert np.array_equal(read, labels)


@pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES.keys())
def test_the_segmentation_lies_on_the_grid_of_the_source(geometry: dict[str, object]) -> None:
    header = make_ct_header(**geometry)
    target = seg(**geometry)
    shared, frame = target.SharedFunctionalGroupsSequence[0], target.PerFrameFunctionalGroupsSequence[0]
    position = (frame.get("PlanePositionSequence") or shared.PlanePositionSequence)[0]
    orientation = (shared.get("PlaneOrientationSequence") or frame.PlaneOrientationSequence)[0]
    assert np.allclose(position.ImagePositionPatient, header.ImagePositionPatient)
    assert np.allclose(orientation.ImageOrientationPatient, header.ImageOrientationPatient)
    assert target.FrameOfReferenceUID == header.FrameOfReferenceUID
    assert np.array_equal(unpacked(target), make_labels())


def test_source_labels_are_encoded_and_not_the_canonical_ones() -> None:
    canonical = make_labels()
    turned = np.ascontiguousarray(canonical[::-1, ::-1])
    found = make_finding(canonical, source_labels=turned)
    target = pydicom.dcmread(BytesIO(objects(make_ct_header(), found, make_identity())[0].data))
    assert np.array_equal(unpacked(target), turned)


def test_segments_say_what_they_hold_and_who_drew_them() -> None:
    target = seg()
    labels = [item.SegmentLabel for item in target.SegmentSequence]
    assert labels == ["Psoas muscle", "Paraspinal muscles", "Abdominal wall muscles"]
    assert "quadratus lumborum" in target.SegmentSequence[1].SegmentDescription
    for item in target.SegmentSequence:
        algorithm = item.SegmentationAlgorithmIdentificationSequence[0]
        modifier = item.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence[0]
        assert item.SegmentAlgorithmType == "AUTOMATIC"
        assert item.SegmentAlgorithmName == "phantom folds"
        assert algorithm.AlgorithmVersion == "1.0.0+sha256:0123456789ab"
        assert make_model().digest in algorithm.AlgorithmParameters
        assert modifier.CodeMeaning == "Bilateral"
        assert "RESEARCH USE ONLY" in item.SegmentDescription


def test_labels_of_a_person_name_no_algorithm() -> None:
    encoded = objects(make_ct_header(), make_finding(model=None, agreement=None), make_identity())[0]
    for item in pydicom.dcmread(BytesIO(encoded.data)).SegmentSequence:
        assert item.SegmentAlgorithmType == "MANUAL"
        assert "SegmentAlgorithmName" not in item


def test_the_restriction_stands_in_the_descriptions() -> None:
    for status, words in ((ModelStatus.DEMONSTRATION, "DEMONSTRATION"), (ModelStatus.RESEARCH, "RESEARCH USE ONLY")):
        found = make_finding(model=make_model(status=status))
        target = pydicom.dcmread(BytesIO(objects(make_ct_header(), found, make_identity())[0].data))
        assert words in target.SeriesDescription
        assert words in target.ContentDescription


def test_the_slice_spacing_is_the_sources_and_else_its_thickness() -> None:
    for header, expected in (({}, 4.0), ({"SpacingBetweenSlices": None}, 5.0)):
        measures = seg(**header).SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        assert float(measures.SpacingBetweenSlices) == expected
        assert float(measures.SliceThickness) == 5.0


def test_labels_of_another_grid_are_refused() -> None:
    found = make_finding(source_labels=np.zeros((4, 4), np.uint8))
    with pytest.raises(ValueError, match="labels are"):
        objects(make_ct_header(), found, make_identity())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}, Reason.NOT_CT),
        ({"PixelSpacing": None}, Reason.NO_PIXEL_SPACING),
    ],
    ids=["MR", "no pixel spacing"],
)
def test_an_image_that_objects_cannot_rest_on_is_refused_with_its_reason(
    change: dict[str, object], reason: Reason
) -> None:
    with pytest.raises(Unsuitable) as refusal:
        objects(make_ct_header(**change), make_finding(), make_identity())
    assert refusal.value.reason is reason
