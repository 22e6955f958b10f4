"""Skin, fat, muscle, organs and lungs around the spine: everything that is not bone."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from inference.phantom.population.canvas import Canvas, Field, Patch, Vector
from inference.phantom.population.chain import Segment
from inference.phantom.population.person import Person

FAT_HU, LUNG_HU = -98.0, -840.0
_MUSCLE_HU = 52.0
_SKIN_MM = 2.0
_SMOOTH_MM = 45.0
# (mm above the first sacral endplate in an average body, half width and half depth relative to the waist)
_TRUNK = np.array(
    [
        [-330, 0.92, 0.95], [-180, 1.10, 1.05], [-80, 1.10, 1.02], [20, 1.02, 0.98], [100, 1.0, 1.0],
        [200, 1.06, 1.10], [300, 1.05, 1.14], [400, 0.98, 1.02], [470, 0.86, 0.85], [520, 0.52, 0.70],
        [560, 0.47, 0.66], [640, 0.52, 0.70],
    ]
)  # fmt: skip
_NECK_MM = 505.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The trunk's outline: `z` ascending with centres [n, 2] (x, y) and half axes [n, 2] of the muscle wall."""

    z: Vector
    centre: Vector
    half: Vector
    fat: float

    def wall(self, z: float) -> tuple[Vector, Vector]:
        """Centre and half axes (x, y) of the outside of the muscle wall at height `z`."""
        return (
            np.array([np.interp(z, self.z, self.centre[:, n]) for n in (0, 1)]),
            np.array([np.interp(z, self.z, self.half[:, n]) for n in (0, 1)]),
        )

    def skin(self, z: float) -> tuple[Vector, Vector]:
        """Centre and half axes (x, y) of the skin."""
        centre, half = self.wall(z)
        thin = float(np.interp(z, (300, 480), (1.0, 0.35)))
        return centre - [0, 0.12 * self.fat * thin], half + np.array([0.9, 1.0]) * self.fat * thin


def shape_of(person: Person, spine: tuple[Segment, ...]) -> Shape:
    """The outline follows the canal, smoothed; the back lies a hand's breadth behind it."""
    z = np.arange(-420.0, 900.0, 5.0)
    canal = np.stack([s.at(0, -s.half_depth - s.canal[1], 0) for s in spine])
    order = np.argsort(canal[:, 2])
    course = np.stack([np.interp(z, canal[order, 2], canal[order, n]) for n in (0, 1)], axis=1)
    course = ndi.gaussian_filter1d(course, _SMOOTH_MM / 5, axis=0, mode="nearest")
    half = np.stack([np.interp(z / person.size, _TRUNK[:, 0], _TRUNK[:, n]) for n in (1, 2)], axis=1)
    half *= [person.half_width, person.half_depth]
    behind = np.interp(z / person.size, (-80, 60, 400, _NECK_MM, 540), (52, 50, 46, 44, 36)) * person.size
    centre = course + np.stack([np.zeros_like(z), behind - half[:, 1]], axis=1)
    return Shape(z=z, centre=centre, half=half, fat=person.fat)


def paint_trunk(canvas: Canvas, person: Person, spine: tuple[Segment, ...], shape: Shape) -> None:
    """From the skin inwards."""
    dome = _dome(spine)
    for slab in canvas.slabs():
        _paint_slab(slab, person, shape, dome)
    _paint_organs(canvas, person, spine, shape)
    _paint_muscles(canvas, person, spine)


def _dome(spine: tuple[Segment, ...]) -> float:
    return float(next(s for s in spine if s.name == "T10").centre[2])


def _ellipse(slab: Patch, centre: Vector, half: Vector, power: float = 2.3) -> Field:
    """Depth in mm below the outline of a superellipse."""
    x, y = np.abs(slab.x - np.float32(centre[0])) / half[0], np.abs(slab.y - np.float32(centre[1])) / half[1]
    return np.asarray((1 - (x**power + y**power) ** (1 / power)) * half.min(), np.float32)


def _paint_slab(slab: Patch, person: Person, shape: Shape, dome: float) -> None:
    z = float(slab.z.mean())
    skin = _ellipse(slab, *shape.skin(z))
    wall = _ellipse(slab, *shape.wall(z))
    slab.fill(skin, 20.0)
    slab.fill(skin - _SKIN_MM, FAT_HU)
    slab.fill(wall, _MUSCLE_HU)
    if z > _NECK_MM * person.size:
        return
    hollow = wall - np.float32(14 * person.size)
    slab.fill(hollow, FAT_HU + 10)
    if z > dome - 130:
        _paint_lungs(slab, person, shape, hollow, z, dome)
    if z < -60 * person.size:
        slab.fill(wall - 26, _MUSCLE_HU - 60)


def _paint_lungs(slab: Patch, person: Person, shape: Shape, hollow: Field, z: float, dome: float) -> None:
    """Two lungs over a dome that falls to the back and the sides; the heart between them."""
    centre, half = shape.wall(z)
    aside = np.abs(slab.x - np.float32(centre[0])) - np.float32(0.48 * half[0])
    ahead = (slab.y - np.float32(centre[1] - 0.1 * half[1])) / np.float32(half[1])
    fall = 95 * person.recess * np.clip(ahead, 0, 1) ** 2 + 55 * (aside / half[0]) ** 2 * 2
    above = np.float32(z - dome - 12) + fall
    between = np.abs(slab.x - np.float32(centre[0])) - np.float32(24 + 0.1 * half[0])
    lung = np.minimum(np.minimum(hollow - 4, above), between)
    slab.fill(np.asarray(lung, np.float32), LUNG_HU)


def _paint_organs(canvas: Canvas, person: Person, spine: tuple[Segment, ...], shape: Shape) -> None:
    """Liver, spleen, kidneys, bowel, heart, the great vessels and the bladder."""
    rng = np.random.default_rng([person.seed, 31])
    s, level = person.size, {part.name: part for part in spine}
    t12, l2 = level["T12"].centre, level["L2"].centre
    half = shape.wall(float(t12[2]))[1]
    canvas.ellipsoid(t12 + np.array([-0.48 * half[0], -45 * s, 22]), (0.46 * half[0], 66 * s, 78 * s), 95.0)
    canvas.ellipsoid(t12 + np.array([0.62 * half[0], 5, 25]), (28 * s, 42 * s, 50 * s), 105.0)
    for side in (-1.0, 1.0):
        kidney = l2 + np.array([side * 66 * s, rng.normal(4, 6), rng.normal(12, 14)])
        canvas.ellipsoid(kidney, (27 * s, 24 * s, 54 * s), person.kidney_hu)
        canvas.ellipsoid(kidney - [side * 8, 3, 0], (9 * s, 10 * s, 25 * s), person.kidney_hu * 1.3)
    heart = level["T9"].centre + np.array([22, -75 * s, 30])
    canvas.ellipsoid(heart, (56 * s, 46 * s, 58 * s), 0.5 * (person.vessel_hu + 45))
    _paint_bowel(canvas, person, shape, rng)
    _paint_vessels(canvas, person, spine)
    canvas.ellipsoid(np.array([0.0, -45 * s, -115 * s]), (38 * s, 34 * s, 34 * s), 12.0)


def _paint_bowel(canvas: Canvas, person: Person, shape: Shape, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(14, 30)):
        z = rng.uniform(-90, 130) * person.size
        centre, half = shape.wall(z)
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.62)
        x, y = centre + np.array([far * half[0] * np.cos(angle), (far * np.sin(angle) - 0.25) * half[1]])
        value = rng.choice([35.0, -700.0, person.bowel_hu], p=[0.5, 0.2, 0.3])
        radii = rng.uniform(11, 27, 3)
        canvas.ellipsoid(np.array([x, y, z]), (radii[0], radii[1], radii[2]), value)


def _paint_vessels(canvas: Canvas, person: Person, spine: tuple[Segment, ...]) -> None:
    """Aorta left and vena cava right in front of the bodies, from L4 up."""
    course = [s for s in spine if s.region != "cervical" and s.place >= 1]
    for aside, radius, value in ((11.0, 10.5, person.vessel_hu), (-15.0, 11.0, 0.5 * (person.vessel_hu + 45))):
        points = np.stack([s.centre + np.array([aside, -s.half_depth - radius - 3, 0]) for s in course])
        canvas.chain(points, radius * person.size, (0.0, value))


def _paint_muscles(canvas: Canvas, person: Person, spine: tuple[Segment, ...]) -> None:
    """Erector spinae along the whole back, psoas beside the lumbar bodies."""
    mobile = [s for s in spine if s.region != "sacral"]
    for side in (-1.0, 1.0):
        back = np.stack([s.at(side * 27, -s.half_depth - 30, 0) for s in mobile if s.region != "cervical"])
        canvas.chain(back, 19 * person.size, (0.0, _MUSCLE_HU))
        lumbar = [s for s in mobile if s.region == "lumbar"]
        radii = np.linspace(20, 9, len(lumbar)) * person.size
        psoas = [
            s.at(side * (s.half_width + r * 0.8), -s.half_depth * 0.3, 0) for s, r in zip(lumbar, radii, strict=True)
        ]
        ahead = np.array([side * 88 * person.size, -42 * person.size, -95 * person.size])
        for start, end, radius in zip([ahead, *psoas[:-1]], psoas, radii, strict=True):
            canvas.capsule(start, end, float(radius), (0.0, _MUSCLE_HU + 4))
