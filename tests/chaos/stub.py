"""Stub members for the crash matrix: a worker without a model, whose objects differ at every attempt.

UIDs follow from the request as in the product, bytes from chance: were a result ever made twice and both sent, the
destination would hold one UID with two contents.
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ComprehensiveSRStorage, SecondaryCaptureImageStorage, SegmentationStorage

from dicom_node import worker
from dicom_node.job import Job, Measured, Outcome
from reporting.finding import Encoded, Kind
from tests.chaos.points import VARIABLE, passing
from tests.unit.node.factories import part10

CLASSES: dict[Kind, str] = {
    "seg": SegmentationStorage,
    "sr": ComprehensiveSRStorage,
    "key": SecondaryCaptureImageStorage,
}
REAL = worker.warm, worker.perform


def warm(_opening: object) -> None:
    """Warm at once."""
    _tell()


def perform(_opening: object, job: Job) -> Outcome:
    """Three small objects that no other attempt would make alike."""
    passing("worker begins")
    study = dcmread(job.files[0], stop_before_pixels=True).StudyInstanceUID
    objects = tuple(_object(kind, study, job.key) for kind in CLASSES)
    passing("worker answers")
    return Measured(
        facts={"psoas_area_mask_cm2": 12.5},
        doubts=(),
        objects=objects,
        basis_npz=b"basis",
        evidence_png=None,
        around_webp=None,
        image_nii=b"image",
        label_nii=b"label",
        seconds={"all": 0.0},
    )


def warm_real(opening: Any) -> None:
    """The worker as it is, which tells its process ID."""
    REAL[0](opening)
    _tell()


def perform_real(opening: Any, job: Job) -> Outcome:
    """The worker as it is, between two fault points."""
    if job.id:  # else it warms up
        passing("worker begins")
    outcome = REAL[1](opening, job)
    if job.id:
        passing("worker answers")
    return outcome


def uid(*parts: str) -> str:
    """A UID that follows from `parts`."""
    return f"2.25.{int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:15], 'big')}"


def _tell() -> None:
    (Path(os.environ[VARIABLE]) / "worker").write_text(str(os.getpid()))


def _object(kind: Kind, study: str, key: str) -> Encoded:
    image = Dataset()
    image.SOPClassUID, image.SOPInstanceUID = CLASSES[kind], uid(key, kind)
    image.StudyInstanceUID, image.SeriesInstanceUID = study, uid(key, kind, "series")
    image.ContentDescription = secrets.token_hex(16)
    return Encoded(
        kind=kind,
        sop_class_uid=image.SOPClassUID,
        sop_instance_uid=image.SOPInstanceUID,
        series_instance_uid=image.SeriesInstanceUID,
        data=part10(image),
    )
