"""A study comes from its archive on our word: sent to the node (C-MOVE), or to us (C-GET; PS3.4 annex C, as SCU)."""

from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import evt
from pynetdicom.sop_class import (
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from config.settings import Query
from dicom_node import tls
from dicom_node.calling import NotReached, association

SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
MOVE_MODEL, GET_MODEL = StudyRootQueryRetrieveInformationModelMove, StudyRootQueryRetrieveInformationModelGet
CT = (CTImageStorage, EnhancedCTImageStorage)
LONGEST_SILENCE = 600.0
"""Seconds between two answers: an archive may fetch from tape, and need not tell how far it is."""
PENDING, SUCCESS, WARNING = 0xFF00, 0x0000, 0xB000
"""PS3.4 table C.4-2; a warning: some images were not taken."""


class NotRetrieved(Exception):
    """The study did not come; the message says why."""


def move(
    study_instance_uid: str,
    where: Query,
    called_ae: str,
    calling_ae: str,
    context: tls.Context = tls.no_certificate,
) -> int:
    """Have the whole study sent to `calling_ae`, the node; how many images were.  Raises `NotRetrieved`."""
    kinds = [(MOVE_MODEL, syntax) for syntax in SYNTAXES]
    try:
        with association(kinds, where, where.ae_title or called_ae, calling_ae, context) as open_one:
            _be_patient(open_one)
            return _moved(open_one.send_c_move(_identifier(study_instance_uid), calling_ae, MOVE_MODEL))
    except NotReached as why:
        raise NotRetrieved(str(why)) from None
    except (RuntimeError, ValueError, tls.Unusable) as fault:
        raise NotRetrieved(type(fault).__name__) from None


def get(
    study_instance_uid: str,
    where: Query,
    called_ae: str,
    calling_ae: str,
    folder: Path,
    context: tls.Context = tls.no_certificate,
) -> int:
    """Have the CT images of a study sent to us and written to `folder`, a file each.  Raises `NotRetrieved`."""
    kinds = [(sop_class, syntax) for sop_class in (GET_MODEL, *CT) for syntax in SYNTAXES]

    def take(event: Any) -> int:
        path = folder / f"{len(list(folder.iterdir()))}.dcm"
        path.write_bytes(event.encoded_dataset())
        return SUCCESS

    more = [(evt.EVT_C_STORE, take)]
    try:
        with association(kinds, where, where.ae_title or called_ae, calling_ae, context, more, CT) as open_one:
            _be_patient(open_one)
            return _moved(open_one.send_c_get(_identifier(study_instance_uid), GET_MODEL))
    except NotReached as why:
        raise NotRetrieved(str(why)) from None
    except (RuntimeError, ValueError, tls.Unusable) as fault:
        raise NotRetrieved(type(fault).__name__) from None


def _identifier(study_instance_uid: str) -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = study_instance_uid
    return identifier


def _be_patient(open_one: Any) -> None:
    open_one.dimse_timeout = open_one.network_timeout = LONGEST_SILENCE


def _moved(answers: Any) -> int:
    last = Dataset()
    for status, _ in answers:
        last = status
    code = last.get("Status")
    sent, failed = (int(last.get(f"NumberOf{kind}Suboperations") or 0) for kind in ("Completed", "Failed"))
    if code is None:
        raise NotRetrieved("broken off, or no answer in time")
    if code not in (SUCCESS, WARNING) or failed:
        raise NotRetrieved(
            f"status 0x{code:04X}, {failed} images failed; does the PACS know the node's title and port?"
        )
    return sent
