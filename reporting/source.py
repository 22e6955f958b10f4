"""What the objects take from the header of the source image: its owner, and the attributes of the image."""

import math
import re
from datetime import timedelta, timezone, tzinfo

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage

from inference.ct import CtSlice
from inference.errors import Reason, Unsuitable
from reporting.finding import Identity
from reporting.identity import REQUIRED, copy_identity

# Image Pixel, Image Plane, CT Image, General Equipment (PS3.3 C.7.6.3, C.7.6.2, C.8.2.1, C.7.5.1)
IMAGE = (
    "SOPClassUID",
    "SOPInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "PositionReferenceIndicator",
    "Modality",
    "InstanceNumber",
    "Manufacturer",
    "ManufacturerModelName",
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "SliceThickness",
    "SpacingBetweenSlices",
    "KVP",
    "ConvolutionKernel",
    "ContrastBolusAgent",
    "LossyImageCompression",
    "LossyImageCompressionRatio",
    "LossyImageCompressionMethod",
    "TimezoneOffsetFromUTC",
)

OFFSETS = (timedelta(hours=-12), timedelta(hours=14))
"""Range of TimezoneOffsetFromUTC (PS3.3 C.12.1.1.8)."""
NUMBERS = ("InstanceNumber", "SliceThickness", "SpacingBetweenSlices", "KVP")
"""Single numbers that a result can do without: left out where the source has something else ("120,0")."""


def owner_of(header: Dataset) -> Dataset:
    """Patient and study attributes of `header`, decoded; nothing else."""
    owner = Dataset()
    copy_identity(header, owner)
    return owner


def image_of(header: Dataset, ct: CtSlice) -> Dataset:
    """Image attributes of `header`, complete enough for highdicom; the patient is left empty.

    highdicom refuses values that hospitals do store (PatientSex "U", odd dates), so it never sees the patient:
    `copy_identity` gives every finished object its owner.

    A frame of an enhanced multi-frame CT comes with the header of a single-frame image.  Raises `Unsuitable` for
    anything but CT, and when the image lies in no frame of reference.
    """
    _check(header)
    image = Dataset()
    for keyword in REQUIRED:
        setattr(image, keyword, "")
    image.StudyInstanceUID = header.StudyInstanceUID
    for keyword in IMAGE:
        if header.get(keyword) not in (None, "") and (keyword not in NUMBERS or _is_number(header[keyword].value)):
            image[keyword] = header[keyword]
    if not image.get("SliceThickness"):  # Type 2 in the source, needed by PixelMeasures and TID 1604
        image.SliceThickness = f"{ct.thickness_mm:.6g}"
    return image


def reference_to(image: Dataset, frame: int | None) -> Dataset:
    """Image SOP Instance Reference (PS3.3 table 10-3); `frame` (from 1) only where the image is multi-frame."""
    item = Dataset()
    item.ReferencedSOPClassUID = image.SOPClassUID
    item.ReferencedSOPInstanceUID = image.SOPInstanceUID
    if frame is not None:
        item.ReferencedFrameNumber = frame
    return item


def slice_spacing_mm(image: Dataset) -> float:
    """Distance of slices in mm as stated by the source; its thickness where it states none."""
    spacing = float(image.get("SpacingBetweenSlices") or 0)
    return spacing if spacing > 0 else float(image.SliceThickness)


def zone_of(image: Dataset, identity: Identity) -> tzinfo:
    """Zone that our times are shown in: the site's, unless the source states its offset.

    TimezoneOffsetFromUTC (0008,0201) holds for every date and time of an object, the copied StudyTime included,
    so a stated offset must be kept (PS3.3 C.12.1.1.8); one that no place has is not.
    """
    stated = re.fullmatch(r"([+-])(\d\d)([0-5]\d)", str(image.get("TimezoneOffsetFromUTC") or ""), re.ASCII)
    if stated is None:
        return identity.time_zone
    ahead = timedelta(hours=int(stated[2]), minutes=int(stated[3]))
    offset = -ahead if stated[1] == "-" else ahead
    return timezone(offset) if OFFSETS[0] <= offset <= OFFSETS[1] else identity.time_zone


def _is_number(value: object) -> bool:
    try:
        return math.isfinite(float(str(value)))
    except ValueError:
        return False


def _check(header: Dataset) -> None:
    if header.get("SOPClassUID") not in (CTImageStorage, EnhancedCTImageStorage):
        raise Unsuitable(Reason.NOT_CT, f"SOP class {header.get('SOPClassUID')} is no CT image")
    if "FrameOfReferenceUID" not in header or "PixelSpacing" not in header:
        raise Unsuitable(Reason.NO_PIXEL_SPACING, "the source image has no frame of reference or no pixel spacing")
