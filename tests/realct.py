"""The real CT outside the repository, as a scanner would have sent it, and where its L3 is."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from dicom_node.phantom_study import write_series
from inference.ct import CtVolume

SIZE = 512
L3 = 29
BODY_MM = 24.0
"""A vertebral body is deeper than this from front to back; what lies further behind are pedicles and processes."""


def canonical(path: Path) -> tuple[NDArray[Any], tuple[float, float, float]]:
    """A RAS NIfTI as [slice, row, column] (to the head, the back, the left) and its spacing."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    x, y, z = (float(size) for size in image.header.get_zooms()[:3])
    return np.asarray(image.dataobj).transpose(2, 1, 0)[:, ::-1, ::-1], (z, y, x)


def write_real_ct(shared: Path, folder: Path, **attributes: Any) -> list[Path]:
    """The real CT as a series of 512 x 512 images in real Hounsfield units."""
    hu, (dz, dy, dx) = canonical(shared / "real_ct" / "ct.nii.gz")
    side = max(hu.shape[1:])
    padded = np.pad(hu.astype(np.float32), ((0, 0), *((0, side - n) for n in hu.shape[1:])), constant_values=-1024)
    factor = SIZE / side
    fine = ndi.zoom(padded, (1, factor, factor), order=1, grid_mode=True, mode="nearest")
    volume = CtVolume(hu=np.rint(fine).astype(np.int16), spacing_mm=(dz, dy / factor, dx / factor))
    return write_series(volume, folder, **attributes)


def l3_body_mm(shared: Path) -> float:
    """Height of the middle of the L3 body above the most caudal slice, from the reference labels."""
    labels, (dz, dy, _) = canonical(shared / "real_ct" / "labels_v2_fast.nii.gz")
    _, rows, _ = (found := np.argwhere(labels == L3)).T
    front = found[rows < rows.min() + BODY_MM / dy]
    counts = np.bincount(front[:, 0])
    body = np.flatnonzero(counts > counts.max() / 2)
    return float((body[0] + body[-1]) / 2 * dz)
