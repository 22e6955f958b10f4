"""Soft parts of the bent family: a wavy outline, organs of balls and bows, and a scanner with streaky noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from inference.phantom.population.bent_course import Course
from inference.phantom.population.canvas import Canvas, Field, Patch, Vector
from inference.phantom.population.person import Person

_FAT_HU, _MUSCLE_HU, _LUNG_HU = -105.0, 58.0, -790.0
_LEVELS = (-320, -150, -40, 60, 160, 280, 400, 470, 515, 640)
_WIDTHS = (0.95, 1.12, 1.08, 0.98, 1.0, 1.07, 1.02, 0.82, 0.5, 0.5)
_DEPTHS = (0.90, 1.0, 1.0, 0.95, 1.05, 1.15, 1.05, 0.80, 0.6, 0.6)
_GRAINS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Half axes [n, 2] and centres [n, 2] of the muscle wall at heights `z`; `waves` bump it by angle."""

    z: Vector
    centre: Vector
    half: Vector
    waves: Vector
    fat: float

    def wall(self, z: float) -> tuple[Vector, Vector]:
        """Centre and half axes (x, y) of the muscle wall."""
        centre, half = (
            np.array([np.interp(z, self.z, line[:, n]) for n in (0, 1)]) for line in (self.centre, self.half)
        )
        return centre, half

    def skin(self, z: float) -> tuple[Vector, Vector]:
        """Centre and half axes (x, y) of the skin: the belly bears more fat than the back."""
        centre, half = self.wall(z)
        fat = self.fat * float(np.interp(z, (250, 450), (1.0, 0.4)))
        return centre - [0, 0.3 * fat], half + np.array([0.8, 0.9]) * fat

    def depth(self, slab: Patch, ends: tuple[Vector, Vector]) -> Field:
        """Mm below an outline of these ends, with the person's waves."""
        centre, half = ends
        x, y = (slab.x - np.float32(centre[0])) / half[0], (slab.y - np.float32(centre[1])) / half[1]
        angle = np.arctan2(y, x)
        bumps = sum(a * np.cos((n + 2) * angle + p) for n, (a, p) in enumerate(self.waves))
        return np.asarray((1 + bumps - np.hypot(x, y)) * half.min(), np.float32)


def outline_of(person: Person, course: Course, rng: np.random.Generator) -> Outline:
    """The outline around a course."""
    z = np.arange(-420.0, 800.0, 5.0)
    order = np.argsort(course.points[:, 2])
    path = np.stack([np.interp(z, course.points[order, 2], course.points[order, n]) for n in (0, 1)], axis=1)
    path = ndi.gaussian_filter1d(path, 9, axis=0, mode="nearest")
    level = z / person.size
    half = np.stack([np.interp(level, _LEVELS, _WIDTHS), np.interp(level, _LEVELS, _DEPTHS)], axis=1)
    half = ndi.gaussian_filter1d(half, 4, axis=0, mode="nearest") * [person.half_width, person.half_depth]
    behind = np.interp(level, (-80, 60, 420, 540), (50, 54, 50, 38)) * person.size
    return Outline(
        z=z,
        centre=path + np.stack([np.zeros_like(z), behind - half[:, 1]], axis=1),
        half=half,
        waves=np.stack([rng.uniform(0, 0.02, 3), rng.uniform(0, 6.28, 3)], axis=1),
        fat=person.fat,
    )


def paint_trunk(canvas: Canvas, person: Person, course: Course, outline: Outline) -> None:
    """From the skin inwards."""
    top = float(np.interp(course.discs[course.names.index("T10")], course.s, course.points[:, 2]))
    for slab in canvas.slabs():
        _paint_slab(slab, person, outline, top)
    _paint_organs(canvas, person, course, outline)
    _paint_muscles(canvas, person, course)
    for side in (-1.0, 1.0) if person.arms_down else ():
        out = side * (outline.skin(150.0)[1][0] + 40)
        ends = np.array([[out, -10, 440.0], [out, 0, 60.0], [out * 0.95, -30, -150.0]])
        canvas.chain(ends, 38.0, (0.0, _FAT_HU), (7.0, _MUSCLE_HU))
        canvas.chain(ends, 10.0, (0.0, person.cortex_hu), (3.0, 20.0))


def _paint_slab(slab: Patch, person: Person, outline: Outline, top: float) -> None:
    z = float(slab.z.mean())
    wall, skin = outline.depth(slab, outline.wall(z)), outline.depth(slab, outline.skin(z))
    slab.fill(skin, 30.0)
    slab.fill(skin - 3, _FAT_HU)
    slab.fill(wall, _MUSCLE_HU)
    if z > 500 * person.size:
        return
    hollow = wall - np.float32(11 * person.size)
    slab.fill(hollow, _FAT_HU + 5)
    if z > top - 120:
        _paint_lungs(slab, person, outline, hollow, top)
    if z < -70:
        slab.fill(wall - 22, -20.0)


def _paint_lungs(slab: Patch, person: Person, outline: Outline, hollow: Field, top: float) -> None:
    """Paraboloids: each side's lung is open below where the dome stands in it."""
    z = float(slab.z.mean())
    centre, half = outline.wall(z)
    for side in (-1.0, 1.0):
        x = (slab.x - np.float32(centre[0] + side * 0.5 * half[0])) / np.float32(0.45 * half[0])
        y = (slab.y - np.float32(centre[1] - 0.15 * half[1])) / np.float32(half[1])
        dome = top + 18 - 40 * x**2 - 75 * person.recess * np.clip(y, 0, 1.2) ** 1.5
        lung = np.minimum(np.minimum(hollow - 3, z - dome), side * (slab.x - np.float32(centre[0])) - 26)
        slab.fill(np.asarray(lung, np.float32), _LUNG_HU)


def _paint_organs(canvas: Canvas, person: Person, course: Course, outline: Outline) -> None:
    rng = np.random.default_rng([person.seed, 43])
    s, place = person.size, course.names.index
    t12, l2 = (course.point(course.discs[place(n)] + 12, course.body_ahead(place(n)), 0) for n in ("T12", "L2"))
    half = outline.wall(float(t12[2]))[1]
    for _ in range(9):
        liver = t12 + np.array([-rng.uniform(0.25, 0.75) * half[0], -rng.uniform(0, 75), rng.uniform(-30, 65)])
        canvas.ellipsoid(liver, tuple(rng.uniform(32, 50, 3) * s), 100.0)
    canvas.ellipsoid(t12 + np.array([0.62 * half[0], 0, 15]), (26 * s, 36 * s, 48 * s), 110.0)
    for side in (-1.0, 1.0):
        middle = l2 + np.array([side * rng.normal(64, 5), rng.normal(6, 6), rng.normal(10, 12)])
        bow = np.array([[-side * 8, 0, 42], [side * 6, 3, 0], [-side * 2, -4, -40]]) * s
        canvas.chain(middle + bow, 25 * s, (0.0, person.kidney_hu), (13.0, person.kidney_hu * 0.8))
    heart = course.point(course.discs[place("T9")], 90, 24)
    canvas.ellipsoid(heart, (52 * s, 44 * s, 62 * s), 0.5 * (person.vessel_hu + 45))
    for aside, radius, value in ((9.0, 11.0, person.vessel_hu), (-17.0, 10.0, 0.6 * person.vessel_hu + 15)):
        points = [
            course.point(s_, course.body_ahead(n) + course.depth[n] + radius + 3, aside + rng.normal(0, 3))
            for n, s_ in enumerate(course.discs[1 : place("T5")])
        ]
        canvas.chain(np.stack(points), radius * s, (0.0, value))
    _paint_bowel(canvas, person, outline, rng)


def _paint_bowel(canvas: Canvas, person: Person, outline: Outline, rng: np.random.Generator) -> None:
    """Loops: short chains that wander through the belly."""
    for _ in range(9):
        centre, half = outline.wall(float(rng.uniform(-70, 120)))
        start = np.array([centre[0], centre[1] - 0.35 * half[1], rng.uniform(-90, 120)])
        steps = rng.normal(0, (24, 14, 18), (6, 3)).cumsum(0)
        limit = np.array([0.6 * half[0], 0.4 * half[1], 120])
        value = rng.choice([40.0, -600.0, person.bowel_hu], p=[0.5, 0.2, 0.3])
        canvas.chain(start + np.clip(steps, -limit, limit), float(rng.uniform(9, 20)), (0.0, value))


def _paint_muscles(canvas: Canvas, person: Person, course: Course) -> None:
    for side in (-1.0, 1.0):
        back = [course.point(s, -28, side * 26) for s in course.discs[: person.lumbar + 12]]
        canvas.chain(np.stack(back), 20 * person.size, (0.0, _MUSCLE_HU))
        psoas = [
            course.point(course.discs[n], 14, side * (course.width[n] + 15 - 2 * n)) for n in range(person.lumbar)
        ]
        hip = np.array([side * 84.0, -45, -90]) * person.size
        canvas.chain(np.stack([hip, *psoas]), 15 * person.size, (0.0, _MUSCLE_HU + 5))


def scanned(hu: Field, pixel_mm: float, rng: np.random.Generator, person: Person) -> NDArray[np.int16]:
    """Band-passed noise, stronger in the middle of the body and streaked across, with rings and metal rays."""
    shape, sigma = hu.shape[1:], person.grain_mm / pixel_mm / 2
    grains = []
    for _ in range(_GRAINS):
        white = rng.standard_normal(shape, dtype=np.float32)
        across = ndi.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), (0.7, 9), mode="wrap")
        band = ndi.gaussian_filter(white, sigma, mode="wrap") - ndi.gaussian_filter(
            white, 3 * sigma + 0.5, mode="wrap"
        )
        grains.append(np.asarray(band / band.std() + 0.5 * across / across.std(), np.float32))
    rows, columns = np.indices(shape, dtype=np.float32)
    far = np.hypot((rows - shape[0] / 2) / shape[0], (columns - shape[1] / 2) / shape[1])
    gain = np.asarray(person.noise_hu * (1.3 - 1.2 * far), np.float32)
    rings = 4 * np.sin(far * rng.uniform(150, 300)) * (far < 0.2)
    image = np.empty(hu.shape, np.int16)
    for plane, out in zip(hu, image, strict=True):
        grain = np.roll(grains[rng.integers(_GRAINS)], tuple(rng.integers(0, shape)), (0, 1))
        out[...] = np.clip(np.rint(_metal(plane, rng) + gain * grain + rings), -1024, 3071)
    return image


def _metal(plane: Field, rng: np.random.Generator) -> Field:
    """Dark bands between pieces of metal and rays around them."""
    metal = plane > 1700
    if metal.sum() <= 2:
        return plane
    spread = ndi.gaussian_filter(metal.astype(np.float32), (2, 25))
    rays = ndi.rotate(spread, float(rng.uniform(-30, 30)), reshape=False, order=1)
    return np.asarray(plane - 900 * spread + 700 * rays, np.float32)
