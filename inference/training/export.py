"""Child process: trained folds -> a genuine nnU-Net results folder of half-precision weights.

`python -m inference.training.export ROOT OUT`.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from inference.training.children import tell
from inference.training.fold import FINAL
from inference.training.workshop import CONFIGURATION, PLANS_NAME, Workshop

STOCK = "nnUNetTrainer"
"""Any other name makes nnU-Net search and import all its trainers; the network is built the same way."""


def export(workshop: Workshop, folds: Sequence[int], out: Path) -> None:
    """plans.json, dataset.json and fold_<k>/checkpoint_final.pth below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(workshop.preprocessed / f"{PLANS_NAME}.json", out / "plans.json")
    shutil.copyfile(workshop.preprocessed / "dataset.json", out / "dataset.json")
    shutil.copyfile(workshop.preprocessed / "dataset_fingerprint.json", out / "dataset_fingerprint.json")
    for fold in folds:
        folder = out / f"fold_{fold}"
        folder.mkdir(exist_ok=True)
        checkpoint = torch.load(workshop.trained(fold) / FINAL, map_location="cpu", weights_only=False)
        torch.save(_shipped(checkpoint, fold), folder / FINAL)


def _shipped(checkpoint: dict[str, Any], fold: int) -> dict[str, Any]:
    """Shared tensors stay shared: the decoder names the encoder's weights once more."""
    halves: dict[tuple[int, tuple[int, ...]], Any] = {}
    weights = {}
    for name, value in checkpoint["network_weights"].items():
        key = (value.data_ptr(), tuple(value.shape))
        weights[name] = halves.setdefault(key, value.detach().half().clone())
    return {
        "network_weights": weights,
        "trainer_name": STOCK,
        "init_args": {"configuration": CONFIGURATION, "fold": fold},
        "inference_allowed_mirroring_axes": tuple(checkpoint["inference_allowed_mirroring_axes"]),
        "current_epoch": checkpoint["current_epoch"],
    }


def main() -> None:
    """Export every fold of the work below ROOT into OUT."""
    workshop = Workshop(root=Path(sys.argv[1]))
    with tell():
        export(workshop, range(workshop.read_recipe().folds), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
