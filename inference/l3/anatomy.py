"""What is known of the human spine before a CT is seen: the table of levels, and where L3 lies to landmarks.

The numbers are those the method was measured with: heights of a vertebra with its disc, and its tilt.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from inference.l3.grid import Float64Array
from inference.l3.landmarks import Landmarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A vertebra with the disc on top of it.

    `height_mm` +- `height_sd_mm` along the canal; `tilt` +- `tilt_sd` is the posterior part of the canal's unit
    direction there; `rib` is the chance of a bony bridge like a rib beside it (up to L4 the wing of the sacrum and
    the iliac crest look like one).
    """

    name: str
    height_mm: float
    height_sd_mm: float
    tilt: float
    tilt_sd: float
    rib: float


def _level(name: str, height: float, height_sd: float, tilt: float, tilt_sd: float, rib: float) -> Level:
    return Level(name=name, height_mm=height, height_sd_mm=height_sd, tilt=tilt, tilt_sd=tilt_sd, rib=rib)


LEVELS: tuple[Level, ...] = (
    _level("S", 30.0, 5.0, -0.60, 0.22, 0.80),
    _level("L5", 32.5, 3.2, -0.33, 0.17, 0.60),
    _level("L4", 33.2, 2.2, -0.13, 0.14, 0.30),
    _level("L3", 34.0, 2.0, 0.02, 0.12, 0.03),
    _level("L2", 34.0, 2.0, 0.08, 0.12, 0.04),
    _level("L1", 33.5, 2.0, 0.11, 0.12, 0.06),
    _level("T12", 31.8, 2.0, 0.11, 0.12, 0.85),
    _level("T11", 29.6, 2.0, 0.10, 0.12, 0.97),
    _level("T10", 27.0, 2.0, 0.06, 0.12, 0.97),
    _level("T9", 25.2, 2.0, 0.02, 0.12, 0.97),
    _level("T8", 24.3, 2.0, -0.03, 0.12, 0.97),
    _level("T7", 24.0, 2.0, -0.08, 0.12, 0.97),
    _level("T6", 23.3, 2.0, -0.13, 0.12, 0.97),
    _level("T5", 22.3, 2.0, -0.18, 0.12, 0.97),
    _level("T4", 21.2, 2.0, -0.22, 0.12, 0.97),
    _level("T3", 20.0, 2.0, -0.27, 0.12, 0.97),
    _level("T2", 18.7, 2.0, -0.30, 0.12, 0.97),
    _level("T1", 17.6, 2.0, -0.30, 0.12, 0.97),
    _level("C7", 17.0, 2.5, -0.20, 0.25, 0.50),
    _level("C6", 17.0, 2.5, -0.10, 0.25, 0.20),
    _level("C5", 17.0, 2.5, 0.00, 0.25, 0.10),
    _level("C4", 17.0, 2.5, 0.05, 0.25, 0.10),
    _level("C3", 17.0, 2.5, 0.10, 0.25, 0.10),
    _level("C2", 17.0, 2.5, 0.10, 0.25, 0.10),
    _level("C1", 17.0, 2.5, 0.10, 0.25, 0.10),
)
"""Caudal to cranial; the sacrum counts as one."""

SACRUM, L5, L4, L3, L2, L1, T12, T11, T10 = range(9)
"""Places in `LEVELS`."""

BODY_SIZES: Float64Array = np.array([0.84, 0.88, 0.92, 0.96, 1.0, 1.04, 1.08, 1.12, 1.16])
"""Factors on all heights, for small and tall people."""
BODY_SIZE_SD = 0.065
"""Spread of the logarithm of the factor among adults."""

L3_ABOVE_CREST_MM = 42.5
L3_ABOVE_CREST_SD_MM = 11.0
"""With both crests seen; `ONE_CREST_SD_MM` with one."""
ONE_CREST_SD_MM = 13.0
L3_BELOW_LUNG_MM = 103.0
L3_BELOW_LUNG_SD_MM = 22.0
LUNG_CUT_MM = 5.0
"""A lung base this low is no base: the series begins within the lung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Where a landmark expects mid L3: height and standard deviation in mm."""

    height_mm: float
    sd_mm: float

    def agrees(self, height_mm: float) -> bool:
        """Within two standard deviations."""
        return abs(height_mm - self.height_mm) <= 2 * self.sd_mm


def expected_by_crest(landmarks: Landmarks) -> Expected | None:
    """Where the iliac crests expect L3; None where no crest was seen."""
    tops = landmarks.crest_tops_mm
    if not tops:
        return None
    sd = L3_ABOVE_CREST_SD_MM if len(tops) > 1 else ONE_CREST_SD_MM
    return Expected(height_mm=float(np.mean(tops)) + L3_ABOVE_CREST_MM, sd_mm=sd)


def begins_in_lung(landmarks: Landmarks) -> bool:
    """Lung is seen down to the lowest slices."""
    return bool(landmarks.lung_bases_mm) and min(landmarks.lung_bases_mm) <= LUNG_CUT_MM


def expected_by_lung(landmarks: Landmarks) -> Expected | None:
    """Where the lung base expects L3; None where no lung was seen or the series begins within it."""
    if not landmarks.lung_bases_mm or begins_in_lung(landmarks):
        return None
    return Expected(height_mm=min(landmarks.lung_bases_mm) - L3_BELOW_LUNG_MM, sd_mm=L3_BELOW_LUNG_SD_MM)


def log_prior_of_l3(height_mm: Float64Array, landmarks: Landmarks, top_mm: float) -> Float64Array:
    """Log density, up to a constant, of L3 being at each height (any shape), given the landmarks.

    `top_mm` is the height of the top of the series: a landmark not seen lies outside, or was missed.
    """
    return _by_crest(height_mm, expected_by_crest(landmarks)) + _by_lung(height_mm, landmarks, top_mm)


def _by_crest(height_mm: Float64Array, expected: Expected | None) -> Float64Array:
    if expected is None:
        return _log_unseen(L3_ABOVE_CREST_MM - height_mm, 12.0, 0.93)
    return _log_seen(height_mm, expected, 0.95, 300.0)


def _by_lung(height_mm: Float64Array, landmarks: Landmarks, top_mm: float) -> Float64Array:
    expected = expected_by_lung(landmarks)
    if expected is not None:
        return _log_seen(height_mm, expected, 0.93, 500.0)
    if begins_in_lung(landmarks):
        return _log_unseen(-L3_BELOW_LUNG_MM - height_mm, L3_BELOW_LUNG_SD_MM, 0.97)
    return _log_unseen(height_mm + L3_BELOW_LUNG_MM - top_mm, L3_BELOW_LUNG_SD_MM, 0.96)


def _log_seen(height_mm: Float64Array, expected: Expected, trust: float, range_mm: float) -> Float64Array:
    """A landmark is right with chance `trust`, else L3 is anywhere within `range_mm`."""
    near = np.log(trust) - 0.5 * ((height_mm - expected.height_mm) / expected.sd_mm) ** 2
    return np.logaddexp(near, np.log((1 - trust) * expected.sd_mm / range_mm))


def _log_unseen(outside_mm: Float64Array, sd_mm: float, trust: float) -> Float64Array:
    """A landmark was not seen: it lies outside the series by `outside_mm`, or was missed."""
    return np.log(trust * ndtr(outside_mm / sd_mm) + 1 - trust)
