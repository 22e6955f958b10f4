"""The members of an ensemble: one trained fold each, CtSlice -> class probabilities on the grid of the slice."""

from dataclasses import replace
from pathlib import Path

from inference.members.fold import FoldMember
from inference.members.openvino_member import open_with_openvino
from inference.members.preprocessing import Preprocessing
from inference.members.resampling import nnunet_resampling
from inference.members.torch_member import Autocast, Device, open_with_torch
from inference.model_folder import ModelFolder

__all__ = ["Autocast", "Device", "FoldMember", "open_members"]


def open_members(
    folder: ModelFolder,
    *,
    cache: Path,
    device: Device,
    threads: int,
    mirroring: bool = True,
    autocast: Autocast = "off",
) -> tuple[FoldMember, ...]:
    """Open every fold of the folder and keep it resident: OpenVINO on "cpu", torch on "cuda" or "cuda:<n>".

    `cache` keeps converted folds between starts and `threads` is the number of CPU threads of a member (both only on
    "cpu"); `mirroring` averages over the mirrorings that training allowed; `autocast` is the reduced precision of
    torch.  The members share one preprocessing and serve one thread at a time.  Raises ModelRefused when the weights
    do not fit the folder or want to run code.
    """
    if device == "cpu":
        shared = Preprocessing(folder.plans)
        opened = [
            open_with_openvino(folder.plans, fold, cache=cache, threads=threads, preprocessing=shared)
            for fold in folder.folds
        ]
    else:
        shared = Preprocessing(folder.plans, nnunet_resampling())
        opened = [
            open_with_torch(folder.plans, fold, device=device, preprocessing=shared, autocast=autocast)
            for fold in folder.folds
        ]
    return tuple(opened) if mirroring else tuple(replace(member, mirror_axes=()) for member in opened)
