"""A fold is mirrored and tiled as nnU-Net's predictor does it."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inference.members.fold import FoldMember, gaussian, mirrorings, predict, tile_starts
from inference.members.preprocessing import Preprocessing
from inference.model_folder import ModelFolder

from .conftest import body_slice, whole

Tile = NDArray[np.float32]


def position_aware(tile: Tile) -> Tile:
    """A network that sees where in its tile a pixel lies, so that mirroring changes its mind."""
    ramp = np.linspace(0, 1, tile.shape[1], dtype=np.float32)[None]
    return np.stack([tile, tile * ramp, tile + ramp, -tile])


@pytest.mark.parametrize("side", [16, 64, 256])
@pytest.mark.parametrize("excess", [0, 1, 7, 40, 300])
def test_tiles_start_where_those_of_nnunet_start(side: int, excess: int) -> None:
    from nnunetv2.inference.sliding_window_prediction import compute_steps_for_sliding_window

    length = side + excess

    assert tile_starts(length, side) == compute_steps_for_sliding_window((length,), (side,), 0.5)[0]


@pytest.mark.parametrize("patch", [(32, 32), (64, 48), (256, 256)])
def test_tiles_are_weighted_as_those_of_nnunet(patch: tuple[int, int]) -> None:
    from nnunetv2.inference.sliding_window_prediction import compute_gaussian

    theirs = compute_gaussian(patch, 1 / 8, 10, device=torch.device("cpu")).numpy()

    assert np.array_equal(gaussian(patch), theirs)
    assert gaussian(patch).min() > 0


def test_a_network_that_looks_at_single_pixels_is_blind_to_tiles() -> None:
    image = np.random.default_rng(0).normal(size=(50, 77)).astype(np.float32)
    found = predict(image, (32, 32), lambda tile: np.stack([tile, 2 * tile]))

    assert np.allclose(found, np.stack([image, 2 * image]), rtol=2e-2, atol=2e-2)  # of half sums of half weights


def test_an_image_of_the_size_of_the_patch_is_one_call() -> None:
    calls: list[tuple[int, ...]] = []

    def counting(tile: Tile) -> Tile:
        calls.append(tile.shape)
        return tile[None]

    predict(np.zeros((32, 48), np.float32), (32, 48), counting)
    assert calls == [(32, 48)]


@pytest.mark.parametrize(("axes", "expected"), [((), []), ((1,), [(1,)]), ((0, 1), [(0,), (1,), (0, 1)])])
def test_every_combination_of_mirror_axes_is_used(axes: tuple[int, ...], expected: list[tuple[int, ...]]) -> None:
    assert list(mirrorings(axes)) == expected


@pytest.mark.parametrize("axes", [(), (0,), (1,), (0, 1)])
def test_mirrored_predictions_are_mirrored_back_and_averaged(demo: ModelFolder, axes: tuple[int, ...]) -> None:
    member = FoldMember(
        forward=position_aware, preprocessing=Preprocessing(demo.plans), patch=(256, 256), mirror_axes=axes
    )
    seen = member._mirrored(np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32))
    tile = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32)
    ramp = 0.5 if 1 in axes else np.linspace(0, 1, 256, dtype=np.float32)[None]

    assert np.allclose(seen, np.stack([tile, tile * ramp, tile + ramp, -tile]), atol=1e-5)


def test_probabilities_lie_on_the_grid_of_the_slice_and_sum_to_one(demo: ModelFolder) -> None:
    member = FoldMember(
        forward=position_aware, preprocessing=Preprocessing(demo.plans), patch=(256, 256), mirror_axes=(1,)
    )
    found = whole(member(body_slice((301, 412))))

    assert found.shape == (4, 301, 412)
    assert found.dtype == np.float32
    assert math.isclose(found.sum(axis=0).max(), 1, abs_tol=1e-5)
