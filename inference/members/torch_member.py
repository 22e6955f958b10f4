"""A fold in torch: the way to a GPU, and the reference on the CPU.  torch is imported where the fold is opened."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.members.fold import FoldMember, Forward, Logits
from inference.members.preprocessing import Preprocessing
from inference.members.weights import TorchModule, load_fold
from inference.model_folder import Fold, Plans

Device = Literal["cpu", "cuda"]


def open_with_torch(plans: Plans, fold: Fold, *, device: Device, preprocessing: Preprocessing) -> FoldMember:
    """Open one fold and keep it on `device`; raises ModelRefused as `load_fold` does."""
    trained = load_fold(plans, fold)
    return FoldMember(
        forward=_forward(trained.network, device),
        preprocessing=preprocessing,
        patch=plans.planar.patch_size,
        mirror_axes=trained.mirror_axes,
    )


def _forward(network: TorchModule, device: Device) -> Forward:
    """Autocast on a GPU only, as `nnUNetPredictor` does."""
    import torch

    resident = network.to(device)

    def forward(tile: NDArray[np.float32]) -> Logits:
        with torch.inference_mode(), torch.autocast(device, enabled=device == "cuda"):
            logits: Logits = resident(torch.tensor(tile[None, None], device=device))[0].float().cpu().numpy()
        return logits

    return forward
