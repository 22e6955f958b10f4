import numpy as np
import pytest

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from reporting.finding import Measurements, Person
from reporting.measure import measure


def slice_of(hu: list[list[int]], spacing: tuple[float, float] = (2.0, 5.0)) -> CtSlice:
    return CtSlice(hu=np.array(hu, np.int16), spacing_mm=spacing, thickness_mm=5.0)


def labels_of(rows: list[list[int]]) -> LabelMap:
    return np.array(rows, np.uint8)


def measured(height_m: float | None = None) -> Measurements:
    ct = slice_of([[-100, 40, 60, 200], [10, 30, 50, 0]])
    labels = labels_of([[1, 1, 1, 1], [2, 2, 0, 0]])
    return measure(ct, labels, Person(height_m=height_m))


def test_areas_and_hu_agree_with_a_hand_calculation() -> None:
    psoas = measured().tissues[Tissue.PSOAS]
    assert psoas.area_mask_cm2 == pytest.approx(4 * 2.0 * 5.0 / 100)
    assert psoas.hu_mask_mean == pytest.approx((-100 + 40 + 60 + 200) / 4)
    assert psoas.hu_mask_sd == pytest.approx(np.sqrt((150**2 + 10**2 + 10**2 + 150**2) / 4))
    assert psoas.area_m29_150_cm2 == pytest.approx(2 * 2.0 * 5.0 / 100)
    assert psoas.hu_m29_150_mean == pytest.approx(50)
    assert psoas.hu_m29_150_sd == pytest.approx(10)


def test_the_total_counts_every_pixel_of_the_three_tissues_and_no_other() -> None:
    total = measured().total
    assert total.area_mask_cm2 == pytest.approx(6 * 0.1)
    assert total.area_m29_150_cm2 == pytest.approx(4 * 0.1)
    assert total.hu_m29_150_mean == pytest.approx((40 + 60 + 10 + 30) / 4)


def test_a_label_that_is_no_tissue_counts_nowhere() -> None:
    numbers = measure(slice_of([[50, 50]]), labels_of([[7, 1]]), Person())
    assert numbers.total.area_mask_cm2 == pytest.approx(0.1)


@pytest.mark.parametrize(("hu", "counts"), [(-30, 0), (-29, 1), (150, 1), (151, 0)])
def test_the_ends_of_the_muscle_window_are_included(hu: int, counts: int) -> None:
    numbers = measure(slice_of([[hu]], (10.0, 10.0)), labels_of([[3]]), Person()).total
    assert numbers.area_mask_cm2 == 1.0
    assert numbers.area_m29_150_cm2 == counts


def test_a_tissue_without_pixels_has_area_zero_and_no_hu() -> None:
    wall = measured().tissues[Tissue.ABDOMINAL_WALL]
    assert (wall.area_mask_cm2, wall.area_m29_150_cm2) == (0, 0)
    assert (wall.hu_mask_mean, wall.hu_mask_sd, wall.hu_m29_150_mean, wall.hu_m29_150_sd) == (None,) * 4


def test_the_index_rests_on_the_windowed_area() -> None:
    assert measured(2.0).smi_m29_150 == pytest.approx(0.4 / 4)


@pytest.mark.parametrize("height_m", [None, 0.0, 0.49, 2.51, 165.0, float("nan")])
def test_there_is_no_index_without_a_plausible_height(height_m: float | None) -> None:
    assert measured(height_m).smi_m29_150 is None


@pytest.mark.parametrize("height_m", [0.5, 2.5])
def test_the_ends_of_the_plausible_heights_are_included(height_m: float) -> None:
    assert measured(height_m).smi_m29_150 == pytest.approx(0.4 / height_m**2)


def test_labels_of_another_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="labels are"):
        measure(slice_of([[1, 2]]), labels_of([[1]]), Person())


def test_int16_does_not_overflow_in_the_mean_of_a_large_mask() -> None:
    hu = np.full((600, 600), 3000, np.int16)
    ct = CtSlice(hu=hu, spacing_mm=(1.0, 1.0), thickness_mm=1.0)
    assert measure(ct, np.ones_like(hu, np.uint8), Person()).total.hu_mask_mean == 3000
