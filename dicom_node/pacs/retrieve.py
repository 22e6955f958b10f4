"""A study is sent to the node by its archive on our word (C-MOVE, PS3.4 annex C, as SCU)."""

from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelMove

from config.settings import Query
from dicom_node import tls
from dicom_node.calling import NotReached, association

MODEL = StudyRootQueryRetrieveInformationModelMove
MOVE = ((MODEL, ExplicitVRLittleEndian), (MODEL, ImplicitVRLittleEndian))
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
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = study_instance_uid
    try:
        with association(MOVE, where, where.ae_title or called_ae, calling_ae, context) as open_one:
            return _moved(open_one.send_c_move(identifier, calling_ae, MODEL))
    except NotReached as why:
        raise NotRetrieved(str(why)) from None
    except (RuntimeError, ValueError, tls.Unusable) as fault:
        raise NotRetrieved(type(fault).__name__) from None


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
