"""What SEG, SR and key image have in common: series, maker, times, character set, Part 10 file."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from reporting.finding import Encoded, Finding, Identity, Kind
from reporting.identity import ENCODER_VERSION, Names, copy_identity, uid
from reporting.revision import refer_to_predecessor
from reporting.source import zone_of
from reporting.wording import long_string, series_description, unaccented

MAKER = "l3node"
"""Manufacturer and model name: the receiver knows our own objects by it."""
IMPLEMENTATION_CLASS_UID = uid("implementation class", MAKER)
IMPLEMENTATION_VERSION_NAME = "L3NODE_1"
SERIES_NUMBERS: dict[Kind, int] = {"seg": 9001, "sr": 9002, "key": 9003, "reject": 9004}
SERIES_NUMBERS_PER_REVISION = 10
MODALITIES: dict[Kind, str] = {"seg": "SEG", "sr": "SR", "key": "OT", "reject": "KO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One result on its way into objects: whose it is and which image (`source.py`), what was found, its names.

    `frame` is the number (from 1) of the frame that `image` is, None for a single-frame image.
    """

    owner: Dataset
    image: Dataset
    frame: int | None
    found: Finding
    identity: Identity
    names: Names

    @property
    def moment(self) -> datetime:
        """When the analysis was asked for, in the zone that the objects show; every time in them is this one."""
        return self.local(self.identity.asked_at)

    def local(self, moment: datetime) -> datetime:
        """An aware time in the zone that the objects show."""
        return moment.astimezone(zone_of(self.image, self.identity)).replace(microsecond=0)

    @property
    def corrected(self) -> bool:
        """Whether a person changed labels of the model."""
        return self.identity.review is not None and self.identity.review.corrected

    def named(self, name: str) -> str:
        """A name of ours as the objects can hold it: without accents where the source declares no character set."""
        return name if self.owner.get("SpecificCharacterSet") else unaccented(name)


def seal(kind: Kind, target: Dataset, task: Task) -> Encoded:
    """Complete `target` (which has its SOP class, UIDs and content) and encode it as explicit VR little endian."""
    copy_identity(task.owner, target)
    refer_to_predecessor(kind, target, task.identity)
    _series(kind, target, task)
    _equipment(target, task)
    _times(target, task.moment)
    target.file_meta = _file_meta(target)
    return Encoded(
        kind=kind,
        sop_class_uid=str(target.SOPClassUID),
        sop_instance_uid=str(target.SOPInstanceUID),
        series_instance_uid=str(target.SeriesInstanceUID),
        data=_part10(target),
    )


def series_number(kind: Kind, revision: int) -> int:
    """SeriesNumber (0020,0011): 9001 SEG, 9002 SR, 9003 key image, ten more with every revision."""
    return SERIES_NUMBERS[kind] + SERIES_NUMBERS_PER_REVISION * (revision - 1)


def _series(kind: Kind, target: Dataset, task: Task) -> None:
    """General Series (PS3.3 C.7.3.1)."""
    target.Modality = MODALITIES[kind]
    target.SeriesInstanceUID = task.names.series(kind)
    target.SeriesNumber = series_number(kind, task.identity.revision)
    target.SeriesDescription = series_description(kind, task.found.model, task.identity.revision)
    target.InstanceNumber = 1


def _equipment(target: Dataset, task: Task) -> None:
    """General Equipment and Enhanced General Equipment (PS3.3 C.7.5.1, C.7.5.2)."""
    target.Manufacturer = MAKER
    target.ManufacturerModelName = MAKER
    target.DeviceSerialNumber = long_string(task.identity.node_name)
    target.SoftwareVersions = ENCODER_VERSION
    if target.Modality not in ("SR", "KO"):
        target.BodyPartExamined = "ABDOMEN"


def _times(target: Dataset, moment: datetime) -> None:
    """Every date and time of our own is the persisted moment: the wall clock would change the bytes of a re-run."""
    day, time = f"{moment:%Y%m%d}", f"{moment:%H%M%S}"
    target.TimezoneOffsetFromUTC = f"{moment:%z}"[: len("+hhmm")]
    target.InstanceCreationDate = target.SeriesDate = target.ContentDate = day
    target.InstanceCreationTime = target.SeriesTime = target.ContentTime = time
    for item in target.get("ContributingEquipmentSequence", []):
        if "ContributionDateTime" in item:
            item.ContributionDateTime = f"{moment:%Y%m%d%H%M%S}{target.TimezoneOffsetFromUTC}"


def _file_meta(target: Dataset) -> FileMetaDataset:
    """File Meta Information (PS3.10 7.1)."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = target.SOPClassUID
    meta.MediaStorageSOPInstanceUID = target.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    return meta


def _part10(target: Dataset) -> bytes:
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, target, enforce_file_format=True)
    return buffer.getvalue()
