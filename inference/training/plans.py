"""The plans: the paper's network, which no planner would give, and a small one that a CPU trains in minutes."""

from typing import Any

from inference.training.workshop import CONFIGURATION, DATASET, PLANS_NAME, Plan

Json = dict[str, Any]
PAPER = {"spacing": [0.782, 0.782], "patch_size": [640, 640], "batch_size": 6}
"""Of the paper, section 2.4."""
PAPER_FEATURES = (32, 64, 128, 256, 512, 512, 512, 512)
DEMO = {"spacing": [2.0, 2.0], "patch_size": [256, 256], "batch_size": 4}
DEMO_FEATURES = (8, 16, 32, 64, 96, 96)
AIR_IS_ZERO = {"mean": -200.0, "std": 100.0, "percentile_00_5": -200.0, "percentile_99_5": 300.0}
"""nnU-Net pads with 0 after normalisation: with these properties 0 is air, and padding looks like air."""


def plans(plan: Plan, fingerprint: Json) -> Json:
    """plans.json for a data set with this fingerprint (nnU-Net's dataset_fingerprint.json)."""
    planar, features = (PAPER, PAPER_FEATURES) if plan == "paper" else (DEMO, DEMO_FEATURES)
    properties = dict(fingerprint["foreground_intensity_properties_per_channel"]["0"])
    if plan == "demo":
        properties |= AIR_IS_ZERO
    middle = sorted(fingerprint["spacings"])[len(fingerprint["spacings"]) // 2]
    shape = sorted(fingerprint["shapes_after_crop"])[len(fingerprint["shapes_after_crop"]) // 2]
    return {
        "dataset_name": DATASET,
        "plans_name": PLANS_NAME,
        "original_median_spacing_after_transp": list(middle),
        "original_median_shape_after_transp": list(shape),
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {CONFIGURATION: _planar(planar, features, middle, shape)},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": properties},
    }


def _planar(planar: Json, features: tuple[int, ...], spacing: list[float], shape: list[int]) -> Json:
    size = [round(n * own / new) for n, own, new in zip(shape[1:], spacing[1:], planar["spacing"], strict=True)]
    return {
        "data_identifier": f"{PLANS_NAME}_{CONFIGURATION}",
        "preprocessor_name": "DefaultPreprocessor",
        **planar,
        "median_image_size_in_voxels": size,
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        **_resampling("data", is_seg=False, order=3),
        **_resampling("seg", is_seg=True, order=1),
        **_resampling("probabilities", is_seg=False, order=1),
        "architecture": _architecture(features),
        "batch_dice": True,
    }


def _resampling(what: str, *, is_seg: bool, order: int) -> Json:
    options = {"is_seg": is_seg, "order": order, "order_z": 0, "force_separate_z": None}
    return {
        f"resampling_fn_{what}": "resample_data_or_seg_to_shape",
        f"resampling_fn_{what}_kwargs": options,
    }


def _architecture(features: tuple[int, ...]) -> Json:
    stages = len(features)
    return {
        "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
        "arch_kwargs": {
            "n_stages": stages,
            "features_per_stage": list(features),
            "conv_op": "torch.nn.modules.conv.Conv2d",
            "kernel_sizes": [[3, 3]] * stages,
            "strides": [[1, 1]] + [[2, 2]] * (stages - 1),
            "n_conv_per_stage": [2] * stages,
            "n_conv_per_stage_decoder": [2] * (stages - 1),
            "conv_bias": True,
            "norm_op": "torch.nn.modules.instancenorm.InstanceNorm2d",
            "norm_op_kwargs": {"eps": 1e-05, "affine": True},
            "dropout_op": None,
            "dropout_op_kwargs": None,
            "nonlin": "torch.nn.LeakyReLU",
            "nonlin_kwargs": {"inplace": True},
        },
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
    }
