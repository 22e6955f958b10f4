"""A body drawn in the patient's space and scanned in many ways: which tissue lies where follows from millimetres.

Knows nothing of rows, columns and their order, so that what it says of a pixel is independent of the node.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread

from dicom_node.phantom_study import write_series
from inference.ct import CtSlice, CtVolume
from inference.labels import Tissue
from inference.segmentation import Prediction
from tests.members import prediction

SLICES, ROWS, COLUMNS = 16, 112, 96
STEP_MM = 5.0
HU = {Tissue.PSOAS: 40, Tissue.PARASPINAL: 60, Tissue.ABDOMINAL_WALL: 80}
AIR, FAT = -1000, -100
CENTRE = np.array([12.0, -30.0, -460.0])
"""Middle of the scanned box in DICOM's coordinates (left, back, head), mm."""

Points = NDArray[np.float64]


def tissue_at(points: Points) -> NDArray[np.uint8]:
    """Label of each point [..., 3] (mm): differs left from right, front from back, and from slice to slice."""
    x, y, z = np.moveaxis(points, -1, 0)
    size = 1 + (z - CENTRE[2]) / 200
    labels = np.zeros(x.shape, np.uint8)
    wall = _ellipse(x, y, (12, -40), (118, 92), size) & ~_ellipse(x, y, (12, -38), (104, 78), size)
    labels[wall & (y < 0)] = Tissue.ABDOMINAL_WALL
    for left, share in ((-34, 1.0), (52, 1.25)):
        labels[_ellipse(x, y, (left, 6), (17, 20), size * share)] = Tissue.PSOAS
        labels[_ellipse(x, y, (left * 0.9, 52), (24, 16), size * share)] = Tissue.PARASPINAL
    return labels


def hu_at(points: Points) -> NDArray[np.int16]:
    """HU of each point: each tissue has its own."""
    labels = tissue_at(points)
    hu = np.where(_ellipse(points[..., 0], points[..., 1], (12, -30), (140, 120), 1), FAT, AIR)
    for tissue, value in HU.items():
        hu[labels == tissue] = value
    return hu.astype(np.int16)


def sees_by_hu(ct: CtSlice) -> Prediction:
    """A member of an ensemble that is always right: it tells tissues by their HU."""
    classes = [ct.hu == value for value in HU.values()]
    return prediction(np.stack([~np.any(classes, axis=0), *classes]).astype(np.float32))


def _ellipse(
    x: Points, y: Points, centre: tuple[float, float], radii: tuple[float, float], size: Points | float
) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2 <= size**2
    return inside


@dataclass(frozen=True, kw_only=True)
class Scan:
    """How a scanner lays its images: direction cosines of row and column, PixelSpacing, the way between images."""

    position: str = "HFS"
    row: tuple[float, float, float] = (1, 0, 0)
    column: tuple[float, float, float] = (0, 1, 0)
    spacing: tuple[float, float] = (2.6, 2.6)
    step: tuple[float, float, float] = (0, 0, 1)

    def origin(self, index: int) -> Points:
        """ImagePositionPatient of an image: the box lies around `CENTRE` in any orientation."""
        rows_mm, columns_mm = (ROWS - 1) * self.spacing[0], (COLUMNS - 1) * self.spacing[1]
        corner = CENTRE - np.array(self.row) * columns_mm / 2 - np.array(self.column) * rows_mm / 2
        placed: Points = corner + np.array(self.step) * STEP_MM * (index - (SLICES - 1) / 2)
        return placed.round(6)

    def points(self, index: int) -> Points:
        """Centres of the pixels of an image, [row, column, 3], by PS3.3 C.7.6.2.1.1."""
        along_column = np.arange(ROWS)[:, None, None] * self.spacing[0] * np.array(self.column)
        along_row = np.arange(COLUMNS)[None, :, None] * self.spacing[1] * np.array(self.row)
        return self.origin(index) + along_column + along_row

    def write(self, folder: Path) -> list[Path]:
        """The series: image k of the result is image k of this scan."""
        empty = CtVolume(hu=np.zeros((SLICES, ROWS, COLUMNS), np.int16), spacing_mm=(STEP_MM, 1.0, 1.0))
        files = write_series(empty, folder, PatientPosition=self.position, SliceThickness=STEP_MM)
        for index, path in enumerate(files):
            image = dcmread(path)
            image.ImagePositionPatient = self.origin(index).tolist()
            image.ImageOrientationPatient = [*self.row, *self.column]
            image.PixelSpacing = list(self.spacing)
            image.PixelData = hu_at(self.points(index)).astype("<i2").tobytes()
            del image.SliceLocation
            image.save_as(path, enforce_file_format=True)
        return files


TILT = np.radians(4.0)
TURN = np.radians(11.0)
SCANS = {
    "head first supine": Scan(),
    "head first prone": Scan(position="HFP", row=(-1, 0, 0), column=(0, -1, 0)),
    "feet first supine": Scan(position="FFS", row=(-1, 0, 0), column=(0, 1, 0)),
    "feet first prone": Scan(position="FFP", row=(1, 0, 0), column=(0, -1, 0)),
    "on the side": Scan(position="HFDL", row=(0, -1, 0), column=(1, 0, 0)),
    "rows and columns swapped": Scan(row=(0, 1, 0), column=(1, 0, 0)),
    "from head to feet": Scan(step=(0, 0, -1)),
    "from head to feet, prone": Scan(position="HFP", row=(-1, 0, 0), column=(0, -1, 0), step=(0, 0, -1)),
    "turned in the plane": Scan(
        row=(np.cos(TURN), np.sin(TURN), 0.0), column=(-np.sin(TURN), np.cos(TURN), 0.0), spacing=(2.5, 2.7)
    ),
    "tilted gantry": Scan(column=(0.0, np.cos(TILT), -np.sin(TILT))),
    "oblique": Scan(column=(0.0, np.cos(TILT), -np.sin(TILT)), step=(0.0, np.sin(TILT), np.cos(TILT))),
    "pixels that are not square": Scan(spacing=(2.2, 3.1)),
    "pixels that are not square, columns swapped": Scan(row=(0, 1, 0), column=(1, 0, 0), spacing=(2.2, 3.1)),
}
"""Every way in which axial images come; the tilts are below the limit of the settings."""
