"""A fold in torch: the way to a GPU, and the reference on the CPU.  torch is imported where the fold is opened.

On a GPU this was never run by us: the tests stand in for one with torch's CPU and meta devices.
"""

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.members.fold import FoldMember, Forward
from inference.members.preprocessing import Preprocessing
from inference.members.weights import TorchModule, load_fold
from inference.model_folder import Fold
from inference.model_plans import Plans

Device: TypeAlias = str
"""As torch names it: "cpu", "cuda", "cuda:1"."""
Autocast: TypeAlias = Literal["off", "bf16", "fp16"]
"""Precision of the convolutions; "off" is fp32, whose masks the CPU shares.  nnU-Net's own predictor takes fp16."""


def open_with_torch(
    plans: Plans, fold: Fold, *, device: Device, preprocessing: Preprocessing, autocast: Autocast = "off"
) -> FoldMember:
    """Open one fold and keep it on `device`; raises ModelRefused as `load_fold` does."""
    trained = load_fold(plans, fold)
    return FoldMember(
        forward=_forward(trained.network, device, autocast),
        preprocessing=preprocessing,
        patch=plans.planar.patch_size,
        mirror_axes=trained.mirror_axes,
    )


def _forward(network: TorchModule, device: Device, autocast: Autocast) -> Forward:
    import torch

    resident, kind = network.to(device), torch.device(device).type
    precision: Any = {"off": None, "bf16": torch.bfloat16, "fp16": torch.float16}[autocast]

    def forward(tile: NDArray[np.float32]) -> NDArray[np.float32]:
        image = torch.from_numpy(tile[None, None]).to(device)
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(enabled=True, allow_tf32=False),  # fp32 is fp32, also on a GPU
            torch.autocast(kind, dtype=precision, enabled=precision is not None),
        ):
            logits: NDArray[np.float32] = resident(image)[0].float().cpu().numpy()
        return logits

    return forward
