"""The "logit" rule equals stock nnU-Net: the same folder, the same slice, a handful of pixels at most."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage.transform import resize

from inference.ct import CtSlice
from inference.ensemble import segment
from inference.members import FoldMember

from .conftest import DEMO_MODEL, body_slice

REAL_CT = Path(__file__).parents[4] / "shared" / "data" / "real_ct" / "ct.nii.gz"
L3 = 74
PIXELS = 5  # of a 512 x 512 slice: stock nnU-Net sums logits in fp16


@pytest.fixture(scope="module")
def stock() -> Any:
    """CtSlice -> labels by `nnUNetPredictor`, untouched."""
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    predictor = nnUNetPredictor(device=torch.device("cpu"), allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(DEMO_MODEL), (0, 1, 2, 3, 4))

    def predict(ct: CtSlice) -> Any:
        image, spacing = ct.hu[None, None].astype(np.float32), [ct.thickness_mm, *ct.spacing_mm]
        return predictor.predict_single_npy_array(image, {"spacing": spacing})[0]

    return predict


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
