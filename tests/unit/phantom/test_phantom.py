"""The phantom is a CT in canonical orientation, the same for the same seed, with a truth that fits its voxels."""

from itertools import pairwise

import numpy as np
import pytest

from inference.labels import Tissue
from inference.phantom import Phantom, draw

COARSE = {"slices": 72, "spacing_mm": (5.0, 1.56, 1.56), "size": 256}
MUSCLE_HU, BONE_HU = (-150, 150), 300


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return draw(0, **COARSE)


def slice_at(phantom: Phantom, z_mm: float) -> int:
    return round(z_mm / phantom.volume.spacing_mm[0])


def middle(mask: np.ndarray) -> np.ndarray:
    return np.argwhere(mask).mean(axis=0)


def test_the_same_seed_draws_the_same_bytes(phantom: Phantom) -> None:
    again = draw(0, **COARSE)
    assert again.volume.hu.tobytes() == phantom.volume.hu.tobytes()
    assert again.labels.tobytes() == phantom.labels.tobytes()
    assert again.vertebrae == phantom.vertebrae


def test_another_seed_draws_another_body(phantom: Phantom) -> None:
    other = draw(1, **COARSE)
    area = [np.count_nonzero(p.labels[slice_at(p, p.l3_z_mm)]) for p in (phantom, other)]
    assert abs(area[0] - area[1]) > 0.02 * area[0]
    assert abs(other.l3_z_mm - phantom.l3_z_mm) > 1


def test_the_volume_has_the_shape_and_the_types_it_promises() -> None:
    drawn = draw(2, slices=3, spacing_mm=(5.0, 2.0, 2.0), size=200, bottom_mm=70)
    assert drawn.volume.hu.shape == drawn.labels.shape == (3, 200, 200)
    assert (drawn.volume.hu.dtype, drawn.labels.dtype) == (np.int16, np.uint8)
    assert drawn.volume.spacing_mm == (5.0, 2.0, 2.0)


def test_labels_lie_only_where_muscle_is_seen(phantom: Phantom) -> None:
    for tissue in Tissue:
        hu = phantom.volume.hu[phantom.labels == tissue]
        assert 30 < np.median(hu) < 65
        assert np.mean((hu > MUSCLE_HU[0]) & (hu < MUSCLE_HU[1])) > 0.97


def test_every_tissue_is_in_every_slice_from_l2_to_l4_on_both_sides(phantom: Phantom) -> None:
    low, high = (slice_at(phantom, phantom.vertebrae[name]) for name in ("L4", "L2"))
    left, right = phantom.labels[low : high + 1, :, 128:], phantom.labels[low : high + 1, :, :128]
    for tissue in Tissue:
        assert (np.count_nonzero(left == tissue, axis=(1, 2)) > 50).all()
        assert (np.count_nonzero(right == tissue, axis=(1, 2)) > 50).all()


def test_the_areas_at_l3_are_those_of_an_adult(phantom: Phantom) -> None:
    labels = phantom.labels[slice_at(phantom, phantom.l3_z_mm)]
    cm2 = {tissue: np.count_nonzero(labels == tissue) * 1.56**2 / 100 for tissue in Tissue}
    assert 10 < cm2[Tissue.PSOAS] < 30
    assert 30 < cm2[Tissue.PARASPINAL] < 75
    assert 30 < cm2[Tissue.ABDOMINAL_WALL] < 100


def test_vertebrae_rise_from_the_sacrum_by_one_vertebra_each(phantom: Phantom) -> None:
    heights = [phantom.vertebrae[name] for name in ("S", "L5", "L4", "L3", "L2", "L1", "T12", "T11")]
    assert all(24 < high - low < 42 for low, high in pairwise(heights))
    assert phantom.l3_z_mm == phantom.vertebrae["L3"]


def test_the_slice_at_l3_cuts_bone_and_the_disc_above_is_softer(phantom: Phantom) -> None:
    spine = phantom.volume.hu[:, 128:200, 118:139]
    body = spine[slice_at(phantom, phantom.l3_z_mm)]
    disc = spine[slice_at(phantom, (phantom.l3_z_mm + phantom.vertebrae["L2"]) / 2)]
    assert np.count_nonzero(body > 150) > 1.3 * np.count_nonzero(disc > 150)


def test_rows_run_from_front_to_back_and_slices_from_foot_to_head(phantom: Phantom) -> None:
    at_l3 = phantom.volume.hu[slice_at(phantom, phantom.l3_z_mm)]
    body_rows = np.flatnonzero((at_l3 > -200).any(axis=1))
    assert middle(at_l3 > BONE_HU)[0] > body_rows[[0, -1]].mean()
    air_in_body = np.count_nonzero(phantom.volume.hu[:, 80:170, 70:190] < -800, axis=(1, 2))
    assert air_in_body[-1] > 10 * air_in_body[slice_at(phantom, phantom.l3_z_mm)] + 100


def test_columns_run_from_the_patients_right_to_the_left(phantom: Phantom) -> None:
    at_t12 = phantom.volume.hu[slice_at(phantom, phantom.vertebrae["T12"]), 40:150]
    liver = (at_t12 > 70) & (at_t12 < 145)
    assert np.count_nonzero(liver[:, :118]) > 2 * np.count_nonzero(liver[:, 138:])


def test_a_series_may_begin_above_l3() -> None:
    chest = draw(0, slices=40, spacing_mm=(5.0, 2.0, 2.0), size=200, bottom_mm=150)
    assert chest.l3_z_mm < -40
    assert np.mean(chest.volume.hu[-1, 70:140, 50:150] < -700) > 0.3


def test_noise_is_as_strong_as_asked() -> None:
    quiet, loud = (draw(0, slices=1, bottom_mm=82, noise_hu=hu).volume.hu[0].astype(float) for hu in (0, 20))
    assert np.std((loud - quiet)[150:350, 150:350]) == pytest.approx(20, rel=0.1)
