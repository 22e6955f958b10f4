"""The measurement report: Comprehensive 3D SR after TID 1500 (PS3.16), one group per muscle and one for the total.

It states numbers and where they come from, never a verdict: no normality items (TID 310), no diagnosis.
"""

from highdicom import sr
from pydicom.dataset import Dataset
from pydicom.uid import Comprehensive3DSRStorage

from inference.labels import Tissue
from reporting import codes, wording
from reporting.acquisition import stated
from reporting.envelope import MAKER, Task
from reporting.finding import Review
from reporting.groups import muscle_group, text, total_group
from reporting.identity import uid
from reporting.source import reference_to


def report(task: Task, seg: Dataset) -> Dataset:
    """Build the SR of one result, all but what `seal` adds; `seg` is the segmentation that it refers to.

    The content tree is made of highdicom's templates; the document around it is set here, because highdicom's
    document class copies and searches the tree three times (70 ms of 110).
    """
    target = Dataset()
    target.SOPClassUID = Comprehensive3DSRStorage
    target.SOPInstanceUID = task.names.instance("sr")
    _document(target, task, seg)
    for element in content(task, seg):
        target.add(element)
    return target


def content(task: Task, seg: Dataset) -> Dataset:
    """Root container, TID 1500; the restriction of use stands before the measurements."""
    root = sr.MeasurementReport(
        observation_context=_observer(task),
        procedure_reported=codes.CT_PROCEDURE,
        imaging_measurements=[*(muscle_group(tissue, task, seg) for tissue in Tissue), total_group(task)],
        title=codes.MEASUREMENT_REPORT,
        language_of_content_item_and_descendants=sr.LanguageOfContentItemAndDescendants(codes.ENGLISH),
        referenced_images=[task.image],
    )[0]
    _describe_acquisition(root, task)
    if caveat := wording.caveat(task.found.model):
        measurements = len(root.ContentSequence) - 1
        root.ContentSequence.insert(measurements, text(codes.CAVEAT, caveat))
    _separate(root)
    return root


def _describe_acquisition(root: Dataset, task: Task) -> None:
    """Give the library entry of the image its frame, tube voltage, kernel and contrast (TID 1601)."""
    image = task.image
    library = next(item for item in root.ContentSequence if item.name == codes.IMAGE_LIBRARY)
    listed = library.ContentSequence[0].ContentSequence[-1]
    listed.ReferencedSOPSequence = [reference_to(image, task.frame)]
    entry = listed.ContentSequence
    relation = "HAS ACQ CONTEXT"
    if image.get("KVP"):
        voltage = float(image.KVP)
        entry.append(sr.NumContentItem(codes.KVP, voltage, codes.KILOVOLT, relationship_type=relation))
    for name, keyword in ((codes.KERNEL, "ConvolutionKernel"), (codes.CONTRAST_AGENT, "ContrastBolusAgent")):
        entry.append(sr.TextContentItem(name, stated(image, keyword), relationship_type=relation))


def _separate(container: Dataset) -> None:
    """Say that items stand for themselves (PS3.3 C.17.3.2.4): in flowing text viewers leave the concept names out."""
    container.ContinuityOfContent = "SEPARATE"
    for item in container.ContentSequence:
        if item.ValueType == "CONTAINER":
            _separate(item)


def _observer(task: Task) -> sr.ObservationContext:
    """The node as device observer (TID 1004)."""
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=uid("device", task.identity.node_name),
        name=wording.plain(task.identity.node_name),
        manufacturer_name=MAKER,
        model_name=MAKER,
        serial_number=wording.long_string(task.identity.node_name),
    )
    return sr.ObservationContext(
        observer_person_context=_person(task),
        observer_device_context=sr.ObserverContext(
            observer_type=codes.DEVICE, observer_identifying_attributes=device
        ),
    )


def _person(task: Task) -> sr.ObserverContext | None:
    """Who corrected the labels as person observer (TID 1003)."""
    review = task.identity.review
    if review is None or not task.corrected:
        return None
    named = sr.PersonObserverIdentifyingAttributes(
        name=task.named(wording.person_name(review.name)),
        organization_name=task.named(wording.organization(review.organization)),
    )
    return sr.ObserverContext(observer_type=codes.PERSON, observer_identifying_attributes=named)


def _document(target: Dataset, task: Task, seg: Dataset) -> None:
    """SR Document Series and General (PS3.3 C.17.1, C.17.2): complete; preliminary until a person vouches for it."""
    target.CodingSchemeIdentificationSequence = [codes.scheme_identification()]
    target.ReferencedPerformedProcedureStepSequence = []
    target.CompletionFlag = "COMPLETE"
    target.VerificationFlag = "UNVERIFIED"
    target.PreliminaryFlag = "PRELIMINARY"
    if task.identity.review:
        _verified(target, task, task.identity.review)
    target.PerformedProcedureCodeSequence = []
    evidence = Dataset()
    evidence.StudyInstanceUID = task.owner.StudyInstanceUID
    evidence.ReferencedSeriesSequence = [_referenced(task.image), _referenced(seg)]
    target.CurrentRequestedProcedureEvidenceSequence = [evidence]


def _verified(target: Dataset, task: Task, review: Review) -> None:
    """Who vouches for the document (PS3.3 C.17.2.3)."""
    target.VerificationFlag = "VERIFIED"
    target.PreliminaryFlag = "FINAL"
    observer = Dataset()
    observer.VerifyingOrganization = task.named(wording.organization(review.organization))
    observer.VerificationDateTime = f"{task.local(review.at):%Y%m%d%H%M%S%z}"
    observer.VerifyingObserverName = task.named(wording.person_name(review.name))
    observer.VerifyingObserverIdentificationCodeSequence = []
    target.VerifyingObserverSequence = [observer]


def _referenced(instance: Dataset) -> Dataset:
    """Item of Referenced Series Sequence (PS3.3 table C.17-3) for one instance."""
    series = Dataset()
    series.SeriesInstanceUID = instance.SeriesInstanceUID
    series.ReferencedSOPSequence = [reference_to(instance, None)]
    return series
