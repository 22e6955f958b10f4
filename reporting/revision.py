"""How a revision names what it replaces: a document its predecessor document, an image the image before it."""

from collections.abc import Iterable

from pydicom.dataset import Dataset

from reporting import codes
from reporting.finding import Identity, Kind, Predecessor


def refer_to_predecessor(kind: Kind, target: Dataset, identity: Identity) -> None:
    """Name the object of the same kind that `target` replaces (PS3.3 C.17.2, C.7.6.1, C.12.2), if there is one."""
    replaced = [one for one in identity.predecessors if one.kind == kind]
    if not replaced:
        return
    if kind == "sr":
        target.PredecessorDocumentsSequence = [in_study(target.StudyInstanceUID, replaced)]
        return
    target.CodingSchemeIdentificationSequence = [codes.scheme_identification()]
    target.ReferencedImageSequence = [_replaced_image(one) for one in replaced]
    if kind == "seg":
        target.ReferencedSeriesSequence.extend(in_series(one, "ReferencedInstanceSequence") for one in replaced)


def in_study(study_instance_uid: str, objects: Iterable[Predecessor]) -> Dataset:
    """Hierarchical SOP Instance Reference (PS3.3 C.17.2.1): the study with a series for each object."""
    item = Dataset()
    item.StudyInstanceUID = study_instance_uid
    item.ReferencedSeriesSequence = [in_series(one, "ReferencedSOPSequence") for one in objects]
    return item


def in_series(one: Predecessor, keyword: str) -> Dataset:
    """The series of an object, with its reference under `keyword`."""
    series = Dataset()
    series.SeriesInstanceUID = one.series_instance_uid
    setattr(series, keyword, [referenced(one)])
    return series


def referenced(one: Predecessor) -> Dataset:
    """SOP Instance Reference (PS3.3 table 10-11)."""
    item = Dataset()
    item.ReferencedSOPClassUID = one.sop_class_uid
    item.ReferencedSOPInstanceUID = one.sop_instance_uid
    return item


def _replaced_image(one: Predecessor) -> Dataset:
    item = referenced(one)
    item.PurposeOfReferenceCodeSequence = [codes.coded(codes.REPLACED)]
    return item
