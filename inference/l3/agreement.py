"""Two localisers: what the built-in finder says and what a second one says become one level.

They agree within 10 mm, or a person decides; a count that ribs and sacrum contradict stays in doubt whoever agrees.
"""

from dataclasses import replace

from inference.l3.level import SECOND, Candidate, L3Evidence, L3Level, LevelStatus

AGREE_MM = 10.0
SURE = 0.90
"""Confidence of a level that the finder takes for found and that a second localiser confirms."""
HELD = 0.89
"""Ceiling of a level on which the two do not agree, or that only one of them gives."""


def joined(own: L3Level, second: L3Level) -> L3Level:
    """One level of the finder's `own` and that of a second localiser, which comes first where they differ."""
    if second.status is not LevelStatus.FOUND or second.z_mm is None:
        return replace(own, reason=f"{own.reason}; {second.reason}")
    if own.z_mm is None or abs(own.z_mm - second.z_mm) > AGREE_MM:
        return _at_odds(own, second)
    if own.contradicted or own.status is not LevelStatus.FOUND:
        return replace(
            own,
            status=LevelStatus.FOUND,
            confidence=min(max(own.confidence, second.confidence), HELD),
            reason=f"{own.reason}; a second localiser puts L3 {_apart(own, second)} away",
        )
    return replace(
        own,
        confidence=max(own.confidence, SURE),
        reason=f"{own.reason}; a second localiser puts L3 {_apart(own, second)} away",
        anchors=(*own.anchors, SECOND),
    )


def _apart(own: L3Level, second: L3Level) -> str:
    return f"{abs((own.z_mm or 0.0) - (second.z_mm or 0.0)):.0f} mm"


def _at_odds(own: L3Level, second: L3Level) -> L3Level:
    """The second one's slice, held, with the finder's own beside it."""
    says = f"says: {own.reason}" if own.z_mm is None else f"puts it {_apart(own, second)} away"
    return replace(
        second,
        confidence=min(second.confidence, HELD),
        reason=f"{second.reason}; the finder {says}",
        evidence=_with_both(own, second) if own.evidence else None,
    )


def _with_both(own: L3Level, second: L3Level) -> L3Evidence | None:
    """The finder's picture; its candidates with the second one's, caudal to cranial."""
    if own.evidence is None or second.z_mm is None:
        return own.evidence
    other = Candidate(counted_from=second.anchors[0], z_mm=second.z_mm)
    both = sorted((*own.evidence.candidates, other), key=lambda one: one.z_mm)
    return replace(own.evidence, candidates=tuple(both))
