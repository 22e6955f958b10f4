import math

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import stats
from skimage.metrics import hausdorff_distance
from sklearn.metrics import f1_score, mean_absolute_error

from reporting import agreement
from reporting.agreement import Interval, NotComputable

SPACING = (0.8, 0.8)
READERS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
"""Shrout and Fleiss 1979, table 2."""


def disc(row: int, column: int, radius: int, side: int = 64) -> np.ndarray:
    down, right = np.indices((side, side))
    return (down - row) ** 2 + (right - column) ** 2 <= radius**2


def square(first: int, side: int = 4) -> np.ndarray:
    mask = np.zeros((20, 20), bool)
    mask[first : first + side, first : first + side] = True
    return mask


def blob(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return disc(*rng.integers(20, 44, 2), rng.integers(5, 18)) ^ disc(*rng.integers(20, 44, 2), rng.integers(2, 6))


def image(mask: np.ndarray, spacing_mm: tuple[float, float]) -> sitk.Image:
    made = sitk.GetImageFromArray(mask.astype(np.uint8))
    made.SetSpacing(spacing_mm[::-1])
    return made


def test_dice_of_two_squares_is_the_hand_calculation() -> None:
    assert agreement.dice(square(3), square(5)) == pytest.approx(2 * 4 / (16 + 16))


def test_dice_of_apart_masks_and_of_one_empty_mask_is_zero() -> None:
    assert agreement.dice(square(1), square(12)) == 0
    assert agreement.dice(square(1), np.zeros((20, 20), bool)) == 0


def test_two_empty_masks_have_no_dice() -> None:
    found = agreement.dice(np.zeros((4, 4), bool), np.zeros((4, 4), bool))
    assert str(found) == "not computable: both masks are empty"


def test_masks_of_different_grids_are_refused() -> None:
    with pytest.raises(ValueError, match="different grids"):
        agreement.dice(np.zeros((4, 4), bool), np.zeros((4, 5), bool))


def test_the_hausdorff_distance_of_a_shifted_square_is_the_shift() -> None:
    moved = np.roll(square(3), 3, axis=0)
    assert agreement.hausdorff(square(3), moved, (0.5, 2.0)) == pytest.approx(1.5)
    assert agreement.hd95(square(3), square(3), SPACING) == 0


def test_a_mask_at_the_end_of_the_image_has_its_border_there() -> None:
    assert agreement.hausdorff(square(0), square(1), (1.0, 1.0)) == pytest.approx(math.sqrt(2))


def test_an_empty_mask_has_no_distance() -> None:
    assert isinstance(agreement.hd95(square(1), np.zeros((20, 20), bool), SPACING), NotComputable)


@pytest.mark.parametrize("seed", range(6))
def test_dice_and_hausdorff_agree_with_independent_libraries_on_the_same_masks(seed: int) -> None:
    one, other = blob(seed), blob(seed + 100)
    assert agreement.dice(one, other) == pytest.approx(f1_score(other.ravel(), one.ravel()))
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(image(one, SPACING), image(other, SPACING))
    assert agreement.dice(one, other) == pytest.approx(overlap.GetDiceCoefficient())
    border = [agreement._border(mask) for mask in (one, other)]
    assert agreement.hausdorff(one, other, (1, 1)) == pytest.approx(hausdorff_distance(*border))


@pytest.mark.parametrize("seed", range(6))
def test_the_95_percent_distance_agrees_with_itk_distance_maps(seed: int) -> None:
    one, other = blob(seed), blob(seed + 100)
    contours = [sitk.BinaryContour(image(np.pad(mask, 1), (0.7, 1.1)), False) for mask in (one, other)]
    maps = [
        sitk.GetArrayFromImage(sitk.SignedMaurerDistanceMap(c, squaredDistance=False, useImageSpacing=True))
        for c in contours
    ]
    on = [sitk.GetArrayFromImage(c) > 0 for c in contours]
    directed = [np.percentile(np.abs(maps[1 - k])[on[k]], 95) for k in (0, 1)]
    assert agreement.hd95(one, other, (0.7, 1.1)) == pytest.approx(max(directed), rel=1e-5)


def test_a_summary_counts_the_good_and_averages_the_rest() -> None:
    found = agreement.summary([0.95, 0.90, 0.80, 0.70, NotComputable(reason="empty")])
    assert (found.n, found.good, found.good_percent) == (4, 2, 50)
    assert found.mean == pytest.approx(0.8375)
    assert found.sd == pytest.approx(np.std([0.95, 0.90, 0.80, 0.70], ddof=1))
    assert (found.minimum, found.mean_of_rest) == (0.70, pytest.approx(0.75))


def test_a_summary_of_one_or_no_case_says_what_is_missing() -> None:
    one, none = agreement.summary([0.95]), agreement.summary([])
    assert str(one.sd) == "not computable: fewer than two cases"
    assert str(one.mean_of_rest) == "not computable: no case below 0.9"
    assert str(none.mean) == str(none.minimum) == str(none.good_percent) == "not computable: no case"


def test_pearson_of_three_pairs_is_the_hand_calculation() -> None:
    found = agreement.pearson([1, 2, 3], [2, 2, 4])
    assert isinstance(found, agreement.Correlation)
    assert found.r == pytest.approx(math.sqrt(3) / 2)
    assert found.p == pytest.approx(1 / 3)  # t = sqrt(3) with one degree of freedom


def test_bland_altman_is_the_hand_calculation() -> None:
    found = agreement.bland_altman([12, 14, 16, 20], [10, 13, 16, 19])
    assert isinstance(found, agreement.BlandAltman)
    sd = math.sqrt(((2 - 1) ** 2 + 0 + 1 + 0) / 3)
    assert (found.bias, found.sd, found.n) == (pytest.approx(1), pytest.approx(sd), 4)
    assert (found.low, found.high) == (pytest.approx(1 - 1.96 * sd), pytest.approx(1 + 1.96 * sd))


def test_the_mean_absolute_error_agrees_with_scikit_learn() -> None:
    x, y = np.random.default_rng(1).normal(0, 3, (2, 30))
    assert agreement.mean_absolute_error(x, y) == pytest.approx(mean_absolute_error(y, x))


def test_the_icc_follows_the_formula_of_shrout_and_fleiss() -> None:
    rows, columns, error = agreement._mean_squares(READERS)
    assert (rows, columns, error) == (
        pytest.approx(11.24, abs=0.01),
        pytest.approx(32.49, abs=0.01),
        pytest.approx(1.02, abs=0.01),
    )
    assert (rows - error) / (rows + 3 * error + 4 * (columns - error) / 6) == pytest.approx(0.29, abs=0.005)


def test_the_interval_of_the_icc_is_that_of_mcgraw_and_wong() -> None:
    rows, columns, error = agreement._mean_squares(READERS)
    found = agreement._icc_interval(0.2898, rows, columns, error, 6, 4)
    assert found == (pytest.approx(0.019, abs=0.002), pytest.approx(0.761, abs=0.002))


def test_the_icc_of_equal_pairs_is_one_and_falls_with_a_constant_offset() -> None:
    assert agreement.icc([1, 2, 3, 4], [1, 2, 3, 4]) == Interval(value=1, low=1, high=1)
    shifted = agreement.icc([2, 3, 4, 5], [1, 2, 3, 4])
    assert isinstance(shifted, Interval)
    assert shifted.value == pytest.approx(10 / 13)  # between cases 10/3, between measurements 2, error 0
    assert shifted.low < 0.1 < 0.9 < shifted.high


def test_the_icc_of_readings_without_a_bias_has_a_wide_interval_too() -> None:
    swapped = agreement.icc([1, 2, 3, 4], [2, 1, 4, 3])
    assert isinstance(swapped, Interval)
    assert swapped.value == pytest.approx(2 / 3)  # between cases 8/3, between measurements 0, error 2/3
    assert swapped.low < 0 < 0.9 < swapped.high


def test_the_icc_of_pairs_that_agree_worse_than_by_chance_has_an_interval() -> None:
    found = agreement.icc([1, 2, 3], [15, 13, -1])
    assert isinstance(found, Interval)
    assert found.low < found.value < 0 < found.high <= 1


def test_the_tests_agree_with_a_hand_calculation() -> None:
    one, other = [5.0, 7.0, 9.0, 4.0], [4.0, 5.0, 6.0, 5.0]
    found = agreement.compare(one, other)
    assert isinstance(found, agreement.Paired)
    t = 1.25 / (np.std([1, 2, 3, -1], ddof=1) / 2)
    assert found.t == pytest.approx(t)
    assert found.p_t == pytest.approx(2 * stats.t.sf(t, 3))
    assert found.p_wilcoxon == pytest.approx(2 * 3 / 16)  # W- = 1.5; 3 of 16 sign patterns are as small


def test_a_bootstrap_interval_holds_the_mean_and_is_always_the_same() -> None:
    values = list(np.random.default_rng(2).normal(0.9, 0.02, 40))
    found = agreement.bootstrap_mean(values)
    assert isinstance(found, Interval)
    assert found == agreement.bootstrap_mean(values)
    standard_error = np.std(values) / math.sqrt(40)
    assert found.high - found.low == pytest.approx(2 * 1.96 * standard_error, rel=0.1)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (agreement.pearson([1, 2], [1, 2]), "fewer than three pairs"),
        (agreement.pearson([1, 1, 1], [1, 2, 3]), "all values are equal"),
        (agreement.bland_altman([1], [2]), "fewer than two pairs"),
        (agreement.icc([1, 2], [1, 2]), "fewer than three pairs"),
        (agreement.icc([3, 3, 3], [3, 3, 3]), "all values are equal"),
        (agreement.icc([5, 5, 5, 5], [1, 2, 3, 4]), "all values are equal"),
        (agreement.compare([1], [2]), "fewer than two pairs"),
        (agreement.compare([1, 2], [1, 2]), "all pairs are equal"),
        (agreement.mean_absolute_error([], []), "no case"),
        (agreement.bootstrap_mean([0.9]), "fewer than two cases"),
    ],
)
def test_what_cannot_be_computed_is_said_with_its_reason(found: object, reason: str) -> None:
    assert found == NotComputable(reason=reason)


def test_equal_differences_have_no_t_test() -> None:
    found = agreement.compare([2, 3, 4], [1, 2, 3])
    assert isinstance(found, agreement.Paired)
    assert str(found.p_t) == "not computable: all differences are equal"


def test_values_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        agreement.pearson([1, 2], [1, 2, 3])
