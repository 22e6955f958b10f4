"""What the scanner makes of a drawn slice: drift, blur or sharp kernel, coarse voxels, noise, streaks, a small field.

Truth is cut where the blurred, noise-free image shows more fat than muscle: an outline on half the edge.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from inference.phantom.varied.plane import Field, Plane

_EDGE_MM, _AIR_HU = 2.6, -1024.0


def scanned(plane: Plane, hu: Field, frail: bool) -> Field:
    """The slice as a scanner shows it."""
    chance = plane.chance
    soft = np.clip((hu + 250) / 60, 0, 1)  # leaves air alone
    drift = hu * chance.between(-0.15, 0.2) + chance.between(-14, 14) + plane.texture(45.0, chance.between(0, 6))
    seen = ndi.gaussian_filter(hu + soft * drift, chance.between(0.35, 1.0) / plane.pixel_mm)
    if chance.happens(0.45):
        seen = _coarse(plane, seen)
    if chance.happens(0.2):  # a sharp kernel overshoots at edges
        seen = seen + chance.between(0.2, 0.8) * (seen - ndi.gaussian_filter(seen, 1.5 / plane.pixel_mm))
    if frail and chance.happens(0.35):
        seen = seen + _streaks(plane, seen)
    return _field_of_view(plane, _noisy(plane, seen, frail))


def trimmed(plane: Plane, hu: Field, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The labels without the rim that looks like fat in `hu` as drawn and blurred."""
    blurred = ndi.gaussian_filter(hu, 0.8 / plane.pixel_mm)
    inside = plane.distance(labels == 0)
    middle = labels > 0
    if not middle.any():
        return labels
    half = (float(np.median(hu[middle])) - 100) / 2
    return np.where((inside < _EDGE_MM) & (blurred < half), 0, labels).astype(np.uint8)


def _coarse(plane: Plane, seen: Field) -> Field:
    """Voxels of up to 3.4 mm, noise in them, interpolated to the plane."""
    chance, voxel = plane.chance, plane.chance.between(1.6, 3.4)
    sides = [round(side * plane.pixel_mm / voxel) for side in seen.shape]
    smooth = ndi.gaussian_filter(seen, voxel * chance.between(0.2, 0.5) / plane.pixel_mm)
    shrink = [new / old for new, old in zip(sides, seen.shape, strict=True)]
    low = ndi.zoom(smooth, shrink, order=1, grid_mode=True, mode="nearest")
    low = low + chance.rng.standard_normal(low.shape) * chance.between(2, 16)
    grow = [old / new for new, old in zip(low.shape, seen.shape, strict=True)]
    return np.asarray(ndi.zoom(low, grow, order=1, grid_mode=True, mode="nearest"))


def _streaks(plane: Plane, seen: Field) -> Field:
    """Dark and bright bands through the body, as of arms or metal."""
    chance, turn = plane.chance, plane.chance.between(0, np.pi)
    across = plane.x * np.sin(turn) + plane.y * np.cos(turn)
    bands = np.cos(across / chance.between(4, 15)) * np.exp(-np.abs(across) / chance.between(40, 120))
    return np.asarray((seen > -300) * chance.between(8, 45) * bands)


def _noisy(plane: Plane, seen: Field, frail: bool) -> Field:
    chance = plane.chance
    if not chance.happens(0.9):
        return seen
    noise = chance.rng.standard_normal(seen.shape)
    if chance.happens(0.8):
        noise = ndi.gaussian_filter(noise, chance.between(0.4, 1.6) / plane.pixel_mm)
    return np.asarray(seen + noise / noise.std() * chance.between(2, 15) * (1.8 if frail else 1))


def _field_of_view(plane: Plane, seen: Field) -> Field:
    """At times a tight box or the circle of reconstruction, outside of it nothing."""
    chance = plane.chance
    if not chance.happens(0.35):
        return seen
    rows, columns = np.nonzero(seen > -300)
    inside = np.zeros(seen.shape, bool)
    low, high, left, right = (int(chance.between(-3, 30) / plane.pixel_mm) for _ in range(4))
    inside[max(0, rows.min() - low) : rows.max() + high, max(0, columns.min() - left) : columns.max() + right] = True
    return np.where(inside, seen, _AIR_HU)
