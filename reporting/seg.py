"""The segmentation object: BINARY, three segments on the one source image (PS3.3 A.51, C.8.20)."""

import highdicom
import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from inference.labels import LabelMap, Tissue
from inference.model_card import ModelCard
from reporting import codes, wording
from reporting.envelope import MAKER, Task, series_number
from reporting.identity import ENCODER_VERSION
from reporting.picture.slice_pane import COLOURS
from reporting.source import reference_to, slice_spacing_mm

CONTENT_LABEL = "L3_MUSCLE"
CREATOR = "l3node^"


def segmentation(task: Task) -> Dataset:
    """Build the SEG of one result, all but what `seal` adds.

    Every segment has exactly one frame, an empty one too: frame k is segment k, and no reader meets a segment
    without frames.  Raises ValueError when the labels are not on the grid of the source image.
    """
    labels = task.found.source_labels
    if labels.shape != (task.image.Rows, task.image.Columns):
        raise ValueError(f"labels are {labels.shape}, the source is {task.image.Rows} x {task.image.Columns}")
    target = highdicom.seg.Segmentation(
        source_images=[_as_single_frame(task.image)],
        pixel_array=_planes(labels),
        segmentation_type="BINARY",
        segment_descriptions=[_segment(tissue, task) for tissue in Tissue],
        series_instance_uid=task.names.series("seg"),
        series_number=series_number("seg", task.identity.revision),
        sop_instance_uid=task.names.instance("seg"),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=MAKER,
        software_versions=ENCODER_VERSION,
        device_serial_number=wording.long_string(task.identity.node_name),
        content_label=CONTENT_LABEL,
        content_description=wording.content_description(task.found.model),
        content_creator_name=_creator(task),
        transfer_syntax_uid=ExplicitVRLittleEndian,
        omit_empty_frames=False,
    )
    _refer(target, task)
    _settle(target, task)
    return target


def _as_single_frame(image: Dataset) -> Dataset:
    """The image as highdicom wants it: of a multi-frame object it would ask for all frames."""
    shown = Dataset()
    shown.update(image)
    shown.add_new("SOPClassUID", "UI", CTImageStorage)  # anew: the elements are shared
    return shown


def _refer(target: Dataset, task: Task) -> None:
    """Name the true SOP class, and the frame where there is one, wherever the source is referred to."""
    target.ReferencedSeriesSequence[0].ReferencedInstanceSequence = [reference_to(task.image, None)]
    for group in target.PerFrameFunctionalGroupsSequence:
        for item in group.DerivationImageSequence[0].SourceImageSequence:
            item.update(reference_to(task.image, task.frame))


def _planes(labels: LabelMap) -> np.ndarray:
    """Bool[1, row, column, segment] in the order of `Tissue`."""
    return np.stack([labels == tissue for tissue in Tissue], axis=-1)[np.newaxis]


def _settle(target: Dataset, task: Task) -> None:
    """Fix what highdicom draws at random or guesses: dimension UID, slice spacing of a single slice (always 1.0)."""
    for item in (*target.DimensionOrganizationSequence, *target.DimensionIndexSequence):
        item.DimensionOrganizationUID = task.names.dimensions
    measures = target.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.SpacingBetweenSlices = f"{slice_spacing_mm(task.image):.6g}"


def _segment(tissue: Tissue, task: Task) -> Dataset:
    """One item of Segment Sequence (PS3.3 C.8.20.4)."""
    model = task.found.model
    item = highdicom.seg.SegmentDescription(
        segment_number=int(tissue),
        segment_label=wording.TISSUES[tissue],
        segmented_property_category=codes.ANATOMICAL_STRUCTURE,
        segmented_property_type=codes.TISSUES[tissue],
        algorithm_type=_algorithm_type(task),
        algorithm_identification=_algorithm(model) if model else None,
        tracking_uid=task.names.tracking(tissue),
        tracking_id=tracking_id(tissue),
        anatomic_regions=[codes.L3_VERTEBRA],
        display_color=highdicom.color.CIELabColor.from_rgb(*COLOURS[tissue]),
    )
    item.SegmentDescription = wording.segment_description(tissue, model, task.corrected)
    # the modifier belongs into the type item (PS3.3 C.8.20.4), where highdicom has no argument for it
    item.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
        codes.coded(codes.BILATERAL)
    ]
    return item


def _algorithm_type(task: Task) -> str:
    """SegmentAlgorithmType (0062,0008)."""
    if task.found.model is None:
        return "MANUAL"
    return "SEMIAUTOMATIC" if task.corrected else "AUTOMATIC"


def _creator(task: Task) -> str:
    """ContentCreatorName (0070,0084): who corrected the labels, else the node."""
    review = task.identity.review
    return task.named(wording.person_name(review.name)) if review and task.corrected else CREATOR


def tracking_id(tissue: Tissue | None) -> str:
    """TrackingID (0062,0020) of a tissue, or of all muscle (None): the same in SEG and SR."""
    return f"L3 {tissue.name.lower().replace('_', ' ') if tissue else 'all muscle'}"


def _algorithm(model: ModelCard) -> highdicom.AlgorithmIdentificationSequence:
    """Algorithm Identification Macro (PS3.3 10.16)."""
    return highdicom.AlgorithmIdentificationSequence(
        name=wording.long_string(model.name),
        version=wording.model_version(model),
        family=codes.ARTIFICIAL_INTELLIGENCE,
        source=MAKER,
        parameters=wording.model_parameters(model),
    )
