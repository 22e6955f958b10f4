"""Pixels of a stack as Hounsfield units in canonical order (PS3.3 C.11.1: HU = stored x slope + intercept)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filereader import read_file_meta_info
from pydicom.pixels.utils import iter_pixels
from pydicom.uid import DeflatedExplicitVRLittleEndian

from dicom_node.study.header import number
from dicom_node.study.series import Stack
from inference.ct import CtSlice, CtVolume
from inference.errors import Reason, Unsuitable

AIR_HU = -1024
"""Padding and what lies below air become air."""
HIGHEST_HU = 32767
UNDECODABLE = (ValueError, RuntimeError, NotImplementedError, AttributeError, TypeError, KeyError, IndexError)
"""What pydicom and its decoders raise on pixel data that they can't read."""


def read_volume(stack: Stack) -> CtVolume:
    """All slices, Int16[slice, row, column], caudal to cranial; raises `Unsuitable` when one can't be decoded."""
    first = read_slice(stack, 0)
    hu = np.empty((len(stack.images), *first.hu.shape), np.int16)
    for path, indices in _by_file(stack).items():
        for index, pixels in zip(indices, _hounsfield(stack, path, indices), strict=True):
            hu[index] = pixels
    return CtVolume(hu=hu, spacing_mm=(stack.spacing_mm, *first.spacing_mm))


def read_slice(stack: Stack, index: int) -> CtSlice:
    """One slice alone; raises `Unsuitable`."""
    image = stack.images[index]
    (pixels,) = _hounsfield(stack, image.path, [index])
    return CtSlice(
        hu=np.ascontiguousarray(pixels),
        spacing_mm=stack.orientation.canonical_spacing(stack.pixel_spacing_mm),
        thickness_mm=number(image.header, "SliceThickness") or stack.spacing_mm,
    )


def _by_file(stack: Stack) -> dict[Path, list[int]]:
    """The slices that each file holds: one, or the frames of a multi-frame object."""
    files: dict[Path, list[int]] = defaultdict(list)
    for index, image in enumerate(stack.images):
        files[image.path].append(index)
    return files


def _hounsfield(stack: Stack, path: Path, indices: Iterable[int]) -> Iterator[NDArray[np.int16]]:
    """The slices `indices`, all of them in the file `path`, one frame in memory at a time."""
    images = [stack.images[index] for index in indices]
    frames = _decoded(path, [(image.frame or 1) - 1 for image in images])
    for image, stored in zip(images, frames, strict=True):
        yield stack.orientation.to_canonical(_rescaled(image.header, stored))


def _decoded(path: Path, frames: list[int]) -> Iterator[NDArray[np.generic]]:
    """Stored values [row, column] of the frames (from 0), in the order asked for."""
    try:
        for stored in iter_pixels(_source(path), indices=frames):
            if stored.ndim != 2:
                raise Unsuitable(Reason.CANNOT_DECODE, f"one grey frame expected, got shape {stored.shape}")
            yield stored
    except UNDECODABLE as error:
        raise _why_not(path, error) from None


def _source(path: Path) -> Path | Dataset:
    """What pydicom takes the frames from: the file, but it does not inflate a deflated one on the way."""
    deflated = read_file_meta_info(path).TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    return dcmread(path) if deflated else path


def _why_not(path: Path, error: Exception) -> Unsuitable:
    dataset = dcmread(path)
    if "PixelData" not in dataset:
        return Unsuitable(Reason.NO_PIXEL_DATA, "an image without PixelData")
    return Unsuitable(Reason.CANNOT_DECODE, f"{dataset.file_meta.TransferSyntaxUID.name}: {type(error).__name__}")


def _rescaled(header: Dataset, stored: NDArray[np.generic]) -> NDArray[np.int16]:
    hu = stored.astype(np.float32)
    if (slope := float(header.RescaleSlope)) != 1:
        hu *= slope
    hu += float(header.RescaleIntercept)
    padding = header.get("PixelPaddingValue")
    if padding is not None:
        hu[stored == padding] = AIR_HU
    np.rint(hu, out=hu)
    return np.clip(hu, AIR_HU, HIGHEST_HU, out=hu).astype(np.int16)
