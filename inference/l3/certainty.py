"""From a labelling to an answer that can be trusted: gates, anchors, one sentence.

A labelling is a count.  It is anchored from above by the last rib and from below by sacrum or crest; where the two
counts disagree the answer is doubted, however sure the model is of itself.
"""

from dataclasses import dataclass

from inference.l3.anatomy import L3, L4, L5, SACRUM, Expected, expected_by_crest, expected_by_lung
from inference.l3.counting import (
    DISC_SEEN,
    SACRUM_LIKELY,
    RibCount,
    candidates,
    count_ribs,
    counted,
    fused_below,
    uneven,
)
from inference.l3.labelling import Labelling
from inference.l3.level import Candidate, LevelStatus
from inference.l3.sight import Sight

ACCEPT = 0.8
"""At this confidence L3 is `found`, below it `uncertain`."""
MIN_WITHIN = 0.1
"""Below this chance of a whole L3 in the series it is not there."""
MIN_BODY_WIDTH_MM = 200.0
MIN_CANAL_SCORE = 0.45
SURE_COVERAGE_MM = 120.0
HELD = 0.89
"""Ceiling of a candidate whose count is contradicted: never without doubt."""
HALF_A_VERTEBRA_MM = 17.0
"""The crest fixes the count only where the next vertebra would be further from its place."""
MIN_DISCS = 3
SACRUM_SEEN = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer before it is put in terms of slices; `height_mm` above the centre of slice 0."""

    status: LevelStatus
    confidence: float
    reason: str
    height_mm: float | None = None
    anchors: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    contradicted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A reason not to trust a candidate beyond `ceiling`."""

    ceiling: float
    sentence: str


def judge(sight: Sight) -> Verdict:
    """Weigh everything seen."""
    if sight.body_width_mm < MIN_BODY_WIDTH_MM and sight.canal_score < MIN_CANAL_SCORE:
        return Verdict(status=LevelStatus.UNCERTAIN, confidence=0.0, reason="no torso with a spine")
    ribs = count_ribs(sight)
    if sight.labelling.within < MIN_WITHIN:
        return _outside(sight, ribs)
    return _candidate(sight, ribs)


def anchors(sight: Sight, ribs: RibCount) -> tuple[str, ...]:
    """Landmarks that agree with the candidate."""
    agree = {
        "last_rib": ribs.anchored,
        "sacrum": sight.labelling.tops[SACRUM].probability >= SACRUM_SEEN and counted(sight, L5, L4),
        "iliac_crest": _near(expected_by_crest(sight.landmarks), sight.height_mm, HALF_A_VERTEBRA_MM),
        "lung_base": _agrees(expected_by_lung(sight.landmarks), sight.height_mm),
    }
    return tuple(name for name, holds in agree.items() if holds)


def doubts(sight: Sight, ribs: RibCount) -> tuple[Doubt, ...]:
    """All gates that the candidate does not pass."""
    crest = expected_by_crest(sight.landmarks)
    at_odds = crest is not None and not crest.agrees(sight.height_mm)
    fixed = set(anchors(sight, ribs)) - {"lung_base"}
    width, canal, coverage = sight.body_width_mm, sight.canal_score, sight.coverage_mm
    gates = (
        (width < MIN_BODY_WIDTH_MM, 0.3, f"the body is {width:.0f} mm wide: head, limb or truncated field of view"),
        (canal < MIN_CANAL_SCORE, 0.4, f"the spinal canal is hardly visible (score {canal:.2f})"),
        (coverage < SURE_COVERAGE_MM, 0.45, f"only {coverage:.0f} mm are covered, too little to count vertebrae"),
        (not _landmark_seen(sight, ribs), 0.6, "no landmark (sacrum, crest, rib, lung base) is in the series"),
        (not fixed, 0.6, "no landmark that fixes the count (last rib, sacrum, crest) agrees with it"),
        (_discs(sight.labelling) < MIN_DISCS, 0.7, "fewer than three disc spaces are seen"),
        (ribs.contradiction is not None, HELD, f"the counts from above and below disagree: {ribs.contradiction}"),
        (
            fused_below(sight),
            HELD,
            "no disc is seen on top of the sacrum: L5 may be fused to it, or S1 be counted as L5",
        ),
        (uneven(sight), HELD, "the vertebrae are counted at uneven distances: one may be missed"),
        (at_odds, HELD, "the iliac crest is not where this count expects it"),
    )
    return tuple(Doubt(ceiling=ceiling, sentence=sentence) for fails, ceiling, sentence in gates if fails)


def _candidate(sight: Sight, ribs: RibCount) -> Verdict:
    """A height for L3, with the confidence left after all gates."""
    found, against = anchors(sight, ribs), doubts(sight, ribs)
    confidence = min([sight.labelling.bodies[L3].probability, *(doubt.ceiling for doubt in against)])
    return Verdict(
        status=LevelStatus.FOUND if confidence >= ACCEPT else LevelStatus.UNCERTAIN,
        confidence=confidence,
        reason="; ".join(doubt.sentence for doubt in against) or _agreement(found, confidence),
        height_mm=sight.height_mm,
        anchors=found,
        candidates=candidates(sight, ribs),
        contradicted=any(doubt.ceiling == HELD for doubt in against),
    )


def _agreement(found: tuple[str, ...], confidence: float) -> str:
    """One sentence for a candidate that passed all gates."""
    names = ", ".join(name.replace("_", " ") for name in found) or "no landmark"
    return f"L3 counted in agreement with: {names}"


def _outside(sight: Sight, ribs: RibCount) -> Verdict:
    """No whole L3 as far as the labelling knows; `not_in_series` only where the landmarks agree."""
    labelling = sight.labelling
    if not _landmark_seen(sight, ribs) or _expected_inside(sight):
        return Verdict(
            status=LevelStatus.UNCERTAIN,
            confidence=labelling.bodies[L3].probability,
            reason="no whole L3 was found, and no landmark explains why",
        )
    side = "below" if labelling.below > labelling.above else "above"
    return Verdict(
        status=LevelStatus.NOT_IN_SERIES,
        confidence=1 - labelling.within,
        reason=f"L3 is cut or lies {side} the series",
    )


def _landmark_seen(sight: Sight, ribs: RibCount) -> bool:
    """Something besides the spine itself says which part of the trunk this is."""
    landmarks = sight.landmarks
    sacrum = sight.labelling.tops[SACRUM].probability > SACRUM_LIKELY
    return bool(ribs.anchored or sacrum or landmarks.crest_tops_mm or landmarks.lung_bases_mm)


def _expected_inside(sight: Sight) -> bool:
    """A landmark expects L3 well within the series."""
    seen = (expected_by_crest(sight.landmarks), expected_by_lung(sight.landmarks))
    return any(e is not None and e.sd_mm < e.height_mm < sight.coverage_mm - e.sd_mm for e in seen)


def _near(expected: Expected | None, height_mm: float, limit_mm: float) -> bool:
    return expected is not None and abs(height_mm - expected.height_mm) <= limit_mm


def _agrees(expected: Expected | None, height_mm: float) -> bool:
    return expected is not None and expected.agrees(height_mm)


def _discs(labelling: Labelling) -> int:
    return sum(top.probability >= DISC_SEEN for top in labelling.tops)
