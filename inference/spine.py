"""A second localiser: any nnU-Net v2 folder of a 3D configuration that labels vertebrae, TotalSegmentator's own too.

Weights come from a configured folder only; nothing is downloaded, reported, or run that the folder brings.  torch and
nnU-Net are imported where the model is opened.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtVolume
from inference.errors import ModelRefused
from inference.l3.labelled import level_by_labels
from inference.l3.level import L3Level
from inference.model_folder import bounded_bytes

Localiser: TypeAlias = Callable[[CtVolume], L3Level]
Predict: TypeAlias = Callable[[NDArray[np.float32], tuple[float, float, float]], NDArray[np.uint8]]
"""HU Float32[slice, row, column], rows to the front and columns to the right (RAS), and its spacing -> labels."""

VERTEBRA = re.compile(r"(?:vertebrae?[ _-]?)?(C[1-7]|T1[0-2]|T[1-9]|L[1-6])", re.IGNORECASE)
"""Names as TotalSegmentator, VerSe and users write them: vertebrae_L3, L3."""
CONFIGURATIONS = ("3d_fullres", "3d_lowres")
NETWORKS = ("PlainConvUNet", "ResidualEncoderUNet")
OPERATIONS = frozenset(
    {"torch.nn.modules.conv.Conv3d", "torch.nn.modules.instancenorm.InstanceNorm3d", "torch.nn.LeakyReLU"}
)
"""All that plans.json may name to be imported."""
UNFITTING = (RuntimeError, TypeError, AttributeError, AssertionError, ValueError, KeyError, IndexError)
"""What building and filling a network raise when plans and weights are not of one training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebraFolder:
    """A folder that was looked at: its files as read, its vertebrae by label, one trained fold."""

    plans: Mapping[str, Any]
    dataset: Mapping[str, Any]
    names: Mapping[int, str]
    checkpoint: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebraModel:
    """A `Localiser` that labels the whole volume."""

    predict: Predict
    names: Mapping[int, str]

    def __call__(self, volume: CtVolume) -> L3Level:
        """The level by the labels of the model; `uncertain` where they can't be believed."""
        ras = np.ascontiguousarray(volume.hu[:, ::-1, ::-1], np.float32)
        return level_by_labels(self.predict(ras, volume.spacing_mm)[:, ::-1, ::-1], volume.spacing_mm, self.names)


def read_vertebra_folder(path: Path) -> VertebraFolder:
    """Look at the folder, weights apart; raises `ModelRefused` with one sentence."""
    plans, dataset = (_object(path / name) for name in ("plans.json", "dataset.json"))
    labels = dataset.get("labels")
    if not isinstance(labels, dict) or not all(isinstance(value, int) for value in labels.values()):
        raise ModelRefused("dataset.json: labels of vertebrae expected, each with one number")
    known = {value: found[1].upper() for name, value in labels.items() if (found := VERTEBRA.fullmatch(name))}
    if not {"L2", "L3", "L4"} <= set(known.values()):
        raise ModelRefused("dataset.json does not label L2, L3 and L4, as a model of vertebrae does")
    trained = sorted(path.glob("fold_*/checkpoint_final.pth"))
    if not trained:
        raise ModelRefused(f"{path} has no fold_<k>/checkpoint_final.pth")
    return VertebraFolder(plans=plans, dataset=dataset, names=known, checkpoint=trained[0])


def open_vertebra_model(path: Path, device: str) -> VertebraModel:
    """Open one fold and keep it on `device`, without mirroring: the place of a body needs no average of eight.

    Raises `ModelRefused` as `read_vertebra_folder` does, and when the checkpoint is more than weights or unfitting.
    """
    folder = read_vertebra_folder(path)
    return VertebraModel(predict=_predictor(folder, device), names=folder.names)


def _object(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(bounded_bytes(file))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ModelRefused(f"{file.name} is no JSON object")
    return found


def _predictor(folder: VertebraFolder, device: str) -> Predict:
    """nnU-Net's own predictor around a network that is built and filled here."""
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    from inference.members.weights import unpickled

    where = f"{folder.checkpoint.parent.name}/{folder.checkpoint.name}"
    checkpoint = unpickled(folder.checkpoint.read_bytes(), where)
    manager = PlansManager(dict(folder.plans))
    configuration = manager.get_configuration(_configuration(checkpoint, folder))
    heads = manager.get_label_manager(dict(folder.dataset)).num_segmentation_heads
    network, weights = _filled(configuration, heads, checkpoint, where)
    on_gpu = device != "cpu"
    predictor = nnUNetPredictor(
        use_mirroring=False, perform_everything_on_device=on_gpu, device=torch.device(device), allow_tqdm=False
    )
    predictor.manual_initialization(
        network, manager, configuration, [weights], dict(folder.dataset), "nnUNetTrainer", None
    )

    def predict(hu: NDArray[np.float32], spacing_mm: tuple[float, float, float]) -> NDArray[np.uint8]:
        labels: NDArray[Any] = predictor.predict_single_npy_array(hu[None], {"spacing": list(spacing_mm)})
        return labels.astype(np.uint8)

    return predict


def _configuration(checkpoint: Mapping[str, Any], folder: VertebraFolder) -> str:
    said = checkpoint.get("init_args")
    name = said.get("configuration") if isinstance(said, dict) else None
    if name not in CONFIGURATIONS or name not in folder.plans.get("configurations", {}):
        raise ModelRefused(f"a vertebra model of configuration {' or '.join(CONFIGURATIONS)} expected, not {name!r}")
    return str(name)


def _filled(configuration: Any, heads: int, checkpoint: Mapping[str, Any], where: str) -> tuple[Any, Any]:
    """The network and its weights; only what stands on the lists above is ever imported by name."""
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

    kind = str(configuration.network_arch_class_name).rpartition(".")[2]
    arguments = configuration.network_arch_init_kwargs
    imported = configuration.network_arch_init_kwargs_req_import
    wanted = {str(arguments[key]) for key in imported if arguments.get(key)}
    if kind not in NETWORKS or not wanted <= OPERATIONS:
        raise ModelRefused(f"plans.json asks for {', '.join(sorted({kind, *wanted}))}: not on the list")
    weights, name = checkpoint.get("network_weights"), f"dynamic_network_architectures.architectures.unet.{kind}"
    how = {"allow_init": False, "deep_supervision": False}
    try:
        network = get_network_from_plans(name, arguments, imported, 1, heads, **how)
        network.load_state_dict(weights, strict=True)
    except UNFITTING as fault:
        raise ModelRefused(f"the weights in {where} do not fit the architecture in plans.json") from fault
    return network.eval(), weights
