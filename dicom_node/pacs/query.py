"""What a source PACS is asked: how many images of each series it holds (C-FIND, PS3.4 annex C, as SCU).

One association per question; whatever goes wrong is `NoAnswer`.  Nothing of an answer but UIDs and counts is kept.
"""

import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind

from config.settings import Source

PENDING, SUCCESS = (0xFF00, 0xFF01), 0x0000
"""PS3.4 table C.4-1; 0xFF01: matches go on, an optional key is not supported."""
MOST_IMAGES = 2**31
"""An IS holds no more (PS3.5 section 6.2)."""


class NoAnswer(Exception):
    """The source did not answer the question; the message says why."""


def count_images(source: Source, study_instance_uid: str, calling_ae: str) -> Mapping[str, int]:
    """SeriesInstanceUID -> NumberOfSeriesRelatedInstances of the CT series of a study.

    0 stands for a series whose number the source does not tell; empty means that it does not know the study.
    Raises `NoAnswer` within about twice the source's timeout.
    """
    association = _associate(source, calling_ae)
    try:
        return dict(_counts(association, _identifier(study_instance_uid), source))
    except (RuntimeError, ValueError) as fault:  # the association broke; the query model was not accepted
        raise NoAnswer(f"{type(fault).__name__}") from None
    finally:
        association.release()


def _associate(source: Source, calling_ae: str) -> Any:
    where = source.query
    if where is None:
        raise NoAnswer("it is not to be asked")
    ae = AE(calling_ae)
    ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = where.timeout
    ae.add_requested_context(
        StudyRootQueryRetrieveInformationModelFind, [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
    )
    title, handlers = where.ae_title or source.ae_title, [(evt.EVT_CONN_OPEN, _as_requestor)]
    try:
        association = ae.associate(where.host, where.port, ae_title=title, evt_handlers=handlers)
    except socket.gaierror:
        raise NoAnswer("the host name has no address") from None
    if not association.is_established:
        raise NoAnswer("association rejected" if association.is_rejected else "no connection or no answer")
    return association


def _as_requestor(event: Any) -> None:
    """No delay by Nagle's algorithm; and every answer is left to the call that waits for it.

    pynetdicom's own loop looks for requests for a moment after it was told to pause, and may take the answer.
    """
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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


def _counts(association: Any, identifier: Dataset, source: Source) -> Iterator[tuple[str, int]]:
    for match in _matches(association, identifier, source):
        modality, uid = str(match.get("Modality") or "CT"), str(match.get("SeriesInstanceUID") or "")
        of_this_study = match.get("StudyInstanceUID", identifier.StudyInstanceUID) == identifier.StudyInstanceUID
        if uid and modality == "CT" and of_this_study:
            yield uid, _number(match)


def _matches(association: Any, identifier: Dataset, source: Source) -> Iterator[Dataset]:
    """Every match of an answer that ends with success, in time."""
    ends = time.monotonic() + (source.query.timeout if source.query else 0)
    for status, match in association.send_c_find(identifier, StudyRootQueryRetrieveInformationModelFind):
        code = status.get("Status")
        if code == SUCCESS:
            return
        if code not in PENDING or match is None:
            raise NoAnswer("no answer in time" if code is None else f"status 0x{code:04X}")
        if time.monotonic() > ends:
            association.abort()
            raise NoAnswer("an answer without end")
        yield match


def _number(match: Dataset) -> int:
    """The number told; 0 for none and for what is no number."""
    try:
        images = int(match.get("NumberOfSeriesRelatedInstances") or 0)
    except (ValueError, TypeError, OverflowError):
        return 0
    return images if 0 < images < MOST_IMAGES else 0
