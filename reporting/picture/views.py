"""Views of the whole volume for the evidence picture: the plain sagittal cut and the coronal projection."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.ct import CtVolume
from inference.l3.level import L3Evidence, L3Level

VIEW_MM = 1.0
"""Edge of a pixel of a view."""
BONE_HU = 100
"""Only what is denser is projected: ribs, vertebrae and pelvis, as on a radiograph of bones."""
BONE_FULL = 0.995
"""Quantile of the projection that is shown white: metal must not darken the bones."""
SKIPPED = 2
"""In-plane step of the projection: pixels are finer than its picture."""


def plain_sagittal(volume: CtVolume, level: L3Level, evidence: L3Evidence) -> NDArray[np.int16]:
    """The flat cut through the canal at L3, Int16[height, row] in HU, index 0 caudal, `VIEW_MM` isotropic."""
    column = _column_of_canal(volume, level, evidence)
    slice_mm, row_mm, _ = volume.spacing_mm
    return _isotropic(volume.hu[:, :, column], (slice_mm, row_mm)).astype(np.int16)


def coronal_projection(volume: CtVolume) -> NDArray[np.uint8]:
    """Bones seen from the front, UInt8[height, column], index 0 caudal, `VIEW_MM` isotropic."""
    slice_mm, _, column_mm = volume.spacing_mm
    bones = [
        np.clip(plane[::SKIPPED, ::SKIPPED], BONE_HU, None).mean(axis=0, dtype=np.float32) for plane in volume.hu
    ]
    shown = _isotropic(np.stack(bones) - BONE_HU, (slice_mm, column_mm * SKIPPED))
    white = max(float(np.quantile(shown, BONE_FULL)), 1.0)
    return (255 * np.sqrt(np.clip(shown / white, 0, 1))).astype(np.uint8)  # the root brings the thin ribs out


def _column_of_canal(volume: CtVolume, level: L3Level, evidence: L3Evidence) -> int:
    """Where the cut along the canal crosses the slice at L3: the column that looks like it there."""
    height = min(round((level.z_mm or 0.0) / evidence.pixel_mm), len(evidence.sagittal) - 1)
    profile = evidence.sagittal[height].astype(np.float32)
    plane = volume.hu[level.index or 0]
    rows = np.rint(np.arange(len(profile)) * evidence.pixel_mm / volume.spacing_mm[1]).astype(np.intp)
    beside = np.abs(plane[np.minimum(rows, len(plane) - 1)] - profile[:, np.newaxis])
    return int(beside.mean(axis=0).argmin())


def _isotropic(plane: NDArray[np.generic], spacing_mm: tuple[float, float]) -> NDArray[np.float32]:
    """`plane` at `VIEW_MM`, linear; the centres of the first pixels coincide."""
    shape = tuple(int((size - 1) * mm / VIEW_MM) + 1 for size, mm in zip(plane.shape, spacing_mm, strict=True))
    scale = [VIEW_MM / mm for mm in spacing_mm]
    return ndimage.affine_transform(plane.astype(np.float32), scale, output_shape=shape, order=1, mode="nearest")
