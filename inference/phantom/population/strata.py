"""What each stratum of the population changes about an ordinary adult."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from inference.phantom.population.person import Person, average

Change = Callable[[np.random.Generator], dict[str, Any]]
Ordinary = Callable[[int, np.random.Generator], dict[str, Any]]


def _crushed(rng: np.random.Generator) -> dict[str, Any]:
    places = rng.choice(np.arange(0, 9), size=rng.integers(1, 4), replace=False)
    crush = [(int(p), float(rng.uniform(0.45, 0.85)), float(rng.uniform(3, 16))) for p in places]
    return {"crushed": tuple(crush), "spongy_hu": rng.uniform(50, 130)}


def _screws(rng: np.random.Generator) -> dict[str, Any]:
    first, count = int(rng.integers(0, 4)), int(rng.integers(2, 5))
    return {"screws": tuple(range(first, first + count)), "hip": bool(rng.random() < 0.4)}


def _lumbar_rib(rng: np.random.Generator) -> dict[str, Any]:
    length = rng.uniform(25, 110)
    one_side = rng.random() < 0.3
    return {"lumbar_rib_mm": (float(length), 0.0 if one_side else float(length * rng.uniform(0.7, 1)))}


def _tight(rng: np.random.Generator) -> dict[str, Any]:
    return {"window": "tight", "cover_mm": rng.uniform(100, 230)}


def _mixed(rng: np.random.Generator) -> dict[str, Any]:
    chosen = rng.choice(len(_MIXABLE), size=3, replace=False)
    return {key: value for n in chosen for key, value in STRATA[_MIXABLE[n]](rng).items()}


STRATA: Mapping[str, Change] = MappingProxyType(
    {
        "ordinary": lambda rng: {},
        "abdomen": lambda rng: {"cover_mm": rng.uniform(260, 330)},
        "small": lambda rng: {"size": rng.uniform(0.82, 0.89), "half_width": rng.uniform(98, 112)},
        "large": lambda rng: {
            "size": rng.uniform(1.08, 1.17),
            "fat": rng.uniform(45, 85),
            "half_width": rng.uniform(140, 165),
        },
        "scoliosis": lambda rng: {"cobb": rng.uniform(15, 50), "turn": rng.normal(0, 8)},
        "kyphosis": lambda rng: {"kyphosis": rng.uniform(65, 95), "lordosis": rng.uniform(10, 45)},
        "fractures": _crushed,
        "osteoporosis": lambda rng: {
            "spongy_hu": rng.uniform(10, 80),
            "cortex_hu": rng.uniform(280, 450),
            "disc": rng.uniform(0.45, 0.9),
        },
        "metal": _screws,
        "contrast": lambda rng: {
            "kidney_hu": rng.uniform(180, 320),
            "vessel_hu": rng.uniform(250, 420),
            "bowel_hu": rng.uniform(200, 700),
        },
        "thick": lambda rng: {"slice_mm": rng.choice([4.0, 5.0, 6.0])},
        "noise": lambda rng: {"noise_hu": rng.uniform(35, 80)},
        "tilt": lambda rng: {"tilt": rng.choice([-1, 1]) * rng.uniform(2, 12), "turn": rng.normal(0, 10)},
        "short_ribs": lambda rng: {"last_rib_mm": tuple(rng.uniform(8, 55, 2))},
        "tight": _tight,
        "mixed": _mixed,
        "four_lumbar": lambda rng: {"lumbar": 4},
        "six_lumbar": lambda rng: {"lumbar": 6},
        "lumbar_rib": _lumbar_rib,
        "sacralised": lambda rng: {"fused": True},
        "chest": lambda rng: {"window": "chest", "cover_mm": rng.uniform(200, 340)},
        "pelvis": lambda rng: {"window": "pelvis", "cover_mm": rng.uniform(130, 270)},
        "head": lambda rng: {"window": "head", "cover_mm": rng.uniform(130, 270)},
    }
)
"""Name to the change; seeds walk through them in this order."""

VARIANT = frozenset({"four_lumbar", "six_lumbar", "lumbar_rib", "sacralised"})
"""Counts from ribs and sacrum differ, or look so: to be held, or right by the definition."""
NEGATIVE = frozenset({"chest", "pelvis", "head"})
"""The middle of L3 is not in the series."""
_MIXABLE = (
    "small", "large", "scoliosis", "kyphosis", "fractures", "osteoporosis", "metal", "contrast", "thick", "noise",
    "short_ribs",
)  # fmt: skip


def stratum_of(seed: int) -> str:
    """The stratum a seed stands for."""
    return tuple(STRATA)[seed % len(STRATA)]


def person_of(seed: int, stratum: str, stream: int, ordinary: Ordinary = average) -> Person:
    """The body of a seed in a stratum; `stream` parts the families' random numbers."""
    rng = np.random.default_rng([seed, stream, 1])
    return Person(**(ordinary(seed, rng) | STRATA[stratum](rng)))
