"""The measurement groups of the SR: TID 1411 for a muscle, TID 1501 for all muscle (PS3.16)."""

from collections.abc import Iterator

from highdicom import sr
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from inference.l3.level import L3Level
from inference.labels import Tissue
from inference.model_card import ModelCard
from reporting import codes, wording
from reporting.envelope import MAKER, Task
from reporting.finding import Finding, TissueNumbers
from reporting.measure import plausible_height
from reporting.seg import tracking_id

CONTAINS = "CONTAINS"
AREA_DIGITS, HU_DIGITS, INDEX_DIGITS, RATIO_DIGITS, MM_DIGITS, WEIGHT_DIGITS = 2, 1, 2, 3, 1, 1
"""Decimal places shown in the SR; the database keeps all."""


def muscle_group(tissue: Tissue, task: Task, seg: Dataset) -> sr.VolumetricROIMeasurementsAndQualitativeEvaluations:
    """TID 1411 for one segment.  TID 1410 would need a frame and a segment number, which dciodvfy refuses."""
    image = sr.SourceImageForSegmentation(task.image.SOPClassUID, task.image.SOPInstanceUID, _frames(task))
    return sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        referenced_segment=sr.ReferencedSegment(
            seg.SOPClassUID, seg.SOPInstanceUID, int(tissue), source_images=[image]
        ),
        finding_type=codes.TISSUES[tissue],
        measurements=[
            *_areas_and_hu(task.found.measurements.tissues[tissue]),
            *_tissue_agreement(task.found, tissue),
        ],
        **_common(tissue, task, detailed=False),
    )


def total_group(task: Task) -> sr.MeasurementsAndQualitativeEvaluations:
    """TID 1501 for all muscle: totals, index, level, and everything a reader must know of the result."""
    image = sr.SourceImageForMeasurementGroup(task.image.SOPClassUID, task.image.SOPInstanceUID, _frames(task))
    state = codes.LEVEL_STATES[task.found.level.status]
    group = sr.MeasurementsAndQualitativeEvaluations(
        source_images=[image],
        finding_type=codes.SKELETAL_MUSCLE,
        measurements=list(_totals(task.found)),
        qualitative_evaluations=[sr.QualitativeEvaluation(name=codes.LEVEL_STATUS, value=state)],
        **_common(None, task, detailed=True),
    )
    group[0].ContentSequence.extend(text(name, value) for name, value in _statements(task))
    return group


def text(name: Code, value: str) -> sr.TextContentItem:
    """TEXT item of a container."""
    return sr.TextContentItem(name=name, value=value, relationship_type=CONTAINS)


def _frames(task: Task) -> list[int] | None:
    """Which frames are referred to, where the image is multi-frame."""
    return None if task.frame is None else [task.frame]


def _common(tissue: Tissue | None, task: Task, *, detailed: bool) -> dict[str, object]:
    """What both kinds of group say: tracking, category, site, algorithm; its parameters only where `detailed`."""
    model = task.found.model
    return {
        "tracking_identifier": sr.TrackingIdentifier(uid=task.names.tracking(tissue), identifier=tracking_id(tissue)),
        "finding_category": codes.ANATOMICAL_STRUCTURE,
        "finding_sites": [sr.FindingSite(anatomic_location=codes.L3_VERTEBRA)],
        "algorithm_id": _algorithm(model, detailed=detailed) if model else None,
    }


def _algorithm(model: ModelCard, *, detailed: bool) -> sr.AlgorithmIdentification:
    """TID 4019."""
    parameters = [f"{name}={value}" for name, value in wording.model_parameters(model).items()]
    return sr.AlgorithmIdentification(
        name=wording.long_string(model.name),
        version=wording.model_version(model),
        parameters=parameters if detailed else None,
        family=codes.ARTIFICIAL_INTELLIGENCE,
        manufacturer=MAKER,
    )


def _areas_and_hu(numbers: TissueNumbers) -> Iterator[sr.Measurement]:
    """Both kinds of area with their HU; the Measurement Method tells which pixels were counted."""
    kinds = (
        (codes.ALL_MASK_PIXELS, numbers.area_mask_cm2, numbers.hu_mask_mean, numbers.hu_mask_sd),
        (codes.MUSCLE_HU_PIXELS, numbers.area_m29_150_cm2, numbers.hu_m29_150_mean, numbers.hu_m29_150_sd),
    )
    for method, area, mean, deviation in kinds:
        yield measured(codes.AREA, area, codes.CM2, AREA_DIGITS, method=method)
        for derivation, value in ((codes.MEAN, mean), (codes.STANDARD_DEVIATION, deviation)):
            if value is not None:
                yield measured(codes.ATTENUATION, value, codes.HU, HU_DIGITS, method=method, derivation=derivation)


def _tissue_agreement(found: Finding, tissue: Tissue) -> Iterator[sr.Measurement]:
    if found.agreement and tissue in found.agreement.per_tissue:
        yield measured(codes.FOLD_DICE, found.agreement.per_tissue[tissue], codes.NO_UNITS, RATIO_DIGITS)


def _totals(found: Finding) -> Iterator[sr.Measurement]:
    numbers = found.measurements
    yield from _areas_and_hu(numbers.total)
    if numbers.smi_m29_150 is not None:
        yield measured(codes.SMI, numbers.smi_m29_150, codes.CM2_PER_M2, INDEX_DIGITS, method=codes.MUSCLE_HU_PIXELS)
    if found.person.height_m is not None and plausible_height(found.person.height_m):
        yield measured(codes.HEIGHT, found.person.height_m, codes.METER, RATIO_DIGITS)
    if found.person.weight_kg is not None:
        yield measured(codes.WEIGHT, found.person.weight_kg, codes.KILOGRAM, WEIGHT_DIGITS)
    if found.agreement:
        yield measured(codes.FOLD_DICE, found.agreement.overall, codes.NO_UNITS, RATIO_DIGITS)
    yield from _level_numbers(found.level)


def _level_numbers(level: L3Level) -> Iterator[sr.Measurement]:
    if level.z_mm is not None:
        yield measured(codes.LEVEL_HEIGHT, level.z_mm, codes.MILLIMETER, MM_DIGITS)
    yield measured(codes.LEVEL_CONFIDENCE, level.confidence, codes.NO_UNITS, RATIO_DIGITS)


def _statements(task: Task) -> Iterator[tuple[Code, str]]:
    """Sentences of the total group; TID 1501 is extensible."""
    found = task.found
    yield codes.DEFINITION, wording.DEFINITION
    yield from _sources(found)
    yield codes.LEVEL_REASON, wording.plain(found.level.reason) or "not stated"
    for anchor in found.level.anchors:
        yield codes.LEVEL_ANCHOR, wording.plain(anchor)
    yield codes.PANELS, wording.panels(found)
    for answer in found.panels:
        yield codes.PANEL, wording.plain(str(answer))
    for doubt in found.doubts:
        yield codes.DOUBT, wording.plain(doubt)
    if origin := wording.origin(found.model, task.corrected):
        yield codes.ORIGIN, origin


def _sources(found: Finding) -> Iterator[tuple[Code, str]]:
    """Where height and weight come from, or why there is no index."""
    if found.measurements.smi_m29_150 is None:
        yield codes.NO_SMI, wording.NO_HEIGHT
    else:
        yield codes.HEIGHT_SOURCE, wording.source_of(found.person.height_source)
    if found.person.weight_kg is not None:
        yield codes.WEIGHT_SOURCE, wording.source_of(found.person.weight_source)


def measured(
    name: Code, value: float, unit: Code, digits: int, *, method: Code | None = None, derivation: Code | None = None
) -> sr.Measurement:
    """NUM item (TID 300), rounded to `digits` decimal places."""
    return sr.Measurement(name=name, value=round(value, digits), unit=unit, method=method, derivation=derivation)
