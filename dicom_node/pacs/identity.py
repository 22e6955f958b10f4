"""Whom a study belongs to, as its source says now: C-FIND at STUDY level (PS3.4 annex C, as SCU)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydicom.dataset import Dataset

from config.settings import Query
from dicom_node import tls
from dicom_node.calling import NotReached, association
from dicom_node.pacs.query import FIND, NoAnswer, matches, text_of

ASKED = (
    *("PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "OtherPatientIDs"),
    *("AccessionNumber", "StudyID", "StudyDate", "StudyTime", "StudyDescription", "ReferringPhysicianName"),
)
"""What the objects of a result copy from the study and a query may tell."""


def current_identities(
    studies: Iterable[str],
    where: Query,
    called_ae: str,
    calling_ae: str,
    context: tls.Context = tls.no_certificate,
) -> Iterator[tuple[str, Mapping[str, str] | None]]:
    """StudyInstanceUID -> keyword -> value of what is told and not empty; None for a study that is not there.

    All over one association.  Raises `NoAnswer`; what was told before stands.
    """
    try:
        with association(FIND, where, where.ae_title or called_ae, calling_ae, context) as open_one:
            for uid in studies:
                yield uid, _identity(open_one, uid, where.timeout)
    except NotReached as why:
        raise NoAnswer(str(why)) from None
    except (RuntimeError, ValueError, tls.Unusable) as fault:
        raise NoAnswer(type(fault).__name__) from None


def _identity(open_one: Any, study_instance_uid: str, seconds: float) -> Mapping[str, str] | None:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = study_instance_uid
    for keyword in ASKED:
        setattr(identifier, keyword, None)
    found = [
        match
        for match in matches(open_one, identifier, seconds)
        if text_of(match, "StudyInstanceUID") == study_instance_uid
    ]
    return _told(found[0]) if found else None


def _told(match: Dataset) -> Mapping[str, str]:
    """Values as text; one that can't be read as its VR is passed over."""
    told: dict[str, str] = {}
    for keyword in ASKED:
        try:
            value = match.get(keyword)
        except (ValueError, TypeError, NotImplementedError):
            continue
        if text := "" if value is None else str(value).strip(" \0"):
            told[keyword] = text
    return told
