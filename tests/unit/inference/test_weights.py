"""A checkpoint gives weights and nothing else."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inference.errors import ModelRefused
from inference.members.weights import load_fold
from inference.model_folder import read_model_folder

from .conftest import edit_json, planar


class Payload:
    """Makes a folder when it is unpickled by a reader that believes pickles."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.witness),)


def rewrite(folder: Path, **changes: object) -> None:
    """Replace entries of the checkpoint of fold 0."""
    file = folder / "fold_0" / "checkpoint_final.pth"
    torch.save(torch.load(file, weights_only=True) | changes, file)


def load_first(folder: Path) -> Any:
    model = read_model_folder(folder, folds=0)
    return load_fold(model.plans, model.folds[0])


def test_the_network_of_a_fold_is_in_evaluation_mode_and_fp32(copied: Path) -> None:
    trained = load_first(copied)

    assert not trained.network.training
    assert {parameter.dtype for parameter in trained.network.parameters()} == {torch.float32}
    assert not any(parameter.is_meta or parameter.requires_grad for parameter in trained.network.parameters())
    assert trained.mirror_axes == (1,)


def test_a_checkpoint_that_wants_to_run_code_is_refused_and_the_code_does_not_run(
    copied: Path, tmp_path: Path
) -> None:
    witness = tmp_path / "the_code_ran"
    rewrite(copied, trainer_name=Payload(witness))

    with pytest.raises(ModelRefused, match="holds more than weights"):
        load_first(copied)
    assert not witness.exists()


def test_the_payload_of_these_tests_would_run_under_a_believing_reader(copied: Path, tmp_path: Path) -> None:
    witness = tmp_path / "the_code_ran"
    rewrite(copied, trainer_name=Payload(witness))

    torch.load(copied / "fold_0" / "checkpoint_final.pth", weights_only=False)
    assert witness.exists()


def test_the_numpy_scalars_of_a_training_log_are_accepted(copied: Path) -> None:
    logging = {"mean_fg_dice": [np.float64(0.9), np.float32(0.8)], "epoch": [np.int64(3)], "done": np.bool_(True)}
    rewrite(copied, logging=logging, _best_ema=np.float64(0.91), optimizer_state=None)

    assert load_first(copied).mirror_axes == (1,)


def test_a_checkpoint_of_a_3d_configuration_is_refused(copied: Path) -> None:
    rewrite(copied, init_args={"configuration": "3d_fullres", "fold": 0})

    with pytest.raises(ModelRefused, match="'3d_fullres'"):
        load_first(copied)


@pytest.mark.parametrize("axes", [(2,), (0, 1, 2), "1", 1])
def test_mirroring_along_axes_that_an_image_does_not_have_is_refused(copied: Path, axes: object) -> None:
    rewrite(copied, inference_allowed_mirroring_axes=axes)

    with pytest.raises(ModelRefused, match="mirroring"):
        load_first(copied)


def test_a_model_trained_without_mirroring_is_not_mirrored(copied: Path) -> None:
    rewrite(copied, inference_allowed_mirroring_axes=None)

    assert load_first(copied).mirror_axes == ()


def test_weights_of_another_architecture_are_refused(copied: Path) -> None:
    change = {"features_per_stage": [8, 16, 32, 64, 96, 128]}
    edit_json(copied / "plans.json", lambda c: planar(c)["architecture"]["arch_kwargs"].update(change))

    with pytest.raises(ModelRefused, match="do not fit the architecture"):
        load_first(copied)


def test_missing_weights_are_refused(copied: Path) -> None:
    rewrite(copied, network_weights=None)

    with pytest.raises(ModelRefused, match="do not fit"):
        load_first(copied)


def test_a_checkpoint_that_changed_after_it_was_digested_is_refused(copied: Path) -> None:
    model = read_model_folder(copied, folds=0)
    rewrite(copied, current_epoch=7)

    with pytest.raises(ModelRefused, match="has changed"):
        load_fold(model.plans, model.folds[0])


def test_a_cut_off_checkpoint_is_refused(copied: Path) -> None:
    file = copied / "fold_0" / "checkpoint_final.pth"
    file.write_bytes(file.read_bytes()[:-2000])

    with pytest.raises(ModelRefused, match="not a PyTorch checkpoint"):
        load_first(copied)


def test_a_residual_encoder_network_is_built_from_its_plans(copied: Path) -> None:
    from dynamic_network_architectures.architectures.unet import ResidualEncoderUNet
    from torch import nn

    def to_residual(content: dict[str, Any]) -> None:
        architecture = planar(content)["architecture"]
        architecture["network_class_name"] = architecture["network_class_name"].replace(
            "PlainConvUNet", "ResidualEncoderUNet"
        )
        architecture["arch_kwargs"]["n_blocks_per_stage"] = architecture["arch_kwargs"].pop("n_conv_per_stage")

    edit_json(copied / "plans.json", to_residual)
    torch.manual_seed(0)
    own = ResidualEncoderUNet(
        1, 6, [8, 16, 32, 64, 96, 96], nn.Conv2d, [[3, 3]] * 6, [[1, 1]] + [[2, 2]] * 5, [2] * 6, 4, [2] * 5,
        True, nn.InstanceNorm2d, {"eps": 1e-5, "affine": True}, None, None, nn.LeakyReLU, {"inplace": True},
    ).eval()  # fmt: skip
    rewrite(copied, network_weights=own.state_dict())
    image = torch.randn(1, 1, 256, 256)

    with torch.inference_mode():
        assert torch.equal(load_first(copied).network(image), own(image))
