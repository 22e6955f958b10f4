"""What of plans.json and dataset.json decides the output of a 2D model, checked against allow-lists.

Names and keys are nnU-Net's own; the values become arguments of its classes, so only what is listed here passes.
"""

import re
from math import prod
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AliasPath, BaseModel, ConfigDict, Field, field_validator, model_validator

from inference.labels import Tissue

_INTENSITIES = "foreground_intensity_properties_per_channel"
LABELS = {"background": 0} | {tissue.name.lower(): tissue.value for tissue in Tissue}
Name = Annotated[str, Field(pattern=r"^[\w .+()-]{1,64}$")]  # ends up in DICOM LO
MAX_FEATURE_MAPS = 2**26
"""Values of the feature maps of one stage (256 MB): five times those of the paper's network of 640 x 640 pixels."""
_Stages = Annotated[int, Field(ge=2, le=10)]
_Features = Annotated[int, Field(ge=1, le=1024)]
_Blocks = Annotated[int, Field(ge=1, le=16)]
_Kernel = Annotated[int, Field(ge=1, le=7)]
_Stride = Annotated[int, Field(ge=1, le=4)]
_Side = Annotated[int, Field(ge=16, le=1024)]
_Millimetre = Annotated[float, Field(ge=0.1, le=10)]


class Stated(BaseModel):
    """A part of a file of the folder; keys that do not decide the output are passed over."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


class Allowed(Stated):
    """A part that becomes arguments of a call: every key and value is on the list, or the folder is refused."""

    model_config = ConfigDict(extra="forbid")


class Normalisation(Stated):
    """Intensity properties of the training set in HU, as `CTNormalization` reads them."""

    mean: float
    std: Annotated[float, Field(gt=0)]
    percentile_00_5: float
    percentile_99_5: float


class _NormKwargs(Allowed):
    eps: Annotated[float, Field(gt=0, le=1)] = 1e-5
    affine: bool = True


class _NonlinKwargs(Allowed):
    inplace: bool = True
    negative_slope: Annotated[float, Field(ge=0, le=1)] = 0.01


class _UNetKwargs(Allowed):
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


class PlainConvUNet(Stated):
    """nnU-Net's default architecture, checked."""

    network_class_name: Literal["dynamic_network_architectures.architectures.unet.PlainConvUNet"]
    arch_kwargs: _PlainKwargs


class ResidualEncoderUNet(Stated):
    """nnU-Net's residual encoder presets, checked."""

    network_class_name: Literal["dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"]
    arch_kwargs: _ResidualKwargs


Architecture: TypeAlias = PlainConvUNet | ResidualEncoderUNet


class Configuration2d(Stated):
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

    @model_validator(mode="after")
    def _feature_maps_fit_into_memory(self) -> Self:
        pixels, arguments = prod(self.patch_size), self.architecture.arch_kwargs
        for features, stride in zip(arguments.features_per_stage, arguments.strides, strict=True):
            pixels //= prod(stride)
            if features * pixels > MAX_FEATURE_MAPS:
                raise ValueError("patch and features need more memory than a network of the method can")
        return self


class Plans(Stated):
    """What of plans.json decides the output of a 2D model."""

    dataset_name: Name
    plans_name: Name
    transpose_forward: tuple[Literal[0], Literal[1], Literal[2]]
    planar: Configuration2d = Field(validation_alias=AliasPath("configurations", "2d"))
    normalisation: Normalisation = Field(validation_alias=AliasPath(_INTENSITIES, "0"))


class DatasetFile(Stated):
    """dataset.json: one CT channel and the muscles of the method."""

    channel_names: Annotated[dict[str, str], Field(min_length=1, max_length=1)]
    labels: dict[str, int]

    @field_validator("labels")
    @classmethod
    def _muscles_of_the_method(cls, labels: dict[str, int]) -> dict[str, int]:
        if {re.sub(r"[\s-]+", "_", name.strip().lower()): value for name, value in labels.items()} != LABELS:
            raise ValueError(f"must be {LABELS}, are {labels}")
        return labels
