"""What a source PACS is asked: how many images of each series it holds (C-FIND, PS3.4 annex C, as SCU).

One association per question; whatever goes wrong is `NoAnswer`.  Nothing of an answer but UIDs and counts is kept.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import _config
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind

from config.settings import Query
from dicom_node import tls
from dicom_node.calling import NotReached, association

MODEL = StudyRootQueryRetrieveInformationModelFind
FIND = ((MODEL, ExplicitVRLittleEndian), (MODEL, ImplicitVRLittleEndian))
PENDING, SUCCESS = (0xFF00, 0xFF01), 0x0000
"""PS3.4 table C.4-1; 0xFF01: matches go on, an optional key is not supported."""
LONGEST_NUMBER = 12
"""Characters of an IS (PS3.5 table 6.2-1)."""

_config.LOG_RESPONSE_IDENTIFIERS = False  # an answer may hold a name, and one that is broken would raise in the log


class NoAnswer(Exception):
    """The source did not answer the question; the message says why."""


def count_images(
    study_instance_uid: str,
    where: Query,
    called_ae: str,
    calling_ae: str,
    context: tls.Context = tls.no_certificate,
) -> Mapping[str, int]:
    """SeriesInstanceUID -> NumberOfSeriesRelatedInstances of the CT series of a study.

    0 stands for a series whose number the source does not tell; empty means that it does not know the study.
    `called_ae` counts where the setting names no other.  Raises `NoAnswer` within a few times the timeout.
    """
    title = where.ae_title or called_ae
    try:
        with association(FIND, where, title, calling_ae, context) as open_one:
            return dict(_counts(open_one, _identifier(study_instance_uid), where.timeout))
    except NotReached as why:
        raise NoAnswer(str(why)) from None
    except (RuntimeError, ValueError, tls.Unusable) as fault:  # it broke; the model was not accepted; no certificate
        raise NoAnswer(type(fault).__name__) from None


def _identifier(study_instance_uid: str) -> Dataset:
    """All series of one study, with what is wanted of them (PS3.4 table C.6-3)."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "SERIES"
    identifier.StudyInstanceUID = study_instance_uid
    identifier.SeriesInstanceUID = ""
    identifier.Modality = ""
    identifier.NumberOfSeriesRelatedInstances = None
    return identifier


def _counts(open_one: Any, identifier: Dataset, seconds: float) -> Iterator[tuple[str, int]]:
    for match in matches(open_one, identifier, seconds):
        uid, of_ct = text_of(match, "SeriesInstanceUID"), text_of(match, "Modality") in ("CT", "")
        of_this_study = text_of(match, "StudyInstanceUID") in (identifier.StudyInstanceUID, "")
        if uid and of_ct and of_this_study:
            yield uid, _number(match)


def matches(open_one: Any, identifier: Dataset, seconds: float) -> Iterator[Dataset]:
    """Every match of an answer that ends with success, in time; else `NoAnswer`."""
    ends = time.monotonic() + seconds
    for status, match in open_one.send_c_find(identifier, MODEL):
        code = status.get("Status")
        if code == SUCCESS:
            return
        if code not in PENDING or match is None:
            raise NoAnswer("broken off, or no answer in time" if code is None else f"status 0x{code:04X}")
        if time.monotonic() > ends:
            open_one.abort()
            raise NoAnswer("an answer without end")
        yield match


def _number(match: Dataset) -> int:
    """The number told; 0 for none and for what is no number."""
    told = text_of(match, "NumberOfSeriesRelatedInstances")
    return int(told) if told.isdecimal() and len(told) <= LONGEST_NUMBER else 0


def text_of(match: Dataset, keyword: str) -> str:
    """A value as it came, whatever it is: nothing here depends on its being what its VR says."""
    element = match.get_item(keyword)
    value = element.value if element else b""
    return value.decode("ascii", "replace").strip(" \0") if isinstance(value, bytes) else str(value or "")
