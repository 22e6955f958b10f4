"""Enhanced multi-frame CT as images: every frame gets the header that a single-frame image of it would have.

What stands in functional groups (PS3.3 C.7.6.16, C.8.15.3) is brought to the top level under the same keywords, so
that everybody who reads a header after this need not know how the images came.  Reads no pixels.
"""

from collections.abc import Iterator
from types import MappingProxyType

from pydicom.dataset import Dataset
from pydicom.uid import EnhancedCTImageStorage

from inference.errors import Reason, Unsuitable

SHARED, PER_FRAME = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"
GROUPS = MappingProxyType(
    {
        "PixelMeasuresSequence": ("PixelSpacing", "SliceThickness", "SpacingBetweenSlices"),
        "PlaneOrientationSequence": ("ImageOrientationPatient",),
        "PlanePositionSequence": ("ImagePositionPatient",),
        "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept", "RescaleType"),
        "CTImageFrameTypeSequence": ("FrameType", "VolumetricProperties", "VolumeBasedCalculationTechnique"),
        "CTAcquisitionTypeSequence": ("AcquisitionType", "ConstantVolumeFlag", "FluoroscopyFlag"),
        "CTAcquisitionDetailsSequence": ("GantryDetectorTilt",),
        "CTReconstructionSequence": ("ConvolutionKernel", "ReconstructionAlgorithm"),
        "CTXRayDetailsSequence": ("KVP",),
        "MultienergyCTCharacteristicsSequence": ("MonoenergeticEnergyEquivalent",),
    }
)
"""What is read of each functional group; the keywords are those of the single-frame CT Image (C.8.2.1)."""


def is_multi_frame(header: Dataset) -> bool:
    """Whether `header` is that of an Enhanced CT Image (PS3.3 A.38.1)."""
    return header.get("SOPClassUID") == EnhancedCTImageStorage


def frame_headers(header: Dataset) -> Iterator[Dataset]:
    """The header of each frame, in stored order; raises `Unsuitable` when frames and groups do not agree."""
    groups = header.get(PER_FRAME) or ()
    if len(groups) != int(header.get("NumberOfFrames") or 0) or not groups:
        raise Unsuitable(Reason.NOT_DICOM, f"{header.get('NumberOfFrames')} frames with {len(groups)} frame headers")
    common = _common(header)
    for group in groups:
        frame = _copied(common)
        _lift(group, frame)
        yield frame


def _common(header: Dataset) -> Dataset:
    """What all frames have in common, under the keywords of a single-frame image."""
    common = _copied(header)
    for keyword in (SHARED, PER_FRAME, "NumberOfFrames"):
        common.pop(keyword, None)
    for group in header.get(SHARED) or ():
        _lift(group, common)
    if agents := header.get("ContrastBolusAgentSequence"):
        common.add_new("ContrastBolusAgent", "LO", agents[0].get("CodeMeaning"))
    return common


def _copied(header: Dataset) -> Dataset:
    """Another dataset of the same elements; `Dataset.copy` would share the mapping itself."""
    copied = Dataset()
    implicit, little = header.original_encoding
    copied.set_original_encoding(implicit, little, header.original_character_set)
    copied.update(header)
    return copied


def _lift(groups: Dataset, target: Dataset) -> None:
    """Bring the attributes of one item of functional groups to the top level of `target`."""
    for sequence, keywords in GROUPS.items():
        item = next(iter(groups.get(sequence) or ()), Dataset())
        for keyword in keywords:
            if keyword in item:
                target[keyword] = item[keyword]
    if "FrameType" in target:  # the value of the frame; that of the object may be MIXED (C.8.16.1)
        target.add_new("ImageType", "CS", target.FrameType)  # anew: elements are shared by the frames
