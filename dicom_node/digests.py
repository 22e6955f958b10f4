"""What makes two inputs the same: digests of images, of series and of settings."""

import hashlib
import json
from collections.abc import Iterable

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


def pixels_digest(dataset: Dataset) -> str:
    """SHA-256 (hex) of what decides the numbers: UIDs, geometry, rescale and the pixel bytes as stored."""
    digest = hashlib.sha256(geometry(dataset).encode())
    digest.update(dataset.get("PixelData") or b"")
    return digest.hexdigest()


def geometry(dataset: Dataset) -> str:
    """UIDs, geometry and rescale as text: all that decides the numbers but the pixels."""
    return "".join(f"{keyword}={dataset.get(keyword)}\n" for keyword in GEOMETRY)


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
