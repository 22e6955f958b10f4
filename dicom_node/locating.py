"""Where the level of a job is: kept from a finding, given by a person, or found in the volume; else what a person
chooses a slice from.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from dicom_node import basis
from dicom_node.job import Choice, Job
from dicom_node.study.pixels import read_slice, read_volume
from dicom_node.study.series import Stack
from inference.ct import CtSlice, CtVolume
from inference.errors import Reason, Unsuitable
from inference.l3 import locate
from inference.l3.agreement import joined
from inference.l3.level import L3Level, LevelStatus
from inference.spine import Localiser
from reporting.picture import neighbours
from reporting.picture.evidence import evidence_png

REFUSALS = MappingProxyType(
    {
        LevelStatus.FOUND: Reason.L3_UNCERTAIN,
        LevelStatus.UNCERTAIN: Reason.L3_UNCERTAIN,
        LevelStatus.NOT_IN_SERIES: Reason.L3_NOT_IN_SERIES,
        LevelStatus.UNSUPPORTED: Reason.COVERAGE,
    }
)
"""Why a series without a found level is not measured."""
NO_LABELS = np.zeros((0, 0), np.uint8)


@dataclass(frozen=True, slots=True)
class Located:
    """The level, its canonical index, its slice, and the picture that shows why."""

    level: L3Level
    index: int
    ct: CtSlice
    evidence_png: bytes | None = None
    around_webp: bytes | None = None
    around: tuple[int, ...] = ()


class LevelUnknown(Unsuitable):
    """The series could be read and has no slice to measure; a person may choose one from `choice`."""

    def __init__(self, reason: Reason, detail: str, choice: Choice) -> None:
        super().__init__(reason, detail)
        self.choice = choice


def known_to(job: Job) -> basis.Basis | None:
    """The finding that a person decided on; its level is kept where the decision was on labels."""
    return basis.read(job.basis / basis.NAME) if job.basis else None


def located(job: Job, stack: Stack, second: Localiser | None, known: basis.Basis | None) -> Located:
    """Where the level is: kept, given, or found in the volume, which is let go before the models need the memory."""
    if known and job.keeps_labels and known.level.index is not None:
        at = known.level.index
        pictures = (_picture(job, "evidence.png"), _picture(job, "around.webp"))
        return Located(known.level, at, read_slice(stack, at), *pictures, known.around)
    if (given := job.request.slice) is not None:
        near = known.around if known else ()
        taken = _given(given, stack, "slice given")
        return replace(taken, around_webp=_picture(job, "around.webp"), around=near)
    if len(stack.images) == 1:  # admitted as its sender's pick: there is nothing to count on it
        return _given(0, stack, "the sender's own pick, one slice alone", confidence=0.0)
    volume = read_volume(stack)
    level = joined(locate(volume), second(volume)) if second else locate(volume)
    if level.status is not LevelStatus.FOUND or level.index is None:
        raise LevelUnknown(REFUSALS[level.status], level.reason, _choice(volume, stack, level))
    ct = read_slice(stack, level.index)
    picture = evidence_png(volume, ct, level, level.evidence) if level.evidence else None
    near = neighbours.around(stack.positions_mm, level.index)
    sheet = neighbours.sheet([volume.hu[at] for at in near])
    return Located(level, level.index, ct, picture, sheet, near)


def choice(stack: Stack, at: Located) -> Choice | None:
    """What a person chooses another slice from where nothing could be measured on this one."""
    if at.around_webp is None:
        return None
    return Choice(
        basis_npz=_basis(stack, at.level, at.around), around_webp=at.around_webp, evidence_png=at.evidence_png
    )


def _choice(volume: CtVolume, stack: Stack, level: L3Level) -> Choice:
    """The whole series, and where the counts would put the level; the middle of the series where there are none."""
    ct = read_slice(stack, len(volume.hu) // 2 if level.index is None else level.index)
    shown = neighbours.throughout(len(volume.hu))
    return Choice(
        basis_npz=_basis(stack, replace(level, index=None), shown),
        around_webp=neighbours.sheet([volume.hu[at] for at in shown]),
        evidence_png=evidence_png(volume, ct, level, level.evidence) if level.evidence else None,
    )


def _basis(stack: Stack, level: L3Level, around: tuple[int, ...]) -> bytes:
    """Of a series without a measured slice."""
    return basis.packed(
        basis.Basis(
            labels=NO_LABELS,
            folds=basis.NO_FOLDS,
            level=level,
            agreement=None,
            model=None,
            doubts=(),
            positions_mm=stack.positions_mm,
            around=around,
        )
    )


def _picture(job: Job, name: str) -> bytes | None:
    """A picture of the result that a person looked at; it shows the same still."""
    path = job.basis / name if job.basis else None
    return path.read_bytes() if path and path.is_file() else None


def _given(index: int, stack: Stack, by: str, confidence: float = 1.0) -> Located:
    """A given slice, read alone; `confidence` is 1 when a person gave it."""
    if not 0 <= index < len(stack.images):
        raise Unsuitable(Reason.SLICE_OUT_OF_RANGE, f"slice {index} of {len(stack.images)}")
    height = stack.positions_mm[index] - stack.positions_mm[0]
    level = L3Level(status=LevelStatus.GIVEN, index=index, z_mm=height, confidence=confidence, reason=by)
    return Located(level, index, read_slice(stack, index))
