"""The members of an ensemble: one trained fold each, CtSlice -> class probabilities on the grid of the slice."""

from pathlib import Path

from inference.members.fold import FoldMember
from inference.members.openvino_member import open_with_openvino
from inference.members.preprocessing import Preprocessing
from inference.members.torch_member import Device, open_with_torch
from inference.model_folder import ModelFolder

__all__ = ["Device", "FoldMember", "open_members"]


def open_members(folder: ModelFolder, *, cache: Path, device: Device, threads: int) -> tuple[FoldMember, ...]:
    """Open every fold of the folder and keep it resident: OpenVINO on "cpu", torch on "cuda".

    `cache` keeps converted folds between starts (only "cpu"); `threads` is the number of CPU threads of a member.
    The members share one preprocessing and serve one thread at a time.  Raises ModelRefused when the weights do not
    fit the folder or want to run code.
    """
    preprocessing = Preprocessing(folder.plans)
    if device == "cuda":
        return tuple(
            open_with_torch(folder.plans, fold, device=device, preprocessing=preprocessing) for fold in folder.folds
        )
    return tuple(
        open_with_openvino(folder.plans, fold, cache=cache, threads=threads, preprocessing=preprocessing)
        for fold in folder.folds
    )
