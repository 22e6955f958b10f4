"""Whether objects are in a PACS: C-FIND at IMAGE level of the Study Root (PS3.4 annex C, as SCU)."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydicom.dataset import Dataset

from config.settings import Destination
from dicom_node import tls
from dicom_node.calling import NotReached, association
from dicom_node.pacs.query import FIND, NoAnswer, matches, text_of


class Place(NamedTuple):
    """Where an object lies."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str


def present(
    places: Iterable[Place], where: Destination, calling_ae: str, context: tls.Context = tls.no_certificate
) -> Iterator[str]:
    """SOPInstanceUIDs of those that are there, asked one after the other over one association.

    Raises `NoAnswer`; what was told before stands.
    """
    try:
        with association(FIND, where, where.ae_title, calling_ae, context) as open_one:
            yield from (place.sop_instance_uid for place in places if _is_there(open_one, place, where.timeout))
    except NotReached as why:
        raise NoAnswer(str(why)) from None
    except (RuntimeError, ValueError, tls.Unusable) as fault:
        raise NoAnswer(type(fault).__name__) from None


def _is_there(open_one: Any, place: Place, seconds: float) -> bool:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "IMAGE"
    identifier.StudyInstanceUID = place.study_instance_uid
    identifier.SeriesInstanceUID = place.series_instance_uid
    identifier.SOPInstanceUID = place.sop_instance_uid
    found = [text_of(match, "SOPInstanceUID") for match in matches(open_one, identifier, seconds)]
    return place.sop_instance_uid in found
