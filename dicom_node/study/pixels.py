"""Pixels of a stack as Hounsfield units in canonical order (PS3.3 C.11.1: HU = stored x slope + intercept)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import FileDataset

from dicom_node.study.header import number
from dicom_node.study.series import Stack
from inference.ct import CtSlice, CtVolume
from inference.errors import Reason, Unsuitable

AIR_HU = -1024
"""Padding and what lies below air become air."""
HIGHEST_HU = 32767


def read_volume(stack: Stack) -> CtVolume:
    """All slices, Int16[slice, row, column], caudal to cranial; raises `Unsuitable` when one can't be decoded."""
    first = read_slice(stack, 0)
    hu = np.empty((len(stack.images), *first.hu.shape), np.int16)
    for index, image in enumerate(stack.images):
        hu[index] = stack.orientation.to_canonical(_hounsfield(image.path))
    return CtVolume(hu=hu, spacing_mm=(stack.spacing_mm, *first.spacing_mm))


def read_slice(stack: Stack, index: int) -> CtSlice:
    """One slice alone; raises `Unsuitable`."""
    image = stack.images[index]
    return CtSlice(
        hu=np.ascontiguousarray(stack.orientation.to_canonical(_hounsfield(image.path))),
        spacing_mm=stack.orientation.canonical_spacing(stack.pixel_spacing_mm),
        thickness_mm=number(image.header, "SliceThickness") or stack.spacing_mm,
    )


def _hounsfield(path: Path) -> NDArray[np.int16]:
    dataset = dcmread(path)
    if "PixelData" not in dataset:
        raise Unsuitable(Reason.NO_PIXEL_DATA, "an image without PixelData")
    try:
        stored = dataset.pixel_array
    except (ValueError, RuntimeError, NotImplementedError, AttributeError, TypeError, KeyError, IndexError) as error:
        syntax = dataset.file_meta.TransferSyntaxUID.name
        raise Unsuitable(Reason.CANNOT_DECODE, f"{syntax}: {type(error).__name__}") from None
    if stored.ndim != 2:
        raise Unsuitable(Reason.CANNOT_DECODE, f"one grey frame expected, got shape {stored.shape}")
    return _rescaled(dataset, stored)


def _rescaled(dataset: FileDataset, stored: NDArray[np.generic]) -> NDArray[np.int16]:
    hu = stored.astype(np.float32) * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    padding = dataset.get("PixelPaddingValue")
    if padding is not None:
        hu[stored == padding] = AIR_HU
    return np.clip(np.rint(hu), AIR_HU, HIGHEST_HU).astype(np.int16)
