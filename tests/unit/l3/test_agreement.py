"""Two localisers: agreement takes doubt away, disagreement makes it, and a contradicted count stays in doubt."""

import numpy as np
import pytest

from inference.l3 import Candidate, L3Evidence, L3Level, LevelStatus
from inference.l3.agreement import joined
from inference.l3.labelled import MODEL, PASSED


def own(
    *,
    z_mm: float | None = 200.0,
    confidence: float = 0.95,
    status: LevelStatus = LevelStatus.FOUND,
    anchors: tuple[str, ...] = ("sacrum",),
    candidates: tuple[Candidate, ...] = (Candidate(counted_from="sacrum", z_mm=200.0),),
    contradicted: bool = False,
) -> L3Level:
    evidence = L3Evidence(sagittal=np.zeros((4, 4), np.int16), pixel_mm=2.5, vertebrae=(), candidates=candidates)
    return L3Level(
        status=status,
        index=None if z_mm is None else round(z_mm / 2),
        z_mm=z_mm,
        confidence=confidence,
        reason="counted",
        anchors=anchors,
        contradicted=contradicted,
        evidence=evidence,
    )


def second(z_mm: float | None = 203.0) -> L3Level:
    if z_mm is None:
        return L3Level(
            status=LevelStatus.UNCERTAIN, index=None, z_mm=None, confidence=0.0, reason="the model labels no L3"
        )
    return L3Level(
        status=LevelStatus.FOUND,
        index=round(z_mm / 2),
        z_mm=z_mm,
        confidence=PASSED,
        reason="labelled",
        anchors=(MODEL,),
    )


def test_two_localisers_within_10_mm_leave_no_doubt_though_one_anchor_is_missing() -> None:
    assert not own().without_doubt
    level = joined(own(confidence=0.85), second(209.9))
    assert level.without_doubt
    assert (level.z_mm, level.confidence, level.anchors) == (200.0, 0.90, ("sacrum", "second_localiser"))


def test_what_is_further_apart_is_held_with_both_slices() -> None:
    level = joined(own(anchors=("last_rib", "sacrum")), second(210.1))
    assert level.status is LevelStatus.FOUND
    assert not level.without_doubt
    assert level.z_mm == 210.1
    assert level.evidence is not None
    assert [(one.counted_from, one.z_mm) for one in level.evidence.candidates] == [
        ("sacrum", 200.0),
        ("vertebra_model", 210.1),
    ]
    assert "the finder puts it 10 mm away" in level.reason


@pytest.mark.parametrize("model_mm", [200.0, 234.0])
def test_a_count_that_is_contradicted_is_held_whichever_of_them_the_model_confirms(model_mm: float) -> None:
    both = (Candidate(counted_from="sacrum", z_mm=200.0), Candidate(counted_from="last_rib", z_mm=234.0))
    level = joined(own(confidence=0.89, candidates=both, contradicted=True), second(model_mm))
    assert not level.without_doubt
    assert level.evidence is not None
    assert {200.0, 234.0} <= {one.z_mm for one in level.evidence.candidates}


def test_an_uncertain_count_that_the_model_confirms_is_found_but_held() -> None:
    level = joined(own(confidence=0.4, status=LevelStatus.UNCERTAIN), second())
    assert (level.status, level.z_mm, level.confidence) == (LevelStatus.FOUND, 200.0, PASSED)
    assert not level.without_doubt


@pytest.mark.parametrize("status", [LevelStatus.NOT_IN_SERIES, LevelStatus.UNCERTAIN])
def test_where_only_the_model_gives_a_slice_it_is_held(status: LevelStatus) -> None:
    level = joined(own(z_mm=None, confidence=0.9, status=status, anchors=(), candidates=()), second())
    assert (level.status, level.z_mm, level.index) == (LevelStatus.FOUND, 203.0, 102)
    assert not level.without_doubt
    assert "the finder says: counted" in level.reason


@pytest.mark.parametrize("anchors", [("last_rib", "sacrum"), ("sacrum",)])
def test_a_model_that_fails_its_checks_changes_nothing_but_is_told(anchors: tuple[str, ...]) -> None:
    before = own(anchors=anchors)
    level = joined(before, second(None))
    assert (level.status, level.z_mm, level.without_doubt) == (before.status, before.z_mm, before.without_doubt)
    assert "labels no L3" in level.reason
