"""What `locate` says where there is no spine, or too little of anything."""

import numpy as np
import pytest

from inference.l3 import LevelStatus, locate

from .volumes import make_volume


def test_a_single_slice_is_unsupported() -> None:
    level = locate(make_volume(shape=(1, 64, 64), fill_hu=0))
    assert level.status is LevelStatus.UNSUPPORTED
    assert level.index is None
    assert "60 mm" in level.reason


@pytest.mark.parametrize(("slices", "spacing"), [(19, 3.0), (11, 5.0), (59, 1.0)])
def test_less_than_sixty_millimetres_are_unsupported(slices: int, spacing: float) -> None:
    level = locate(make_volume(shape=(slices, 64, 64), spacing_mm=(spacing, 3.0, 3.0)))
    assert level.status is LevelStatus.UNSUPPORTED
    assert level.confidence == 0.0


def test_air_holds_no_torso_and_no_anchor_to_say_that_l3_is_elsewhere() -> None:
    level = locate(make_volume(fill_hu=-1000))
    assert level.status is LevelStatus.UNCERTAIN
    assert "no torso with a spine" in level.reason


@pytest.mark.parametrize("seed", [0, 1])
def test_uniform_noise_is_never_found(seed: int) -> None:
    hu = np.random.default_rng(seed).integers(-1000, 1000, (80, 90, 110)).astype(np.int16)
    level = locate(make_volume(hu=hu))
    assert level.status is not LevelStatus.FOUND
    assert not level.without_doubt


@pytest.mark.parametrize(("half_width_mm", "half_depth_mm"), [(160.0, 110.0), (60.0, 60.0)])
@pytest.mark.parametrize("fill_hu", [0, 300])
def test_a_cylinder_is_never_found(half_width_mm: float, half_depth_mm: float, fill_hu: int) -> None:
    rows, columns = np.mgrid[:100, :120] * 3.0
    inside = ((rows - 150) / half_depth_mm) ** 2 + ((columns - 180) / half_width_mm) ** 2 < 1
    plane = np.where(inside, fill_hu, -1000).astype(np.int16)
    level = locate(make_volume(hu=np.repeat(plane[None], 90, axis=0)))
    assert level.status is LevelStatus.UNCERTAIN
    assert not level.without_doubt


def test_a_thin_cylinder_holds_no_torso() -> None:
    rows, columns = np.mgrid[:100, :120] * 3.0
    plane = np.where((rows - 150) ** 2 + (columns - 180) ** 2 < 60**2, 40, -1000).astype(np.int16)
    level = locate(make_volume(hu=np.repeat(plane[None], 90, axis=0)))
    assert level.status is LevelStatus.UNCERTAIN
    assert level.reason == "no torso with a spine"


@pytest.mark.parametrize("shape", [(25, 1, 1), (25, 3, 200), (25, 200, 3), (3, 60, 60)])
def test_a_sliver_of_an_image_is_answered_without_an_error(shape: tuple[int, int, int]) -> None:
    level = locate(make_volume(shape=shape, fill_hu=30, spacing_mm=(25.0, 0.3, 0.3)))
    assert level.status is not LevelStatus.FOUND
