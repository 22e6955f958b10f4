"""Which series may be measured: readable rules, each refusal with its reason (design, section 6).

`admit` raises `Unsuitable` for the first rule that fails; the rules stand in `RULES` in the order they are tried.
"""

import re
from collections.abc import Callable
from datetime import date
from types import MappingProxyType

import numpy as np

from config.settings import AnalysisSettings
from dicom_node.study.geometry import Orientation
from dicom_node.study.series import Image, Series, Stack, position_along
from inference.errors import Reason, Unsuitable

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
REFUSED_IMAGE_TYPES = MappingProxyType(
    {
        "LOCALIZER": Reason.LOCALIZER,
        "SECONDARY": Reason.DERIVED,
        "MPR": Reason.DERIVED,
        "MIP": Reason.DERIVED,
        "MINIP": Reason.DERIVED,
        "AVERAGE": Reason.DERIVED,
        "CSA MPR": Reason.DERIVED,
        "REFORMATTED": Reason.DERIVED,
        "PROJECTION IMAGE": Reason.DERIVED,
        "SCREEN SAVE": Reason.DERIVED,
        "FLUORO": Reason.DERIVED,
        "MATERIAL": Reason.DERIVED,
        "IODINE": Reason.DERIVED,
        "VNC": Reason.DERIVED,
    }
)
REFUSED_DESCRIPTION = re.compile(
    r"\b(scout|topogram|localizer|surview|mip|minip|mpr|coronal|sagittal|cor|sag|bolus|premonitoring|monitoring|"
    r"fluoro|vnc|iodine|dose)\b",
    re.IGNORECASE,
)
COSINE_TOLERANCE = 1e-3
SPACING_TOLERANCE = 0.10
"""Part of the median spacing by which one step may differ: positions are rounded to 0.1 mm by some scanners."""
SHORTEST_MM = 60.0
"""Less shows fewer than two vertebrae: the level can't be verified."""
DAYS_A_YEAR = 365.2425


def admit(series: Series, rules: AnalysisSettings) -> Stack:
    """The series as a stack; raises `Unsuitable` with the first reason against it."""
    for rule in RULES:
        rule(series, rules)
    return stack(series, rules)


def _is_ct(series: Series, _rules: AnalysisSettings) -> None:
    header = series.header
    if header.get("Modality") != "CT":
        raise Unsuitable(Reason.NOT_CT, f"Modality {header.get('Modality') or 'missing'}, not CT")
    if header.get("SOPClassUID") == ENHANCED_CT:
        raise Unsuitable(Reason.NOT_CT, "enhanced multi-frame CT is not measured by this release")
    if header.get("SOPClassUID") != CT_IMAGE:
        raise Unsuitable(Reason.NOT_CT, "not CT Image Storage")


def _is_original(series: Series, _rules: AnalysisSettings) -> None:
    image_type = series.header.get("ImageType") or ()
    for value in [image_type] if isinstance(image_type, str) else image_type:
        if reason := REFUSED_IMAGE_TYPES.get(str(value).upper()):
            raise Unsuitable(reason, f"ImageType holds {value}")
    described = REFUSED_DESCRIPTION.search(str(series.header.get("SeriesDescription") or ""))
    if described:
        raise Unsuitable(Reason.DERIVED, f"SeriesDescription says {described.group().lower()}")


def _has_hounsfield(series: Series, _rules: AnalysisSettings) -> None:
    for header in (image.header for image in series.images):
        if not header.get("RescaleSlope") or header.get("RescaleIntercept") is None:
            raise Unsuitable(Reason.NO_RESCALE, "RescaleSlope or RescaleIntercept missing: no Hounsfield units")
        if (header.get("RescaleType") or "HU") != "HU":
            raise Unsuitable(Reason.NO_RESCALE, f"RescaleType {header.RescaleType}, not HU")


def _has_grid(series: Series, _rules: AnalysisSettings) -> None:
    for image in series.images:
        if "Rows" not in image.header or "Columns" not in image.header:
            raise Unsuitable(Reason.NO_PIXEL_DATA, "an object without an image")
        spacing = image.header.get("PixelSpacing")
        if not spacing or min(map(float, spacing)) <= 0:
            raise Unsuitable(Reason.NO_PIXEL_SPACING, "PixelSpacing missing: no area can be measured")
        if not image.header.get("ImagePositionPatient") or not image.header.get("ImageOrientationPatient"):
            raise Unsuitable(Reason.MIXED_GEOMETRY, "ImagePositionPatient or ImageOrientationPatient missing")


def _is_adult(series: Series, rules: AnalysisSettings) -> None:
    age = age_years(series)
    if age is None and not rules.accept_unknown_age:
        raise Unsuitable(Reason.MINOR_OR_AGE_UNKNOWN, "neither PatientAge nor PatientBirthDate")
    if age is not None and age < rules.minimum_age:
        raise Unsuitable(Reason.MINOR_OR_AGE_UNKNOWN, f"younger than {rules.minimum_age} years")


RULES: tuple[Callable[[Series, AnalysisSettings], None], ...] = (
    _is_ct,
    _is_original,
    _has_grid,
    _has_hounsfield,
    _is_adult,
)


def age_years(series: Series) -> float | None:
    """PatientAge (0010,1010) where given, else from PatientBirthDate and StudyDate; None when unknown."""
    header = series.header
    stated = re.fullmatch(r"(\d{3})([DWMY])", str(header.get("PatientAge") or ""))
    if stated:
        return int(stated[1]) * {"D": 1, "W": 7, "M": 30.44, "Y": DAYS_A_YEAR}[stated[2]] / DAYS_A_YEAR
    born, seen = _date(header.get("PatientBirthDate")), _date(header.get("StudyDate"))
    return (seen - born).days / DAYS_A_YEAR if born and seen else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def stack(series: Series, rules: AnalysisSettings) -> Stack:
    """Sort caudal to cranial and check the grid; raises `Unsuitable`."""
    orientation = _one_orientation(series)
    images = tuple(sorted(series.images, key=lambda image: _height(image, orientation)))
    positions = tuple(position_along(image, orientation) for image in images)
    spacing = _even_spacing(positions, rules) if len(images) > 1 else 0.0
    tilt = _tilt_degrees(images, orientation)
    if tilt > rules.maximum_tilt_degrees:
        raise Unsuitable(Reason.TILT, f"{tilt:.1f} degrees from axial, more than {rules.maximum_tilt_degrees:g}")
    if len(images) < 2 or positions[-1] - positions[0] < SHORTEST_MM:
        raise Unsuitable(Reason.COVERAGE, f"{positions[-1] - positions[0]:.0f} mm covered, {SHORTEST_MM:.0f} needed")
    return Stack(
        images=images,
        orientation=orientation,
        positions_mm=positions,
        spacing_mm=spacing,
        pixel_spacing_mm=tuple(map(float, images[0].header.PixelSpacing)),  # type: ignore[arg-type]
        tilt_degrees=tilt,
    )


def _height(image: Image, orientation: Orientation) -> tuple[float, str]:
    """Position, then UID: equal positions must not make the order depend on arrival."""
    return position_along(image, orientation), str(image.header.SOPInstanceUID)


def _one_orientation(series: Series) -> Orientation:
    grids = {(image.header.Rows, image.header.Columns, *image.header.PixelSpacing) for image in series.images}
    if len(grids) > 1:
        raise Unsuitable(Reason.MIXED_GEOMETRY, "images of different matrix or PixelSpacing in one series")
    cosines = np.array([image.header.ImageOrientationPatient for image in series.images], float)
    if np.abs(cosines - cosines[0]).max() > COSINE_TOLERANCE:
        raise Unsuitable(Reason.MIXED_GEOMETRY, "images of different orientation in one series")
    orientation = Orientation.of(cosines[0].tolist())
    if not orientation.is_axial:
        raise Unsuitable(Reason.NOT_AXIAL, "not axial sections")
    return orientation


def _even_spacing(positions: tuple[float, ...], rules: AnalysisSettings) -> float:
    steps = np.diff(positions)
    spacing = float(np.median(steps))
    if steps.min() < SPACING_TOLERANCE * max(spacing, 0.1):
        raise Unsuitable(Reason.MIXED_GEOMETRY, "two images at the same position")
    thinnest, thickest = rules.slice_spacing_mm
    if not thinnest <= spacing <= thickest:
        raise Unsuitable(Reason.SPACING, f"slice spacing {spacing:.2f} mm, outside {thinnest:g} to {thickest:g}")
    if np.abs(steps - spacing).max() > SPACING_TOLERANCE * spacing:
        raise Unsuitable(Reason.GAP, f"spacing varies from {steps.min():.2f} to {steps.max():.2f} mm")
    return spacing


def _tilt_degrees(images: tuple[Image, ...], orientation: Orientation) -> float:
    """How far the sections are from axial: the normal against the body's axis and against the line of origins."""
    oblique = float(np.degrees(np.arccos(min(1.0, float(orientation.normal[2])))))
    first, last = (np.asarray(image.header.ImagePositionPatient, float) for image in (images[0], images[-1]))
    way = float(np.linalg.norm(last - first))
    if way == 0:
        return oblique
    return max(oblique, float(np.degrees(np.arccos(min(1.0, abs(float(orientation.normal @ (last - first))) / way)))))
