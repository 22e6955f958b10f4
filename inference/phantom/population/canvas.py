"""A CT being painted: solids with soft edges on any grid, so that a coarse voxel is a mean and not a sample.

World axes in mm: x to the patient's left, y to the back, z to the head.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Vector = NDArray[np.float64]
AIR_HU = -1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A box of the canvas: `hu` is a view [slice, row, column]; `x`, `y`, `z` broadcast to its shape."""

    hu: Field
    x: Field
    y: Field
    z: Field
    edge_mm: float

    def fill(self, depth: Field, value: float | Field) -> None:
        """Blend in `value` HU where `depth` (mm below the solid's surface, negative outside) is positive."""
        share = depth / np.float32(self.edge_mm)
        share += np.float32(0.5)
        np.clip(share, 0, 1, out=share)
        share *= value - self.hu
        self.hu[...] += share

    def local(self, centre: Vector, frame: Vector) -> tuple[Field, Field, Field]:
        """Coordinates along the three columns of `frame`, seen from `centre`."""
        x, y, z = (axis - np.float32(origin) for axis, origin in zip((self.x, self.y, self.z), centre, strict=True))
        u, v, w = (
            x * np.float32(column[0]) + y * np.float32(column[1]) + z * np.float32(column[2]) for column in frame.T
        )
        return u, v, w


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """`hu` Float32[slice, row, column]; `x` [column], `y` [row] and `z` [slice, row] in mm; tilt makes z vary in y.

    `edge_mm` is the width over which a surface is blurred: about the edge of a voxel.
    """

    hu: Field
    x: Field
    y: Field
    z: Field
    edge_mm: float

    def box(self, centre: Vector, reach: tuple[float, float, float]) -> Patch | None:
        """What lies within `reach` (x, y, z) mm of `centre`; None where that is off the canvas."""
        low, high = np.asarray(centre) - reach - self.edge_mm, np.asarray(centre) + reach + self.edge_mm
        columns = slice(*map(int, np.searchsorted(self.x, (low[0], high[0]))))
        rows = slice(*map(int, np.searchsorted(self.y, (low[1], high[1]))))
        if columns.start == columns.stop or rows.start == rows.stop:
            return None
        first, last = self.z[:, rows.start], self.z[:, rows.stop - 1]
        lowest, highest = np.minimum(first, last), np.maximum(first, last)
        planes = slice(int(np.searchsorted(highest, low[2])), int(np.searchsorted(lowest, high[2])))
        return self.patch(planes, rows, columns) if planes.start < planes.stop else None

    def patch(self, planes: slice, rows: slice, columns: slice) -> Patch:
        """The box of these indices."""
        return Patch(
            hu=self.hu[planes, rows, columns],
            x=self.x[None, None, columns],
            y=self.y[None, rows, None],
            z=self.z[planes, rows, None],
            edge_mm=self.edge_mm,
        )

    def slabs(self) -> list[Patch]:
        """The whole canvas, slice by slice."""
        everything = slice(None)
        return [self.patch(slice(k, k + 1), everything, everything) for k in range(len(self.hu))]

    def ellipsoid(self, centre: Vector, half: tuple[float, float, float], value: float) -> None:
        """An ellipsoid with its axes along x, y and z."""
        if patch := self.box(centre, half):
            u, v, w = (axis - np.float32(c) for axis, c in zip((patch.x, patch.y, patch.z), centre, strict=True))
            q = np.sqrt((u / half[0]) ** 2 + (v / half[1]) ** 2 + (w / half[2]) ** 2)
            patch.fill(((1 - q) * min(half)).astype(np.float32), value)

    def capsule(self, start: Vector, end: Vector, radius_mm: float, *values: tuple[float, float]) -> None:
        """A rod with round ends; `values` are (mm below the surface, HU) from outside inwards."""
        start, way = np.asarray(start, float), np.asarray(end, float) - start
        reach = np.abs(way) / 2 + radius_mm
        if patch := self.box(start + way / 2, (reach[0], reach[1], reach[2])):
            depth = np.float32(radius_mm) - _distance(patch, start, way)
            for below, value in values:
                patch.fill(depth - np.float32(below), value)

    def chain(self, points: Vector, radius_mm: float, *values: tuple[float, float]) -> None:
        """Rods from point to point, Float64[point, 3]; each layer goes in for the whole chain before the next."""
        for layer in values:
            for start, end in pairwise(points):
                self.capsule(start, end, radius_mm, layer)

    def solid(
        self,
        centre: Vector,
        frame: Vector,
        reach: float,
        depth: Callable[[Field, Field, Field], Field],
        *values: tuple[float, float],
    ) -> None:
        """A solid given by its `depth` in the coordinates of `frame`, within `reach` mm of `centre`."""
        if patch := self.box(centre, (reach, reach, reach)):
            below = depth(*patch.local(centre, frame))
            for shell, value in values:
                patch.fill(below - np.float32(shell), value)


def _distance(patch: Patch, start: Vector, way: Vector) -> Field:
    """Distance Float32 of each voxel from the line piece."""
    x, y, z = (axis - np.float32(c) for axis, c in zip((patch.x, patch.y, patch.z), start, strict=True))
    along = (x * np.float32(way[0]) + y * np.float32(way[1]) + z * np.float32(way[2])) / np.float32(way @ way)
    np.clip(along, 0, 1, out=along)
    gaps = (axis - along * np.float32(c) for axis, c in zip((x, y, z), way, strict=True))
    total = np.zeros(along.shape, np.float32)
    for gap in gaps:
        total += gap * gap
    return np.sqrt(total)
