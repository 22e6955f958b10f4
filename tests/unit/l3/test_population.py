"""Of bodies the finder does not know: never a wrong level without doubt, never L3 where there is none."""

import pytest

from inference.l3 import L3Level, LevelStatus, locate
from inference.phantom.population import NEGATIVE, STRATA, VARIANT, Case, draw_case
from tests.factories import SCALE

COUNT = 60 * SCALE
BESIDE_MM = 6.0

Seen = tuple[Case, L3Level]


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    return [(case, locate(case.volume)) for case in map(draw_case, range(COUNT))]


def in_body(case: Case, z_mm: float | None) -> bool:
    truth = case.truth
    if z_mm is None or truth.low_mm is None or truth.high_mm is None:
        return False
    return truth.low_mm - BESIDE_MM <= z_mm <= truth.high_mm + BESIDE_MM


def test_nothing_without_doubt_is_at_a_wrong_level(seen: list[Seen]) -> None:
    """None in CI; in `make long` at most the rate that EVALUATION.md admits."""
    sure = [(case, level) for case, level in seen if level.without_doubt]
    wrong = [case.seed for case, level in sure if not in_body(case, level.z_mm)]
    assert len(wrong) <= len(sure) // 200, wrong


def test_no_series_without_l3_is_called_found(seen: list[Seen]) -> None:
    """None in CI; in `make long` at most the rate that EVALUATION.md admits, and then with doubt."""
    negatives = [(case, level) for case, level in seen if case.stratum in NEGATIVE]
    assert len(negatives) >= 6
    found = [(case.seed, level) for case, level in negatives if level.status is LevelStatus.FOUND]
    assert len(found) <= len(negatives) // 50, found
    assert not any(level.without_doubt for _, level in found)


def test_no_series_is_said_to_lack_l3_without_an_anchor(seen: list[Seen]) -> None:
    for case, level in seen:
        if level.status is LevelStatus.NOT_IN_SERIES:
            assert case.truth.mid_mm is None
            assert "L3 is cut or lies" in level.reason


def test_half_of_the_ordinary_bodies_are_without_doubt(seen: list[Seen]) -> None:
    ordinary = [
        level.without_doubt for case, level in seen if case.stratum in ("ordinary", "abdomen", "large", "thick")
    ]
    assert sum(ordinary) >= len(ordinary) / 2


def test_a_count_that_is_contradicted_is_held_with_both_slices(seen: list[Seen]) -> None:
    held = [(case, level) for case, level in seen if "from above and below" in level.reason]
    variants = [level for case, level in held if case.stratum in VARIANT]
    assert len(variants) >= 3
    assert not any(level.without_doubt for _, level in held)
    both = [(case, candidates_of(level)) for case, level in held if len(candidates_of(level)) > 1]
    assert len(both) >= 3
    right = [case.seed for case, heights in both if any(in_body(case, z_mm) for z_mm in heights)]
    assert len(right) > len(both) / 2


def candidates_of(level: L3Level) -> list[float]:
    return [candidate.z_mm for candidate in level.evidence.candidates] if level.evidence else []


def test_the_strata_are_all_there(seen: list[Seen]) -> None:
    assert {case.stratum for case, _ in seen} == set(STRATA)


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(100079, id="S1 counted as L5, and a transverse process joined to the rib above"),
        pytest.param(100136, id="a vertebra missed between two"),
        pytest.param(300179, id="S1 counted as L5, and two crushed vertebrae taken for one"),
        pytest.param(
            400723,
            id="six vertebrae taken for five",
            marks=pytest.mark.xfail(reason="three discs thinner than a working voxel: see EVALUATION.md"),
        ),
    ],
)
def test_what_once_fooled_the_finder_is_in_doubt(seed: int) -> None:
    assert not locate(draw_case(seed).volume).without_doubt
