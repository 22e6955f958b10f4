"""CT headers, series and stacks in memory; every attribute can be overridden by keyword."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian

from dicom_node.study.series import Image, Series

ROWS, COLUMNS = 6, 8
STUDY_UID, SERIES_UID = "1.2.826.0.1.3680043.10.1337.1", "1.2.826.0.1.3680043.10.1337.2"
HEAD_FIRST_SUPINE = (1, 0, 0, 0, 1, 0)


def make_image(**overrides: Any) -> Dataset:
    """One CT image as a scanner writes it; None leaves the attribute out."""
    pixels = np.arange(ROWS * COLUMNS, dtype="<i2").reshape(ROWS, COLUMNS)
    attributes: dict[str, Any] = {
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": f"{SERIES_UID}.1",
        "StudyDate": "20260301",
        "AccessionNumber": "A-1",
        "Modality": "CT",
        "ManufacturerModelName": "Scanner",
        "SeriesDescription": "Abdomen",
        "PatientName": "Doe^Jane",
        "PatientID": "P-1",
        "PatientAge": "066Y",
        "SliceThickness": 5,
        "ConvolutionKernel": "B30f",
        "StudyInstanceUID": STUDY_UID,
        "SeriesInstanceUID": SERIES_UID,
        "InstanceNumber": 1,
        "ImagePositionPatient": [-10, -20, 0],
        "ImageOrientationPatient": list(HEAD_FIRST_SUPINE),
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": ROWS,
        "Columns": COLUMNS,
        "PixelSpacing": [0.8, 0.7],
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "RescaleIntercept": -1024,
        "RescaleSlope": 1,
        "RescaleType": "HU",
        "PixelData": pixels.tobytes(),
    }
    image = Dataset()
    for keyword, value in (attributes | overrides).items():
        if value is not None:
            setattr(image, keyword, value)
    return image


def item(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def enhanced(*positions: float, **shared: Any) -> dict[str, Any]:
    """Attributes of an enhanced CT with a frame at each position, mm."""
    groups = {
        "PixelMeasuresSequence": [item(PixelSpacing=[0.8, 0.7], SliceThickness=5)],
        "PlaneOrientationSequence": [item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        "PixelValueTransformationSequence": [item(RescaleIntercept=-1024, RescaleSlope=1, RescaleType="HU")],
    }
    frames = [item(PlanePositionSequence=[item(ImagePositionPatient=[0, 0, z])]) for z in positions]
    single = dict.fromkeys(
        ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept")
    )
    return single | {
        "SOPClassUID": EnhancedCTImageStorage,
        "NumberOfFrames": len(positions),
        "SharedFunctionalGroupsSequence": [item(**(groups | shared))],
        "PerFrameFunctionalGroupsSequence": frames,
        "PixelData": np.arange(48 * len(positions), dtype="<i2").tobytes(),
    }


def part10(image: Dataset, transfer_syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The image as a DICOM file."""
    image.file_meta = FileMetaDataset()
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.get("SOPInstanceUID", "1.2")
    image.file_meta.TransferSyntaxUID = transfer_syntax
    buffer = BytesIO()
    dcmwrite(buffer, image, enforce_file_format=True)
    return buffer.getvalue()


def renamed(path: Path, sop_instance_uid: str) -> bytes:
    """The DICOM file with another SOPInstanceUID; its pixels stay encoded as they are."""
    image = dcmread(path)
    image.SOPInstanceUID = sop_instance_uid
    return part10(image, image.file_meta.TransferSyntaxUID)


def dataset_bytes(file: bytes) -> bytes:
    """What of a DICOM file follows the file meta: the encoded dataset as it goes over the wire."""
    return file[132 + 12 + int.from_bytes(file[140:144], "little") :]


def read_back(image: Dataset) -> FileDataset:
    """The image as it comes from a file."""
    return dcmread(BytesIO(part10(image)))


def make_series(
    count: int = 30,
    *,
    spacing_mm: float = 5.0,
    normal: tuple[float, float, float] = (0, 0, 1),
    each: Callable[[int], dict[str, Any]] = lambda _index: {},
    **overrides: Any,
) -> Series:
    """`count` images along `normal`; `each(index)` overrides what differs from image to image."""
    series_uid = overrides.get("SeriesInstanceUID", SERIES_UID)
    images = []
    for index in range(count):
        origin = [-10 + normal[0] * index * spacing_mm, -20 + normal[1] * index * spacing_mm]
        own = {
            "SOPInstanceUID": f"{series_uid}.{index + 1}",
            "InstanceNumber": index + 1,
            "ImagePositionPatient": [*origin, normal[2] * index * spacing_mm],
        }
        image = make_image(**(own | overrides | each(index)))
        images.append(Image(Path(f"{index:04d}.dcm"), image))  # type: ignore[arg-type]
    return Series(series_instance_uid=series_uid, images=tuple(images))


def write_images(series: Series, folder: Path) -> Series:
    """The same series with its files on disk and its headers read back."""
    folder.mkdir(parents=True, exist_ok=True)
    images = []
    for image in series.images:
        path = folder / image.path.name
        path.write_bytes(part10(image.header))
        images.append(Image(path, dcmread(path, stop_before_pixels=True)))
    return Series(series_instance_uid=series.series_instance_uid, images=tuple(images))
