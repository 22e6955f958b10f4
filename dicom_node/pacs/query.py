"""What a source PACS is asked: how many images of each series it holds (C-FIND, PS3.4 annex C, as SCU).

One association per question; whatever goes wrong is `NoAnswer`.  Nothing of an answer but UIDs and counts is kept.
"""

import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, _config, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind

from config.settings import Query

PENDING, SUCCESS = (0xFF00, 0xFF01), 0x0000
"""PS3.4 table C.4-1; 0xFF01: matches go on, an optional key is not supported."""
LONGEST_NUMBER = 12
"""Characters of an IS (PS3.5 table 6.2-1)."""

_config.LOG_RESPONSE_IDENTIFIERS = False  # an answer may hold a name, and one that is broken would raise in the log


class NoAnswer(Exception):
    """The source did not answer the question; the message says why."""


def count_images(study_instance_uid: str, where: Query, called_ae: str, calling_ae: str) -> Mapping[str, int]:
    """SeriesInstanceUID -> NumberOfSeriesRelatedInstances of the CT series of a study.

    0 stands for a series whose number the source does not tell; empty means that it does not know the study.
    `called_ae` counts where the setting names no other.  Raises `NoAnswer` within a few times the timeout.
    """
    association = _associate(where, where.ae_title or called_ae, calling_ae)
    try:
        return dict(_counts(association, _identifier(study_instance_uid), where.timeout))
    except (RuntimeError, ValueError) as fault:  # the association broke; the query model was not accepted
        raise NoAnswer(f"{type(fault).__name__}") from None
    finally:
        association.release()


def _associate(where: Query, called_ae: str, calling_ae: str) -> Any:
    ae = AE(calling_ae)
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = where.timeout
    ae.add_requested_context(
        StudyRootQueryRetrieveInformationModelFind, [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
    )
    handlers: list[Any] = [(evt.EVT_CONN_OPEN, _as_requestor)]
    try:
        association = ae.associate(where.host, where.port, ae_title=called_ae, evt_handlers=handlers)
    except socket.gaierror:
        raise NoAnswer("the host name has no address") from None
    if not association.is_established:
        raise NoAnswer("association rejected" if association.is_rejected else "no connection or no answer")
    return association


def _as_requestor(event: Any) -> None:
    """No delay by Nagle's algorithm, no endless wait, and every answer is left to the call that waits for it.

    pynetdicom's timeouts end no wait inside a PDU; and its own loop, which looks for requests for a moment after it
    was told to pause, may take the answer.
    """
    link = event.assoc.dul.socket.socket
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.settimeout(event.assoc.network_timeout)
    answer = event.assoc.dimse.get_msg
    event.assoc.dimse.get_msg = lambda block=False: answer(block) if block else (None, None)


def _identifier(study_instance_uid: str) -> Dataset:
    """All series of one study, with what is wanted of them (PS3.4 table C.6-3)."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "SERIES"
    identifier.StudyInstanceUID = study_instance_uid
    identifier.SeriesInstanceUID = ""
    identifier.Modality = ""
    identifier.NumberOfSeriesRelatedInstances = None
    return identifier


def _counts(association: Any, identifier: Dataset, seconds: float) -> Iterator[tuple[str, int]]:
    for match in _matches(association, identifier, seconds):
        uid, of_ct = _text(match, "SeriesInstanceUID"), _text(match, "Modality") in ("CT", "")
        of_this_study = _text(match, "StudyInstanceUID") in (identifier.StudyInstanceUID, "")
        if uid and of_ct and of_this_study:
            yield uid, _number(match)


def _matches(association: Any, identifier: Dataset, seconds: float) -> Iterator[Dataset]:
    """Every match of an answer that ends with success, in time."""
    ends = time.monotonic() + seconds
    for status, match in association.send_c_find(identifier, StudyRootQueryRetrieveInformationModelFind):
        code = status.get("Status")
        if code == SUCCESS:
            return
        if code not in PENDING or match is None:
            raise NoAnswer("broken off, or no answer in time" if code is None else f"status 0x{code:04X}")
        if time.monotonic() > ends:
            association.abort()
            raise NoAnswer("an answer without end")
        yield match


def _number(match: Dataset) -> int:
    """The number told; 0 for none and for what is no number."""
    told = _text(match, "NumberOfSeriesRelatedInstances")
    return int(told) if told.isdecimal() and len(told) <= LONGEST_NUMBER else 0


def _text(match: Dataset, keyword: str) -> str:
    """A value as it came, whatever it is: nothing here depends on its being what its VR says."""
    element = match.get_item(keyword)
    value = element.value if element else b""
    return value.decode("ascii", "replace").strip(" \0") if isinstance(value, bytes) else str(value or "")
