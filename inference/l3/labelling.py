"""Which vertebra is which: a semi-Markov model over the straightened spine, summed over all labellings.

States are the discs on top of each level; a step up is one vertebra of uncertain height.  The lowest and the highest
vertebra may be cut by the series.  Body size is summed out.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.special import logsumexp, ndtr

from inference.l3.anatomy import BODY_SIZE_SD, BODY_SIZES, L3, LEVELS, SACRUM, T10, begins_in_lung, log_prior_of_l3
from inference.l3.features import SpineFeatures
from inference.l3.grid import Float64Array
from inference.l3.landmarks import Landmarks
from inference.l3.straighten import StraightSpine
from inference.l3.stretches import (
    STRETCH_MM,
    STRETCH_STEPS,
    TEMPERING,
    Stretches,
    disc_log_ratio,
    height_factor,
    level_factor,
    read_stretches,
    sacrum_log_score,
)

PARTIAL_MARGIN_MM = 6.0
"""A cut lowest vertebra may exceed its usual height by this."""
CHEST_WITHOUT_LUNG = 0.03
"""Chance that a series whose lowest vertebra is T10 or higher shows no lung in its lowest slices."""
OBLIQUE = 0.97
"""Millimetres of height per millimetre along the canal, where the canal must be extrapolated."""
SAME_VERTEBRA_MM = 12.0
"""Positions within this distance of the mode are the same vertebra."""
MODE_SMOOTHING_MM = 3.0
FIRST_UPPER_THORACIC = 17
"""From T1 up the spine may end anywhere: neck and head are not modelled well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Where a vertebra (its body's mid-height) or a disc is: arc length and height in mm, probability in 0..1."""

    arc_mm: float
    height_mm: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """The posterior over all labellings.

    `bodies` and `tops` (the disc on top) hold one estimate per entry of `LEVELS`; the sacrum's body is not
    estimated (probability 0).  `within`, `below` and `above` are the chances that L3 is whole in the series, cut at
    or under its lower end, cut at or over its upper end; they sum to 1.
    """

    bodies: tuple[Estimate, ...]
    tops: tuple[Estimate, ...]
    within: float
    below: float
    above: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """All factors: `start` and `end` logs Float64[level, size, place], `stretch` Float64[level, place, height]
    (including the disc it ends in) and `height` Float64[level, size, height].
    """

    start: Float64Array
    end: Float64Array
    stretch: Float64Array
    height: Float64Array


def label_spine(spine: StraightSpine, features: SpineFeatures, landmarks: Landmarks, top_mm: float) -> Labelling:
    """Sum over all labellings of the spine; `top_mm` is the height of the top of the series."""
    model = _model(spine, features, landmarks, top_mm)
    upwards, downwards = _upwards(model), _downwards(model)
    evidence = float(logsumexp(model.start + downwards))
    tops = np.exp(upwards + downwards - evidence).sum(1)
    below = float(np.exp(logsumexp((model.start + downwards)[L3:]) - evidence))
    above = float(np.exp(logsumexp((upwards + model.end)[:L3]) - evidence))
    return Labelling(
        bodies=tuple(_body(spine, _stretch_mass(model, upwards, downwards, n, evidence)) for n in range(len(LEVELS))),
        tops=tuple(_estimate(spine, spine.arc_mm, mass) for mass in tops),
        within=max(0.0, 1.0 - below - above),
        below=below,
        above=above,
    )


def _model(spine: StraightSpine, features: SpineFeatures, landmarks: Landmarks, top_mm: float) -> _Model:
    disc = disc_log_ratio(features)
    stretches = read_stretches(spine, features, max(landmarks.crest_tops_mm, default=-np.inf))
    start = _start(spine, landmarks, top_mm)
    start[SACRUM] += sacrum_log_score(spine, features)
    size_prior = -0.5 * (np.log(BODY_SIZES) / BODY_SIZE_SD) ** 2
    return _Model(
        start=TEMPERING * (start + disc) + size_prior[:, None],
        end=TEMPERING * _end(spine.arc_mm),
        stretch=_arriving(stretches, disc),
        height=np.stack([height_factor(level, BODY_SIZES) for level in LEVELS]),
    )


def _arriving(stretches: Stretches, disc: Float64Array) -> Float64Array:
    """Factors Float64[level, place, height] of a stretch and the disc on top of it."""
    upper_end = np.minimum(np.arange(len(disc))[:, None] + np.array(STRETCH_STEPS), len(disc) - 1)
    return np.stack([level_factor(stretches, level) for level in LEVELS]) * np.exp(TEMPERING * disc[upper_end])


def _start(spine: StraightSpine, landmarks: Landmarks, top_mm: float) -> Float64Array:
    """Log chance Float64[level, size, place] that the lowest whole disc is the one on top of that level there."""
    arc, heights, spread = spine.arc_mm, _heights(), _spreads()
    room = (heights[..., None] - arc) / spread[:, None, None]
    start = np.where(arc < heights[..., None] + PARTIAL_MARGIN_MM, np.log(ndtr(room) + 1e-4), -np.inf)
    start[SACRUM] = 0.0
    if not begins_in_lung(landmarks):
        start[T10:] += np.log(CHEST_WITHOUT_LUNG)
    tops = np.cumsum(heights, axis=0)
    to_l3 = tops[L3] - heights[L3] / 2 - tops
    return start + log_prior_of_l3(_height_at(spine, arc + to_l3[..., None]), landmarks, top_mm)


def _height_at(spine: StraightSpine, arc_mm: Float64Array) -> Float64Array:
    """Height of the vertebral body at any arc length, extrapolated beyond the ends."""
    known = spine.body_height_mm
    beyond = arc_mm - np.clip(arc_mm, spine.arc_mm[0], spine.arc_mm[-1])
    return np.interp(arc_mm, spine.arc_mm, known) + OBLIQUE * beyond


def _end(arc: Float64Array) -> Float64Array:
    """Log chance Float64[level, size, place] that the highest whole disc is the one on top of that level there."""
    rest = arc[-1] - arc
    room = (_heights()[1:, :, None] - rest) / _spreads()[1:, None, None]
    end = np.zeros((len(LEVELS), len(BODY_SIZES), len(arc)))
    end[:-1] = np.log(ndtr(room) + 1e-7)
    end[FIRST_UPPER_THORACIC:] = np.maximum(end[FIRST_UPPER_THORACIC:], -1.0)
    return end


def _heights() -> Float64Array:
    """Usual heights Float64[level, size] in mm."""
    return np.array([level.height_mm for level in LEVELS])[:, None] * BODY_SIZES


def _spreads() -> Float64Array:
    return np.array([level.height_sd_mm for level in LEVELS])


def _upwards(model: _Model) -> Float64Array:
    """Log mass Float64[level, size, place] of all labellings below the disc on top of that level there."""
    mass = model.start.copy()
    for level in range(1, len(LEVELS)):
        mass[level] = np.logaddexp(mass[level], _carry(mass[level - 1], model, level, up=True))
    return mass


def _downwards(model: _Model) -> Float64Array:
    """Log mass Float64[level, size, place] of all labellings above the disc on top of that level there."""
    mass = model.end.copy()
    for level in range(len(LEVELS) - 1, 0, -1):
        mass[level - 1] = np.logaddexp(mass[level - 1], _carry(mass[level], model, level, up=False))
    return mass


def _carry(log_mass: Float64Array, model: _Model, level: int, *, up: bool) -> Float64Array:
    """Carry log mass Float64[size, place] over all stretches of a level, from one end to the other.

    Sums in plain numbers relative to the peak: one exponential per place instead of one per stretch.
    """
    peak = log_mass.max()
    mass, carried = np.exp(log_mass - peak), np.zeros_like(log_mass)
    for column, steps in enumerate(STRETCH_STEPS):
        stretch, height = model.stretch[level, :-steps, column], model.height[level, :, column, None]
        if up:
            carried[:, steps:] += height * (mass[:, :-steps] * stretch)
        else:
            carried[:, :-steps] += height * (mass[:, steps:] * stretch)
    with np.errstate(divide="ignore"):
        return np.log(carried) + peak


def _stretch_mass(
    model: _Model, upwards: Float64Array, downwards: Float64Array, level: int, evidence: float
) -> Float64Array:
    """Posterior Float64[place, height] of each stretch being that level."""
    posterior = np.zeros_like(model.stretch[level])
    if level == SACRUM:
        return posterior
    below, above = upwards[level - 1], downwards[level]
    peaks = below.max(), above.max()
    lower, upper = np.exp(below - peaks[0]), np.exp(above - peaks[1])
    for column, steps in enumerate(STRETCH_STEPS):
        posterior[:-steps, column] = model.height[level, :, column] @ (lower[:, :-steps] * upper[:, steps:])
    return posterior * model.stretch[level] * np.exp(peaks[0] + peaks[1] - evidence)


def _body(spine: StraightSpine, mass: Float64Array) -> Estimate:
    """The vertebra's middle from the posterior Float64[place, height] of its stretch."""
    return _estimate(spine, spine.arc_mm[:, None] + STRETCH_MM / 2, mass)


def _estimate(spine: StraightSpine, arc_mm: Float64Array, mass: Float64Array) -> Estimate:
    """Mean position and mass around the mode of `mass` at `arc_mm` (same shape)."""
    arc, weight = arc_mm.ravel(), mass.ravel()
    if weight.sum() <= 0:
        return Estimate(arc_mm=0.0, height_mm=0.0, probability=0.0)
    height = _height_at(spine, arc)
    lowest = height.min()
    histogram = ndimage.gaussian_filter1d(
        np.bincount(np.rint(height - lowest).astype(np.intp), weight), MODE_SMOOTHING_MM
    )
    near = np.where(np.abs(height - lowest - histogram.argmax()) <= SAME_VERTEBRA_MM, weight, 0.0)
    total = near.sum()
    return Estimate(
        arc_mm=float(arc @ near / total), height_mm=float(height @ near / total), probability=float(min(1.0, total))
    )
