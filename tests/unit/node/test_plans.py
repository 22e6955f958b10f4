"""What is trained: the paper's protocol, section 2.4, as nnU-Net reads it."""

import pytest
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

from dicom_node import training
from inference.training.plans import plans
from inference.training.workshop import CONFIGURATION, Plan

FINGERPRINT = {
    "foreground_intensity_properties_per_channel": {"0": {"mean": 40.0, "std": 30.0, "median": 42.0}},
    "spacings": [[5.0, 0.7, 0.7], [5.0, 0.8, 0.8], [5.0, 0.9, 0.9]],
    "shapes_after_crop": [[1, 512, 512]] * 3,
}


def test_the_paper_trains_five_folds_for_a_thousand_epochs_of_nnunets_batches() -> None:
    recipe = training.paper("cuda")
    assert (recipe.plan, recipe.folds, recipe.epochs, recipe.iterations) == ("paper", 5, 1000, 250)
    assert (recipe.start, recipe.learning_rate) == (None, None)  # nnU-Net's own


@pytest.mark.parametrize(
    ("plan", "spacing", "patch", "batch", "features"),
    [
        ("paper", [0.782, 0.782], [640, 640], 6, (32, 64, 128, 256, 512, 512, 512, 512)),
        ("demo", [2.0, 2.0], [256, 256], 4, (8, 16, 32, 64, 96, 96)),
    ],
)
def test_nnunet_reads_the_plan(
    plan: Plan, spacing: list[float], patch: list[int], batch: int, features: tuple[int, ...]
) -> None:
    configuration = PlansManager(plans(plan, FINGERPRINT)).get_configuration(CONFIGURATION)
    assert list(configuration.spacing) == spacing
    assert (list(configuration.patch_size), configuration.batch_size) == (patch, batch)
    assert configuration.normalization_schemes == ["CTNormalization"]
    assert tuple(configuration.network_arch_init_kwargs["features_per_stage"]) == features
