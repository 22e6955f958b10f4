"""What makes two inputs the same: digests of images, of series and of settings."""

import hashlib
import json
from collections.abc import Iterable, Iterator

import numpy as np
from pydantic import BaseModel
from pydicom.dataset import Dataset

GEOMETRY = (
    "SOPInstanceUID",
    "SeriesInstanceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "Rows",
    "Columns",
    "RescaleSlope",
    "RescaleIntercept",
    "BitsStored",
    "PixelRepresentation",
)
FUNCTIONAL_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
FRAME_GEOMETRY = {
    "PixelMeasuresSequence": ("PixelSpacing", "SliceThickness"),
    "PlanePositionSequence": ("ImagePositionPatient",),
    "PlaneOrientationSequence": ("ImageOrientationPatient",),
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept", "RescaleType"),
}
"""Macros of an enhanced CT (PS3.3 C.7.6.16.2, C.8.15.3) that say of a frame what `GEOMETRY` says of an image."""


def pixels_digest(dataset: Dataset, stored: Iterable[bytes] | None = None) -> str:
    """SHA-256 (hex) of what decides the numbers: UIDs, geometry, rescale and the pixel bytes as stored.

    `stored` gives the value of PixelData in parts where `dataset` is only its header.
    """
    digest = hashlib.sha256(geometry(dataset).encode())
    for part in (dataset.get("PixelData") or b"",) if stored is None else stored:
        digest.update(part)
    return digest.hexdigest()


def geometry(dataset: Dataset) -> str:
    """UIDs, geometry and rescale as text: all that decides the numbers but the pixels."""
    own = (f"{keyword}={dataset.get(keyword)}\n" for keyword in GEOMETRY)
    return "".join((*own, *_frame_geometry(dataset)))


def _frame_geometry(dataset: Dataset) -> Iterator[str]:
    """The same of each frame of an enhanced multi-frame image; nothing of any other."""
    for groups in FUNCTIONAL_GROUPS:
        for number, frame in enumerate(dataset.get(groups) or ()):
            for macro, keywords in FRAME_GEOMETRY.items():
                for item in frame.get(macro) or ():
                    yield from (f"{groups}[{number}].{keyword}={item.get(keyword)}\n" for keyword in keywords)


def joined_digest(digests: Iterable[str]) -> str:
    """One digest of many, whatever their order: the content of a series."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def settings_digest(settings: BaseModel) -> str:
    """Digest of a frozen section of the settings."""
    canonical = json.dumps(settings.model_dump(mode="json", exclude={"model"}), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def position_mm(dataset: Dataset) -> float | None:
    """ImagePositionPatient along the slice normal (PS3.3 C.7.6.2.1.1), None where it is not given."""
    cosines, origin = dataset.get("ImageOrientationPatient"), dataset.get("ImagePositionPatient")
    if not cosines or not origin:
        return None
    normal = np.cross(np.asarray(cosines[:3], float), np.asarray(cosines[3:], float))
    return float(normal @ np.asarray(origin, float))
