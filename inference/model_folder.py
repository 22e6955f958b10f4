"""Open a genuine nnU-Net v2 2D results folder without trusting it: allow-lists, bounded sizes, a digest.

Nothing of the folder is executed here and torch is not imported; the weights themselves are opened in
`inference.members.weights`.  Names and keys are nnU-Net's own (plans.json, dataset.json, fold_<k>/).
"""

import hashlib
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias, TypeVar

from pydantic import AliasPath, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from inference.errors import ModelRefused
from inference.labels import Tissue
from inference.model_card import ModelCard, ModelStatus
from inference.segmentation import EnsembleRule

CheckpointKind: TypeAlias = Literal["final", "best"]

MAX_JSON_BYTES = 8 * 2**20
MAX_CHECKPOINT_BYTES = 2 * 2**30  # the paper's network with optimizer state is about 0.4 GiB
VERSION_DIGITS = 12
_INTENSITIES = "foreground_intensity_properties_per_channel"
LABELS = {"background": 0} | {tissue.name.lower(): tissue.value for tissue in Tissue}

_Name = Annotated[str, Field(pattern=r"^[\w .+()-]{1,64}$")]  # ends up in DICOM LO
_Stages = Annotated[int, Field(ge=2, le=10)]
_Features = Annotated[int, Field(ge=1, le=1024)]
_Blocks = Annotated[int, Field(ge=1, le=16)]
_Kernel = Annotated[int, Field(ge=1, le=7)]
_Stride = Annotated[int, Field(ge=1, le=4)]
_Side = Annotated[int, Field(ge=16, le=1024)]
_Millimetre = Annotated[float, Field(ge=0.1, le=10)]


class _Stated(BaseModel):
    """A part of a file of the folder; keys that do not decide the output are passed over."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


class _Allowed(_Stated):
    """A part that becomes arguments of a call: every key and value is on the list, or the folder is refused."""

    model_config = ConfigDict(extra="forbid")


class Normalisation(_Stated):
    """Intensity properties of the training set in HU, as `CTNormalization` reads them."""

    mean: float
    std: Annotated[float, Field(gt=0)]
    percentile_00_5: float
    percentile_99_5: float


class _NormKwargs(_Allowed):
    eps: Annotated[float, Field(gt=0, le=1)] = 1e-5
    affine: bool = True


class _NonlinKwargs(_Allowed):
    inplace: bool = True
    negative_slope: Annotated[float, Field(ge=0, le=1)] = 0.01


class _UNetKwargs(_Allowed):
    n_stages: _Stages
    features_per_stage: tuple[_Features, ...]
    conv_op: Literal["torch.nn.modules.conv.Conv2d"]
    kernel_sizes: tuple[tuple[_Kernel, _Kernel], ...]
    strides: tuple[tuple[_Stride, _Stride], ...]
    n_conv_per_stage_decoder: tuple[_Blocks, ...]
    conv_bias: bool
    norm_op: Literal["torch.nn.modules.instancenorm.InstanceNorm2d"]
    norm_op_kwargs: _NormKwargs
    dropout_op: None
    dropout_op_kwargs: None
    nonlin: Literal["torch.nn.LeakyReLU"]
    nonlin_kwargs: _NonlinKwargs

    @model_validator(mode="after")
    def _one_value_per_stage(self) -> Self:
        encoder = (self.features_per_stage, self.kernel_sizes, self.strides)
        if any(len(values) != self.n_stages for values in encoder):
            raise ValueError("features, kernels and strides must have one value per stage")
        if len(self.n_conv_per_stage_decoder) != self.n_stages - 1:
            raise ValueError("the decoder must have one stage less than the encoder")
        return self


class _PlainKwargs(_UNetKwargs):
    n_conv_per_stage: tuple[_Blocks, ...]


class _ResidualKwargs(_UNetKwargs):
    n_blocks_per_stage: tuple[_Blocks, ...]


class PlainConvUNet(_Stated):
    """nnU-Net's default architecture, checked."""

    network_class_name: Literal["dynamic_network_architectures.architectures.unet.PlainConvUNet"]
    arch_kwargs: _PlainKwargs


class ResidualEncoderUNet(_Stated):
    """nnU-Net's residual encoder presets, checked."""

    network_class_name: Literal["dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"]
    arch_kwargs: _ResidualKwargs


Architecture: TypeAlias = PlainConvUNet | ResidualEncoderUNet


class Configuration2d(_Stated):
    """Configuration "2d" of plans.json: spacing in mm and patch in pixels, both (row, column)."""

    preprocessor_name: Literal["DefaultPreprocessor"]
    patch_size: tuple[_Side, _Side]
    spacing: tuple[_Millimetre, _Millimetre]
    normalization_schemes: tuple[Literal["CTNormalization"]]
    use_mask_for_norm: tuple[Literal[False]]
    resampling_fn_data: Literal["resample_data_or_seg_to_shape"]
    resampling_fn_probabilities: Literal["resample_data_or_seg_to_shape"]
    data_order: Literal[3] = Field(validation_alias=AliasPath("resampling_fn_data_kwargs", "order"))
    probability_order: Literal[1] = Field(validation_alias=AliasPath("resampling_fn_probabilities_kwargs", "order"))
    architecture: Annotated[Architecture, Field(discriminator="network_class_name")]

    @model_validator(mode="after")
    def _patch_survives_every_stride(self) -> Self:
        strides = self.architecture.arch_kwargs.strides
        if any(side % prod(stride[axis] for stride in strides) for axis, side in enumerate(self.patch_size)):
            raise ValueError("the patch size is not divisible by the strides")
        return self


class Plans(_Stated):
    """What of plans.json decides the output of a 2D model."""

    dataset_name: _Name
    plans_name: _Name
    transpose_forward: tuple[Literal[0], Literal[1], Literal[2]]
    planar: Configuration2d = Field(validation_alias=AliasPath("configurations", "2d"))
    normalisation: Normalisation = Field(validation_alias=AliasPath(_INTENSITIES, "0"))


class _Dataset(_Stated):
    channel_names: Annotated[dict[str, str], Field(min_length=1, max_length=1)]
    labels: dict[str, int]

    @field_validator("labels")
    @classmethod
    def _muscles_of_the_method(cls, labels: dict[str, int]) -> dict[str, int]:
        if {re.sub(r"[\s-]+", "_", name.strip().lower()): value for name, value in labels.items()} != LABELS:
            raise ValueError(f"must be {LABELS}, are {labels}")
        return labels


class _CardFile(_Stated):
    name: _Name
    version: _Name
    status: Literal["demonstration", "research"] = "research"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One trained fold: its number, its checkpoint file, and the SHA-256 (hex) of that file.

    `digest` (hex) also covers plans.json and dataset.json: equal digests make equal probabilities.
    """

    number: int
    checkpoint: Path
    checkpoint_digest: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A checked results folder: plans, folds to use in ascending order, and what must be said of it."""

    path: Path
    plans: Plans
    folds: tuple[Fold, ...]
    card: ModelCard


def read_model_folder(
    path: Path,
    *,
    folds: Literal["all"] | int | Sequence[int] = "all",
    checkpoint: CheckpointKind = "final",
    status: ModelStatus = ModelStatus.RESEARCH,
    ensemble: EnsembleRule = "probability",
) -> ModelFolder:
    """Check the folder at `path` and name its members.

    `checkpoint` names the file of every fold (checkpoint_final.pth or checkpoint_best.pth); there is no silent
    change between them.  An optional model_card.json beside plans.json gives name and version and may say
    `"status": "demonstration"`, which no caller can raise; every other folder has the status of the caller.
    Raises ModelRefused with one sentence for the administrator.
    """
    plans_bytes, dataset_bytes = _content(path / "plans.json"), _content(path / "dataset.json")
    plans = _parsed(Plans, plans_bytes, "plans.json")
    _parsed(_Dataset, dataset_bytes, "dataset.json")
    base = _digest(plans_bytes, dataset_bytes)
    members = tuple(_fold(path, number, checkpoint, base) for number in _numbers(path, folds))
    digest = _digest(*(member.digest.encode() for member in members))
    card = _card(path, plans, digest, status, tuple(member.number for member in members), ensemble)
    return ModelFolder(path=path, plans=plans, folds=members, card=card)


_Part = TypeVar("_Part", bound=_Stated)


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise ModelRefused(f"{file.name} is missing in {file.parent}")
    if file.stat().st_size > MAX_JSON_BYTES:
        raise ModelRefused(f"{file.name} is larger than {MAX_JSON_BYTES} bytes")
    return file.read_bytes()


def _parsed(kind: type[_Part], content: bytes, name: str) -> _Part:
    try:
        return kind.model_validate_json(content)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelRefused(f"{name} does not fit a 2D model of the muscles: {where}: {first['msg']}") from fault


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _numbers(path: Path, folds: Literal["all"] | int | Sequence[int]) -> list[int]:
    if isinstance(folds, int):
        return [folds]
    present = [int(name[1]) for child in path.iterdir() if (name := re.fullmatch(r"fold_(\d{1,3})", child.name))]
    wanted = present if folds == "all" else folds
    if not wanted:
        raise ModelRefused(f"{path} has no fold_<k> folder to use")
    return sorted({int(number) for number in wanted})


def _fold(path: Path, number: int, checkpoint: CheckpointKind, base: str) -> Fold:
    file = path / f"fold_{number}" / f"checkpoint_{checkpoint}.pth"
    if not file.is_file():
        raise ModelRefused(f"fold_{number} has no checkpoint_{checkpoint}.pth")
    if max(file.stat().st_size, _unpacked_bytes(file)) > MAX_CHECKPOINT_BYTES:
        raise ModelRefused(f"{file.parent.name}/{file.name} is larger than {MAX_CHECKPOINT_BYTES} bytes")
    with file.open("rb") as stream:
        own = hashlib.file_digest(stream, "sha256").hexdigest()
    return Fold(number=number, checkpoint=file, checkpoint_digest=own, digest=_digest(base.encode(), own.encode()))


def _unpacked_bytes(file: Path) -> int:
    try:
        with zipfile.ZipFile(file) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as fault:
        raise ModelRefused(f"{file.parent.name}/{file.name} is not a PyTorch checkpoint") from fault


def _card(
    path: Path, plans: Plans, digest: str, status: ModelStatus, folds: tuple[int, ...], ensemble: EnsembleRule
) -> ModelCard:
    file = path / "model_card.json"
    name, version = f"{plans.dataset_name} {plans.plans_name}"[:64], digest[:VERSION_DIGITS]
    if file.exists():
        stated = _parsed(_CardFile, _content(file), file.name)
        name, version, status = stated.name, stated.version, _status(stated, status)
    return ModelCard(name=name, version=version, digest=digest, status=status, folds=folds, ensemble=ensemble)


def _status(stated: _CardFile, asked: ModelStatus) -> ModelStatus:
    if stated.status != "demonstration":
        return asked
    if asked == ModelStatus.RELEASED:
        raise ModelRefused(f"{stated.name} is a demonstration model and cannot be released")
    return ModelStatus.DEMONSTRATION
