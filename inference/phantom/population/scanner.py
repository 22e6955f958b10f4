"""What the scanner adds: thick slices, the table, grainy noise and streaks from metal."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from inference.phantom.population.canvas import Canvas, Field
from inference.phantom.population.person import Person

_LOWEST_HU, _HIGHEST_HU = -1024, 3071
_METAL_HU = 1800
_STREAK_HU = 260.0
_GRAINS = 8
"""Planes of noise that are drawn once and rolled."""


def paint_table(canvas: Canvas, back_mm: float) -> None:
    """A padded plate under the patient."""
    for slab in canvas.slabs():
        under = slab.y - np.float32(back_mm) - np.float32(0.0011) * slab.x**2 * -1
        wide = np.float32(210) - np.abs(slab.x)
        plate = np.minimum(np.minimum(under - 10, 14 - under), wide)
        slab.fill(np.asarray(np.broadcast_to(plate, slab.hu.shape), np.float32), 60.0)


def scanned(hu: Field, pixel_mm: float, rng: np.random.Generator, person: Person) -> NDArray[np.int16]:
    """`hu` [slice, row, column] with streaks and noise of the person's scan."""
    grains = [_grain(hu.shape[1:], person.grain_mm / pixel_mm / 2, rng) for _ in range(_GRAINS)]
    image = np.empty(hu.shape, np.int16)
    for plane, out in zip(hu, image, strict=True):
        if (plane > _METAL_HU).sum() > 2:
            plane += _streaks(plane, rng)
        grain = np.roll(grains[rng.integers(_GRAINS)], tuple(rng.integers(0, plane.shape)), (0, 1))
        plane += grain * np.float32(rng.choice((-1, 1)) * person.noise_hu)
        out[...] = np.clip(np.rint(plane), _LOWEST_HU, _HIGHEST_HU)
    return image


def _grain(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> Field:
    """Noise of unit standard deviation that may be rolled."""
    noise = ndi.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), sigma, mode="wrap")
    return np.asarray(noise / noise.std(), np.float32)


def _streaks(plane: Field, rng: np.random.Generator) -> Field:
    """Bright and dark rays from the centres of metal, weaker with distance."""
    rows, columns = np.indices(plane.shape, dtype=np.float32)
    metal, count = ndi.label(plane > _METAL_HU)
    total = np.zeros(plane.shape, np.float32)
    for row, column in ndi.center_of_mass(metal > 0, metal, range(1, min(count, 4) + 1)):
        angle = np.arctan2(rows - row, columns - column)
        far = np.hypot(rows - row, columns - column)
        rays = np.cos(rng.integers(3, 9) * angle + rng.uniform(0, 6.28)) ** 3
        total += np.float32(_STREAK_HU) * rays * np.exp(-far / 25)
    return total
