"""Enhanced multi-frame CT made of a single-frame series (PS3.3 A.38.1): the same pixels, the same places."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import EnhancedCTImageStorage

from dicom_node.phantom_study import uid

IN_GROUPS = (
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "SliceLocation"),
    *("RescaleSlope", "RescaleIntercept", "RescaleType", "WindowCenter", "WindowWidth", "KVP", "ConvolutionKernel"),
)
"""What a multi-frame object holds in functional groups instead."""


def write_enhanced(
    files: Sequence[Path], path: Path, *, shared: dict[str, Dataset] | None = None, **overrides: Any
) -> Path:
    """One object with the images `files` as frames, in this order; `shared` replaces shared functional groups."""
    images = [dcmread(file) for file in files]
    target = dcmread(files[0])
    for keyword in IN_GROUPS:
        target.pop(keyword, None)
    target.SOPClassUID = target.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    target.SOPInstanceUID = target.file_meta.MediaStorageSOPInstanceUID = uid("enhanced", images[0].SOPInstanceUID)
    target.InstanceNumber = 1
    target.NumberOfFrames = len(images)
    target.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    target.SharedFunctionalGroupsSequence = [groups(_shared(images[0]) | (shared or {}))]
    target.PerFrameFunctionalGroupsSequence = [_of_frame(image, n) for n, image in enumerate(images, start=1)]
    target.PixelData = b"".join(image.PixelData for image in images)
    for keyword, value in overrides.items():
        setattr(target, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    target.save_as(path, enforce_file_format=True)
    return path


def write_concatenation(files: Sequence[Path], folder: Path, parts: int = 2) -> list[Path]:
    """The same cut into `parts` objects (PS3.3 C.7.6.16)."""
    size = -(-len(files) // parts)
    return [
        write_enhanced(
            files[part * size : (part + 1) * size],
            folder / f"part{part + 1}.dcm",
            ConcatenationUID=uid("concatenation", str(files[0])),
            InConcatenationNumber=part + 1,
            InConcatenationTotalNumber=parts,
            ConcatenationFrameOffsetNumber=part * size,
        )
        for part in range(parts)
    ]


def groups(items: dict[str, Dataset]) -> Dataset:
    """One item of functional groups: a sequence of one item for each."""
    group = Dataset()
    for sequence, item in items.items():
        setattr(group, sequence, [item])
    return group


def item(**attributes: Any) -> Dataset:
    """A dataset of these attributes."""
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def _shared(image: FileDataset) -> dict[str, Dataset]:
    return {
        "PixelMeasuresSequence": item(PixelSpacing=image.PixelSpacing, SliceThickness=image.SliceThickness),
        "PlaneOrientationSequence": item(ImageOrientationPatient=image.ImageOrientationPatient),
        "PixelValueTransformationSequence": item(
            RescaleSlope=image.RescaleSlope, RescaleIntercept=image.RescaleIntercept, RescaleType=image.RescaleType
        ),
        "CTImageFrameTypeSequence": item(
            FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
            PixelPresentation="MONOCHROME",
            VolumetricProperties="VOLUME",
            VolumeBasedCalculationTechnique="NONE",
        ),
        "CTAcquisitionTypeSequence": item(AcquisitionType="SPIRAL", ConstantVolumeFlag="NO", FluoroscopyFlag="NO"),
        "CTReconstructionSequence": item(ConvolutionKernel=image.ConvolutionKernel),
        "CTXRayDetailsSequence": item(KVP=image.KVP),
    }


def _of_frame(image: FileDataset, number: int) -> Dataset:
    return groups(
        {
            "FrameContentSequence": item(StackID="1", InStackPositionNumber=number),
            "PlanePositionSequence": item(ImagePositionPatient=image.ImagePositionPatient),
        }
    )
