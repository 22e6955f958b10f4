"""From a slice and its labels to numbers: areas, Hounsfield units, skeletal muscle index.  Pure; rounds nothing."""

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from reporting.finding import Measurements, Person, TissueNumbers

MUSCLE_HU_MIN = -29
"""Lowest HU counted as muscle, itself included: the window that SMI and its cut-offs are defined on (Prado 2008)."""
MUSCLE_HU_MAX = 150
"""Highest HU counted as muscle, itself included."""
HEIGHT_MIN_M = 0.5
HEIGHT_MAX_M = 2.5
"""Heights outside 0.5..2.5 m are typing errors (centimetres in (0010,1020), zeros) and give no index."""

MM2_PER_CM2 = 100.0


def measure(ct: CtSlice, labels: LabelMap, person: Person) -> Measurements:
    """Measure every tissue and all three together, with both kinds of area.

    `labels` is UInt8[row, column] on the grid of `ct`; a tissue without pixels has area 0 and no HU.
    Raises ValueError when the grids differ.
    """
    if labels.shape != ct.hu.shape:
        raise ValueError(f"labels are {labels.shape}, the slice is {ct.hu.shape}")
    pixel_cm2 = ct.spacing_mm[0] * ct.spacing_mm[1] / MM2_PER_CM2
    total = numbers_of(ct.hu[np.isin(labels, list(Tissue))], pixel_cm2)
    return Measurements(
        tissues={tissue: numbers_of(ct.hu[labels == tissue], pixel_cm2) for tissue in Tissue},
        total=total,
        smi_m29_150=skeletal_muscle_index(total.area_m29_150_cm2, person.height_m),
    )


def numbers_of(hu: NDArray[np.int16], pixel_cm2: float) -> TissueNumbers:
    """Both areas and HU statistics of the pixels `hu` (any order), each of `pixel_cm2`."""
    muscle = hu[(hu >= MUSCLE_HU_MIN) & (hu <= MUSCLE_HU_MAX)]
    mask_mean, mask_sd = _mean_and_sd(hu)
    muscle_mean, muscle_sd = _mean_and_sd(muscle)
    return TissueNumbers(
        area_mask_cm2=hu.size * pixel_cm2,
        hu_mask_mean=mask_mean,
        hu_mask_sd=mask_sd,
        area_m29_150_cm2=muscle.size * pixel_cm2,
        hu_m29_150_mean=muscle_mean,
        hu_m29_150_sd=muscle_sd,
    )


def plausible_height(height_m: float | None) -> bool:
    """Tell whether a height in metres can be a person's."""
    return height_m is not None and HEIGHT_MIN_M <= height_m <= HEIGHT_MAX_M


def skeletal_muscle_index(area_cm2: float, height_m: float | None) -> float | None:
    """Area over height squared in cm2/m2; None without a plausible height."""
    if height_m is None or not plausible_height(height_m):
        return None
    return area_cm2 / height_m**2


def _mean_and_sd(hu: NDArray[np.int16]) -> tuple[float | None, float | None]:
    if hu.size == 0:
        return None, None
    return float(hu.mean(dtype=np.float64)), float(hu.std(dtype=np.float64))
