"""Who is drawn: the numbers of one body.  Drawn from a seed, then changed by a stratum.

Lengths in mm, angles in degrees, intensities in HU; factors are relative to an average adult.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One body and how it was scanned.

    Spine: `lumbar` counts the vertebrae below the thoracic ones; `lumbar_rib_mm` is the length of a rib on the first
    of them beyond its transverse process, per side; `last_rib_mm` that of the twelfth ribs.  Places count from the
    sacrum up: `crushed` are (place, part of the height that is left, wedge in degrees), `worn` (disc on top of this
    place, part of its height that is left), `bridged` places joined to the next by bone in front.  `fused` joins the
    lowest lumbar vertebra to the sacrum.  Scan: `window` names the coverage, `cover_mm` its length; `slice_mm`,
    `tilt`, `noise_hu` and `grain_mm` are the scanner's.
    """

    seed: int
    size: float
    disc: float
    lumbar: int = 5
    lumbar_rib_mm: tuple[float, float] = (0.0, 0.0)
    last_rib_mm: tuple[float, float]
    fused: bool = False
    crushed: tuple[tuple[int, float, float], ...] = ()
    worn: tuple[tuple[int, float], ...] = ()
    bridged: tuple[int, ...] = ()
    sacral_slope: float
    lordosis: float
    kyphosis: float
    cobb: float
    curve_mm: float
    curve_phase: float
    turn: float
    spongy_hu: float
    cortex_hu: float
    disc_hu: float
    half_width: float
    half_depth: float
    fat: float
    crest_mm: float
    recess: float
    kidney_hu: float
    vessel_hu: float
    bowel_hu: float
    screws: tuple[int, ...] = ()
    hip: bool = False
    arms_down: bool = False
    window: str = "trunk"
    cover_mm: float = 0.0
    slice_mm: float = 2.5
    tilt: float = 0.0
    noise_hu: float
    grain_mm: float


def average(seed: int, rng: np.random.Generator) -> dict[str, Any]:
    """Numbers of an ordinary adult of `seed`, as keywords of `Person`."""
    size = float(np.exp(rng.normal(0.0, 0.055)))
    slope = rng.normal(38, 8)
    return {
        "seed": seed,
        "size": size,
        "disc": rng.uniform(0.65, 1.15),
        "last_rib_mm": tuple(np.clip(rng.normal(100, 30) + rng.normal(0, 8, 2), 55, 170)),
        "worn": tuple((place, float(rng.uniform(0.35, 0.7))) for place in range(10) if rng.random() < 0.18),
        "bridged": tuple(place for place in range(16) if rng.random() < 0.06),
        "sacral_slope": float(np.clip(slope, 18, 58)),
        "lordosis": float(np.clip(slope + rng.normal(14, 7), 22, 78)),
        "kyphosis": float(np.clip(rng.normal(42, 9), 20, 65)),
        "cobb": abs(rng.normal(0, 5)),
        "curve_mm": rng.uniform(170, 420),
        "curve_phase": rng.uniform(0, 2 * np.pi),
        "turn": rng.normal(0, 4),
        "spongy_hu": float(np.clip(rng.normal(165, 40), 90, 260)),
        "cortex_hu": rng.uniform(480, 800),
        "disc_hu": rng.uniform(60, 105),
        "half_width": rng.uniform(112, 150) * size,
        "half_depth": rng.uniform(74, 105) * size,
        "fat": float(np.clip(rng.gamma(3.2, 7.0), 5, 60)),
        "crest_mm": rng.normal(5, 8),
        "recess": rng.uniform(0.2, 1.5),
        "kidney_hu": rng.choice([35.0, 150.0, 220.0]),
        "vessel_hu": rng.choice([42.0, 150.0, 260.0]),
        "bowel_hu": rng.choice([30.0, 30.0, 260.0]),
        "arms_down": bool(rng.random() < 0.15),
        "noise_hu": rng.uniform(8, 26),
        "grain_mm": rng.uniform(0.8, 2.2),
        "cover_mm": rng.uniform(330, 430),
    }


def other_average(seed: int, rng: np.random.Generator) -> dict[str, Any]:
    """Numbers of an ordinary adult of the other family: flat distributions, another scanner."""
    slope = rng.uniform(22, 52)
    return average(seed, rng) | {
        "size": rng.uniform(0.88, 1.12),
        "disc": rng.uniform(0.7, 1.3),
        "sacral_slope": slope,
        "lordosis": slope + rng.uniform(2, 28),
        "kyphosis": rng.uniform(25, 60),
        "cobb": rng.uniform(0, 12),
        "spongy_hu": rng.uniform(80, 230),
        "cortex_hu": rng.uniform(400, 900),
        "half_width": rng.uniform(110, 155),
        "half_depth": rng.uniform(75, 112),
        "fat": rng.uniform(6, 50),
        "last_rib_mm": tuple(rng.uniform(50, 150, 2)),
        "crest_mm": rng.normal(0, 9),
        "noise_hu": rng.uniform(10, 32),
        "grain_mm": rng.uniform(1.2, 3.0),
    }
