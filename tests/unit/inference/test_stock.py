"""The "logit" rule equals stock nnU-Net: the same folder, the same slice, a handful of pixels at most."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage.transform import resize

from inference.ct import CtSlice
from inference.ensemble import segment
from inference.members import FoldMember, open_members
from inference.model_folder import read_model_folder
from inference.phantom import draw

from .conftest import DEMO_MODEL, body_slice
from .folders import results_folder

REAL_CT = Path(__file__).parents[4] / "shared" / "data" / "real_ct" / "ct.nii.gz"
L3 = 74
PIXELS = 5  # of a 512 x 512 slice: stock nnU-Net sums logits in fp16


def stock_predictor(folder: Path, folds: tuple[int, ...], *, mirroring: bool = True) -> Any:
    """CtSlice -> labels by `nnUNetPredictor`, untouched."""
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    predictor = nnUNetPredictor(
        device=torch.device("cpu"), allow_tqdm=False, perform_everything_on_device=False, use_mirroring=mirroring
    )
    predictor.initialize_from_trained_model_folder(str(folder), folds)

    def predict(ct: CtSlice) -> Any:
        image, spacing = ct.hu[None, None].astype(np.float32), [ct.thickness_mm, *ct.spacing_mm]
        return predictor.predict_single_npy_array(image, {"spacing": spacing})[0]

    return predict


@pytest.fixture(scope="module")
def stock() -> Any:
    return stock_predictor(DEMO_MODEL, (0, 1, 2, 3, 4))


def real_slice() -> CtSlice:
    """Mid L3 of the public CT, resampled to 512 x 512."""
    import SimpleITK as sitk

    if not REAL_CT.exists():
        pytest.skip("the public CT is not beside the repository (shared/data/real_ct)")
    volume = sitk.GetArrayFromImage(sitk.ReadImage(str(REAL_CT))).astype(float)
    hu = resize(volume[L3, ::-1], (512, 512), order=1, mode="edge", anti_aliasing=False).round().astype(np.int16)
    spacing = (3 * volume.shape[1] / 512, 3 * volume.shape[2] / 512)
    return CtSlice(hu=hu, spacing_mm=spacing, thickness_mm=3.0)


def with_border_of_0_hu() -> CtSlice:
    ct = body_slice()
    ct.hu[:60], ct.hu[:, -40:] = 0, 0
    return ct


@pytest.mark.parametrize(
    "make",
    [lambda: body_slice(seed=1), real_slice, with_border_of_0_hu, lambda: body_slice((512, 512), (1.2, 1.2))],
    ids=["drawn", "real", "border of 0 HU", "larger than a tile"],
)
def test_the_logit_rule_equals_stock_nnunet(stock: Any, members: tuple[FoldMember, ...], make: Any) -> None:
    ct = make()
    ours, theirs = segment(ct, members, "logit").labels, stock(ct)

    assert np.count_nonzero(theirs) > 5000
    assert np.count_nonzero(ours != theirs) <= PIXELS


@pytest.mark.parametrize("mirroring", [True, False])
def test_one_fold_equals_stock_nnunet_mirrored_or_not(warm_cache: Path, mirroring: bool) -> None:
    folder, ct = read_model_folder(DEMO_MODEL, folds=3), body_slice(seed=2)
    ours = open_members(folder, cache=warm_cache, device="cpu", threads=1, mirroring=mirroring)

    theirs = stock_predictor(DEMO_MODEL, (3,), mirroring=mirroring)(ct)
    assert np.count_nonzero(segment(ct, ours, "logit").labels != theirs) <= PIXELS


PAPER = {"spacing_mm": 0.782, "side": 640, "features": 32, "mirror_axes": None}
FOLDERS = {
    "paper size": PAPER,
    "residual encoder": {"planner": "nnUNetPlannerResEncM", "spacing_mm": 1.5, "side": 192},
    "tiles": {"spacing_mm": 1.2, "side": 192, "folds": 2, "mirror_axes": (1,)},
    "never mirrored": {"spacing_mm": 3.0, "side": 128, "mirror_axes": None},
}


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_a_genuine_folder_of_any_plans_equals_stock_nnunet(folder: dict[str, Any], tmp_path: Path) -> None:
    """Random weights decide nowhere clearly, so that every rounding of stock nnU-Net shows."""
    model = read_model_folder(results_folder(tmp_path, **folder))
    ours = open_members(model, cache=tmp_path / "cache", device="cpu", threads=2)
    hu = draw(3, slices=1, bottom_mm=70).volume.hu[0]
    ct = CtSlice(hu=hu, spacing_mm=(0.78, 0.78), thickness_mm=5.0)

    theirs = stock_predictor(model.path, tuple(fold.number for fold in model.folds))(ct)
    assert np.count_nonzero(theirs) > 1000
    assert np.count_nonzero(segment(ct, ours, "logit").labels != theirs) <= PIXELS
