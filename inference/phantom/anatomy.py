"""Who is drawn: the table of vertebral levels and the body build that follows from a seed.

Heights called `level` are mm above mid L3 in a body of average size; every table of the other modules uses them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Field = NDArray[np.floating[Any]]
"""Real numbers; Float32 wherever there is one per pixel."""
Mask = NDArray[np.bool_]
Profile = Sequence[tuple[float, float]]
"""Pairs of (level in mm above mid L3, value), levels ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertebra:
    """One motion segment: a vertebra with half of the disc below and half of the disc above.

    `slope` is the backward lean of the canal per mm of canal, at mid vertebra; all lengths in mm.
    """

    name: str
    height: float
    disc: float
    half_width: float
    half_depth: float
    slope: float


def _level(name: str, height: float, disc: float, half_width: float, half_depth: float, slope: float) -> Vertebra:
    return Vertebra(name=name, height=height, disc=disc, half_width=half_width, half_depth=half_depth, slope=slope)


VERTEBRAE: tuple[Vertebra, ...] = (
    _level("L5", 32.5, 10.5, 26.5, 17.5, -0.33),
    _level("L4", 33.2, 11.0, 25.5, 17.5, -0.13),
    _level("L3", 34.0, 10.5, 24.5, 17.2, 0.02),
    _level("L2", 34.0, 9.5, 23.5, 16.8, 0.08),
    _level("L1", 33.5, 8.5, 22.5, 16.3, 0.11),
    _level("T12", 31.8, 7.0, 21.5, 16.0, 0.11),
    _level("T11", 29.6, 6.0, 20.0, 15.8, 0.10),
    _level("T10", 27.0, 5.5, 18.5, 15.5, 0.06),
    _level("T9", 25.2, 5.0, 17.5, 15.2, 0.02),
    _level("T8", 24.3, 5.0, 17.0, 15.0, -0.03),
    _level("T7", 24.0, 5.0, 16.5, 14.5, -0.08),
    _level("T6", 23.3, 4.5, 16.0, 14.0, -0.13),
    _level("T5", 22.3, 4.5, 15.5, 13.5, -0.18),
    _level("T4", 21.2, 4.0, 15.0, 13.0, -0.22),
)
"""Caudal to cranial, an average adult."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The body that a seed stands for.  Lengths in mm, intensities in HU, `size` and `bulk` relative to average.

    The left muscles are larger by the part `uneven`, the right ones smaller.
    """

    size: float
    lordosis: float
    half_width: float
    half_depth: float
    bulk: float
    uneven: float
    wall: float
    fat: float
    fat_hu: float
    visceral_fat_hu: float
    muscle_hu: float
    vessel_hu: float
    seed: int


def build_of(seed: int) -> Build:
    """The build of `seed`: modest variation around an average adult, every value within the demo model's range."""
    rng = np.random.default_rng([seed, 1])
    return Build(
        size=rng.uniform(0.96, 1.05),
        lordosis=rng.uniform(0.85, 1.12),
        half_width=rng.uniform(117, 132),
        half_depth=rng.uniform(73, 82),
        bulk=rng.uniform(0.92, 1.10),
        uneven=rng.uniform(-0.05, 0.05),
        wall=rng.uniform(10.5, 14.5),
        fat=rng.uniform(13, 25),
        fat_hu=rng.uniform(-112, -98),
        visceral_fat_hu=rng.uniform(-108, -95),
        muscle_hu=rng.uniform(46, 58),
        vessel_hu=rng.uniform(140, 180),
        seed=seed,
    )


def at_level(profile: Profile, level: float | Field) -> Field:
    """The value of `profile` at `level` (any shape): smooth between its points, constant beyond its ends."""
    heights, values = zip(*profile, strict=True)
    clipped = np.clip(level, heights[0], heights[-1])
    return np.asarray(PchipInterpolator(heights, values)(clipped), dtype=np.float32)
