"""Volumes for the tests: made up, or a real one resampled, cropped and spoiled."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.ct import CtVolume


def make_volume(
    *,
    hu: NDArray[np.int16] | None = None,
    shape: tuple[int, int, int] = (80, 100, 120),
    fill_hu: int = -1000,
    spacing_mm: tuple[float, float, float] = (3.0, 3.0, 3.0),
) -> CtVolume:
    """A volume: of air unless told otherwise."""
    values = np.full(shape, fill_hu, np.int16) if hu is None else hu
    return CtVolume(hu=np.ascontiguousarray(values, dtype=np.int16), spacing_mm=spacing_mm)


def with_slices(volume: CtVolume, keep: slice | list[int]) -> CtVolume:
    """The same patient with these slices only, in this order."""
    return replace(volume, hu=np.ascontiguousarray(volume.hu[keep]))


def mirrored(volume: CtVolume) -> CtVolume:
    """Left and right exchanged."""
    return replace(volume, hu=np.ascontiguousarray(volume.hu[:, :, ::-1]))


def resampled(volume: CtVolume, spacing_mm: tuple[float, float, float]) -> CtVolume:
    """The same patient on another grid whose first voxel centre stays where it was; linear interpolation."""
    values = volume.hu.astype(np.float32)
    for axis, (old, new) in enumerate(zip(volume.spacing_mm, spacing_mm, strict=True)):
        size = values.shape[axis]
        positions = np.arange(0, (size - 1) * old + 1e-6, new) / old
        weights = np.clip(1 - np.abs(positions[:, None] - np.arange(size)), 0, 1).astype(np.float32)
        values = np.moveaxis(np.tensordot(weights, values, axes=(1, axis)), 0, axis)
    return make_volume(hu=np.rint(values).astype(np.int16), spacing_mm=spacing_mm)


def noisy(volume: CtVolume, *, sd_hu: float, seed: int = 0) -> CtVolume:
    """The same patient with in-plane correlated noise added."""
    grain = np.random.default_rng(seed).normal(0, 1, volume.hu.shape).astype(np.float32)
    grain = ndimage.gaussian_filter(grain, (0, 0.6, 0.6))
    values = volume.hu + grain * np.float32(sd_hu / grain.std())
    return replace(volume, hu=np.clip(values, -1024, 3071).astype(np.int16))
