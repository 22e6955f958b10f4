"""The L3 finder knows the phantom's spine: level, anchors and the absence of L3."""

import pytest

from inference.l3 import locate
from inference.phantom import draw


@pytest.mark.parametrize("seed", range(6))
def test_the_finder_finds_l3_within_5_mm_without_doubt(seed: int) -> None:
    phantom = draw(seed, slices=72, spacing_mm=(5.0, 1.56, 1.56), size=256)
    level = locate(phantom.volume)
    assert level.without_doubt, level.reason
    assert level.z_mm == pytest.approx(phantom.l3_z_mm, abs=5)


def test_a_chest_series_has_no_l3_without_doubt() -> None:
    chest = draw(0, slices=40, spacing_mm=(5.0, 1.56, 1.56), size=256, bottom_mm=150)
    assert not locate(chest.volume).without_doubt
