"""The population: the same for the same seed, of every stratum, with a truth that fits its voxels."""

import numpy as np
import pytest

from inference.phantom.population import NEGATIVE, STRATA, Case, draw_case

SEED_OF = {stratum: seed for seed, stratum in enumerate(STRATA)}
BONE_HU = 140


@pytest.fixture(scope="module")
def ordinary() -> Case:
    return draw_case(0)


def test_the_same_seed_draws_the_same_bytes_and_truth(ordinary: Case) -> None:
    again = draw_case(0)
    assert again.volume.hu.tobytes() == ordinary.volume.hu.tobytes()
    assert again.truth == ordinary.truth


def test_seeds_walk_through_the_strata(ordinary: Case) -> None:
    assert ordinary.stratum == "ordinary"
    assert draw_case(SEED_OF["head"]).stratum == "head"
    assert draw_case(len(STRATA)).stratum == "ordinary"


def test_the_volume_is_the_finders_own_grid(ordinary: Case) -> None:
    assert ordinary.volume.spacing_mm == (2.5, 2.5, 2.5)
    assert ordinary.volume.hu.dtype == np.int16


@pytest.mark.parametrize("stratum", sorted(NEGATIVE))
def test_a_series_beside_l3_has_no_truth(stratum: str) -> None:
    truth = draw_case(SEED_OF[stratum]).truth
    assert (truth.mid_mm, truth.low_mm, truth.high_mm) == (None, None, None)


def test_the_true_height_is_that_of_a_body_between_two_discs(ordinary: Case) -> None:
    truth = ordinary.truth
    assert truth.low_mm is not None
    assert truth.mid_mm is not None
    assert truth.high_mm is not None
    assert truth.anchors == ("last_rib", "sacrum", "iliac_crest")
    bone = spine_density(ordinary)
    body = bone[round(truth.mid_mm / 2.5)]
    for end, beyond in ((truth.low_mm, -5.0), (truth.high_mm, 5.0)):
        assert bone[round((end + beyond) / 2.5)] < 0.8 * body


def spine_density(case: Case) -> np.ndarray:
    """Dense voxels per height in the middle of the trunk."""
    hu = case.volume.hu
    middle = hu[:, :, hu.shape[2] // 2 - 6 : hu.shape[2] // 2 + 6]
    return (middle > BONE_HU).sum((1, 2)).astype(float)


def test_a_scanners_matrix_shows_the_same_body_at_the_same_height(ordinary: Case) -> None:
    fine = draw_case(0, matrix=256)
    assert fine.truth.mid_mm == pytest.approx(ordinary.truth.mid_mm)
    assert fine.volume.hu.shape[1:] == (256, 256)
    assert fine.volume.spacing_mm[0] == 2.5
    scale = (fine.volume.spacing_mm[1] / 2.5) ** 2
    dense = [np.count_nonzero(volume.hu > BONE_HU) for volume in (fine.volume, ordinary.volume)]
    assert dense[0] * scale == pytest.approx(dense[1], rel=0.15)


def test_an_extra_lumbar_vertebra_moves_the_third_below_the_ribs_up() -> None:
    from inference.phantom.population.chain import spine_of
    from inference.phantom.population.strata import person_of

    levels = {}
    for stratum in ("ordinary", "six_lumbar", "four_lumbar", "lumbar_rib"):
        spine = spine_of(person_of(7, stratum, 11), np.random.default_rng(0))
        levels[stratum] = next(part.place for part in spine if part.name == "L3")
    assert levels == {"ordinary": 2, "six_lumbar": 3, "four_lumbar": 1, "lumbar_rib": 1}
