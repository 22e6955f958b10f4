"""Doubts about a count: each judged on a spine whose labelling is made up."""

from dataclasses import replace

import pytest

from inference.l3.anatomy import L1, L3, L4, L5, LEVELS, SACRUM, T12
from inference.l3.counting import candidates, count_ribs, counted, fused_below, uneven
from inference.l3.landmarks import Landmarks
from inference.l3.sight import Sight
from inference.l3.straighten import STEP_MM

from .sights import sight_of

HEIGHT_MM = 30.0


@pytest.fixture
def sight() -> Sight:
    """A spine of even vertebrae with clear discs, a rib on T12 and none below."""
    return sight_of(height_mm=HEIGHT_MM, ribs=range(T12, T12 + 2))


def with_bodies(sight: Sight, **changes: float) -> Sight:
    """The same spine with other probabilities, by level."""
    names = [level.name for level in LEVELS]
    bodies = tuple(
        replace(body, probability=changes.get(name, body.probability))
        for name, body in zip(names, sight.labelling.bodies, strict=True)
    )
    return replace(sight, labelling=replace(sight.labelling, bodies=bodies))


def test_a_rib_on_t12_and_none_below_anchor_the_count(sight: Sight) -> None:
    ribs = count_ribs(sight)
    assert ribs.anchored
    assert ribs.contradiction is None
    assert [candidate.counted_from for candidate in candidates(sight, ribs)] == ["sacrum"]


def test_an_unsure_vertebra_on_the_way_to_the_rib_unfixes_the_count(sight: Sight) -> None:
    assert not count_ribs(with_bodies(sight, L1=0.5)).anchored
    assert not counted(with_bodies(sight, L5=0.5), L5, L4)
    assert counted(sight, L5, L4, L3, L1)


@pytest.mark.parametrize(("lowest", "shift"), [(L1, -1), (T12 + 1, 1)], ids=["lumbar rib", "no rib on T12"])
def test_ribs_that_contradict_the_count_name_the_other_slice(lowest: int, shift: int) -> None:
    sight = sight_of(height_mm=HEIGHT_MM, ribs=range(lowest, T12 + 3))
    ribs = count_ribs(sight)
    assert ribs.contradiction is not None
    by_name = {candidate.counted_from: candidate.z_mm for candidate in candidates(sight, ribs)}
    assert by_name["last_rib"] - by_name["sacrum"] == pytest.approx(shift * HEIGHT_MM)


def test_a_vertebra_twice_as_far_as_the_others_hides_another(sight: Sight) -> None:
    assert not uneven(sight)
    moved = tuple(
        replace(body, arc_mm=body.arc_mm + (HEIGHT_MM if level >= L1 else 0.0))
        for level, body in enumerate(sight.labelling.bodies)
    )
    assert uneven(replace(sight, labelling=replace(sight.labelling, bodies=moved)))


def test_a_sacrum_without_a_disc_on_top_is_doubted(sight: Sight) -> None:
    assert not fused_below(sight)
    disc = sight.features.disc.copy()
    disc[: round(sight.labelling.tops[SACRUM].arc_mm / STEP_MM) + 4] = 0.0
    assert fused_below(replace(sight, features=replace(sight.features, disc=disc)))


def test_a_crest_at_odds_names_the_vertebra_it_expects(sight: Sight) -> None:
    height = sight.labelling.bodies[L4].height_mm
    seen = Landmarks(crest_tops_mm=(height - 42.5, height - 42.5), lung_bases_mm=())
    by_name = {
        candidate.counted_from: candidate.z_mm
        for candidate in candidates(replace(sight, landmarks=seen), count_ribs(sight))
    }
    assert by_name["iliac_crest"] == pytest.approx(height)
