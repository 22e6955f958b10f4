"""Where an image lies (PS3.3 C.7.6.2): its orientation, and how to turn it into the canonical one and back.

Canonical: slices caudal to cranial, rows anterior to posterior, columns from the patient's right to the left, that is
ascending z, y and x of DICOM's coordinates (x to the left, y to the back, z to the head).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

AXIAL_COSINE = 0.8
"""The slice normal must lie within 37 degrees of the body's axis; tilt proper is judged by the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """Direction cosines and what brings the pixels of one image into canonical order.

    `transposed` swaps rows and columns first; then `flip_rows`, `flip_columns` reverse them.
    """

    cosines: tuple[float, ...]
    transposed: bool
    flip_rows: bool
    flip_columns: bool

    @classmethod
    def of(cls, cosines: Sequence[float]) -> "Orientation":
        """From ImageOrientationPatient (six numbers: row direction, column direction)."""
        along_row, along_column = np.asarray(cosines[:3], float), np.asarray(cosines[3:], float)
        transposed = bool(abs(along_row[1]) > abs(along_row[0]))
        right_to_left, front_to_back = (along_column, along_row) if transposed else (along_row, along_column)
        return cls(
            cosines=tuple(float(cosine) for cosine in cosines),
            transposed=transposed,
            flip_rows=bool(front_to_back[1] < 0),
            flip_columns=bool(right_to_left[0] < 0),
        )

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit normal of the image plane, pointing to the head."""
        normal = np.cross(self.cosines[:3], self.cosines[3:])
        unit: NDArray[np.float64] = normal / max(float(np.linalg.norm(normal)), 1e-9)
        return unit if unit[2] >= 0 else -unit

    @property
    def is_axial(self) -> bool:
        """Whether the image is an axial section, tilted at most moderately."""
        return bool(self.normal[2] > AXIAL_COSINE)

    def to_canonical(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """[row, column] as stored -> canonical [row, column]; a view."""
        turned = pixels.T if self.transposed else pixels
        return turned[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]

    def to_source(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The exact inverse of `to_canonical`; a contiguous copy."""
        turned = pixels[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
        return np.ascontiguousarray(turned.T if self.transposed else turned)

    def canonical_spacing(self, row_column_mm: tuple[float, float]) -> tuple[float, float]:
        """PixelSpacing (row, column) in canonical order."""
        return (row_column_mm[1], row_column_mm[0]) if self.transposed else row_column_mm
