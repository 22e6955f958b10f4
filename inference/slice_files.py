"""Slices and labels as NIfTI: pairs `NAME-image.nii.gz`, `NAME-label.nii.gz`, read into canonical orientation.

The paper's exchange format and what the node exports.  Rows run to the back, columns to the patient's left.
"""

import gzip
import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue

IMAGE, LABEL = "-image.nii.gz", "-label.nii.gz"


MOST_PIXELS = 4096 * 4096
"""A header may promise any number: more are not read."""
PIXEL_MM = (0.1, 10.0)
"""Pixel spacings that are believed."""
UNREADABLE = (ImageFileError, OSError, EOFError, ValueError, TypeError, OverflowError, ArithmeticError, zlib.error)
"""What nibabel raises on files that are no NIfTI, cut short, or not what their header says."""


class NotASlice(ValueError):
    """The file holds no single axial slice, or labels that are not those of the method; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case by name, its image and its labels."""

    name: str
    image: Path
    label: Path


def pairs_in(folder: Path) -> tuple[Pair, ...]:
    """The pairs below `folder`, sorted by name; raises `NotASlice` for an image without labels or the reverse."""
    images, labels = images_by_name(folder, deep=True), _by_name(folder.rglob(f"*{LABEL}"), LABEL)
    if alone := sorted(set(images) ^ set(labels)):
        raise NotASlice(f"{alone[0]} in {folder} has only one of {IMAGE} and {LABEL}")
    return tuple(Pair(name=name, image=images[name], label=labels[name]) for name in sorted(images))


def images_by_name(folder: Path, *, deep: bool = False) -> dict[str, Path]:
    """NAME-image.nii.gz in a folder, or `deep` below it."""
    return _by_name((folder.rglob if deep else folder.glob)(f"*{IMAGE}"), IMAGE)


def labels_by_name(folder: Path) -> dict[str, Path]:
    """NAME-label.nii.gz in a folder; where there are none, NAME.nii.gz, as nnU-Net writes predictions."""
    paired = _by_name(folder.glob(f"*{LABEL}"), LABEL)
    return paired or _by_name((p for p in folder.glob("*.nii.gz") if not p.name.endswith(IMAGE)), ".nii.gz")


def _by_name(paths: Iterable[Path], ending: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(paths):
        name = path.name.removesuffix(ending)
        if name in found:
            raise NotASlice(f"{name} is there twice: {found[name]} and {path}")
        found[name] = path
    return found


def read_slice(path: Path) -> CtSlice:
    """The CT slice of a file; raises `NotASlice`."""
    values, spacing_mm = _read(path)
    hu = np.clip(np.rint(values), -32768, 32767).astype(np.int16)
    return CtSlice(hu=hu, spacing_mm=spacing_mm[:2], thickness_mm=spacing_mm[2])


def read_labels(path: Path) -> LabelMap:
    """The labels of a file; raises `NotASlice` for any value that is no tissue."""
    values, _ = _read(path)
    if stranger := set(np.unique(values).tolist()) - {0, *map(int, Tissue)}:
        raise NotASlice(f"{path.name} has labels other than 0 to 3: {sorted(stranger)[:5]}")
    return values.astype(np.uint8)


def pixel_mm(path: Path) -> tuple[float, float]:
    """Row and column spacing of a file's slice, mm."""
    return _read(path)[1][:2]


def write_slice(path: Path, pixels: NDArray[Any], spacing_mm: tuple[float, float], thickness_mm: float) -> None:
    """`pixels`[row, column] in canonical orientation as NIfTI; no place in a patient is stated."""
    nibabel.save(_image(pixels, spacing_mm, thickness_mm), path)


def nifti_bytes(pixels: NDArray[Any], spacing_mm: tuple[float, float], thickness_mm: float) -> bytes:
    """What `write_slice` writes, compressed; same in, same bytes out."""
    return gzip.compress(_image(pixels, spacing_mm, thickness_mm).to_bytes(), compresslevel=6, mtime=0)


def _image(pixels: NDArray[Any], spacing_mm: tuple[float, float], thickness_mm: float) -> Any:
    through = max(thickness_mm, *spacing_mm)  # nnU-Net needs the largest spacing across the slice
    affine = np.diag([-spacing_mm[1], -spacing_mm[0], through, 1.0])
    image = nibabel.Nifti1Image(np.ascontiguousarray(pixels.T[:, :, np.newaxis]), affine)
    image.header.set_xyzt_units("mm")
    return image


def _read(path: Path) -> tuple[NDArray[Any], tuple[float, float, float]]:
    try:
        image = nibabel.load(path)
        _plausible(path, image.shape)
        image = nibabel.as_closest_canonical(image)
        values = np.asanyarray(image.dataobj)
        _plausible(path, values.shape)
        finite = bool(np.isfinite(values).all())
        x, y, z = (float(size) for size in image.header.get_zooms()[:3])
    except NotASlice:
        raise
    except UNREADABLE as fault:
        told = str(fault).replace(str(path), path.name)
        raise NotASlice(f"{path.name} can't be read as NIfTI: {told}") from fault
    if values.shape[2] != 1 or not finite:
        raise NotASlice(f"{path.name} is no single axial slice of numbers but {values.shape}")
    if not all(PIXEL_MM[0] <= size <= PIXEL_MM[1] for size in (x, y)):
        raise NotASlice(f"{path.name} has pixels of {y:g} x {x:g} mm")
    return values[::-1, ::-1, 0].T, (y, x, z)


def _plausible(path: Path, shape: tuple[int, ...]) -> None:
    """Before any pixel is read."""
    if len(shape) != 3 or 1 not in shape or math.prod(shape) > MOST_PIXELS:
        raise NotASlice(f"{path.name} is no single axial slice but {shape}")
