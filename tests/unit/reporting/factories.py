"""A CT header with pixels, and findings on it; every part can be overridden by keyword."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from inference.ct import CtSlice
from inference.l3.level import L3Evidence, L3Level, LevelStatus, Vertebra
from inference.labels import LabelMap, Tissue
from inference.model_card import Limits, ModelCard, ModelStatus
from inference.segmentation import Agreement
from reporting.finding import Finding, Identity, Person, Predecessor, Review
from reporting.measure import measure
from reporting.objects import objects
from reporting.panels import answers
from reporting.panels.subject import subject

ROWS, COLUMNS = 256, 288
SPACING = (1.5, 1.5)
SOP_INSTANCE_UID = "1.2.826.0.1.3680043.10.1337.3"


def ellipse(centre: tuple[float, float], radii: tuple[float, float]) -> NDArray[np.bool_]:
    y, x = np.mgrid[:ROWS, :COLUMNS]
    return ((y - centre[0]) / radii[0]) ** 2 + ((x - centre[1]) / radii[1]) ** 2 <= 1


def make_labels() -> LabelMap:
    """Drawn muscles in canonical orientation, not quite symmetric so that a flip is seen."""
    return _drawn_labels().copy()


@cache
def _drawn_labels() -> LabelMap:
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    wall = ellipse((120, 144), (68, 98)) & ~ellipse((117, 144), (58, 88))
    wall[168:] = False
    labels[wall] = Tissue.ABDOMINAL_WALL
    for side, size in ((-1, 1.0), (1, 1.15)):
        labels[ellipse((150, 144 + side * 33), (14 * size, 12 * size))] = Tissue.PSOAS
        labels[ellipse((184, 144 + side * 27), (15 * size, 22 * size))] = Tissue.PARASPINAL
    labels[ellipse((152, 144), (17, 20))] = 0
    return labels


def make_hu() -> NDArray[np.int16]:
    """A body around the drawn muscles: fat, bowel, vertebra; muscle about 50 HU."""
    return _drawn_hu().copy()


@cache
def _drawn_hu() -> NDArray[np.int16]:
    labels = _drawn_labels()
    noise = np.random.default_rng(3).normal(0, 18, labels.shape)
    hu = np.full(labels.shape, -1000.0)
    hu[ellipse((130, 144), (88, 118))] = -100
    hu[ellipse((112, 144), (48, 78))] = 30
    hu[labels > 0] = 50
    hu[ellipse((152, 144), (17, 20))] = 220
    return np.where(hu > -500, hu + noise, hu).round().astype(np.int16)


def make_ct_header(hu: NDArray[np.int16] | None = None, **overrides: Any) -> Dataset:
    """A CT Image Storage dataset as a scanner writes it; `overrides` by keyword, None deletes the attribute."""
    pixels = make_hu() if hu is None else hu
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = SOP_INSTANCE_UID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for keyword, value in {**_attributes(pixels), **overrides}.items():
        if value is not None:
            setattr(ds, keyword, value)
    return ds


def _attributes(pixels: NDArray[np.int16]) -> dict[str, Any]:
    issuer = Dataset()
    issuer.UniversalEntityID = "1.2.3.4.5"
    issuer.UniversalEntityIDType = "ISO"
    other = Dataset()
    other.PatientID = "OLD-77"
    other.IssuerOfPatientID = "OLDHOSP"
    other.TypeOfPatientID = "TEXT"
    local = Dataset()
    local.LocalNamespaceEntityID = "RIS"
    return {
        "SpecificCharacterSet": "ISO_IR 192",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": SOP_INSTANCE_UID,
        "StudyDate": "20260301",
        "StudyTime": "101500",
        "ContentDate": "20260301",
        "ContentTime": "101500",
        "AccessionNumber": "ACC0001",
        "IssuerOfAccessionNumberSequence": [local],
        "Modality": "CT",
        "Manufacturer": "Scanner Maker",
        "ManufacturerModelName": "Scanner 64",
        "ReferringPhysicianName": "Referrer^Rita",
        "StudyDescription": "CT abdomen",
        "SeriesDescription": "Abdomen 5.0 soft",
        "PatientName": "Muster^Erika",
        "PatientID": "PID0001",
        "IssuerOfPatientID": "HOSPITAL",
        "IssuerOfPatientIDQualifiersSequence": [issuer],
        "OtherPatientIDsSequence": [other],
        "PatientBirthDate": "19600101",
        "PatientSex": "F",
        "PatientAge": "066Y",
        "PatientSize": "1.65",
        "PatientWeight": "62",
        "BodyPartExamined": "ABDOMEN",
        "SliceThickness": "5",
        "SpacingBetweenSlices": "4",
        "KVP": "120",
        "ConvolutionKernel": ["Br40d", "3"],
        "ContrastBolusAgent": "Iopromide 370",
        "PatientPosition": "HFS",
        "StudyInstanceUID": "1.2.826.0.1.3680043.10.1337.1",
        "SeriesInstanceUID": "1.2.826.0.1.3680043.10.1337.2",
        "FrameOfReferenceUID": "1.2.826.0.1.3680043.10.1337.4",
        "PositionReferenceIndicator": "",
        "StudyID": "S1",
        "SeriesNumber": "2",
        "InstanceNumber": "74",
        "ImagePositionPatient": [-215.25, -190.5, -512.0],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "PixelSpacing": list(SPACING),
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "RescaleIntercept": "0",
        "RescaleSlope": "1",
        "RescaleType": "HU",
        "PixelData": pixels.astype("<i2").tobytes(),
    }


def make_model(**overrides: Any) -> ModelCard:
    card = ModelCard(
        name="phantom folds",
        version="1.0.0",
        digest="0123456789abcdef" * 4,
        status=ModelStatus.RESEARCH,
        folds=(0, 1, 2, 3, 4),
        ensemble="probability",
    )
    return replace(card, **overrides)


def make_evidence() -> L3Evidence:
    """A sagittal cut of 450 mm with a spine of drawn vertebrae, 35 mm each."""
    rows, columns, pixel_mm = 300, 170, 1.5
    image = np.full((rows, columns), -1000, np.int16)
    image[:, 20:150] = -80
    image[:, 30:80] = 30
    vertebrae = []
    for index, name in enumerate(("L5", "L4", "L3", "L2", "L1", "T12", "T11")):
        z_mm = 100 + 35.0 * index
        centre = round(z_mm / pixel_mm)
        image[centre - 9 : centre + 9, 82:105] = 240
        vertebrae.append(Vertebra(name=name, z_mm=z_mm, posterior_mm=93.5 * pixel_mm, probability=0.98))
    return L3Evidence(sagittal=image, pixel_mm=pixel_mm, vertebrae=tuple(vertebrae))


def make_level(**overrides: Any) -> L3Level:
    level = L3Level(
        status=LevelStatus.FOUND,
        index=42,
        z_mm=170.0,
        confidence=0.97,
        reason="third vertebra below the last rib, two above the sacrum",
        anchors=("last_rib", "sacrum"),
        evidence=make_evidence(),
    )
    return replace(level, **overrides)


def make_ct(**overrides: Any) -> CtSlice:
    return replace(CtSlice(hu=make_hu(), spacing_mm=SPACING, thickness_mm=5.0), **overrides)


def make_finding(labels: LabelMap | None = None, person: Person | None = None, **overrides: Any) -> Finding:
    """A finding whose numbers follow from its labels; `overrides` replace fields of `Finding`."""
    labels = make_labels() if labels is None else labels
    person = make_person() if person is None else person
    ct = overrides.pop("ct", None) or make_ct()
    per_tissue = {Tissue.PSOAS: 0.97, Tissue.PARASPINAL: 0.98, Tissue.ABDOMINAL_WALL: 0.93}
    found = Finding(
        ct=ct,
        labels=labels,
        source_labels=labels,
        measurements=measure(ct, labels, person),
        level=make_level(),
        agreement=Agreement(per_tissue=per_tissue, overall=0.961),
        model=make_model(),
        doubts=(),
        person=person,
    )
    return replace(found, **overrides)


def make_judged(**overrides: Any) -> Finding:
    """A finding of a model whose limits are known, compared with every panel."""
    limits = Limits(area_cm2=(-4.0, 9.0), hu=(-6.0, 3.0), cases=60, source="report 12")
    model = make_model(limits=limits)
    found = make_finding(model=model, **overrides)
    return replace(found, panels=answers(subject(found.measurements, found.person, False), limits))


def make_person(**overrides: Any) -> Person:
    person = Person(
        sex="F",
        age_years=66.0,
        height_m=1.65,
        weight_kg=62.0,
        height_source="PatientSize (0010,1020)",
        weight_source="PatientWeight (0010,1030)",
    )
    return replace(person, **overrides)


def make_identity(**overrides: Any) -> Identity:
    identity = Identity(
        request_key="5f" * 32,
        asked_at=datetime(2026, 3, 1, 23, 30, 20, 123456, tzinfo=UTC),
        time_zone=ZoneInfo("Europe/Berlin"),
    )
    return replace(identity, **overrides)


def make_review(**overrides: Any) -> Review:
    review = Review(name="Prüfer^Petra", organization="Spital Zürich", at=datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC))
    return replace(review, **overrides)


def make_revision(**overrides: Any) -> Identity:
    """The identity of revision 2 of what `make_finding` and `make_identity` give."""
    return make_identity(**({"revision": 2, "predecessors": _first_objects()} | overrides))


@cache
def _first_objects() -> tuple[Predecessor, ...]:
    first = objects(make_ct_header(), make_finding(), make_identity())
    return tuple(Predecessor(**{name: getattr(one, name) for name in Predecessor.__slots__}) for one in first)


def without(labels: LabelMap, tissues: Sequence[Tissue]) -> LabelMap:
    return np.where(np.isin(labels, tissues), 0, labels).astype(np.uint8)
