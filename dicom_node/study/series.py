"""Headers of one series, sorted from caudal to cranial.  Reads no pixels."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError

from dicom_node.study.frames import frame_headers, is_multi_frame
from dicom_node.study.geometry import Orientation
from inference.errors import Reason, Unsuitable

UNREADABLE = (InvalidDicomError, OSError, ValueError, KeyError, AttributeError, TypeError, NotImplementedError)
"""What pydicom raises on files that are no DICOM, or whose values are not what their VR says."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its file and its header without pixel data.

    `frame` is the number (from 1) of a frame of a multi-frame object, None for a single-frame image.
    """

    path: Path
    header: Dataset
    frame: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Images of one SeriesInstanceUID in the order found; geometry is judged by `admission`."""

    series_instance_uid: str
    images: tuple[Image, ...]

    @property
    def header(self) -> Dataset:
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
    remarks: tuple[str, ...] = ()
    """What a person should know of how it was made, as "code: sentence"."""

    @property
    def coverage_mm(self) -> float:
        """Height between the first and the last slice centre."""
        return self.positions_mm[-1] - self.positions_mm[0]


def walk(files: Iterable[Path]) -> Iterator[Path]:
    """Files as given, folders as all regular files below them."""
    for path in files:
        if path.is_dir():
            yield from sorted(below for below in path.rglob("*") if below.is_file())
        else:
            yield path


def read_series(files: Iterable[Path]) -> tuple[tuple[Series, ...], tuple[tuple[Path, Unsuitable], ...]]:
    """Group files by SeriesInstanceUID; what is no DICOM is returned beside, with its reason."""
    groups: dict[str, list[Image]] = defaultdict(list)
    refused: list[tuple[Path, Unsuitable]] = []
    for path in files:
        try:
            images = read_images(path)
        except Unsuitable as reason:
            refused.append((path, reason))
        else:
            groups[str(images[0].header.SeriesInstanceUID)].extend(images)
    series = (Series(series_instance_uid=uid, images=tuple(images)) for uid, images in groups.items())
    return tuple(series), tuple(refused)


def read_images(path: Path) -> tuple[Image, ...]:
    """The images of one file, several of a multi-frame object; raises `Unsuitable` when it is no DICOM object."""
    try:
        header = _read_header(path)
        if is_multi_frame(header):
            return tuple(Image(path, frame, number) for number, frame in enumerate(frame_headers(header), start=1))
    except UNREADABLE:
        raise Unsuitable(Reason.NOT_DICOM, "not a readable DICOM file") from None
    return (Image(path, header),)


def _read_header(path: Path) -> FileDataset:
    header = dcmread(path, stop_before_pixels=True)
    for keyword, media in (
        ("SOPClassUID", "MediaStorageSOPClassUID"),
        ("SOPInstanceUID", "MediaStorageSOPInstanceUID"),
    ):
        if not header.get(keyword):  # some anonymizers empty these and leave the file meta
            setattr(header, keyword, header.file_meta.get(media))
    if not header.get("SeriesInstanceUID") or not header.SOPInstanceUID:
        raise Unsuitable(Reason.NOT_DICOM, "a DICOM file without SeriesInstanceUID or SOPInstanceUID")
    return header


def position_along(image: Image, orientation: Orientation) -> float:
    """Position of the image along the slice normal, mm."""
    return float(orientation.normal @ np.asarray(image.header.ImagePositionPatient, float))
