"""What the straightened spine shows at each place: discs, pedicles, sacral wings, ribs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.l3.grid import Float32Array, Float64Array
from inference.l3.straighten import AHEAD_MM, ASIDE_MM, STEP_MM, StraightSpine

SURE_CANAL_SCORE = 0.35
"""Places of a lower canal score say nothing about how deep this patient's disc valleys are."""
MIN_SURE_PLACES = 20
DISC_REFERENCE_RANGE = (0.18, 0.8)
RIB_REACH_MM = (20.0, 66.0)
"""A rib is followed between these distances beside the canal; the longest transverse process (L3) ends before."""
RIB_BEHIND_MM = (-34.0, 6.0)
"""Places in front of the canal's centre (negative: behind) where ribs run."""
RIB_TALL_MM = 26.0
"""What is bright over more than this along the spine is a kidney, a rod or the wing of the sacrum, and no rib."""
MUSCLE_HU = 45.0
RIB_SLOPE = (-1, -2)
"""Change of place, per sample outwards, that a rib may have besides none; a path that rises outwards leads from a
transverse process to the rib of the vertebra above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineFeatures:
    """One number per place of the straightened spine, each Float64[place].

    `disc`: depth of the density valley, 1 = a clear disc of this patient; `pedicle`, `wing`: share of bone beside
    the canal (0..1); `rib_hu`: HU of the weakest link of the best bony bridge from the canal's side to
    66 mm out, mean of both sides (muscle about 40, rib above 100).
    """

    disc: Float64Array
    pedicle: Float64Array
    wing: Float64Array
    rib_hu: Float64Array


def read_features(spine: StraightSpine) -> SpineFeatures:
    """Measure all features of the straightened spine."""
    bone = np.clip((spine.hu - np.float32(130)) * np.float32(1 / 170), 0, 1)
    beside = [_mean_in_box(bone, (-2, 10), side) for side in ((8, 16), (-16, -8))]
    wings = [_mean_in_box(bone, (0, 26), side) for side in ((20, 36), (-36, -20))]
    left, right = rib_bridges(spine.hu)
    return SpineFeatures(
        disc=_relative_disc(_disc_valley(spine.hu), spine.score),
        pedicle=ndimage.gaussian_filter1d((beside[0] + beside[1]) / 2, 2 / STEP_MM),
        wing=np.minimum(*wings),
        rib_hu=(left + right) / 2,
    )


def rib_bridges(hu: Float32Array) -> tuple[Float64Array, Float64Array]:
    """HU of the weakest link of the best path from 66 to 20 mm beside the canal; one per side, Float64[place].

    A maximin path: only an unbroken rib keeps the value up; a transverse process, a kidney or a vessel ends
    in muscle on one side.
    """
    calm = ndimage.gaussian_filter(hu[:, _within(AHEAD_MM, RIB_BEHIND_MM)], (0.5, 0.7, 0.7))
    brightest = ndimage.maximum_filter1d(_without_tall(calm).max(1), 3, axis=0)
    left = brightest[:, _within(ASIDE_MM, RIB_REACH_MM)]
    right = brightest[:, _within(-ASIDE_MM, RIB_REACH_MM)]
    return _weakest_link(left[:, ::-1]), _weakest_link(right)


def _without_tall(hu: Float32Array) -> Float32Array:
    """HU [place, ahead, aside] with all that is tall along the spine lowered to muscle."""
    steps = round(RIB_TALL_MM / STEP_MM)
    tall = ndimage.maximum_filter1d(ndimage.minimum_filter1d(hu, steps, axis=0), steps, axis=0)
    return hu - np.maximum(tall - np.float32(MUSCLE_HU), 0)


def _weakest_link(inwards: Float32Array) -> Float64Array:
    """Maximin over paths through the columns of [place, step inwards]."""
    link = inwards[:, 0]
    for column in inwards.T[1:]:
        link = np.minimum(column, np.maximum.reduce([link, *(_moved(link, step) for step in RIB_SLOPE)]))
    return link.astype(np.float64)


def _moved(values: Float32Array, step: int) -> Float32Array:
    """Values read `step` places further on, the ends repeated."""
    return values[np.clip(np.arange(len(values)) + step, 0, len(values) - 1)]


def _disc_valley(hu: Float32Array) -> Float64Array:
    """How much less dense the body region is than both 3..9 mm above and below, Float64[place], 1 = 100 HU."""
    region = _box(hu, (10, 36), (-12, 12))
    profile = ndimage.gaussian_filter(np.clip(region, -100, 700), (0.6, 1.0, 1.5))
    above = _extreme(profile, np.maximum, 3, 9)
    below = _extreme(profile, np.maximum, -9, -3)
    valley = np.minimum(above, below) - _extreme(profile, np.minimum, -1, 1)
    return np.clip(valley, 0, 250).mean((1, 2), dtype=np.float64) / 100


def _extreme(
    profile: Float32Array,
    choose: Callable[[Float32Array, Float32Array], Float32Array],
    low_mm: float,
    high_mm: float,
) -> Float32Array:
    """Largest or smallest value between two distances along the spine, the ends repeated."""
    steps = range(round(low_mm / STEP_MM), round(high_mm / STEP_MM) + 1)
    result = _moved(profile, steps[0])
    for step in steps[1:]:
        result = choose(result, _moved(profile, step))
    return result


def _relative_disc(valley: Float64Array, score: Float64Array) -> Float64Array:
    """Valley depth, a little blurred, in units of this patient's clear discs; at most 1.3."""
    sure = valley[score > SURE_CANAL_SCORE]
    reference = np.percentile(sure, 93) if len(sure) > MIN_SURE_PLACES else max(valley.max(), 0.3)
    blurred = 0.35 * ndimage.maximum_filter1d(valley, 3, mode="nearest") + 0.65 * valley
    return np.clip(blurred / np.clip(reference, *DISC_REFERENCE_RANGE), 0, 1.3)


def _box(values: Float32Array, ahead_mm: tuple[float, float], aside_mm: tuple[float, float]) -> Float32Array:
    """The part of [place, AHEAD_MM, ASIDE_MM] between the given distances, ends included."""
    return values[:, _within(AHEAD_MM, ahead_mm)][:, :, _within(ASIDE_MM, aside_mm)]


def _within(values: Float64Array, limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])


def _mean_in_box(values: Float32Array, ahead_mm: tuple[float, float], aside_mm: tuple[float, float]) -> Float64Array:
    return _box(values, ahead_mm, aside_mm).mean((1, 2), dtype=np.float64)
