"""The story of one analysis, top to bottom: files in, an outcome out.  No database, no network, no clock.

The node, `l3node process`, the demo and the tests all go this way.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from config.settings import AnalysisSettings
from dicom_node import basis
from dicom_node.doubts import doubts
from dicom_node.facts import facts_of
from dicom_node.job import Job, Measured, NotMeasured, Outcome
from dicom_node.locating import LevelUnknown, Located, choice, known_to, located
from dicom_node.nifti import to_nifti
from dicom_node.person import person_of
from dicom_node.study.choose import chosen, judge, phase_of
from dicom_node.study.series import Image, Series, Stack, read_series
from inference.ct import CtSlice
from inference.ensemble import segment
from inference.errors import Reason, Unsuitable
from inference.model_card import ModelCard
from inference.segmentation import Member, Segmentation
from inference.spine import Localiser
from reporting.finding import Encoded, Finding, Identity
from reporting.measure import measure
from reporting.objects import objects
from reporting.panels import answers
from reporting.panels.subject import subject
from reporting.rejection import rejection_note
from reporting.told import apply_told

Tell: TypeAlias = Callable[[str], None]
"""Told the name of each step when it begins."""


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
    except LevelUnknown as why:
        return NotMeasured(reason=why.reason, detail=why.detail, seconds=watch.stop(), choice=why.choice)
    except Unsuitable as why:
        return NotMeasured(reason=why.reason, detail=why.detail, seconds=watch.stop())


def _measured(job: Job, models: Models, rules: AnalysisSettings, watch: "_Watch") -> Measured:
    watch.step("headers")
    series, stack = _series_and_stack(job, rules)
    watch.step("level")
    known = known_to(job)
    at = located(job, stack, models.second, known)
    watch.step("segmentation")
    segmentation = _segmentation(job, at.ct, models, known)
    if segmentation is None:
        raise _no_muscle(stack, at)
    watch.step("measurement")
    found = _finding(job, series, stack, at, segmentation, _model(job, models, known), rules)
    watch.step("objects")
    image = stack.images[at.index]
    made = _objects(job, image, found)
    watch.step("files")
    image_nii, label_nii = to_nifti(stack, at.index, at.ct.hu), to_nifti(stack, at.index, found.labels)
    return Measured(
        facts=facts_of(found, stack, at.index),
        doubts=found.doubts,
        objects=made,
        evidence_png=at.evidence_png,
        image_nii=image_nii,
        label_nii=label_nii,
        basis_npz=_basis(found, stack, segmentation, at.around),
        around_webp=at.around_webp,
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


def _segmentation(job: Job, ct: CtSlice, models: Models, known: basis.Basis | None) -> Segmentation | None:
    """The labels of a person, of a finding that is kept, or of the models; None where these find nothing."""
    if known and job.keeps_labels and job.labels is None:
        return Segmentation(labels=known.labels, agreement=known.agreement, folds=tuple(known.folds))
    if job.labels is not None:
        return Segmentation(labels=job.labels, agreement=None, folds=tuple(known.folds) if known else ())
    found = segment(ct, models.members, models.card.ensemble)
    return found if found.labels.any() else None


def _no_muscle(stack: Stack, at: Located) -> Unsuitable:
    why, left = (Reason.NO_MUSCLE, "no muscle found on the slice"), choice(stack, at)
    return LevelUnknown(*why, left) if left else Unsuitable(*why)


def _model(job: Job, models: Models, known: basis.Basis | None) -> ModelCard | None:
    """Whose labels they are, corrected by a person or not; None where a person painted them."""
    if known and job.keeps_labels:
        return None if job.painted else known.model
    return models.card if job.labels is None else None


def _basis(found: Finding, stack: Stack, segmentation: Segmentation, around: tuple[int, ...]) -> bytes:
    folds = np.stack(segmentation.folds) if len(segmentation.folds) > 1 else basis.NO_FOLDS
    kept = basis.Basis(
        labels=found.labels,
        folds=folds,
        level=found.level,
        agreement=found.agreement,
        model=found.model,
        doubts=found.doubts,
        positions_mm=stack.positions_mm,
        around=around,
    )
    return basis.packed(kept)


def _finding(
    job: Job,
    series: Series,
    stack: Stack,
    at: Located,
    segmentation: Segmentation,
    model: ModelCard | None,
    rules: AnalysisSettings,
) -> Finding:
    person = person_of(series, job.body, size_may_be_cm=rules.size_may_be_cm)
    labels, agreement = segmentation.labels, segmentation.agreement
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


def _objects(job: Job, image: Image, found: Finding) -> tuple[Encoded, ...]:
    """SEG, SR and key image; beside them the note on what they make void, where it is asked for."""
    made = objects(image.header, found, _identity(job), image.frame)
    if job.rejects is None:
        return made
    void = replace(_identity(job), predecessors=job.rejects.objects)
    return (*made, rejection_note(image.header, found, void, job.rejects.why, image.frame))


def _identity(job: Job) -> Identity:
    return Identity(
        request_key=job.key,
        asked_at=job.asked_at,
        time_zone=job.time_zone,
        revision=job.revision,
        node_name=job.node_name,
        predecessors=job.predecessors,
        review=job.review,
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
