import os

import numpy as np
import pytest

from inference.labels import Tissue
from inference.phantom.training_set import TRAINING, case_of, listed
from inference.phantom.varied import VariedCase, draw_varied


def test_rebuilding_the_training_set_from_its_seeds_gives_the_listed_digests() -> None:
    """Twelve of the slices; all of them by `make long`."""
    step = 1 if "L3NODE_TEST_SCALE" in os.environ else 67
    known = listed()
    assert list(known) == list(TRAINING)
    for seed in TRAINING[::step]:
        assert case_of(seed).digest == known[seed]


@pytest.fixture(scope="module")
def cases() -> list[VariedCase]:
    return [case_of(seed).case for seed in range(200_000, 200_008)]


def test_the_same_seed_draws_the_same_pixels_and_another_seed_others(cases: list[VariedCase]) -> None:
    again, other = draw_varied(200_000, frail=False), draw_varied(200_001, frail=False)
    assert np.array_equal(again.ct.hu, cases[0].ct.hu)
    assert np.array_equal(again.labels, cases[0].labels)
    assert not np.array_equal(other.ct.hu, cases[0].ct.hu)


def test_every_case_has_all_three_muscles_on_both_sides(cases: list[VariedCase]) -> None:
    for case in cases:
        middle = float(np.nonzero(case.labels == Tissue.PARASPINAL)[1].mean())
        for tissue in Tissue:
            columns = np.nonzero(case.labels == tissue)[1]
            assert columns.min() < middle < columns.max()


def test_every_fourth_case_is_frail(cases: list[VariedCase]) -> None:
    assert [case.frail for case in cases] == [False, False, False, True] * 2


def test_truth_lies_on_soft_tissue_and_not_on_air_or_bone(cases: list[VariedCase]) -> None:
    for case in cases:
        inside = case.ct.hu[case.labels > 0]
        assert np.percentile(inside, 2) > -200
        assert np.percentile(inside, 98) < 300


def test_the_midline_in_front_is_no_muscle(cases: list[VariedCase]) -> None:
    """Linea alba and umbilicus part the two recti."""
    for case in cases:
        rows, columns = np.nonzero(case.labels == Tissue.ABDOMINAL_WALL)
        front = columns[rows < np.percentile(rows, 12)]
        gaps = np.diff(np.unique(front))
        assert gaps.max(initial=2) >= 2
