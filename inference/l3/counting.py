"""Counting L3 from above (the last rib) and from below (sacrum or crest), and where each count puts it."""

from dataclasses import dataclass

import numpy as np

from inference.l3.anatomy import L1, L2, L3, L5, LEVELS, SACRUM, T10, T12, expected_by_crest
from inference.l3.labelling import Estimate
from inference.l3.level import Candidate
from inference.l3.sight import Sight
from inference.l3.straighten import OUTSIDE_HU
from inference.l3.stretches import RIB_PART

DISC_SEEN = 0.3
COUNTED = 0.8
"""A count is trusted up to a landmark where every vertebra on the way is at least this probable."""
UNEVEN = 1.4
"""Two vertebrae further apart than this many times the usual distance hide another one."""
SACRUM_LIKELY = 0.5
CLEAR_DISC, DISC_NEAR_MM = 0.5, 4.0
"""The lumbosacral disc must be this clear (1: as this patient's best) within this distance of its place."""
RIB_SURE_HU, RIB_SEEN_HU, RIB_UNSEEN_HU = 115.0, 100.0, 88.0
"""The last rib anchors a count only where it is sure; between seen and unseen it says nothing."""
RIB_ROOM_MM = 8.0
"""A missing rib counts against T12 only if the series goes on above it by this much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RibCount:
    """What the ribs say about the count.

    `anchored`: a rib on T12 and none on L1 to L3; `contradiction`: why the count cannot be right, else None.
    """

    anchored: bool
    contradiction: str | None = None


def count_ribs(sight: Sight) -> RibCount:
    """Compare the ribs seen with the labels."""
    twelfth, lumbar = rib_hu(sight, T12), max(rib_hu(sight, level) for level in range(L3, L1 + 1))
    if lumbar >= RIB_SEEN_HU:
        return RibCount(anchored=False, contradiction="a vertebra counted as lumbar bears a rib")
    if twelfth < RIB_UNSEEN_HU and _has_room_above(sight, T12):
        return RibCount(anchored=False, contradiction="the vertebra counted as T12 bears no rib")
    return RibCount(anchored=twelfth >= RIB_SURE_HU and lumbar < RIB_UNSEEN_HU and counted(sight, L2, L1))


def counted(sight: Sight, *levels: int) -> bool:
    """Each of these vertebrae, between L3 and a landmark, is where the count has it."""
    return min(sight.labelling.bodies[level].probability for level in levels) >= COUNTED


def uneven(sight: Sight) -> bool:
    """Two neighbours of the count lie so far apart that a vertebra was missed between them."""
    bodies = [body for body in sight.labelling.bodies[L5 : T12 + 1] if body.probability >= DISC_SEEN]
    steps = np.diff([body.arc_mm for body in bodies])
    return len(steps) > 1 and bool(steps.max() > UNEVEN * np.median(steps))


def fused_below(sight: Sight) -> bool:
    """What is counted as the sacrum has no disc on top: L5 may be fused to it, or S1 counted as L5."""
    top = sight.labelling.tops[SACRUM]
    near = np.abs(sight.spine.arc_mm - top.arc_mm) <= DISC_NEAR_MM
    return top.probability >= SACRUM_LIKELY and float(sight.features.disc[near].max(initial=0.0)) < CLEAR_DISC


def candidates(sight: Sight, ribs: RibCount) -> tuple[Candidate, ...]:
    """Where each count puts L3, caudal to cranial: one where they agree, two where they do not."""
    below = _by_crest(sight)
    counts = [
        ("sacrum" if sight.labelling.tops[SACRUM].probability >= SACRUM_LIKELY else "spine", _l3(sight)),
        *([("last_rib", _by_ribs(sight))] if ribs.contradiction else []),
        *([("iliac_crest", below)] if below is not _l3(sight) else []),
    ]
    seen = {body.height_mm: name for name, body in counts[::-1] if body is not None and body.probability > 0}
    return tuple(Candidate(counted_from=name, z_mm=height) for height, name in sorted(seen.items()))


def _l3(sight: Sight) -> Estimate:
    return sight.labelling.bodies[L3]


def _by_ribs(sight: Sight) -> Estimate | None:
    """The third vertebra below the lowest one that bears a rib."""
    bearing = (level for level in range(L3 + 1, T10 + 1) if rib_hu(sight, level) >= RIB_SEEN_HU)
    last = next(bearing, None)
    return None if last is None else sight.labelling.bodies[last - L3]


def _by_crest(sight: Sight) -> Estimate:
    """The labelled L3 where the crest agrees with it, else the vertebra nearest to where the crest expects it."""
    expected = expected_by_crest(sight.landmarks)
    if expected is None or expected.agrees(sight.height_mm):
        return _l3(sight)
    height = expected.height_mm
    return min(sight.labelling.bodies[SACRUM + 1 : T10], key=lambda body: abs(body.height_mm - height))


def rib_hu(sight: Sight, level: int) -> float:
    """Strongest rib bridge of a level; where the level is not in view, far below any rib."""
    lower, upper = sight.labelling.tops[level - 1], sight.labelling.tops[level]
    if lower.probability < DISC_SEEN:
        return OUTSIDE_HU
    whole = upper.probability >= DISC_SEEN
    height = upper.arc_mm - lower.arc_mm if whole else LEVELS[level].height_mm
    place = (sight.spine.arc_mm - lower.arc_mm) / height
    part = (place >= RIB_PART[0]) & (place <= RIB_PART[1])
    return float(sight.features.rib_hu[part].max(initial=OUTSIDE_HU))


def _has_room_above(sight: Sight, level: int) -> bool:
    """The whole level and something above it are in view."""
    top = sight.labelling.tops[level]
    return top.probability >= DISC_SEEN and top.arc_mm + RIB_ROOM_MM <= sight.spine.arc_mm[-1]
