"""The result files that the worker wrote, as arrays.  Reads nothing that came from outside."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import nibabel
import numpy as np
from numpy.typing import NDArray

LabelMap: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Int16[row, column] in HU, canonical; `spacing_mm` is (row, column)."""

    hu: NDArray[np.int16]
    spacing_mm: tuple[float, float]


def read_slice(path: Path) -> Slice:
    """`image.nii.gz` of a result."""
    image: Any = nibabel.load(path)
    columns_mm, rows_mm = (float(np.linalg.norm(image.affine[:3, axis])) for axis in (0, 1))
    hu = np.ascontiguousarray(np.asanyarray(image.dataobj)[:, :, 0].T.astype(np.int16))
    return Slice(hu=hu, spacing_mm=(rows_mm, columns_mm))


def read_labels(path: Path) -> LabelMap:
    """`label.nii.gz` of a result, UInt8[row, column]."""
    image: Any = nibabel.load(path)
    return np.ascontiguousarray(np.asanyarray(image.dataobj)[:, :, 0].T.astype(np.uint8))
