"""The story: from a CT volume to the slice at mid L3, or to why there is none."""

import numpy as np

from inference.ct import CtVolume
from inference.l3.anatomy import LEVELS
from inference.l3.body import BodyOutline, outline_body
from inference.l3.canal import CanalTrack, track_canal
from inference.l3.certainty import Verdict, judge
from inference.l3.features import read_features
from inference.l3.grid import GRID_MM, Float32Array, to_grid
from inference.l3.labelling import Labelling, label_spine
from inference.l3.landmarks import find_landmarks
from inference.l3.level import L3Evidence, L3Level, LevelStatus, Vertebra
from inference.l3.sight import Sight
from inference.l3.straighten import StraightSpine, straighten

MIN_COVERAGE_MM = 60.0
"""Less shows fewer than two vertebrae: no level can be counted."""
NAMED = 0.5
"""Vertebrae at least this probable are named in the evidence."""


def locate(volume: CtVolume) -> L3Level:
    """Find the slice nearest the mid-height of the body of L3 in a canonical CT volume.

    Less than `MIN_COVERAGE_MM` along the slices is `unsupported`.  What an image shows never raises.
    Pure: the same volume gives the same answer.
    """
    coverage_mm = len(volume.hu) * volume.spacing_mm[0]
    if coverage_mm < MIN_COVERAGE_MM:
        sentence = (
            f"{coverage_mm:.0f} mm are covered, at least {MIN_COVERAGE_MM:.0f} mm are needed to count vertebrae"
        )
        return _level(Verdict(status=LevelStatus.UNSUPPORTED, confidence=0.0, reason=sentence), volume)
    hu = to_grid(volume)
    body = outline_body(hu)
    if body is None:
        nobody = Verdict(
            status=LevelStatus.UNCERTAIN, confidence=0.0, reason="no torso with a spine: no body in view"
        )
        return _level(nobody, volume)
    canal = track_canal(hu, body)
    sight = _look(hu, body, canal, coverage_mm)
    verdict = judge(sight)
    return _level(verdict, volume, _evidence(hu, sight, verdict))


def _look(hu: Float32Array, body: BodyOutline, canal: CanalTrack, coverage_mm: float) -> Sight:
    """All measurements of the working grid, in order."""
    spine = straighten(hu, canal)
    features = read_features(spine)
    landmarks = find_landmarks(hu, body, canal)
    return Sight(
        spine=spine,
        features=features,
        landmarks=landmarks,
        labelling=label_spine(spine, features, landmarks, top_mm=len(hu) * GRID_MM),
        body=body,
        coverage_mm=coverage_mm,
    )


def _level(verdict: Verdict, volume: CtVolume, evidence: L3Evidence | None = None) -> L3Level:
    """The verdict in terms of the volume's slices."""
    height, index = verdict.height_mm, None
    if height is not None:
        index = int(np.clip(round(height / volume.spacing_mm[0]), 0, len(volume.hu) - 1))
    return L3Level(
        status=verdict.status,
        index=index,
        z_mm=height,
        confidence=verdict.confidence,
        reason=verdict.reason,
        anchors=verdict.anchors,
        contradicted=verdict.contradicted,
        evidence=evidence,
    )


def _evidence(hu: Float32Array, sight: Sight, verdict: Verdict) -> L3Evidence:
    """The sagittal picture along the canal, the vertebrae named in it and where the counts put L3."""
    spine = sight.spine
    heights = np.arange(len(hu))
    course = np.interp(heights, spine.centre_mm[:, 0] / GRID_MM, spine.centre_mm[:, 2] / GRID_MM)
    columns = np.clip(np.rint(course).astype(np.intp), 0, hu.shape[2] - 1)
    sagittal = np.rint(hu[heights, :, columns]).astype(np.int16)
    return L3Evidence(
        sagittal=sagittal,
        pixel_mm=GRID_MM,
        vertebrae=_vertebrae(spine, sight.labelling),
        candidates=verdict.candidates,
    )


def _vertebrae(spine: StraightSpine, labelling: Labelling) -> tuple[Vertebra, ...]:
    """Named vertebrae, caudal to cranial."""
    return tuple(
        Vertebra(
            name=level.name,
            z_mm=body.height_mm,
            posterior_mm=float(np.interp(body.arc_mm, spine.arc_mm, spine.body_row_mm)),
            probability=body.probability,
        )
        for level, body in zip(LEVELS, labelling.bodies, strict=True)
        if body.probability >= NAMED
    )
