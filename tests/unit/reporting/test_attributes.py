"""SEG, SR and key image attribute by attribute: every one that they have at the top level, and its value."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from inference.labels import Tissue
from inference.model_card import CAVEATS, ModelStatus
from reporting.finding import Finding
from reporting.identity import COPIED, ENCODER_VERSION
from reporting.key_image import SIZE, render
from reporting.objects import objects
from tests.unit.reporting.factories import (
    COLUMNS,
    ROWS,
    make_ct_header,
    make_finding,
    make_identity,
    make_model,
    make_revision,
)

KINDS = ("seg", "sr", "key")


@dataclass(frozen=True)
class Items:
    """A sequence of so many items, whose content other tests look at."""

    count: int


@dataclass(frozen=True)
class Present:
    """A value that other tests look at."""


ANY = Present()
RESEARCH = "RESEARCH USE ONLY - not for diagnosis"
SOURCE = make_ct_header()
IN_ALL: dict[str, Any] = {
    # SOP Common (PS3.3 C.12.1)
    "SpecificCharacterSet": "ISO_IR 192",
    "InstanceCreationDate": "20260302",
    "InstanceCreationTime": "003020",
    "TimezoneOffsetFromUTC": "+0100",
    "SOPInstanceUID": ANY,
    # General Series (C.7.3.1)
    "SeriesInstanceUID": ANY,
    "SeriesDate": "20260302",
    "SeriesTime": "003020",
    "InstanceNumber": 1,
    # General Equipment, Enhanced General Equipment (C.7.5.1, C.7.5.2)
    "Manufacturer": "l3node",
    "ManufacturerModelName": "l3node",
    "DeviceSerialNumber": "l3node",
    "SoftwareVersions": ENCODER_VERSION,
    # General Image, SR Document General
    "ContentDate": "20260302",
    "ContentTime": "003020",
}
OF_KIND: dict[str, dict[str, Any]] = {
    "seg": {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4",
        "Modality": "SEG",
        "SeriesNumber": 9001,
        "SeriesDescription": f"{RESEARCH}: L3 muscle SEG",
        "BodyPartExamined": "ABDOMEN",
        "ImageType": ["DERIVED", "PRIMARY"],
        "FrameOfReferenceUID": SOURCE.FrameOfReferenceUID,
        "PositionReferenceIndicator": None,
        "ContributingEquipmentSequence": Items(2),
        "ReferencedSeriesSequence": Items(1),
        "SourceImageSequence": Items(1),
        "DimensionOrganizationSequence": Items(1),
        "DimensionIndexSequence": Items(2),
        "SharedFunctionalGroupsSequence": Items(1),
        "PerFrameFunctionalGroupsSequence": Items(len(Tissue)),
        "SegmentSequence": Items(len(Tissue)),
        "SegmentationType": "BINARY",
        "SegmentsOverlap": "NO",
        "ContentLabel": "L3_MUSCLE",
        "ContentDescription": f"{RESEARCH}: skeletal muscle at L3",
        "ContentCreatorName": "l3node^",
        "LossyImageCompression": "00",
        "NumberOfFrames": len(Tissue),
        "Rows": ROWS,
        "Columns": COLUMNS,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 1,
        "BitsStored": 1,
        "HighBit": 0,
        "PixelRepresentation": 0,
        "PresentationLUTShape": "IDENTITY",
        "PixelData": ANY,
    },
    "sr": {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.34",
        "Modality": "SR",
        "SeriesNumber": 9002,
        "SeriesDescription": f"{RESEARCH}: L3 muscle SR",
        "CodingSchemeIdentificationSequence": Items(1),
        "ReferencedPerformedProcedureStepSequence": Items(0),
        "PerformedProcedureCodeSequence": Items(0),
        "CurrentRequestedProcedureEvidenceSequence": Items(1),
        "CompletionFlag": "COMPLETE",
        "VerificationFlag": "UNVERIFIED",
        "PreliminaryFlag": "PRELIMINARY",
        "ValueType": "CONTAINER",
        "ConceptNameCodeSequence": Items(1),
        "ContinuityOfContent": "SEPARATE",
        "ContentTemplateSequence": Items(1),
        "ContentSequence": ANY,
    },
    "key": {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7",
        "Modality": "OT",
        "SeriesNumber": 9003,
        "SeriesDescription": f"{RESEARCH}: L3 muscle key",
        "BodyPartExamined": "ABDOMEN",
        "ImageType": ["DERIVED", "SECONDARY"],
        "ConversionType": "WSD",
        "DateOfSecondaryCapture": "20260302",
        "TimeOfSecondaryCapture": "003020",
        "DerivationDescription": ANY,
        "ImageComments": RESEARCH,
        "SourceImageSequence": Items(1),
        "PatientOrientation": None,
        "BurnedInAnnotation": "NO",
        "RecognizableVisualFeatures": "NO",
        "Rows": SIZE,
        "Columns": SIZE,
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "RGB",
        "PlanarConfiguration": 0,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
        "PixelData": ANY,
    },
}
IN_REVISIONS = {
    "seg": {"ReferencedImageSequence", "CodingSchemeIdentificationSequence"},
    "sr": {"PredecessorDocumentsSequence"},
    "key": {"ReferencedImageSequence", "CodingSchemeIdentificationSequence"},
}


def made(kind: str, found: Finding | None = None, *, revised: bool = False, **header: object) -> Dataset:
    identity = make_revision() if revised else make_identity()
    encoded = objects(make_ct_header(**header), found or make_finding(), identity)
    return pydicom.dcmread(BytesIO(encoded[KINDS.index(kind)].data))


@pytest.mark.parametrize("kind", KINDS)
def test_every_attribute_has_its_value_and_there_is_no_other(kind: str) -> None:
    target, expected = made(kind), IN_ALL | OF_KIND[kind]
    copied = {keyword for keyword in COPIED if keyword in SOURCE}
    assert {element.keyword for element in target} == set(expected) | copied
    for keyword, value in expected.items():
        assert told(target, keyword) == value or value is ANY, keyword
    for keyword in copied:
        assert target[keyword].value == SOURCE[keyword].value, keyword


def told(target: Dataset, keyword: str) -> object:
    element = target[keyword]
    if element.VR == "SQ":
        return Items(len(element.value))
    return None if element.is_empty else element.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_revision_adds_what_it_replaces_and_nothing_else(kind: str) -> None:
    first, second = made(kind), made(kind, revised=True)
    assert {element.keyword for element in second} == {element.keyword for element in first} | IN_REVISIONS[kind]
    assert second.SeriesNumber == first.SeriesNumber + 10


def test_the_patient_is_copied_with_the_issuer_and_the_other_ids() -> None:
    for kind in KINDS:
        target = made(kind)
        assert (target.PatientID, target.IssuerOfPatientID) == ("PID0001", "HOSPITAL")
        assert target.IssuerOfPatientIDQualifiersSequence[0].UniversalEntityID == "1.2.3.4.5"
        (other,) = target.OtherPatientIDsSequence
        assert (other.PatientID, other.IssuerOfPatientID) == ("OLD-77", "OLDHOSP")
        assert target.IssuerOfAccessionNumberSequence[0].LocalNamespaceEntityID == "RIS"


LOSSY = {
    "LossyImageCompression": "01",
    "LossyImageCompressionRatio": "8",
    "LossyImageCompressionMethod": "ISO_10918_1",
}


def test_once_lossy_always_lossy_with_ratio_and_method() -> None:
    for kind in ("seg", "key"):
        target = made(kind, **LOSSY)
        assert {keyword: str(target[keyword].value) for keyword in LOSSY} == LOSSY, kind


@pytest.mark.parametrize("status", [ModelStatus.DEMONSTRATION, ModelStatus.RESEARCH], ids=str)
def test_the_restriction_of_the_model_stands_everywhere(status: ModelStatus) -> None:
    found, words = make_finding(model=make_model(status=status)), CAVEATS[status]
    seg, report, key = (made(kind, found) for kind in KINDS)
    short = words.split(" - ")[0].removesuffix(" MODEL")
    assert all(target.SeriesDescription.startswith(short) for target in (seg, report, key))
    assert seg.ContentDescription.startswith(short)
    assert all(item.SegmentDescription.endswith(words) for item in seg.SegmentSequence)
    assert [str(item.TextValue) for item in report.ContentSequence if item.ValueType == "TEXT"][-1] == words
    assert key.ImageComments == words
    released = render(make_finding(model=make_model(status=ModelStatus.RELEASED)))
    assert (render(found)[44:90] == (255, 176, 0)).all(axis=2).mean() > 0.5
    assert not (released[44:90] == (255, 176, 0)).all(axis=2).any()


def test_the_class_of_paraspinal_muscle_says_that_it_holds_quadratus_lumborum() -> None:
    (item,) = [item for item in made("seg").SegmentSequence if item.SegmentNumber == Tissue.PARASPINAL]
    assert "also holds quadratus lumborum" in item.SegmentDescription
    assert len(item.SegmentDescription) <= 1024
