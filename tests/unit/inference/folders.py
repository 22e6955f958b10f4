"""Genuine results folders with random weights: planned, built and named by nnU-Net's own classes."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from inference.labels import Tissue

DATASET = "Dataset901_Drawn"
INTENSITIES = {"max": 300.0, "mean": -20.0, "median": 0.0, "min": -200.0, "percentile_00_5": -190.0,
               "percentile_99_5": 250.0, "std": 90.0}  # fmt: skip
IMAGES = {"dataset": {"drawn": {"images": ["drawn_0000.nii.gz"], "label": "drawn.nii.gz"}}}
"""Of the training set; named by the planner, read by nobody."""


def results_folder(
    target: Path,
    *,
    planner: str = "ExperimentPlanner",
    spacing_mm: float = 2.0,
    side: int = 64,
    features: int = 8,
    folds: int = 1,
    mirror_axes: tuple[int, ...] | None = (0, 1),
    seed: int = 0,
) -> Path:
    """A trained folder as nnU-Net leaves it: `side` pixels of `spacing_mm` were the median training image.

    `planner` is the name of nnU-Net's planner, `features` those of the first stage.
    """
    home = target / "nnUNetTrainer__nnUNetPlans__2d"
    home.mkdir(parents=True)
    dataset = _dataset()
    plans = _plans(target, dataset, planner, (5.0, spacing_mm), (1, side), features)
    (home / "dataset.json").write_text(json.dumps(dataset))
    (home / "plans.json").write_text(json.dumps(plans))
    for fold in range(folds):
        _save_fold(home / f"fold_{fold}", plans, dataset, fold, mirror_axes, seed + fold)
    return home


def vertebra_folder(
    target: Path, *, labels: dict[str, int], side: int = 32, configuration: str = "3d_fullres"
) -> Path:
    """A trained 3D folder: `side` voxels of 3 mm each way were the median training image."""
    home = target / f"nnUNetTrainer__nnUNetPlans__{configuration}"
    home.mkdir(parents=True)
    dataset = _dataset() | {"labels": {"background": 0} | labels}
    plans = _plans(target, dataset, "ExperimentPlanner", (3.0, 3.0), (side, side), 4)
    (home / "dataset.json").write_text(json.dumps(dataset))
    (home / "plans.json").write_text(json.dumps(plans))
    _save_fold(home / "fold_0", plans, dataset, 0, None, 0, configuration)
    return home


def _dataset() -> dict[str, Any]:
    labels = {"background": 0} | {tissue.name.lower(): int(tissue) for tissue in Tissue}
    return {
        "channel_names": {"0": "CT"}, "labels": labels, "numTraining": 100, "file_ending": ".nii.gz",
        "overwrite_image_reader_writer": "SimpleITKIO",
    }  # fmt: skip


def _plans(
    target: Path,
    dataset: dict[str, Any],
    planner: str,
    spacing_mm: tuple[float, float],
    size: tuple[int, int],
    features: int,
) -> dict[str, Any]:
    """`spacing_mm` and `size` (pixels) of the median training image: of slices, and within them."""
    from nnunetv2.experiment_planning.experiment_planners import default_experiment_planner
    from nnunetv2.experiment_planning.experiment_planners.residual_unets import residual_encoder_unet_planners

    raw, preprocessed = target / "raw", target / "preprocessed"
    fingerprint = {
        "spacings": [[spacing_mm[0], spacing_mm[1], spacing_mm[1]]],
        "shapes_after_crop": [[size[0], size[1], size[1]]],
        "median_relative_size_after_cropping": 1.0,
        "foreground_intensity_properties_per_channel": {"0": INTENSITIES},
    }
    for folder, name, content in (
        (raw, "dataset.json", dataset | IMAGES), (preprocessed, "dataset_fingerprint.json", fingerprint)
    ):  # fmt: skip
        (folder / DATASET).mkdir(parents=True)
        (folder / DATASET / name).write_text(json.dumps(content))
    kinds = vars(default_experiment_planner) | vars(residual_encoder_unet_planners)
    with patch.dict("os.environ", {"nnUNet_raw": str(raw), "nnUNet_preprocessed": str(preprocessed)}):
        made = kinds[planner](DATASET)
        made.UNet_base_num_features, made.UNet_vram_target_GB = features, 1000
        made.plan_experiment()
    return json.loads((preprocessed / DATASET / f"{made.plans_identifier}.json").read_text())


def _save_fold(
    folder: Path,
    plans: dict[str, Any],
    dataset: dict[str, Any],
    fold: int,
    mirror_axes: tuple[int, ...] | None,
    seed: int,
    configuration: str = "2d",
) -> None:
    import torch
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

    architecture = plans["configurations"][configuration]["architecture"]
    torch.manual_seed(seed)
    network = get_network_from_plans(
        architecture["network_class_name"], architecture["arch_kwargs"], architecture["_kw_requires_import"],
        1, len(dataset["labels"]), deep_supervision=True,
    )  # fmt: skip
    folder.mkdir()
    content = {
        "network_weights": network.state_dict(),
        "optimizer_state": None,
        "grad_scaler_state": None,
        "logging": {},
        "_best_ema": None,
        "current_epoch": 1000,
        "init_args": {"plans": plans, "configuration": configuration, "fold": fold, "dataset_json": dataset},
        "trainer_name": "nnUNetTrainer",
        "inference_allowed_mirroring_axes": mirror_axes,
    }
    torch.save(content, folder / "checkpoint_final.pth")
