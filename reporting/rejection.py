"""The rejection note of Imaging Object Change Management (IHE RAD TF-3 4.66): which objects a revision makes void.

A Key Object Selection (PS3.3 A.35.4, TID 2010).  An archive stores it; whether it hides the old objects is its own
affair.  Built beside the three objects of the revision, and to be sent only when these have arrived.
"""

from collections.abc import Iterable

from pydicom.dataset import Dataset
from pydicom.uid import KeyObjectSelectionDocumentStorage

from reporting import codes
from reporting.envelope import seal
from reporting.finding import Encoded, Finding, Identity, Predecessor, Why
from reporting.objects import task_of
from reporting.revision import in_study, referenced


def rejection_note(
    header: Dataset, found: Finding, identity: Identity, why: Why, frame: int | None = None
) -> Encoded:
    """Encode the note on what a revision replaces; arguments as in `objects`.

    Raises ValueError when the result replaces nothing.
    """
    if not identity.predecessors:
        raise ValueError("the result replaces nothing")
    task = task_of(header, found, identity, frame)
    target = Dataset()
    target.SOPClassUID = KeyObjectSelectionDocumentStorage
    target.SOPInstanceUID = task.names.instance("reject", why)
    target.ReferencedPerformedProcedureStepSequence = []
    target.CurrentRequestedProcedureEvidenceSequence = [in_study(task.owner.StudyInstanceUID, identity.predecessors)]
    _fill(target, identity.predecessors, why)
    return seal("reject", target, task)


def _fill(target: Dataset, replaced: Iterable[Predecessor], why: Why) -> None:
    """Root container, TID 2010: the title says why, the items say what."""
    template = Dataset()
    template.MappingResource = "DCMR"
    template.TemplateIdentifier = "2010"
    target.ValueType = "CONTAINER"
    target.ConceptNameCodeSequence = [codes.coded(codes.REJECTIONS[why])]
    target.ContinuityOfContent = "SEPARATE"
    target.ContentTemplateSequence = [template]
    target.ContentSequence = [_void(one) for one in replaced]


def _void(one: Predecessor) -> Dataset:
    """One object: an SR as COMPOSITE, the others as IMAGE (TID 2010 rows 8 and 10); no concept name."""
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    item.ValueType = "COMPOSITE" if one.kind == "sr" else "IMAGE"
    item.ReferencedSOPSequence = [referenced(one)]
    return item
