"""How well each stretch between two places of the spine looks like one vertebra, and like which.

A stretch runs from the disc below a vertebra to the disc on top of it.  Arrays are indexed
[place of the lower end, height], heights being `STRETCH_MM`; impossible stretches (beyond the top) are 0 or -inf.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from inference.l3.anatomy import LEVELS, SACRUM, Level
from inference.l3.features import SpineFeatures
from inference.l3.grid import Float64Array
from inference.l3.straighten import STEP_MM, StraightSpine

STRETCH_STEPS = range(6, 26)
STRETCH_MM: Float64Array = np.array(STRETCH_STEPS) * STEP_MM
"""Heights of a vertebra with its disc that are tried: 12 to 50 mm."""
TEMPERING = 0.8
"""Power of all likelihoods: neighbouring observations are not independent."""
PEDICLE_PEAK, PEDICLE_WIDTH = 0.62, 0.2
"""Pedicles stand in the upper part of a stretch (fractions of its height)."""
PEDICLE_WEIGHT, PEDICLE_NEUTRAL = 2.4, 0.25
INNER_DISC_MARGIN_MM = 6.0
RIB_PART = (0.30, 0.95)
"""Part of a stretch, from below, in which its rib meets the canal's side."""
RIB_MIDPOINT_HU, RIB_SOFTNESS_HU = 95.0, 10.0
CREST_MARGIN_MM = 5.0
"""Below the iliac crest, and up to this above it, a bridge of bone says nothing about ribs."""
TILT_WEIGHT, TILT_LIMIT = 0.35, 6.0
SACRUM_SEEN_MM = (2.0, 26.0)
SACRUM_FUSED_MM = (6.0, 74.0)
"""Below its upper end the sacrum shows wings and no discs, within these distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """Observed properties of all stretches, each Float64[place, height].

    `likeness` is the label-free log score, -inf where the stretch leaves the spine; `rib` the chance (0..1) that a
    rib meets it; `tilt` the posterior part of the canal's direction at its middle.
    """

    likeness: Float64Array
    rib: Float64Array
    tilt: Float64Array


def read_stretches(spine: StraightSpine, features: SpineFeatures, crest_top_mm: float) -> Stretches:
    """Measure all stretches of the spine; `crest_top_mm` is the height of the iliac crest, -inf where not seen."""
    shape = (len(spine.arc_mm), len(STRETCH_STEPS))
    likeness, rib, tilt = np.full(shape, -np.inf), np.zeros(shape), np.zeros(shape)
    presence = rib_presence(features.rib_hu)
    presence[spine.body_height_mm < crest_top_mm + CREST_MARGIN_MM] = 0.5
    clarity = np.concatenate([[0.0], np.cumsum(np.clip((spine.score - 0.45) * 3, -1.2, 0.5))])
    for column, steps in enumerate(STRETCH_STEPS):
        count = max(0, shape[0] - steps)
        if count:
            clear = (clarity[steps : steps + count] - clarity[:count]) / steps
            likeness[:count, column] = (
                _pedicle_rhythm(features.pedicle, steps) - _disc_within(features.disc, steps) + clear
            )
            rib[:count, column] = _highest(presence, int(RIB_PART[0] * steps), ceil(RIB_PART[1] * steps))[:count]
            tilt[:count, column] = spine.direction[steps // 2 : steps // 2 + count, 1]
    return Stretches(likeness=likeness, rib=rib, tilt=tilt)


def rib_presence(rib_hu: Float64Array) -> Float64Array:
    """Chance that the bridge of this weakest link is a rib; same shape."""
    return 1 / (1 + np.exp(-(rib_hu - RIB_MIDPOINT_HU) / RIB_SOFTNESS_HU))


def disc_log_ratio(features: SpineFeatures) -> Float64Array:
    """Log likelihood ratio of a disc at each place, Float64[place]."""
    return np.clip((features.disc - 0.38) * 4.5, -1.8, 2.6)


def level_factor(stretches: Stretches, level: Level) -> Float64Array:
    """Likelihood factor Float64[place, height] of each stretch being that level, its height apart."""
    rib = level.rib * stretches.rib + (1 - level.rib) * (1 - stretches.rib) + 0.03
    tilt = np.minimum(((stretches.tilt - level.tilt) / level.tilt_sd) ** 2, TILT_LIMIT)
    return np.exp(TEMPERING * (stretches.likeness + np.log(2 * rib) - 0.5 * TILT_WEIGHT * tilt))


def height_factor(level: Level, body_size: Float64Array) -> Float64Array:
    """Likelihood factor Float64[size, height] of each height for people of each `body_size` Float64[size]."""
    deviation = (STRETCH_MM - level.height_mm * body_size[:, None]) / level.height_sd_mm
    return np.exp(TEMPERING * (0.7 - 0.5 * deviation**2 - np.log(level.height_sd_mm)))


def sacrum_log_score(spine: StraightSpine, features: SpineFeatures) -> Float64Array:
    """Log score of the lumbosacral disc at each place, Float64[place]: wings, no discs, a steep canal below it."""
    near, far = (round(mm / STEP_MM) for mm in SACRUM_SEEN_MM)
    wing = _window_below(features.wing, near, far).max(1)
    near, far = (round(mm / STEP_MM) for mm in SACRUM_FUSED_MM)
    discs = np.sort(_window_below(features.disc, near, far), axis=1)[:, -3:].mean(1)
    below = np.maximum(np.arange(len(wing)) - round(14 / STEP_MM), 0)
    sacrum = LEVELS[SACRUM]
    tilt = (spine.direction[below, 1] - sacrum.tilt) / sacrum.tilt_sd
    score = np.clip((wing - 0.22) * 8, -2.5, 2.0) - 4 * np.clip(discs - 0.45, 0, 1) - 0.25 * tilt**2
    score[: _cut_places(SACRUM_SEEN_MM)] = -0.5
    return score


def _cut_places(window_mm: tuple[float, float]) -> int:
    """Places so near the lower end that fewer than three samples of the window exist."""
    return round(window_mm[0] / STEP_MM) + 3


def _pedicle_rhythm(pedicle: Float64Array, steps: int) -> Float64Array:
    """Weighted correlation of the pedicle curve of each stretch with one bump above its middle."""
    bump = np.exp(-0.5 * ((np.arange(steps + 1) / steps - PEDICLE_PEAK) / PEDICLE_WIDTH) ** 2)
    bump -= bump.mean()
    windows = sliding_window_view(pedicle, steps + 1)
    spread = np.linalg.norm(windows - windows.mean(1, keepdims=True), axis=1)
    correlation = windows @ (bump / np.linalg.norm(bump)) / (spread + 0.02 * np.sqrt(steps))
    return PEDICLE_WEIGHT * (correlation - PEDICLE_NEUTRAL)


def _disc_within(disc: Float64Array, steps: int) -> Float64Array:
    """Penalty for a disc in the middle of each stretch."""
    margin = round(INNER_DISC_MARGIN_MM / STEP_MM)
    return 1.6 * np.clip(_highest(disc, margin, steps - margin) - 0.6, 0, 0.7)[: len(disc) - steps]


def _highest(values: Float64Array, first: int, last: int) -> Float64Array:
    """Largest of values[place + first .. place + last], for each place where that exists."""
    return sliding_window_view(values[first:], last - first + 1).max(1)


def _window_below(values: Float64Array, near: int, far: int) -> Float64Array:
    """Float64[place, window]: values[place - far .. place - near - 1], zeros below the lower end."""
    padded = np.concatenate([np.zeros(far), values])
    return sliding_window_view(padded, far - near)[: len(values)]
