"""A phantom as the CT study that a scanner would send: for the demo, for warming up and for the tests."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from inference.ct import CtVolume
from inference.phantom import Phantom

BOTTOM_MM = -500.0


def write_study(phantom: Phantom, folder: Path, **overrides: Any) -> list[Path]:
    """Write the phantom's volume as CT images, head first supine; `overrides` replace attributes by keyword."""
    return write_series(phantom.volume, folder, **overrides)


def write_series(volume: CtVolume, folder: Path, **overrides: Any) -> list[Path]:
    """Write a canonical volume as one axial CT series; returns the files from head to feet, as scanners send."""
    folder.mkdir(parents=True, exist_ok=True)
    common = _common(volume, overrides)
    count = len(volume.hu)
    paths = []
    for number, index in enumerate(range(count - 1, -1, -1), start=1):
        path = folder / f"ct{number:04d}.dcm"
        image = _image(volume, index, number, common)
        _set(image, {name: value for name, value in overrides.items() if name not in common})
        image.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def uid(*parts: object) -> str:
    """A UID below 2.25 that follows from `parts`."""
    return f"2.25.{int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:15], 'big')}"


def _common(volume: CtVolume, overrides: dict[str, Any]) -> dict[str, Any]:
    """Patient, study, series and equipment of a made-up examination."""
    seed = hashlib.sha256(volume.hu[:: max(1, len(volume.hu) // 7)].tobytes()).hexdigest()
    study = overrides.get("StudyInstanceUID", uid("study", seed))
    attributes = {
        "SpecificCharacterSet": "ISO_IR 192",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "StudyInstanceUID": study,
        "SeriesInstanceUID": uid("series", study, seed),
        "FrameOfReferenceUID": uid("frame", study),
        "StudyDate": "20260301",
        "StudyTime": "101500",
        "SeriesDate": "20260301",
        "SeriesTime": "101700",
        "AcquisitionDate": "20260301",
        "AcquisitionTime": "101700",
        "ContentDate": "20260301",
        "ContentTime": "101700",
        "AccessionNumber": "DEMO-0001",
        "Modality": "CT",
        "Manufacturer": "Drawn",
        "ManufacturerModelName": "Phantom",
        "DeviceSerialNumber": "1",
        "SoftwareVersions": "1",
        "InstitutionName": "Nowhere Hospital",
        "ReferringPhysicianName": "Referrer^Rita",
        "StudyDescription": "CT ABDOMEN (drawn phantom)",
        "SeriesDescription": "Abdomen portal venous soft",
        "StudyID": "1",
        "SeriesNumber": 2,
        "AcquisitionNumber": 1,
        "PatientName": "Phantom^Demo",
        "PatientID": "PHANTOM-1",
        "IssuerOfPatientID": "L3NODE-DEMO",
        "PatientBirthDate": "19600101",
        "PatientSex": "F",
        "PatientAge": "066Y",
        "PatientSize": 1.68,
        "PatientWeight": 68,
        "PatientPosition": "HFS",
        "BodyPartExamined": "ABDOMEN",
        "KVP": 120,
        "ConvolutionKernel": "B30f",
        "SliceThickness": round(volume.spacing_mm[0], 4),
        "PositionReferenceIndicator": "",
    }
    return attributes | {name: value for name, value in overrides.items() if name in attributes}


def _image(volume: CtVolume, index: int, number: int, common: dict[str, Any]) -> Dataset:
    image = Dataset()
    _set(image, common)
    image.SOPClassUID = CTImageStorage
    image.SOPInstanceUID = uid("image", common["SeriesInstanceUID"], number)
    image.InstanceNumber = number
    _place(image, volume, index)
    _fill(image, volume.hu[index])
    image.file_meta = FileMetaDataset()
    image.file_meta.MediaStorageSOPClassUID = CTImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return image


def _set(image: Dataset, attributes: dict[str, Any]) -> None:
    for keyword, value in attributes.items():
        setattr(image, keyword, value)


def _place(image: Dataset, volume: CtVolume, index: int) -> None:
    """Geometry of canonical slice `index`: columns to the left, rows to the back, slices to the head."""
    slice_mm, row_mm, column_mm = volume.spacing_mm
    _, rows, columns = volume.hu.shape
    image.ImagePositionPatient = [
        round(-columns * column_mm / 2, 4),
        round(-rows * row_mm / 2, 4),
        round(BOTTOM_MM + index * slice_mm, 4),
    ]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.SliceLocation = image.ImagePositionPatient[2]
    image.PixelSpacing = [round(row_mm, 6), round(column_mm, 6)]


def _fill(image: Dataset, hu: NDArray[np.int16]) -> None:
    image.Rows, image.Columns = hu.shape
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 1
    image.RescaleIntercept, image.RescaleSlope, image.RescaleType = 0, 1, "HU"
    image.WindowCenter, image.WindowWidth = 40, 400
    image.PixelData = hu.astype("<i2").tobytes()
