"""The rest of the skeleton: ribs, pelvis with hips, arms and head."""

import numpy as np

from inference.phantom.population.canvas import Canvas, Field, Vector
from inference.phantom.population.chain import Segment
from inference.phantom.population.person import Person
from inference.phantom.population.trunk import Shape

_RIB_MM = 4.6
_STEP_MM = 12.0
_WING_MM = 3.6


def paint_ribs(canvas: Canvas, person: Person, spine: tuple[Segment, ...], shape: Shape) -> None:
    """Every rib: head at the upper corner of its body, over the transverse process, then along the chest wall."""
    layers = (0.0, person.cortex_hu * 0.8), (1.2, person.spongy_hu * 0.8 + 40)
    for segment in spine:
        for side, length in zip((1.0, -1.0), segment.ribs, strict=True):
            if length > 0:
                canvas.chain(_rib(segment, side, length, shape), _RIB_MM * person.size, *layers)


def _rib(segment: Segment, side: float, length: float, shape: Shape) -> Vector:
    """Points Float64[point, 3] of a rib; `length` counts from the tip of the transverse process."""
    back = -(segment.half_depth + segment.canal[1])
    head = segment.at(side * (segment.half_width - 1), -segment.half_depth + 4, 0.38 * segment.height)
    neck = segment.at(side * segment.span, back - 2, 0.2 * segment.height)
    fall = 0.35 if segment.name != "T12" else 0.55
    points, walked = [head, neck], 0.0
    while walked < length:
        points.append(_onwards(points[-1], side, fall, shape))
        walked += _STEP_MM
    return np.stack(points)


def _onwards(point: Vector, side: float, fall: float, shape: Shape) -> Vector:
    """The next point along the chest wall: round the trunk's ellipse, a little down."""
    centre, half = shape.wall(float(point[2]))
    x, y = (point[:2] - centre) / half
    angle = np.arctan2(y, side * x)
    on_wall = np.hypot(x, y)
    pull = on_wall + np.clip(0.93 - on_wall, -0.05, 0.09)
    speed = np.hypot(half[0] * np.sin(angle), half[1] * np.cos(angle)) * pull
    angle -= _STEP_MM / speed
    there = np.array([side * np.cos(angle), np.sin(angle)]) * pull * half + centre
    return np.array([there[0], there[1], point[2] - fall * _STEP_MM])


def paint_pelvis(canvas: Canvas, person: Person) -> None:
    """Iliac wings as bent sheets, hip joints, thigh bones and the pubic arch; a metal hip where there is one."""
    layers = (0.0, person.cortex_hu * 0.85), (1.4, person.spongy_hu + 30)
    s = person.size
    for side in (-1.0, 1.0):
        _paint_wing(canvas, person, side, layers)
        hip = np.array([side * 88 * s, -18 * s, -112 * s])
        metal = person.hip and side > 0
        canvas.ellipsoid(hip, (33 * s, 33 * s, 33 * s), person.cortex_hu * 0.5)
        canvas.ellipsoid(hip, (23 * s, 23 * s, 23 * s), 2600.0 if metal else person.spongy_hu + 90)
        shaft = hip + np.array([side * 36 * s, 6, -34])
        bone = ((0.0, 2600.0),) if metal else layers
        canvas.capsule(hip, shaft, 15 * s, *bone)
        canvas.capsule(shaft, shaft + np.array([-side * 12.0, 0, -260]), 15 * s, *bone)
        canvas.capsule(
            hip + np.array([-side * 18, -12, -8]), np.array([side * 10.0, -52 * s, -135 * s]), 9 * s, *layers
        )
        canvas.capsule(hip + np.array([-side * 8, 10, -25]), np.array([side * 42.0, 2, -175 * s]), 12 * s, *layers)


def _paint_wing(canvas: Canvas, person: Person, side: float, layers: tuple[tuple[float, float], ...]) -> None:
    s = person.size
    top = 34.0 * s + person.crest_mm
    sacral = np.array([42.0 * s, 34.0 * s])
    front = np.array([124.0 * s, -62.0 * s])
    way = front - sacral
    length = float(np.hypot(*way))
    along, out = way / length, np.array([-way[1], way[0]]) / length
    out *= np.sign(out[0])

    def depth(u: Field, v: Field, w: Field) -> Field:
        x, y = np.float32(side) * u - np.float32(sacral[0]), v - np.float32(sacral[1])
        t = (x * np.float32(along[0]) + y * np.float32(along[1])) / np.float32(length)
        away = x * np.float32(out[0]) + y * np.float32(out[1])
        below = top - w
        sheet = 16 * np.sin(np.pi * np.clip(t, 0, 1)) - 0.28 * np.clip(below, 0, 130)
        half = _WING_MM + 6 * np.clip(0.25 - t, 0, 1) * 2 + 3.0 * np.exp(-((below / 9) ** 2))
        crest = below - 62 * (np.clip(t, -0.2, 1.2) - 0.52) ** 2 * 4
        ends = np.minimum(np.minimum(t + 0.06, 1.02 - t) * length, 148 * s - below)
        return np.asarray(np.minimum(np.minimum(half - np.abs(away - sheet), crest), ends), np.float32)

    if patch := canvas.box(np.array([side * 85.0 * s, -15.0, top - 70]), (75 * s, 85 * s, 100)):
        below = depth(patch.x, patch.y, patch.z)
        for shell, value in layers:
            patch.fill(below - np.float32(shell), value)


def paint_arms(canvas: Canvas, person: Person, shape: Shape) -> None:
    """Arms beside the trunk, with one bone above and two below the elbow."""
    layers = (0.0, person.cortex_hu), (3.0, 30.0)
    for side in (-1.0, 1.0):
        centre, half = shape.skin(140.0)
        shoulder = np.array([side * (half[0] + 45), centre[1], 430 * person.size])
        elbow, wrist = shoulder - [0, -5, 300 * person.size], shoulder - [-side * 10, 20, 560 * person.size]
        for start, end, radius in ((shoulder, elbow, 44.0), (elbow, wrist, 34.0)):
            canvas.capsule(start, end, radius, (0.0, -95.0), (8.0, 50.0))
        canvas.capsule(shoulder, elbow, 11.0, *layers)
        for gap in (-11.0, 11.0):
            canvas.capsule(elbow + np.array([0, gap, 0]), wrist + np.array([0, gap, 0]), 7.0, *layers)


def paint_head(canvas: Canvas, person: Person, spine: tuple[Segment, ...]) -> None:
    """Skull with brain, jaw and shoulders."""
    top = spine[-1].at(0, 0, spine[-1].height)
    s = person.size
    centre = top + np.array([0, -22 * s, 78 * s])
    for half, value in (((74, 92, 88), 45.0), ((70, 88, 84), 900.0), ((64, 82, 78), 34.0)):
        canvas.ellipsoid(centre, (half[0] * s, half[1] * s, half[2] * s), value)
    canvas.ellipsoid(centre + np.array([0, -62 * s, -62 * s]), (48 * s, 42 * s, 55 * s), 60.0)
    canvas.ellipsoid(centre + np.array([0, -70 * s, -55 * s]), (16 * s, 20 * s, 30 * s), -900.0)
    for side in (-1.0, 1.0):
        jaw = centre + np.array([side * 44 * s, -40 * s, -80 * s])
        canvas.capsule(jaw, centre + np.array([side * 6, -98 * s, -95 * s]), 6.0, (0.0, 800.0))
    base = next(part for part in spine if part.name == "T1")
    for side in (-1.0, 1.0):
        out = base.centre + np.array([side * 165 * s, -25, -45])
        canvas.capsule(base.centre + np.array([side * 35, -75, -30]), out, 7.0, (0.0, person.cortex_hu))
        canvas.ellipsoid(out, (27, 27, 27), person.spongy_hu + 60)
