"""CT as arrays: a volume, and the one slice that is segmented.  No DICOM here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CtVolume:
    """A CT in canonical orientation.

    `hu` is Int16[slice, row, column] in Hounsfield units; slices run caudal to cranial, rows anterior to
    posterior, columns from the patient's right to the left.  `spacing_mm` is (slice, row, column), slice
    being the distance of slice centres along the slice normal.
    """

    hu: NDArray[np.int16]
    spacing_mm: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CtSlice:
    """One axial slice in canonical orientation: Int16[row, column] in HU, rows anterior to posterior.

    `spacing_mm` is (row, column); `thickness_mm` is the nominal SliceThickness.
    """

    hu: NDArray[np.int16]
    spacing_mm: tuple[float, float]
    thickness_mm: float
