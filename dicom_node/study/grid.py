"""The grid of a series: one orientation, images caudal to cranial, even spacing; each fault with its reason.

Nothing is resampled.  A gap counts wherever it is, since where the lumbar spine lies is not known yet.
"""

from collections.abc import Sequence

import numpy as np

from config.settings import AnalysisSettings
from dicom_node.study.geometry import Orientation
from dicom_node.study.header import number
from dicom_node.study.series import Image, Series, Stack, position_along
from inference.errors import Reason, Unsuitable

COSINE_TOLERANCE = 1e-3
SPACING_TOLERANCE = 0.10
"""Part of the median spacing by which one step may differ: positions are rounded to 0.1 mm by some scanners."""
SHORTEST_MM = 60.0
"""Less shows fewer than two vertebrae: the level can't be verified."""


def stack(series: Series, rules: AnalysisSettings, remarks: tuple[str, ...] = ()) -> Stack:
    """Sort caudal to cranial and check the grid; raises `Unsuitable`."""
    orientation = _one_orientation(series)
    images = tuple(sorted(series.images, key=lambda image: _height(image, orientation)))
    positions = tuple(position_along(image, orientation) for image in images)
    spacing = _even_spacing(positions, rules) if len(images) > 1 else 0.0
    tilt = _tilt_degrees(images, orientation)
    if tilt > rules.maximum_tilt_degrees:
        raise Unsuitable(Reason.TILT, f"{tilt:.1f} degrees from axial, more than {rules.maximum_tilt_degrees:g}")
    if _coverage_mm(positions) < SHORTEST_MM and not is_sender_pick(images, rules):
        raise Unsuitable(Reason.COVERAGE, f"{_coverage_mm(positions):.0f} mm covered, {SHORTEST_MM:.0f} needed")
    return Stack(
        images=images,
        orientation=orientation,
        positions_mm=positions,
        spacing_mm=spacing,
        pixel_spacing_mm=tuple(map(float, images[0].header.PixelSpacing)),  # type: ignore[arg-type]
        tilt_degrees=tilt,
        remarks=remarks,
    )


def is_sender_pick(images: Sequence[Image], rules: AnalysisSettings) -> bool:
    """One image, from a source that is trusted to send the slice at L3 alone: who sent it stands in its file meta."""
    meta = getattr(images[0].header, "file_meta", {})
    return len(images) == 1 and meta.get("SourceApplicationEntityTitle", "").strip() in rules.single_slice_from


def _height(image: Image, orientation: Orientation) -> tuple[float, str, int]:
    """Position, then names: equal positions must not make the order depend on arrival."""
    return position_along(image, orientation), str(image.header.SOPInstanceUID), image.frame or 0


def _coverage_mm(positions: Sequence[float]) -> float:
    return positions[-1] - positions[0]


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


def _even_spacing(positions: Sequence[float], rules: AnalysisSettings) -> float:
    steps = np.diff(positions)
    spacing = float(np.median(steps))
    if steps.min() < SPACING_TOLERANCE * max(spacing, 0.1):
        raise _repeated(positions)
    thinnest, thickest = rules.slice_spacing_mm
    if not thinnest <= spacing <= thickest:
        raise Unsuitable(Reason.SPACING, f"slice spacing {spacing:.2f} mm, outside {thinnest:g} to {thickest:g}")
    if np.abs(steps - spacing).max() > SPACING_TOLERANCE * spacing:
        raise Unsuitable(Reason.GAP, f"spacing varies from {steps.min():.2f} to {steps.max():.2f} mm")
    return spacing


def _repeated(positions: Sequence[float]) -> Unsuitable:
    """The same few places over and over, as when a bolus is awaited, or a place twice in a long series."""
    if _coverage_mm(positions) < SHORTEST_MM:
        told = f"{len(positions)} images within {_coverage_mm(positions):.0f} mm, some at the same position"
        return Unsuitable(Reason.MONITORING, told)
    return Unsuitable(Reason.REPEATED_POSITION, "two images at the same position")


def _tilt_degrees(images: Sequence[Image], orientation: Orientation) -> float:
    """How far the sections are from axial, as stated or as seen.

    Seen is the normal against the body's axis, and against the line of origins.
    """
    angles = [abs(number(images[0].header, "GantryDetectorTilt") or 0.0), _angle(float(orientation.normal[2]))]
    first, last = (np.asarray(image.header.ImagePositionPatient, float) for image in (images[0], images[-1]))
    if way := float(np.linalg.norm(last - first)):
        angles.append(_angle(abs(float(orientation.normal @ (last - first))) / way))
    return max(angles)


def _angle(cosine: float) -> float:
    return float(np.degrees(np.arccos(min(1.0, cosine))))
