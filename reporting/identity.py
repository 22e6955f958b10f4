"""Who the objects belong to and how they are named: patient and study attributes copied once, UIDs by rule.

UIDs derive from the request, the identity and the content, so the same work yields the same UIDs in any process
and one changed voxel, number or name yields others.  Never imports highdicom: the receiver uses the digest too.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from pydicom import config
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from inference.labels import Tissue
from reporting.digest import digest_of
from reporting.finding import Finding, Identity, Kind, Review

ENCODER_VERSION = "0.3.0"
"""Raise it whenever an object changes its form: it is SoftwareVersions (0018,1020) and part of every UID."""

# Patient module (PS3.3 C.7.1.1), clinical trial subject (C.7.1.3)
PATIENT = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "TypeOfPatientID",
    "OtherPatientIDs",
    "OtherPatientIDsSequence",
    "OtherPatientNames",
    "PatientBirthDate",
    "PatientBirthTime",
    "PatientSex",
    "QualityControlSubject",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "ClinicalTrialSponsorName",
    "ClinicalTrialProtocolID",
    "ClinicalTrialProtocolName",
    "ClinicalTrialSiteID",
    "ClinicalTrialSiteName",
    "ClinicalTrialSubjectID",
    "ClinicalTrialSubjectReadingID",
)
# General Study (C.7.2.1), Patient Study (C.7.2.2), clinical trial study (C.7.2.3)
STUDY = (
    "StudyInstanceUID",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "AccessionNumber",
    "IssuerOfAccessionNumberSequence",
    "ReferringPhysicianName",
    "ReferringPhysicianIdentificationSequence",
    "ConsultingPhysicianName",
    "PhysiciansOfRecord",
    "NameOfPhysiciansReadingStudy",
    "ProcedureCodeSequence",
    "PatientAge",
    "PatientSize",
    "PatientWeight",
    "AdmissionID",
    "IssuerOfAdmissionIDSequence",
    "ClinicalTrialTimePointID",
    "ClinicalTrialTimePointDescription",
)
COPIED = PATIENT + STUDY
COPIED_TAGS = tuple(map(Tag, COPIED))
LONGEST_REMEMBERED = 16 << 10
"""Bytes of patient and study attributes whose digest is kept."""

# Type 2: present in every object, empty where the source has nothing (PS3.5 7.4.3)
REQUIRED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
)

UTF8 = "ISO_IR 192"

Raw: TypeAlias = tuple[tuple[Any, ...], ...]
"""Fields of pydicom's RawDataElements."""


def copy_identity(source: Dataset, target: Dataset) -> None:
    """Give `target` the patient and study attributes of `source`, no more and no less than `COPIED`.

    Text is decoded with the character sets that `source` declares and is written as ISO_IR 192 (UTF-8).  A source
    that declares none keeps its bytes: pydicom then maps bytes to text and back one to one (PS3.3 C.12.1.1.2).
    A value that cannot be read as its VR is left out.
    """
    _declare_character_set(source, target)
    for keyword in COPIED:
        element = _decoded(source, keyword)
        if element is not None:
            target[keyword] = element
        elif keyword in REQUIRED:
            setattr(target, keyword, None)
        elif keyword in target:
            delattr(target, keyword)


def identity_digest(header: Dataset) -> str:
    """SHA-256 (hex) over the attributes that `copy_identity` copies.

    Empty and absent are the same, and so is a name in another character set or with padding.  The images of a study
    share these attributes: the same bytes are decoded once.
    """
    character_set = header.original_character_set
    raw = _raw(header)
    if raw is None or not character_set:
        return _digest(header)
    return _digest_of_raw(raw, character_set if isinstance(character_set, str) else tuple(character_set))


def _raw(header: Dataset) -> Raw | None:
    """Fields of the elements that count, as read from a file and wherever they stood; None when they are not so."""
    items: Iterator[Any] = (header.get_item(tag, keep_deferred=True) for tag in COPIED_TAGS)
    found = [element for element in items if element is not None]
    raw = tuple((*element[:4], 0, *element[5:]) for element in found if _is_read(element))
    short = sum(element[2] for element in raw) <= LONGEST_REMEMBERED
    return raw if short and len(raw) == len(found) else None


def _is_read(element: object) -> bool:
    """Whether an element has its value as in the file: neither decoded nor left there."""
    return isinstance(element, RawDataElement) and (element.value is not None or not element.length)


@lru_cache(maxsize=64)
def _digest_of_raw(raw: Raw, character_set: str | tuple[str, ...]) -> str:
    header = Dataset({fields[0]: RawDataElement(*fields) for fields in raw})
    header.set_original_encoding(None, None, character_set if isinstance(character_set, str) else list(character_set))
    return _digest(header)


def _digest(header: Dataset) -> str:
    decoded = {keyword: _decoded(header, keyword) for keyword in COPIED}
    return digest_of({keyword: _values(element) for keyword, element in decoded.items() if element is not None})


def uid(*parts: str) -> str:
    """UID below 2.25 (PS3.5 B.2) from the first 128 bits of SHA-256 over `parts`."""
    return f"2.25.{int.from_bytes(hashlib.sha256(chr(0).join(parts).encode()).digest()[:16], 'big')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every UID of one result.  `seed` is the digest of request, identity and content."""

    seed: str

    def instance(self, kind: Kind, *more: str) -> str:
        """SOPInstanceUID; `more` is what else decides the content (the drawn pixels)."""
        return uid("instance", self.seed, kind, *more)

    def series(self, kind: Kind) -> str:
        """SeriesInstanceUID: one series per kind and result."""
        return uid("series", self.seed, kind)

    def tracking(self, tissue: Tissue | None) -> str:
        """TrackingUID of a tissue, or of all muscle (None): the same in SEG and SR."""
        return uid("tracking", self.seed, tissue.name if tissue else "TOTAL")

    @property
    def dimensions(self) -> str:
        """DimensionOrganizationUID of the SEG."""
        return uid("dimensions", self.seed)


def names_for(owner: Dataset, image: Dataset, found: Finding, identity: Identity, encoder: str) -> Names:
    """Names of the objects of one result.

    `owner` and `image` are what the objects take from the source (`source.py`), `encoder` the versions of the
    software that writes them.
    """
    seen = {element.keyword: str(element.value) for element in image}
    shown = identity.asked_at.astimezone(identity.time_zone).isoformat()  # zones change with the system's tables
    when = (shown, identity.time_zone.key, identity.revision, identity.node_name)
    content = digest_of(encoder, seen, found, when, identity.predecessors, *_decision(identity.review))
    return Names(seed=digest_of(identity.request_key, identity_digest(owner), content))


def _decision(review: Review | None) -> tuple[str | bool, ...]:
    return (review.name, review.organization, review.at.isoformat(), review.corrected) if review else ()


def _declare_character_set(source: Dataset, target: Dataset) -> None:
    if source.get("SpecificCharacterSet"):
        target.SpecificCharacterSet = UTF8
    elif "SpecificCharacterSet" in target:
        del target.SpecificCharacterSet


def _decoded(dataset: Dataset, keyword: str) -> DataElement | None:
    """One element of `dataset` as text, free of the encoding it came in; None when absent, empty or unreadable."""
    try:
        element = dataset[keyword]
        return None if element.is_empty else _free(element)
    except (KeyError, ValueError, TypeError, NotImplementedError):  # absent, or "1,65" in a decimal string
        return None


def _free(element: DataElement) -> DataElement:
    """Copy an element so that it keeps nothing of its source: names lose their bytes, items their character set."""
    value = Sequence([_free_item(item) for item in element.value]) if element.VR == "SQ" else _text(element)
    return DataElement(element.tag, element.VR, value, validation_mode=config.IGNORE)


def _free_item(item: Dataset) -> Dataset:
    free = Dataset()
    for element in item:
        if element.keyword != "SpecificCharacterSet":
            free[element.tag] = _free(element)
    return free


def _text(element: DataElement) -> object:
    """Values as text where that loses nothing: a PersonName would otherwise be written in its old encoding."""
    if isinstance(element.value, bytes):
        return element.value
    if isinstance(element.value, MultiValue):
        return [str(value).rstrip(" \0") for value in element.value]
    return str(element.value).rstrip(" \0") if element.value is not None else None


def _values(element: DataElement) -> object:
    """What of an element counts for the digest."""
    if element.VR == "SQ":
        return [{part.tag: _values(part) for part in item if not part.is_empty} for item in element.value]
    return _text(element)
