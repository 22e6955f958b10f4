"""Preprocessing equals nnU-Net's own, pixel by pixel."""

from typing import Any

import numpy as np
import pytest

from inference.ct import CtSlice
from inference.errors import Reason, Unsuitable
from inference.members.preprocessing import (
    Preprocessing,
    nonzero_box,
    pad,
    prepare,
    softmax,
)
from inference.members.resampling import WITHOUT_TORCH, nnunet_resampling
from inference.model_folder import ModelFolder

from .conftest import DEMO_MODEL, body_slice

rng = np.random.default_rng


def random_slice(seed: int) -> CtSlice:
    """Odd shapes and spacings; every fourth with a border of 0 HU, every fifth so thin that nnU-Net goes 3D."""
    draw = rng(seed)
    shape = tuple(int(side) for side in draw.integers(40, 300, 2))
    spacing = float(draw.uniform(0.5, 1.5))
    hu = draw.normal(0, 200, shape).astype(np.int16)
    if seed % 4 == 0:
        hu[:7], hu[:, -5:] = 0, 0
    return CtSlice(hu=hu, spacing_mm=(spacing, spacing), thickness_mm=1.0 if seed % 5 == 0 else 5.0)


@pytest.fixture(scope="module")
def nnunet() -> Any:
    """nnU-Net's own plans and preprocessor of the demo model: (preprocessor, plans, configuration, dataset)."""
    from batchgenerators.utilities.file_and_folder_operations import load_json
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    plans = PlansManager(load_json(str(DEMO_MODEL / "plans.json")))
    dataset = load_json(str(DEMO_MODEL / "dataset.json"))
    return DefaultPreprocessor(verbose=False), plans, plans.get_configuration("2d"), dataset


@pytest.mark.parametrize("seed", range(20))
def test_the_network_input_equals_that_of_nnunets_preprocessor(demo: ModelFolder, nnunet: Any, seed: int) -> None:
    preprocessor, plans, configuration, dataset = nnunet
    ct = random_slice(seed)
    properties = {"spacing": [ct.thickness_mm, *ct.spacing_mm]}
    theirs, _, _ = preprocessor.run_case_npy(
        ct.hu[None, None].astype(np.float32), None, properties, plans, configuration, dataset
    )
    ours = prepare(ct, demo.plans)

    assert ours.image[ours.content].shape == theirs.shape[2:]
    assert np.allclose(ours.image[ours.content], theirs[0, 0], atol=1e-5)
    assert [[part.start, part.stop] for part in ours.box] == properties["bbox_used_for_cropping"][1:]


@pytest.mark.parametrize("shape", [(1, 1), (3, 256), (195, 200), (255, 101), (256, 300), (400, 17)])
def test_padding_equals_that_of_nnunet(shape: tuple[int, int]) -> None:
    from acvl_utils.cropping_and_padding.padding import pad_nd_image

    image = rng(0).normal(size=shape).astype(np.float32)
    theirs, where = pad_nd_image(image, (256, 256), "constant", {"constant_values": 0}, True)
    ours, content = pad(image, (256, 256))

    assert np.array_equal(ours, theirs)
    assert [(part.start, part.stop) for part in content] == [(part.start, part.stop) for part in where]


@pytest.mark.parametrize("seed", range(200))
def test_resampling_without_torch_equals_that_of_nnunet(seed: int) -> None:
    draw, theirs = rng(seed), nnunet_resampling()
    old, new = (tuple(int(side) for side in draw.integers(1, 200, 2)) for _ in range(2))
    image = draw.normal(0, 1, old).astype(np.float32)
    logits = draw.normal(0, 10, (4, *old)).astype(np.float32)

    assert np.array_equal(WITHOUT_TORCH.image(image, new), theirs.image(image, new))
    window = (slice(new[0] // 4, new[0]), slice(0, new[1] - new[1] // 3))
    ours = WITHOUT_TORCH.logits(logits, new, window)
    assert np.allclose(ours, theirs.logits(logits, new, window), atol=3e-5)  # logits of +-40


@pytest.mark.parametrize("spacing", [[5.0, 0.8, 0.8], [0.6, 0.8, 0.8]])
def test_the_resampling_that_is_called_is_the_one_of_the_plans(nnunet: Any, spacing: list[float]) -> None:
    _, _, configuration, _ = nnunet
    logits = rng(1).normal(0, 10, (4, 90, 80)).astype(np.float32)
    theirs = configuration.resampling_fn_probabilities(logits[:, None], (1, 120, 99), [5.0, 2.0, 2.0], spacing)

    assert np.allclose(
        nnunet_resampling().logits(logits, (120, 99), (slice(0, 120), slice(0, 99))), theirs[:, 0], atol=1e-5
    )


def test_the_body_is_not_cropped(demo: ModelFolder) -> None:
    ct = body_slice()

    assert prepare(ct, demo.plans).box == (slice(0, 512), slice(0, 512))


def test_a_border_of_exactly_0_hu_is_cropped_as_nnunet_does() -> None:
    hu = np.zeros((20, 30), np.int16)
    hu[4:11, 6:9] = -1024
    hu[6, 7] = 0

    assert nonzero_box(hu) == (slice(4, 11), slice(6, 9))


def test_a_slice_of_nothing_but_0_hu_is_kept_whole(demo: ModelFolder) -> None:
    ct = CtSlice(hu=np.zeros((64, 64), np.int16), spacing_mm=(1.0, 1.0), thickness_mm=5.0)

    assert prepare(ct, demo.plans).box == (slice(0, 64), slice(0, 64))


def test_what_was_cropped_comes_back_as_background(demo: ModelFolder) -> None:
    hu = np.zeros((100, 120), np.int16)
    hu[10:90, 20:100] = 40
    prepared = prepare(CtSlice(hu=hu, spacing_mm=(1.0, 1.0), thickness_mm=5.0), demo.plans)
    logits = np.zeros((4, *prepared.image.shape), np.float16)
    logits[2] = 8
    found = prepared.restore(logits)

    assert found.shape == (4, 100, 120)
    assert (found.argmax(axis=0) == np.where(hu == 40, 2, 0)).all()
    assert np.allclose(found.sum(axis=0), 1)


@pytest.mark.parametrize("seed", range(20))
def test_what_a_pixel_reaches_is_all_that_it_changes(demo: ModelFolder, seed: int) -> None:
    draw, prepared = rng(seed), prepare(random_slice(seed), demo.plans)
    where = np.zeros(prepared.image.shape, bool)
    rows, columns = prepared.content
    where[draw.integers(rows.start, rows.stop), draw.integers(columns.start, columns.stop)] = True
    logits = np.zeros((4, *where.shape), np.float16)
    logits[1, where] = 9
    changed = prepared.restore(logits)[1] > 0.2500001
    region = prepared.reach(where)

    outside = changed.copy()
    outside[region] = False
    assert changed.any()
    assert not outside.any()
    assert np.array_equal(prepared.restore(logits, region), prepared.restore(logits)[:, *region])


def test_softmax_survives_large_logits() -> None:
    found = softmax(np.array([[[1000.0]], [[-1000.0]]], np.float32))

    assert found[:, 0, 0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("spacing", [(0.0, 0.8), (60.0, 0.8), (float("nan"), 0.8), (-0.8, 0.8), (0.8, float("inf"))])
def test_an_impossible_pixel_spacing_is_unsuitable(demo: ModelFolder, spacing: tuple[float, float]) -> None:
    ct = CtSlice(hu=np.full((512, 512), -5, np.int16), spacing_mm=spacing, thickness_mm=5.0)

    with pytest.raises(Unsuitable) as unsuitable:
        prepare(ct, demo.plans)
    assert unsuitable.value.reason is Reason.SPACING


def test_the_members_share_the_work_on_one_slice(demo: ModelFolder) -> None:
    shared, ct = Preprocessing(demo.plans), body_slice((128, 128), (2.0, 2.0))
    first = shared.prepare(ct)

    assert shared.prepare(ct) is first
    assert shared.prepare(body_slice((128, 128), (2.0, 2.0))) is not first


def test_the_slice_itself_is_left_as_it_is(demo: ModelFolder) -> None:
    ct = body_slice()
    before = ct.hu.copy()
    prepare(ct, demo.plans)

    assert np.array_equal(ct.hu, before)
