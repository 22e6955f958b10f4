"""Bones of the bent family: everything about the spine is a function of (arc, ahead, left)."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from inference.phantom.population.bent_course import Course
from inference.phantom.population.bent_trunk import Outline
from inference.phantom.population.canvas import Canvas, Field, Patch, Vector
from inference.phantom.population.person import Person

_CORTEX_MM, _CANAL_HU, _METAL_HU = 1.6, 28.0, 2700.0
_REACH_MM, _FRONT_MM, _REAR_MM = 62.0, 60.0, 62.0
_TEXTURE_MM, _TEXTURE_PART = 4.0, 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Per voxel: coordinates and the measures of the vertebra it belongs to, all Float32 in mm."""

    s: Field
    ahead: Field
    aside: Field
    part: Field
    high: Field
    to_low: Field
    to_high: Field
    width: Field
    depth: Field
    wedge: Field
    canal: Field
    thoracic: Field


def paint_spine(canvas: Canvas, person: Person, course: Course) -> None:
    """Sacrum, discs, bodies, arches, canal; bridges, fusion and metal on top."""
    patch = _around(canvas, course)
    if patch is None:
        return
    arc, ahead, left = course.coordinates(patch)
    texture = _texture(patch, person)
    _paint_sacrum(patch, person, arc, ahead, np.abs(left))
    if arc.max() > 0:
        here = _places(course, person, arc, ahead, left)
        _paint_column(patch, person, here, texture)
        _paint_arches(patch, person, here)
        _paint_canal(patch, here)
    _paint_extras(canvas, person, course)


def _around(canvas: Canvas, course: Course) -> Patch | None:
    """The box of the canvas that holds the spine."""
    seen = course.points[(course.points[:, 2] > canvas.z.min() - 40) & (course.points[:, 2] < canvas.z.max() + 40)]
    if not len(seen):
        return None
    low, high = seen.min(0), seen.max(0)
    reach = (high - low) / 2 + [_REACH_MM, (_FRONT_MM + _REAR_MM) / 2, 40]
    return canvas.box((low + high) / 2, (reach[0], reach[1], reach[2]))


def _texture(patch: Patch, person: Person) -> Field:
    """Trabeculae: a smooth random factor about 1."""
    rng = np.random.default_rng([person.seed, 41])
    pixel = float(patch.x[0, 0, 1] - patch.x[0, 0, 0])
    noise = rng.standard_normal(patch.hu.shape[1:], dtype=np.float32)
    smooth = ndi.gaussian_filter(noise, _TEXTURE_MM / pixel / 2)
    rolled = np.stack([np.roll(smooth, int(n), 0) for n in rng.integers(0, 9, len(patch.hu)).cumsum()])
    return np.asarray(1 + _TEXTURE_PART * rolled / smooth.std(), np.float32)


def _places(course: Course, person: Person, arc: Field, ahead: Field, left: Field) -> _Place:
    place = np.clip(np.searchsorted(course.discs, arc) - 1, 0, len(course.names) - 1)

    def of(values: Vector) -> Field:
        taken: Field = np.asarray(values, np.float32)[place]
        return taken

    low, high = of(course.discs[:-1]), of(course.discs[1:])
    canal = np.array([course.canal_depth(n) for n in range(len(course.names))])
    return _Place(
        s=arc,
        ahead=np.broadcast_to(ahead, arc.shape),
        aside=np.abs(left),
        part=(arc - low) / (high - low),
        high=high - low,
        to_low=arc - low - of(course.gaps[:-1] / 2),
        to_high=high - arc - of(course.gaps[1:] / 2),
        width=of(course.width),
        depth=of(course.depth),
        wedge=of(course.wedge),
        canal=of(canal),
        thoracic=(place >= person.lumbar).astype(np.float32),
    )


def _paint_column(patch: Patch, person: Person, p: _Place, texture: Field) -> None:
    """A rounded box cut by lens-shaped discs; its rear is hollowed by the canal."""
    v = p.ahead - p.canal - 2 - p.depth
    corner = 0.7 * p.depth
    x, y = p.aside - p.width + corner, np.abs(v) - p.depth + corner
    plane = corner - np.hypot(np.maximum(x, 0), np.maximum(y, 0)) - np.minimum(np.maximum(x, y), 0)
    plane = np.minimum(plane, p.s)
    far = np.clip(np.maximum(p.aside / p.width, np.abs(v) / p.depth), 0, 1)
    bulge = 1.6 * (1 - far**2)
    upright = np.minimum(p.to_low, p.to_high - p.wedge * np.clip((v / p.depth + 1) / 2, 0, 1)) - bulge + 0.8
    patch.fill(plane, person.disc_hu)
    body = np.minimum(plane, upright).astype(np.float32)
    patch.fill(body, person.cortex_hu)
    patch.fill(body - _CORTEX_MM, person.spongy_hu * texture)


def _paint_arches(patch: Patch, person: Person, p: _Place) -> None:
    back, canal_width = -p.ahead, 1.32 * p.canal
    wide = np.where(p.thoracic > 0, 4.0, 7.0).astype(np.float32)
    span = np.where(p.thoracic > 0, 27.0, 40.0).astype(np.float32) * person.size
    pedicle = np.minimum(wide - np.abs(p.aside - canal_width - wide), (0.19 - np.abs(p.part - 0.68)) * p.high)
    pedicle = np.minimum(pedicle, np.minimum(p.ahead + 5, p.canal + 6 - p.ahead))
    roof = 3.2 - 0.85 * np.abs(back - p.canal - 3.5 + 0.5 * np.maximum(p.aside - 3, 0))
    roof = np.minimum(np.minimum(roof, canal_width + 7 - p.aside), (0.33 - np.abs(p.part - 0.42)) * p.high)
    spine = np.minimum(3.3 - p.aside, np.minimum(back - p.canal, p.canal + 33 - back))
    fall = np.where(p.thoracic > 0, 0.02, 0.004).astype(np.float32)
    spine = np.minimum(spine, (0.2 - np.abs(p.part - 0.40 + fall * (back - p.canal))) * p.high)
    bar = np.minimum(4.6 - np.abs(back - 2 - 0.2 * (p.aside - 12)), (0.15 - np.abs(p.part - 0.62)) * p.high)
    bar = np.minimum(bar, np.minimum(span - p.aside, p.aside - 9))
    disc = np.minimum(p.part, 1 - p.part) * p.high
    joint = 8.0 - np.sqrt((p.aside - canal_width - 4) ** 2 + (back - 4) ** 2 + (0.6 * disc) ** 2)
    bone = np.maximum.reduce([pedicle, roof, spine, bar, joint])
    bone = np.minimum(bone, p.s).astype(np.float32)
    patch.fill(bone, person.cortex_hu)
    patch.fill(bone - np.float32(_CORTEX_MM), person.spongy_hu * 1.25)


def _paint_canal(patch: Patch, p: _Place) -> None:
    """Triangular in the lumbar spine: wide in front, narrow behind."""
    half = 1.3 * p.canal * np.clip(1 - 0.3 * (p.canal - p.ahead) / p.canal, 0.35, 1.0)
    depth = np.minimum(p.canal * 0.9 - np.abs(p.ahead), (half - p.aside) * 0.8)
    patch.fill(np.asarray(np.minimum(depth, p.s + 1), np.float32), _CANAL_HU)


def _paint_sacrum(patch: Patch, person: Person, arc: Field, ahead: Field, aside: Field) -> None:
    s = arc / np.float32(person.size)
    width = np.interp(s, (-118, -95, -62, -30, -8, 0), (6, 20, 35, 46, 53, 40)) * person.size
    front = np.interp(s, (-118, -62, -30, -12, 0), (6, 15, 27, 38, 43)) * person.size - 0.22 * aside
    inset = np.minimum(np.minimum(width - aside, front - ahead), ahead + 15 - 0.05 * aside)
    inset = np.minimum(inset, np.minimum(-arc, arc + 118 * person.size)).astype(np.float32)
    patch.fill(inset, person.cortex_hu)
    patch.fill(inset - _CORTEX_MM, person.spongy_hu * 0.85)
    canal = np.minimum(7.0 + 0.03 * s - np.abs(ahead), 11 + 0.07 * s - aside)
    patch.fill(np.minimum(canal, 2 - arc).astype(np.float32), _CANAL_HU)


def _paint_extras(canvas: Canvas, person: Person, course: Course) -> None:
    """Bony bridges, the broad processes of a sacralised vertebra, screws and rods."""
    for place in person.bridged:
        ends = [course.body_ends(n)[side] for n, side in ((place, 1), (place + 1, 0))]
        front = course.body_ahead(place) + course.depth[place]
        points = [
            course.point(s, front + out, 9.0) for s, out in ((ends[0] - 4, 0), (sum(ends) / 2, 4), (ends[1] + 4, 0))
        ]
        canvas.chain(np.stack(points), 3.2, (0.0, person.cortex_hu))
    for side in (-1.0, 1.0) if person.fused else ():
        for up, out in ((12.0, 40.0), (3.0, 46.0), (-8.0, 48.0)):
            canvas.capsule(
                course.point(max(up, 4.0), 3, side * 16),
                course.point(up, 1, side * out),
                8.5,
                (0.0, person.cortex_hu * 0.6),
            )
    for place in person.screws:
        middle = sum(course.discs[place : place + 2]) / 2 + 4
        for side in (-1.0, 1.0):
            tip, head = course.point(middle, 30, side * 9), course.point(middle, -22, side * 19)
            canvas.capsule(tip, head, 2.8, (0.0, _METAL_HU))
            canvas.capsule(head, course.point(middle + 30, -22, side * 19), 3.0, (0.0, _METAL_HU))


def paint_ribs(canvas: Canvas, person: Person, course: Course, outline: Outline) -> None:
    """Bows around the chest, each with a fall of its own."""
    rng = np.random.default_rng([person.seed, 42])
    layers = (0.0, person.cortex_hu * 0.75), (1.4, person.spongy_hu + 30)
    for place, lengths in enumerate(course.ribs):
        fall = rng.uniform(0.25, 0.5) + (0.15 if course.names[place] == "T12" else 0.0)
        for side, length in zip((1.0, -1.0), lengths, strict=True):
            if length > 0:
                canvas.chain(_rib(course, outline, place, side, length, fall), 4.3 * person.size, *layers)


def _rib(course: Course, outline: Outline, place: int, side: float, length: float, fall: float) -> Vector:
    low, high = course.discs[place], course.discs[place + 1]
    head = course.point(low + 0.86 * (high - low), 6.0, side * (course.width[place] - 1))
    neck = course.point(low + 0.66 * (high - low), -7.0, side * 28)
    walked = np.arange(0, length + 24, 9.0)
    points = []
    for far in walked:
        z = neck[2] - fall * far
        centre, half = outline.wall(float(z))
        start = np.arctan2((neck[1] - centre[1]) / half[1], side * (neck[0] - centre[0]) / half[0])
        angle = start - far / (0.5 * (half[0] + half[1]) * 0.93)
        on = np.hypot((neck[0] - centre[0]) / half[0], (neck[1] - centre[1]) / half[1])
        out = on + (0.92 - on) * np.clip(far / 70, 0, 1)
        points.append(
            [centre[0] + side * out * half[0] * np.cos(angle), centre[1] + out * half[1] * np.sin(angle), z]
        )
    return np.stack([head, *points])


def paint_pelvis(canvas: Canvas, person: Person) -> None:
    """Iliac wings as parts of a bowl cut by a slanting, scalloped rim; hips and thighs."""
    s = person.size
    rim = 48 * s + person.crest_mm
    layers = (0.0, person.cortex_hu * 0.8), (1.5, person.spongy_hu + 20)
    for side in (-1.0, 1.0):
        if patch := canvas.box(np.array([side * 80 * s, -15.0, rim - 75]), (75 * s, 85 * s, 85)):
            bone = _wing(patch, side, s, rim)
            for shell, value in layers:
                patch.fill(bone - np.float32(shell), value)
        hip = np.array([side * 84 * s, -22 * s, -105 * s])
        canvas.ellipsoid(hip, (30 * s, 32 * s, 36 * s), person.cortex_hu * 0.55)
        canvas.ellipsoid(hip, (22 * s, 22 * s, 22 * s), 2500.0 if person.hip and side < 0 else person.spongy_hu + 110)
        canvas.capsule(hip, hip + np.array([side * 44 * s, 4, -45]), 14 * s, *layers)
        canvas.capsule(
            hip + np.array([side * 44 * s, 4, -45]), hip + np.array([side * 34 * s, 0, -300]), 14 * s, *layers
        )
        canvas.capsule(hip + np.array([-side * 15, -14, 0]), np.array([side * 8, -60 * s, -120 * s]), 8 * s, *layers)


def _wing(patch: Patch, side: float, s: float, rim: float) -> Field:
    x, y, z = np.float32(side) * patch.x, patch.y, patch.z
    q = np.sqrt((x / (128 * s)) ** 2 + ((y + 4) / (92 * s)) ** 2 + (np.minimum(z - rim + 20, 0) / (175 * s)) ** 2)
    sheet = 3.4 + 2.5 * np.clip((y - 25) / 25, 0, 1) - np.abs(q - 0.96) * 105 * s
    edge = rim - z - 0.011 * (y + 8) ** 2 + 4 * np.sin(y / 14)
    bone = np.minimum(np.minimum(sheet, edge), np.minimum(x - 40 * s, np.minimum(y + 72 * s, z - rim + 150 * s)))
    return np.asarray(bone, np.float32)


def paint_skull(canvas: Canvas, person: Person, course: Course) -> None:
    """An egg of bone with brain, and the jaw."""
    s, base = person.size, course.points[-1]
    centre = base + np.array([0.0, -25 * s, 70 * s])
    for half, value in (((72, 95, 82), 40.0), ((69, 92, 79), 1000.0), ((62, 85, 72), 36.0)):
        canvas.ellipsoid(centre, (half[0] * s, half[1] * s, half[2] * s), value)
    jaw = np.array([[50.0, -45, -72], [18, -105, -95], [-18, -105, -95], [-50, -45, -72]]) * s
    canvas.chain(centre + jaw, 7.0, (0.0, 900.0))
