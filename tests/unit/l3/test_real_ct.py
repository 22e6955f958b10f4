"""What `locate` says of one real patient whose levels are known (slices of 3 mm, L3's body is k 69 to 79)."""

import numpy as np
import pytest

from inference.ct import CtVolume
from inference.l3 import LevelStatus, locate

from .volumes import mirrored, noisy, resampled, with_slices

MID_L3 = 74
MID_L3_MM = 222.0
TOLERANCE_MM = 5.0


def test_finds_the_middle_of_the_third_lumbar_body(real_ct: CtVolume) -> None:
    level = locate(real_ct)
    assert level.status is LevelStatus.FOUND
    assert level.index is not None
    assert abs(level.index - MID_L3) <= 1
    assert level.z_mm == pytest.approx(MID_L3_MM, abs=TOLERANCE_MM)


def test_a_trunk_with_ribs_and_sacrum_leaves_no_doubt(real_ct: CtVolume) -> None:
    level = locate(real_ct)
    assert {"last_rib", "sacrum", "iliac_crest"} <= set(level.anchors)
    assert level.without_doubt


def test_the_same_volume_gives_the_same_answer_and_stays_as_it_was(real_ct: CtVolume) -> None:
    before = real_ct.hu.copy()
    first, second = locate(real_ct), locate(real_ct)
    assert first.z_mm == second.z_mm
    assert first.confidence == second.confidence
    np.testing.assert_array_equal(real_ct.hu, before)


@pytest.mark.parametrize(
    "spacing_mm",
    [(3.0, 1.5, 1.5), (1.5, 3.0, 3.0), (5.0, 3.0, 3.0), (1.5, 1.0, 1.0), (5.0, 2.0, 2.4)],
    ids=lambda mm: "x".join(map(str, mm)),
)
def test_the_grid_of_the_scanner_does_not_move_the_level(
    real_ct: CtVolume, spacing_mm: tuple[float, float, float]
) -> None:
    level = locate(resampled(real_ct, spacing_mm))
    assert level.status is LevelStatus.FOUND
    assert level.z_mm == pytest.approx(MID_L3_MM, abs=TOLERANCE_MM)
    assert level.index == pytest.approx(MID_L3_MM / spacing_mm[0], abs=TOLERANCE_MM / spacing_mm[0])
    assert level.confidence >= 0.9


def test_a_mirrored_patient_has_the_same_level(real_ct: CtVolume) -> None:
    level = locate(mirrored(real_ct))
    assert level.without_doubt
    assert level.z_mm == pytest.approx(MID_L3_MM, abs=TOLERANCE_MM)


@pytest.mark.parametrize("sd_hu", [20.0, 40.0])
def test_noise_of_a_low_dose_does_not_move_the_level(real_ct: CtVolume, sd_hu: float) -> None:
    level = locate(noisy(real_ct, sd_hu=sd_hu))
    assert level.status is LevelStatus.FOUND
    assert level.z_mm == pytest.approx(MID_L3_MM, abs=TOLERANCE_MM)


@pytest.mark.parametrize("padding_hu", [-3024, -2000, 32767])
def test_values_outside_the_ct_range_at_the_border_do_no_harm(real_ct: CtVolume, padding_hu: int) -> None:
    hu = real_ct.hu.copy()
    hu[:, :2], hu[:, :, :2] = padding_hu, padding_hu
    level = locate(CtVolume(hu=hu, spacing_mm=real_ct.spacing_mm))
    assert level.z_mm == pytest.approx(MID_L3_MM, abs=TOLERANCE_MM)


@pytest.mark.parametrize(
    "keep", [slice(90, None), slice(85, None), slice(None, 60), slice(None, 65)], ids=["k90+", "k85+", "k<60", "k<65"]
)
def test_a_series_without_l3_is_never_found_with_confidence(real_ct: CtVolume, keep: slice) -> None:
    level = locate(with_slices(real_ct, keep))
    assert not (level.status is LevelStatus.FOUND and level.confidence >= 0.9)
    assert not level.without_doubt


def test_a_chest_end_is_said_to_lie_above_l3(real_ct: CtVolume) -> None:
    level = locate(with_slices(real_ct, slice(90, None)))
    assert level.status is LevelStatus.NOT_IN_SERIES
    assert level.index is None
    assert level.z_mm is None
    assert "below" in level.reason


def test_a_pelvis_is_said_to_lie_below_l3(real_ct: CtVolume) -> None:
    level = locate(with_slices(real_ct, slice(None, 60)))
    assert level.status is LevelStatus.NOT_IN_SERIES
    assert "above" in level.reason


def test_a_short_series_around_l3_is_uncertain_but_points_to_the_right_slice(real_ct: CtVolume) -> None:
    level = locate(with_slices(real_ct, slice(MID_L3 - 18, MID_L3 + 19)))
    assert level.status is LevelStatus.UNCERTAIN
    assert level.z_mm == pytest.approx(18 * 3.0, abs=TOLERANCE_MM)
    assert "111 mm" in level.reason


def test_without_the_ribs_in_view_the_count_has_no_anchor_above(real_ct: CtVolume) -> None:
    level = locate(with_slices(real_ct, slice(None, 98)))
    assert level.z_mm == pytest.approx(MID_L3_MM, abs=TOLERANCE_MM)
    assert "last_rib" not in level.anchors
    assert not level.without_doubt


def test_without_the_pelvis_in_view_the_count_has_no_anchor_below(real_ct: CtVolume) -> None:
    level = locate(with_slices(real_ct, slice(63, None)))
    assert not {"sacrum", "iliac_crest"} & set(level.anchors)
    assert not level.without_doubt


@pytest.mark.parametrize("slab", [(56, 67), (54, 66), (57, 67), (56, 65), (60, 68)], ids=str)
def test_a_sixth_lumbar_vertebra_is_caught_by_the_ribs(real_ct: CtVolume, slab: tuple[int, int]) -> None:
    first, last = slab
    slices = [*range(last), *range(first, len(real_ct.hu))]
    level = locate(with_slices(real_ct, slices))
    assert not level.without_doubt
    assert level.confidence < 0.9
    assert "last_rib" not in level.anchors
    assert "disagree" in level.reason
    assert level.contradicted
    assert level.evidence is not None
    by_sacrum, by_ribs = level.evidence.candidates
    assert (by_sacrum.counted_from, by_ribs.counted_from) == ("sacrum", "last_rib")
    assert by_sacrum.z_mm == level.z_mm
    assert by_ribs.z_mm == pytest.approx(MID_L3_MM + 3.0 * (last - first), abs=TOLERANCE_MM)
    assert by_ribs.index(3.0) == pytest.approx(MID_L3 + last - first, abs=2)


def test_a_missing_lumbar_vertebra_is_never_without_doubt_at_a_wrong_level(real_ct: CtVolume) -> None:
    slices = [*range(56), *range(67, len(real_ct.hu))]
    level = locate(with_slices(real_ct, slices))
    assert not level.without_doubt
    assert level.confidence < 0.9


def test_the_evidence_names_the_lumbar_vertebrae_from_caudal_to_cranial(real_ct: CtVolume) -> None:
    evidence = locate(real_ct).evidence
    assert evidence is not None
    names = [vertebra.name for vertebra in evidence.vertebrae]
    assert names[:5] == ["L5", "L4", "L3", "L2", "L1"]
    heights = {vertebra.name: vertebra.z_mm for vertebra in evidence.vertebrae}
    reference = {"L5": 49.5, "L4": 61.0, "L3": 74.0, "L2": 86.0, "L1": 97.0}
    for name, k in reference.items():
        assert heights[name] == pytest.approx(3.0 * k, abs=6.0)


def test_the_sagittal_picture_is_denser_than_muscle_where_the_bodies_are_said_to_be(real_ct: CtVolume) -> None:
    evidence = locate(real_ct).evidence
    assert evidence is not None
    assert evidence.sagittal.dtype == np.int16
    assert evidence.sagittal.shape[0] * evidence.pixel_mm == pytest.approx(111 * 3.0, abs=evidence.pixel_mm * 2)
    assert evidence.sagittal.nbytes < 200_000
    for vertebra in evidence.vertebrae[:5]:
        row, column = round(vertebra.z_mm / evidence.pixel_mm), round(vertebra.posterior_mm / evidence.pixel_mm)
        assert evidence.sagittal[row - 1 : row + 2, column - 1 : column + 2].mean() > 80
