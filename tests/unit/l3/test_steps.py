"""The steps of the finder on their own: what each must do for any input."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.l3.anatomy import LEVELS, expected_by_crest, expected_by_lung, log_prior_of_l3
from inference.l3.canal import STEP_COST, best_path
from inference.l3.features import rib_bridges
from inference.l3.grid import GRID_MM, to_grid
from inference.l3.landmarks import Landmarks
from inference.l3.straighten import AHEAD_MM, ASIDE_MM

from .volumes import make_volume


def landmarks(*, crest_tops_mm: tuple[float, ...] = (), lung_bases_mm: tuple[float, ...] = ()) -> Landmarks:
    return Landmarks(crest_tops_mm=crest_tops_mm, lung_bases_mm=lung_bases_mm)


@pytest.mark.parametrize("spacing_mm", [(3.0, 3.0, 3.0), (1.0, 0.7, 0.7), (5.0, 0.5, 0.9), (0.6, 0.3, 2.4)])
def test_the_working_grid_keeps_every_place_where_it_was(spacing_mm: tuple[float, float, float]) -> None:
    shape = tuple(int(90 / mm) for mm in spacing_mm)
    z, y, x = (np.arange(n) * mm for n, mm in zip(shape, spacing_mm, strict=True))
    hu = 3 * z[:, None, None] + 2 * y[:, None] - 4 * x
    grid = to_grid(make_volume(hu=np.rint(hu).astype(np.int16), spacing_mm=spacing_mm))
    inner = np.indices(grid.shape)[:, 1:-1, 1:-1, 1:-1] * GRID_MM
    expected = 3 * inner[0] + 2 * inner[1] - 4 * inner[2]
    assert np.abs(grid[1:-1, 1:-1, 1:-1] - expected).max() < 1.5


def test_the_working_grid_clips_what_is_no_ct_value() -> None:
    grid = to_grid(make_volume(shape=(30, 30, 30), fill_hu=-3024))
    assert grid.min() == grid.max() == -1024


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_tracked_path_is_the_best_of_all_paths(seed: int) -> None:
    score = np.random.default_rng(seed).normal(0, 0.3, (4, 3, 3)).astype(np.float32)
    rows, columns = best_path(score)
    found = path_value(score, list(zip(rows, columns, strict=True)))
    voxels = list(product(range(3), range(3)))
    best = max(path_value(score, path) for path in product(voxels, repeat=4))
    assert found == pytest.approx(best, abs=1e-5)


def path_value(score: np.ndarray, path: "list[tuple[int, int]] | tuple[tuple[int, int], ...]") -> float:
    """Sum of scores less the price of moving; minus infinity for a jump."""
    moves = np.abs(np.diff(np.array(path), axis=0))
    if moves.max() > 1:
        return -np.inf
    return float(sum(score[height][voxel] for height, voxel in enumerate(path)) - STEP_COST * moves.sum())


def straight_muscle(*, places: int = 60) -> np.ndarray:
    return np.full((places, len(AHEAD_MM), len(ASIDE_MM)), 45.0, np.float32)


def draw_bar(hu: np.ndarray, *, place: int, side: int, reach_mm: tuple[float, float], fall: float = 0.0) -> None:
    """A bony bar behind the canal, falling by `fall` places per sample outwards."""
    behind = np.flatnonzero(np.abs(AHEAD_MM + 10) <= 4)
    inside = np.flatnonzero((side * ASIDE_MM >= reach_mm[0]) & (side * ASIDE_MM <= reach_mm[1]))
    for column in inside:
        centre = place - round(fall * (abs(ASIDE_MM[column]) - 20) / 2)
        hu[centre - 2 : centre + 3, behind, column] = 300.0


def test_an_unbroken_falling_rib_is_a_bridge_of_bone_on_its_side_only() -> None:
    hu = straight_muscle()
    draw_bar(hu, place=40, side=1, reach_mm=(10, 66), fall=1.0)
    left, right = rib_bridges(hu)
    assert left[38:43].max() > 150
    assert right.max() < 60


@pytest.mark.parametrize("reach_mm", [(10, 54), (34, 66)], ids=["transverse process", "kidney"])
def test_a_bar_that_does_not_reach_all_the_way_is_no_rib(reach_mm: tuple[float, float]) -> None:
    hu = straight_muscle()
    for side in (-1, 1):
        draw_bar(hu, place=30, side=side, reach_mm=reach_mm)
    assert max(bridge.max() for bridge in rib_bridges(hu)) < 70


def test_a_path_that_rises_outwards_leads_to_the_rib_above_and_is_no_rib() -> None:
    hu = straight_muscle()
    draw_bar(hu, place=25, side=1, reach_mm=(10, 66), fall=-1.0)
    assert rib_bridges(hu)[0].max() < 70


def test_a_contrast_filled_kidney_is_no_rib() -> None:
    hu = straight_muscle()
    behind, inside = np.flatnonzero(np.abs(AHEAD_MM) <= 5), np.flatnonzero((ASIDE_MM >= 10) & (ASIDE_MM <= 66))
    hu[15:45, behind[:, None], inside] = 250.0
    assert rib_bridges(hu)[0].max() < 70


def test_levels_are_listed_from_the_sacrum_to_the_atlas_once_each() -> None:
    names = [level.name for level in LEVELS]
    assert names[:8] == ["S", "L5", "L4", "L3", "L2", "L1", "T12", "T11"]
    assert names[-1] == "C1"
    assert len(set(names)) == len(names) == 25


def test_two_crests_place_l3_above_their_mean() -> None:
    expected = expected_by_crest(landmarks(crest_tops_mm=(100.0, 110.0)))
    assert expected is not None
    assert expected.height_mm == pytest.approx(147.5)
    assert expected.agrees(150.0)
    assert not expected.agrees(expected.height_mm + 34.0)


def test_a_series_that_begins_in_the_lung_has_no_lung_base() -> None:
    assert expected_by_lung(landmarks(lung_bases_mm=(2.5, 30.0))) is None
    assert expected_by_lung(landmarks(lung_bases_mm=(300.0, 320.0))) is not None


@pytest.mark.parametrize(
    ("seen", "likely_mm", "unlikely_mm"),
    [
        (landmarks(crest_tops_mm=(100.0, 100.0)), 142.0, 108.0),
        (landmarks(lung_bases_mm=(250.0, 250.0)), 150.0, 220.0),
        (landmarks(lung_bases_mm=(0.0, 0.0)), -120.0, 100.0),
        (landmarks(), 20.0, 150.0),
    ],
    ids=["crest", "lung base", "begins in the lung", "no crest seen"],
)
def test_landmarks_favour_heights_where_l3_can_be(seen: Landmarks, likely_mm: float, unlikely_mm: float) -> None:
    likely, unlikely = log_prior_of_l3(np.array([likely_mm, unlikely_mm]), seen, 400.0)
    assert likely > unlikely + 1.0
