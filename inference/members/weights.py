"""Checkpoint -> network, without running anything that the file brings: weights only, allow-listed classes.

The one place that opens a .pth file.  torch is imported inside the functions, so that importing this room is cheap.
"""

import hashlib
import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from inference.errors import ModelRefused
from inference.labels import Tissue
from inference.model_folder import Fold
from inference.model_plans import Architecture, Plans

TorchModule: TypeAlias = Any
"""torch.nn.Module: [batch, 1, row, column] -> logits [batch, class, row, column]."""

CLASSES = 1 + len(Tissue)

_UNREADABLE = (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedFold:
    """A network in evaluation mode on the CPU, and the axes of [row, column] it may be mirrored along."""

    network: TorchModule
    mirror_axes: tuple[int, ...]


def load_fold(plans: Plans, fold: Fold) -> TrainedFold:
    """Open the checkpoint of one fold.

    Raises ModelRefused when the file is not the one that was read and digested, wants to run code, is not of
    configuration "2d", or does not fit the plans.
    """
    name = f"{fold.checkpoint.parent.name}/{fold.checkpoint.name}"
    content = fold.checkpoint.read_bytes()
    if hashlib.sha256(content).hexdigest() != fold.checkpoint_digest:
        raise ModelRefused(f"{name} has changed since the folder was read")
    checkpoint = unpickled(content, name)
    _check_configuration(checkpoint, name)
    network = _network(plans.planar.architecture, checkpoint.get("network_weights"), name)
    return TrainedFold(network=network, mirror_axes=_mirror_axes(checkpoint, name))


def unpickled(content: bytes, name: str) -> Mapping[str, Any]:
    """The dict of the checkpoint; numpy scalars of nnU-Net's training log are the only objects besides tensors."""
    import numpy as np
    import torch

    numpy_scalars = [
        np._core.multiarray.scalar,  # type: ignore[attr-defined]
        (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),  # type: ignore[attr-defined]
        np.dtype,
        *(type(np.dtype(kind)) for kind in ("float32", "float64", "int32", "int64", "bool")),
    ]
    try:
        with torch.serialization.safe_globals(numpy_scalars):
            checkpoint = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except _UNREADABLE as fault:
        raise ModelRefused(f"{name} holds more than weights or is damaged") from fault
    if not isinstance(checkpoint, dict):
        raise ModelRefused(f"{name} is not an nnU-Net checkpoint")
    return checkpoint


def _check_configuration(checkpoint: Mapping[str, Any], name: str) -> None:
    settings = checkpoint.get("init_args")
    configuration = settings.get("configuration") if isinstance(settings, dict) else None
    if configuration != "2d":
        raise ModelRefused(f"{name} was trained as configuration {configuration!r}; only '2d' can be used")


def _mirror_axes(checkpoint: Mapping[str, Any], name: str) -> tuple[int, ...]:
    axes = checkpoint.get("inference_allowed_mirroring_axes") or ()
    if not isinstance(axes, tuple | list) or not set(axes) <= {0, 1}:
        raise ModelRefused(f"{name} allows mirroring along {axes!r}, which a 2D image does not have")
    return tuple(sorted(set(axes)))


def _network(architecture: Architecture, weights: object, name: str) -> TorchModule:
    """Build on the meta device and take the tensors of the file: no memory beyond the file, no random start."""
    import torch

    with torch.device("meta"):
        network = _network_class(architecture)(
            input_channels=1, num_classes=CLASSES, deep_supervision=False, **_arguments(architecture)
        )
    try:
        network.load_state_dict(weights, strict=True, assign=True)
    except _UNREADABLE as fault:
        raise ModelRefused(f"the weights in {name} do not fit the architecture in plans.json") from fault
    return network.float().eval().requires_grad_(False)


def _network_class(architecture: Architecture) -> Any:
    from dynamic_network_architectures.architectures import unet

    allowed = {"PlainConvUNet": unet.PlainConvUNet, "ResidualEncoderUNet": unet.ResidualEncoderUNet}
    return allowed[architecture.network_class_name.rpartition(".")[2]]


def _arguments(architecture: Architecture) -> dict[str, Any]:
    from torch import nn

    operations = {"conv_op": nn.Conv2d, "norm_op": nn.InstanceNorm2d, "nonlin": nn.LeakyReLU}
    return architecture.arch_kwargs.model_dump() | operations
