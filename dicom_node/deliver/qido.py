"""Whether objects are at a DICOMweb service: QIDO-RS for one instance each (PS3.18 section 10.6)."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from config.settings import StowDestination
from dicom_node import tls
from dicom_node.deliver.web import Unanswered, client, failures_told

ABSENT = (204, 404)
"""No match; and the study or series is not known."""


class Place(Protocol):
    """Where an object lies."""

    @property
    def study_instance_uid(self) -> str: ...  # noqa: D102
    @property
    def series_instance_uid(self) -> str: ...  # noqa: D102
    @property
    def sop_instance_uid(self) -> str: ...  # noqa: D102


def present(places: Iterable[Place], to: StowDestination, context: tls.Context = tls.no_certificate) -> Iterator[str]:
    """SOPInstanceUIDs of those that are there, over one connection.  Raises `Unanswered`."""
    try:
        with client(to, context) as service:
            for place in places:
                path = f"/studies/{place.study_instance_uid}/series/{place.series_instance_uid}/instances"
                with failures_told():
                    answer = service.get(path, params={"SOPInstanceUID": place.sop_instance_uid})
                if answer.status_code == 200 and place.sop_instance_uid in answer.text:
                    yield place.sop_instance_uid
                elif answer.status_code not in (200, *ABSENT):
                    raise Unanswered(f"HTTP {answer.status_code}", sent=True)
    except tls.Unusable as why:
        raise Unanswered(str(why), sent=False) from None
