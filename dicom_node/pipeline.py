"""The story of one analysis, top to bottom: files in, an outcome out.  No database, no network, no clock.

The node, `l3node process`, the demo and the tests all go this way.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from config.settings import AnalysisSettings
from dicom_node.doubts import doubts
from dicom_node.facts import facts_of
from dicom_node.job import Job, Measured, NotMeasured, Outcome
from dicom_node.nifti import to_nifti
from dicom_node.person import person_of
from dicom_node.study.choose import chosen, judge, phase_of
from dicom_node.study.pixels import read_slice, read_volume
from dicom_node.study.series import Series, Stack, read_series
from inference.ct import CtSlice
from inference.ensemble import segment
from inference.errors import Reason, Unsuitable
from inference.l3 import locate
from inference.l3.agreement import joined
from inference.l3.level import L3Level, LevelStatus
from inference.model_card import ModelCard
from inference.segmentation import Member, Segmentation
from inference.spine import Localiser
from reporting.finding import Finding, Identity
from reporting.measure import measure
from reporting.objects import objects
from reporting.panels import answers
from reporting.panels.subject import subject
from reporting.picture.evidence import evidence_png
from reporting.told import apply_told

Tell: TypeAlias = Callable[[str], None]
"""Told the name of each step when it begins."""


REFUSALS = MappingProxyType(
    {
        LevelStatus.FOUND: Reason.L3_UNCERTAIN,
        LevelStatus.UNCERTAIN: Reason.L3_UNCERTAIN,
        LevelStatus.NOT_IN_SERIES: Reason.L3_NOT_IN_SERIES,
        LevelStatus.UNSUPPORTED: Reason.COVERAGE,
    }
)
"""Why a series without a found level is not measured."""


def silent(_step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """An opened ensemble, and a second localiser of L3 where one is configured."""

    card: ModelCard
    members: Sequence[Member]
    second: Localiser | None = None


def analyse(job: Job, models: Models, rules: AnalysisSettings, tell: Tell = silent) -> Outcome:
    """Measure the series of `job`; every refusal of the input comes back as `NotMeasured`."""
    watch = _Watch(tell)
    try:
        return _measured(job, models, rules, watch)
    except Unsuitable as why:
        return NotMeasured(reason=why.reason, detail=why.detail, seconds=watch.stop())


def _measured(job: Job, models: Models, rules: AnalysisSettings, watch: "_Watch") -> Measured:
    watch.step("headers")
    series, stack = _series_and_stack(job, rules)
    watch.step("level")
    at = _located(job, stack, models.second)
    watch.step("segmentation")
    segmentation = _segmentation(job, at.ct, models)
    watch.step("measurement")
    found = _finding(job, series, stack, at, segmentation, models, rules)
    watch.step("objects")
    image = stack.images[at.index]
    made = objects(image.header, found, _identity(job), image.frame)
    watch.step("files")
    image_nii, label_nii = to_nifti(stack, at.index, at.ct.hu), to_nifti(stack, at.index, found.labels)
    return Measured(
        facts=facts_of(found, stack, at.index),
        doubts=found.doubts,
        objects=made,
        evidence_png=at.evidence_png,
        image_nii=image_nii,
        label_nii=label_nii,
        seconds=watch.stop(),
    )


def _series_and_stack(job: Job, rules: AnalysisSettings) -> tuple[Series, Stack]:
    """The series to measure; of several, the best by score."""
    found, refused = read_series(job.files)
    if not found:
        raise refused[0][1] if refused else Unsuitable(Reason.NOT_DICOM, "no files")
    if len(studies := {str(series.header.get("StudyInstanceUID")) for series in found}) > 1:
        raise Unsuitable(Reason.SEVERAL_STUDIES, f"{len(studies)} studies; give one")
    for image in (image for series in found if job.told for image in series.images):
        apply_told(image.header, job.told)
    verdicts = judge(found, rules)
    return verdicts[0].series, chosen(verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Located:
    """The level, its canonical index, its slice, and the picture that shows why."""

    level: L3Level
    index: int
    ct: CtSlice
    evidence_png: bytes | None = None


def _located(job: Job, stack: Stack, second: Localiser | None) -> _Located:
    """Where the level is: given, or found in the volume, which is let go before the models need the memory."""
    if (given := job.request.slice) is not None:
        return _given(given, stack, "slice given")
    if len(stack.images) == 1:  # admitted as its sender's pick: there is nothing to count on it
        return _given(0, stack, "the sender's own pick, one slice alone", confidence=0.0)
    volume = read_volume(stack)
    level = joined(locate(volume), second(volume)) if second else locate(volume)
    if level.status is not LevelStatus.FOUND or level.index is None:
        raise Unsuitable(REFUSALS[level.status], level.reason)
    ct = read_slice(stack, level.index)
    picture = evidence_png(volume, ct, level, level.evidence) if level.evidence else None
    return _Located(level=level, index=level.index, ct=ct, evidence_png=picture)


def _given(index: int, stack: Stack, by: str, confidence: float = 1.0) -> _Located:
    """A given slice, read alone; `confidence` is 1 when a person gave it."""
    if not 0 <= index < len(stack.images):
        raise Unsuitable(Reason.SLICE_OUT_OF_RANGE, f"slice {index} of {len(stack.images)}")
    height = stack.positions_mm[index] - stack.positions_mm[0]
    level = L3Level(status=LevelStatus.GIVEN, index=index, z_mm=height, confidence=confidence, reason=by)
    return _Located(level=level, index=index, ct=read_slice(stack, index))


def _segmentation(job: Job, ct: CtSlice, models: Models) -> Segmentation:
    if job.labels is not None:
        return Segmentation(labels=job.labels, agreement=None)
    found = segment(ct, models.members, models.card.ensemble)
    if not found.labels.any():
        raise Unsuitable(Reason.NO_MUSCLE, "no muscle found on the slice")
    return found


def _finding(
    job: Job,
    series: Series,
    stack: Stack,
    at: _Located,
    segmentation: Segmentation,
    models: Models,
    rules: AnalysisSettings,
) -> Finding:
    person = person_of(series, job.body, size_may_be_cm=rules.size_may_be_cm)
    labels, agreement = segmentation.labels, segmentation.agreement
    model = models.card if job.labels is None else None
    measurements, phase = measure(at.ct, labels, person), phase_of(series)
    return Finding(
        ct=at.ct,
        labels=labels,
        source_labels=stack.orientation.to_source(labels),
        measurements=measurements,
        level=at.level,
        agreement=agreement,
        model=model,
        doubts=(
            *stack.remarks,
            *doubts(at.level, at.ct, labels, agreement, rules, source_changed=job.source_changed),
        ),
        person=person,
        contrast_phase=phase,
        panels=answers(subject(measurements, person, _native(phase, series)), model.limits if model else None),
    )


def _native(phase: str, series: Series) -> bool | None:
    """Whether the CT was made without contrast; None where neither a phase nor an agent is stated."""
    if phase:
        return phase == "native"
    return False if series.header.get("ContrastBolusAgent") else None


def _identity(job: Job) -> Identity:
    return Identity(
        request_key=job.key,
        asked_at=job.asked_at,
        time_zone=job.time_zone,
        revision=job.revision,
        node_name=job.node_name,
        predecessors=job.predecessors,
    )


class _Watch:
    """Seconds per step, told as they begin."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._seconds: dict[str, float] = {}
        self._now: tuple[str, float] | None = None

    def step(self, name: str) -> None:
        self.stop()
        self._now = (name, time.perf_counter())
        self._tell(name)

    def stop(self) -> dict[str, float]:
        if self._now:
            name, began = self._now
            self._seconds[name] = round(time.perf_counter() - began, 4)
            self._now = None
        return dict(self._seconds)
