"""Headers of one series, sorted from caudal to cranial.  Reads no pixels."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError

from dicom_node.study.geometry import Orientation
from inference.errors import Reason, Unsuitable


@dataclass(frozen=True, slots=True)
class Image:
    """One single-frame image: its file and its header without pixel data."""

    path: Path
    header: FileDataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Images of one SeriesInstanceUID in the order found; geometry is judged by `admission`."""

    series_instance_uid: str
    images: tuple[Image, ...]

    @property
    def header(self) -> FileDataset:
        """The header that speaks for the series."""
        return self.images[0].header


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """An admitted series: one orientation, images caudal to cranial, even spacing.

    `positions_mm` are along the normal; `pixel_spacing_mm` is (row, column) as stored.
    """

    images: tuple[Image, ...]
    orientation: Orientation
    positions_mm: tuple[float, ...]
    spacing_mm: float
    pixel_spacing_mm: tuple[float, float]
    tilt_degrees: float

    @property
    def coverage_mm(self) -> float:
        """Height between the first and the last slice centre."""
        return self.positions_mm[-1] - self.positions_mm[0]


def read_series(files: Iterable[Path]) -> tuple[tuple[Series, ...], tuple[tuple[Path, Unsuitable], ...]]:
    """Group files by SeriesInstanceUID; what is no DICOM is returned beside, with its reason."""
    groups: dict[str, list[Image]] = defaultdict(list)
    refused: list[tuple[Path, Unsuitable]] = []
    for path in files:
        try:
            image = read_image(path)
        except Unsuitable as reason:
            refused.append((path, reason))
        else:
            groups[str(image.header.SeriesInstanceUID)].append(image)
    series = (Series(series_instance_uid=uid, images=tuple(images)) for uid, images in groups.items())
    return tuple(series), tuple(refused)


def read_image(path: Path) -> Image:
    """The header of one file; raises `Unsuitable` when it is no DICOM object with a series."""
    try:
        header = dcmread(path, stop_before_pixels=True)
    except (InvalidDicomError, OSError, ValueError, KeyError, AttributeError, NotImplementedError):
        raise Unsuitable(Reason.NOT_DICOM, "not a readable DICOM file") from None
    for keyword, media in (
        ("SOPClassUID", "MediaStorageSOPClassUID"),
        ("SOPInstanceUID", "MediaStorageSOPInstanceUID"),
    ):
        if not header.get(keyword):  # some anonymizers empty these and leave the file meta
            setattr(header, keyword, header.file_meta.get(media))
    if not header.get("SeriesInstanceUID") or not header.SOPInstanceUID:
        raise Unsuitable(Reason.NOT_DICOM, "a DICOM file without SeriesInstanceUID or SOPInstanceUID")
    return Image(path, header)


def position_along(image: Image, orientation: Orientation) -> float:
    """Position of the image along the slice normal, mm."""
    return float(orientation.normal @ np.asarray(image.header.ImagePositionPatient, float))
