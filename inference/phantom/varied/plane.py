"""The plane that a slice is drawn on: chance, a bent and turned frame of the body in mm, and its basic shapes.

Everything is computed in double precision, so that the same seed gives the same pixels on other processors too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

Field = NDArray[np.float64]
Mask = NDArray[np.bool_]
_T = TypeVar("_T")

_WARPS = ((55.0, 1.0, 7.0), (18.0, 0.3, 1.6))  # grain in mm, least and most displacement in mm
_TURN_DEGREES, _OFF_CENTRE_MM = 9.0, 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Random numbers in the words of the drawing."""

    rng: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """Any number from `low` to `high`."""
        return float(self.rng.uniform(low, high))

    def happens(self, probability: float) -> bool:
        """Whether it happens."""
        return bool(self.rng.random() < probability)

    def count(self, low: int, high: int) -> range:
        """As many rounds as chance says, `low` to `high`."""
        return range(int(self.rng.integers(low, high + 1)))

    def one_of(self, values: Sequence[_T]) -> _T:
        """One of the values."""
        return values[int(self.rng.integers(len(values)))]

    def side(self) -> float:
        """-1 for the left of the image, 1 for the right."""
        return self.one_of((-1.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Where every pixel lies in the body: `x` to the right of the image, `y` to the back, Float64[row, column] in mm.

    The frame is centred in the abdominal cavity, turned and bent by chance.
    """

    chance: Chance
    pixel_mm: float
    x: Field
    y: Field

    def texture(self, grain_mm: float, sd: float = 1.0) -> Field:
        """A smooth random field of standard deviation `sd`; a coarse one is drawn on a coarser grid."""
        return _texture(self.chance.rng, self.x.shape, grain_mm / self.pixel_mm) * sd

    def oval(
        self, centre: tuple[float, float], radii: tuple[float, float], power: float = 2.0, tilt: float = 0.0
    ) -> Field:
        """Below 1 inside a superellipse, turned by `tilt` radians from right towards the back."""
        x, y = self.x - centre[0], self.y - centre[1]
        if tilt:
            c, s = np.cos(tilt), np.sin(tilt)
            x, y = x * c + y * s, y * c - x * s
        x, y = x / radii[0], y / radii[1]
        if power == 2.0:
            return np.sqrt(x * x + y * y)
        return np.asarray((np.abs(x) ** power + np.abs(y) ** power) ** (1 / power))

    def distance(self, mask: Mask) -> Field:
        """Distance in mm of every pixel from the nearest one of `mask`."""
        return np.asarray(ndi.distance_transform_edt(~mask) * self.pixel_mm)

    def rim(self, mask: Mask, width_mm: float) -> Mask:
        """The outermost `width_mm` of a mask."""
        return np.asarray(mask & (ndi.distance_transform_edt(mask) * self.pixel_mm <= width_mm))


def plane_of(chance: Chance, size: int, pixel_mm: float) -> Plane:
    """A plane of `size` pixels a side."""
    off = [chance.between(-_OFF_CENTRE_MM, _OFF_CENTRE_MM) for _ in range(2)]
    steps = (np.arange(size) - (size - 1) / 2) * pixel_mm
    x, y = np.meshgrid(steps - off[0], steps - off[1])
    for grain, least, most in _WARPS:
        x = x + _texture(chance.rng, x.shape, grain / pixel_mm) * chance.between(least, most)
        y = y + _texture(chance.rng, x.shape, grain / pixel_mm) * chance.between(least, most)
    turn = np.deg2rad(chance.between(-_TURN_DEGREES, _TURN_DEGREES))
    c, s = np.cos(turn), np.sin(turn)
    return Plane(chance=chance, pixel_mm=pixel_mm, x=x * c + y * s, y=y * c - x * s)


def _texture(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Field:
    coarse = max(1, int(sigma / 3))
    small = rng.standard_normal([-(-side // coarse) + 2 for side in shape])
    smooth = ndi.gaussian_filter(small, sigma / coarse)
    smooth /= smooth.std() + 1e-9
    if coarse > 1:
        smooth = ndi.zoom(smooth, coarse, order=1)
    return np.asarray(smooth[: shape[0], : shape[1]])
