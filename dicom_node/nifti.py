"""One canonical slice as NIfTI, the paper's exchange format: a 3D image of one slice in patient space (RAS, mm)."""

import gzip
from typing import Any

import nibabel
import numpy as np
from numpy.typing import NDArray

from dicom_node.study.series import Stack

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def to_nifti(stack: Stack, index: int, pixels: NDArray[Any]) -> bytes:
    """`pixels` [row, column] of canonical slice `index` as a gzipped NIfTI-1 file; same in, same bytes out."""
    image = nibabel.Nifti1Image(np.ascontiguousarray(pixels.T[:, :, np.newaxis]), LPS_TO_RAS @ _affine(stack, index))
    image.header.set_xyzt_units("mm")
    return gzip.compress(image.to_bytes(), compresslevel=6, mtime=0)


def _affine(stack: Stack, index: int) -> NDArray[np.float64]:
    """Canonical (column, row, slice) index -> DICOM patient coordinates (LPS), mm (PS3.3 C.7.6.2.1.1)."""
    header, turn = stack.images[index].header, stack.orientation
    rows, columns = int(header.Rows), int(header.Columns)
    where = np.arange(rows * columns).reshape(rows, columns)  # each stored pixel's own number
    canonical = turn.to_canonical(where)
    origin = _place(stack, index, canonical[0, 0], columns)
    affine = np.eye(4)
    affine[:3, 0] = _place(stack, index, canonical[0, 1], columns) - origin
    affine[:3, 1] = _place(stack, index, canonical[1, 0], columns) - origin
    affine[:3, 2] = turn.normal * max(stack.spacing_mm, *stack.pixel_spacing_mm)
    affine[:3, 3] = origin
    return affine


def _place(stack: Stack, index: int, number: int, columns: int) -> NDArray[np.float64]:
    """Where stored pixel `number` lies, mm."""
    row, column = divmod(int(number), columns)
    cosines = np.asarray(stack.orientation.cosines)
    row_mm, column_mm = stack.pixel_spacing_mm
    origin = np.asarray(stack.images[index].header.ImagePositionPatient, float)
    place: NDArray[np.float64] = origin + cosines[:3] * column * column_mm + cosines[3:] * row * row_mm
    return place
