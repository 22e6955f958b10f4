"""One axial section while it is being painted, and the strokes everything is painted with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.phantom.anatomy import Build, Field, Mask

Window = tuple[slice, slice]
"""Rows and columns of a section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An axial section: `hu` Float32[row, column] and `labels` UInt8[row, column] are painted in place.

    `z` is mm above the promontory, `level` mm above mid L3 in an average body, `canal_y` the depth of the canal.
    `x`[column] and `y`[row] are mm left of and behind the middle of the cavity.  `depth`[row, column] is mm outwards
    of the peritoneum (inside the cavity negative).  `along`[row] and `ahead`[row] are spine coordinates in mm.
    `grain`[row, column] is texture of unit standard deviation.
    """

    build: Build
    z: float
    level: float
    canal_y: float
    x: Field
    y: Field
    hu: Field
    labels: NDArray[np.uint8]
    depth: Field
    along: Field
    ahead: Field
    grain: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a rounded shape lies in a section: its window and there `level`[row, column], below 1 inside."""

    window: Window
    level: Field


def window_of(section: Section, x: float, y: float, reach: float) -> Window:
    """The part of the section within `reach` mm of (x, y)."""
    rows = np.searchsorted(section.y, (y - reach, y + reach))
    columns = np.searchsorted(section.x, (x - reach, x + reach))
    return slice(*map(int, rows)), slice(*map(int, columns))


def ellipse(
    section: Section, centre: tuple[float, float], radii: tuple[float, float], tilt: float = 0.0, power: float = 2.0
) -> Spot:
    """A superellipse at `centre` (x, y) with `radii` in mm, turned by `tilt` radians from left towards the back."""
    window = window_of(section, *centre, 1.45 * max(radii))
    x, y = section.x[window[1]][None] - centre[0], section.y[window[0]][:, None] - centre[1]
    if tilt:
        c, s = np.cos(tilt), np.sin(tilt)
        x, y = x * c + y * s, y * c - x * s
    return Spot(window=window, level=_norm(x / radii[0], y / radii[1], power))


def _norm(u: Field, v: Field, power: float) -> Field:
    if power == 2.0:
        return np.sqrt(u * u + v * v)
    return np.asarray((np.abs(u) ** power + np.abs(v) ** power) ** (1 / power))


def fill(section: Section, window: Window, where: Mask, hu: float | Field) -> None:
    """Paint intensity: `hu` is one value or Field[row, column] of the window."""
    np.copyto(section.hu[window], hu, where=where)


def mark(section: Section, window: Window, where: Mask, label: int) -> None:
    """Paint truth."""
    np.copyto(section.labels[window], label, where=where, casting="unsafe")


def inside_cavity(section: Section, window: Window, gap_mm: float = 2.5) -> Mask:
    """Where organs may lie: in the cavity, `gap_mm` away from its wall, and not in a muscle."""
    return (section.depth[window] < -gap_mm) & (section.labels[window] == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beads:
    """A tube or rod as a chain of overlapping balls: Float32[bead, 4] of x, y, z and radius in mm.

    `tall` stretches the balls along z.
    """

    balls: Field
    tall: float = 1.0


def crossing(section: Section, beads: Beads, shrink: float = 0.0) -> list[tuple[float, float, float]]:
    """(x, y, radius) of the discs in which `beads`, their radius less `shrink` mm, cross the section."""
    x, y, z, radius = beads.balls.T
    radius = np.maximum(radius - shrink, 0)
    square = radius**2 - ((z - section.z) / beads.tall) ** 2
    near = square > 0.1
    return [(float(a), float(b), float(r)) for a, b, r in zip(x[near], y[near], np.sqrt(square[near]), strict=True)]
