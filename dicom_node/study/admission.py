"""Which series may be measured: readable rules, each refusal with its reason (design, section 6).

`admit` raises `Unsuitable` for the first rule that fails; the rules stand in `RULES` in the order they are tried:
coded attributes first, the words of people after them, the grid of the images last.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date

from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    SecondaryCaptureImageStorage,
    XRayRadiationDoseSRStorage,
)

from config.settings import AnalysisSettings
from dicom_node.study import kinds
from dicom_node.study.grid import stack
from dicom_node.study.header import number
from dicom_node.study.series import Series, Stack
from inference.errors import Reason, Unsuitable

CT_IMAGES = frozenset({CTImageStorage, EnhancedCTImageStorage})
THICK_SLAB_MM = 10.0
"""Sections of this SliceThickness and more are slabs, whatever they are called."""
DAYS_A_YEAR = 365.2425


def admit(series: Series, rules: AnalysisSettings) -> Stack:
    """The series as a stack; raises `Unsuitable` with the first reason against it."""
    for rule in RULES:
        rule(series, rules)
    return stack(series, rules, tuple(kinds.remarks(series.header)))


def _is_ct(series: Series, _rules: AnalysisSettings) -> None:
    header, sop_class = series.header, str(series.header.get("SOPClassUID"))
    if sop_class == XRayRadiationDoseSRStorage:
        raise Unsuitable(Reason.DOSE_REPORT, "a radiation dose report")
    if header.get("Modality") != "CT":
        raise Unsuitable(Reason.NOT_CT, f"Modality {header.get('Modality') or 'missing'}, not CT")
    if sop_class == SecondaryCaptureImageStorage or sop_class.startswith(f"{SecondaryCaptureImageStorage}."):
        said = kinds.by_words(header)
        if said and said.reason is Reason.DOSE_REPORT:
            raise said
        raise Unsuitable(Reason.SECONDARY_CAPTURE, "a secondary capture, no image of a CT")
    if sop_class not in CT_IMAGES:
        raise Unsuitable(Reason.NOT_CT, "neither CT Image nor Enhanced CT Image Storage")


def _is_cross_section(series: Series, rules: AnalysisSettings) -> None:
    """By the attributes of every image: a localizer may lie among sections."""
    for image in series.images:
        _unless_admitted(kinds.by_attributes(image.header), rules)
    if (thickness := number(series.header, "SliceThickness") or 0.0) >= THICK_SLAB_MM:
        raise Unsuitable(Reason.SLAB, f"sections {thickness:g} mm thick")


def _is_called_so(series: Series, rules: AnalysisSettings) -> None:
    said = kinds.by_words(series.header)
    _unless_admitted([said] if said else [], rules)


def _unless_admitted(refusals: Iterable[Unsuitable], rules: AnalysisSettings) -> None:
    for refusal in refusals:
        if refusal.reason not in rules.admit_also:
            raise refusal


def _is_whole(series: Series, _rules: AnalysisSettings) -> None:
    """All parts of a concatenation are there (PS3.3 C.7.6.16); each part's frames are images as any others."""
    header = series.header
    parts = {image.header.get("InConcatenationNumber") for image in series.images}
    if len(parts) < (number(header, "InConcatenationTotalNumber") or 1):
        raise Unsuitable(Reason.GAP, f"{len(parts)} of {header.InConcatenationTotalNumber} parts of a concatenation")


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
    _is_cross_section,
    _has_grid,
    _has_hounsfield,
    _is_whole,
    _is_called_so,
    _is_adult,
)


def age_years(series: Series) -> float | None:
    """At acquisition: PatientAge (0010,1010) where given, else from PatientBirthDate and the date of acquisition, or
    of the study; None when unknown.
    """
    header = series.header
    stated = re.fullmatch(r"(\d{3})([DWMY])", str(header.get("PatientAge") or ""))
    if stated:
        return int(stated[1]) * {"D": 1, "W": 7, "M": 30.44, "Y": DAYS_A_YEAR}[stated[2]] / DAYS_A_YEAR
    dates = (_date(header.get(keyword)) for keyword in ("AcquisitionDate", "AcquisitionDateTime", "StudyDate"))
    born, seen = _date(header.get("PatientBirthDate")), next(filter(None, dates), None)
    return (seen - born).days / DAYS_A_YEAR if born and seen else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:8])
    except ValueError:
        return None
