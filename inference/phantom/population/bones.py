"""Vertebrae, discs and sacrum as solids in the axes of each segment."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from inference.phantom.population.canvas import Canvas, Field
from inference.phantom.population.chain import Segment
from inference.phantom.population.person import Person

CANAL_HU, METAL_HU = 18.0, 2900.0
_CORTEX_MM = 1.3
_SQUARE = 2.6
_WAIST = 0.10
_FUSED_HU_PART = 0.75


def paint_spine(canvas: Canvas, person: Person, spine: tuple[Segment, ...]) -> None:
    """All segments: discs first, then bodies, canal and arches, metal last."""
    mobile = [s for s in spine if s.region != "sacral"]
    for segment in mobile:
        _paint_disc(canvas, person, segment)
    for segment in spine:
        if segment.region == "sacral":
            _paint_sacral(canvas, person, segment)
    for segment in mobile:
        _paint_body(canvas, person, segment)
    for segment in spine:
        _paint_canal(canvas, segment)
    for segment in mobile:
        _paint_arch(canvas, person, segment)
    for lower, upper in pairwise(mobile):
        if lower.place in person.bridged:
            _paint_bridge(canvas, person, lower, upper)
    if person.fused:
        _paint_fusion(canvas, person, mobile[0])
    for segment in mobile:
        if segment.place in person.screws:
            _paint_screws(canvas, segment)


def _layers(person: Person, spongy: float = 1.0) -> tuple[tuple[float, float], ...]:
    return (0.0, person.cortex_hu), (_CORTEX_MM, person.spongy_hu * spongy)


def _paint_disc(canvas: Canvas, person: Person, segment: Segment) -> None:
    """The disc below this vertebra, thick enough to reach into both neighbours, which are painted over it."""
    reach = segment.half_width + 4
    centre = segment.at(0, 0, -segment.height / 2)
    canvas.solid(centre, segment.frame, reach, _drum(segment, 9.0, 0.96), (0.0, person.disc_hu))


def _drum(segment: Segment, half_height: float, part: float) -> Callable[[Field, Field, Field], Field]:
    a, b = segment.half_width * part, segment.half_depth * part

    def depth(u: Field, v: Field, w: Field) -> Field:
        q = ((np.abs(u) / a) ** _SQUARE + (np.abs(v) / b) ** _SQUARE) ** (1 / _SQUARE)
        return np.asarray(np.minimum((1 - q) * b, half_height - np.abs(w)), np.float32)

    return depth


def _paint_body(canvas: Canvas, person: Person, segment: Segment) -> None:
    """A waisted, kidney-shaped body with hollow endplates; its front edge is lower by the wedge."""
    a, b, half = segment.half_width, segment.half_depth, segment.height / 2

    def depth(u: Field, v: Field, w: Field) -> Field:
        waist = 1 - _WAIST * np.clip(1 - (w / half) ** 2, 0, 1)
        back = np.where(v < 0, 1 + 0.12 * np.clip(1 - (u / (0.6 * a)) ** 2, 0, 1), 1)
        q = ((np.abs(u) / (a * waist)) ** _SQUARE + (np.abs(v) * back / (b * waist)) ** _SQUARE) ** (1 / _SQUARE)
        top = half - segment.wedge / 2 * np.clip((v / b + 1) / 2, 0, 1) - 1.2 * np.clip(1 - q, 0, 1)
        return np.asarray(np.minimum((1 - q) * b, top - np.abs(w)), np.float32)

    canvas.solid(segment.centre, segment.frame, a + 3, depth, *_layers(person))


def _canal_centre(segment: Segment) -> float:
    return -(segment.half_depth + segment.canal[1] + 1.0)


def _paint_canal(canvas: Canvas, segment: Segment) -> None:
    a, b = segment.canal

    def depth(u: Field, v: Field, w: Field) -> Field:
        q = np.sqrt((u / a) ** 2 + (v / b) ** 2)
        return np.asarray(np.minimum((1 - q) * b, segment.height / 2 + segment.disc - np.abs(w)), np.float32)

    centre = segment.at(0, _canal_centre(segment), segment.disc / 2)
    canvas.solid(centre, segment.frame, segment.height, depth, (0.0, CANAL_HU))


def _paint_arch(canvas: Canvas, person: Person, segment: Segment) -> None:
    """Pedicles, laminae with the spinous process, joints and transverse processes."""
    a, b = segment.canal
    behind, h = _canal_centre(segment), segment.height
    layers = _layers(person, 1.2)
    for side in (-1.0, 1.0):
        x = side * (a + segment.pedicle)
        _rod(canvas, segment, (x, behind + b + 4, 0.2 * h), (x, behind - 2, 0.18 * h), segment.pedicle + 1.5, layers)
        _rod(canvas, segment, (x, behind - 3, 0.62 * h), (x, behind - 6, -0.55 * h), 5.0, layers)
        tip = (side * segment.span, behind - 7, 0.16 * h)
        _rod(canvas, segment, (x, behind - 1, 0.16 * h), tip, 4.2, layers)
    _paint_lamina(canvas, person, segment, behind)
    _paint_spinous(canvas, person, segment, behind)


def _rod(
    canvas: Canvas,
    segment: Segment,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    layers: tuple[tuple[float, float], ...],
) -> None:
    canvas.capsule(segment.at(*start), segment.at(*end), radius, *layers)


def _paint_lamina(canvas: Canvas, person: Person, segment: Segment, behind: float) -> None:
    a, b = segment.canal
    low, high = -0.55 * segment.height, 0.28 * segment.height

    def depth(u: Field, v: Field, w: Field) -> Field:
        q = np.sqrt((u / a) ** 2 + (v / b) ** 2)
        ring = np.minimum((q - 1) * b - 0.5, 6.5 - (q - 1) * b)
        slab = np.minimum(w - 0.4 * v - low - 0.4 * b, high - w)
        return np.asarray(np.minimum(np.minimum(ring, slab), -v + 1), np.float32)

    centre = segment.at(0, behind, 0)
    canvas.solid(centre, segment.frame, 30.0, depth, *_layers(person, 1.2))


def _paint_spinous(canvas: Canvas, person: Person, segment: Segment, behind: float) -> None:
    fall = 0.9 if segment.region == "thoracic" else 0.15
    back, long = behind - segment.canal[1] - 2, 26.0 if segment.region == "lumbar" else 30.0
    for up in (-0.35, 0.0):
        start = (0.0, back, up * segment.height)
        end = (0.0, back - long * (0.7 if fall > 0.5 else 1), up * segment.height - fall * long)
        _rod(canvas, segment, start, end, 4.0, _layers(person))


def _paint_sacral(canvas: Canvas, person: Person, segment: Segment) -> None:
    """A fused segment with its wings; a thin dense scar is all that is left of the disc."""
    half, span = segment.height / 2 + 1.5, segment.span
    a, b = segment.half_width, segment.half_depth

    def depth(u: Field, v: Field, w: Field) -> Field:
        body = (1 - np.sqrt((u / (a * 1.15)) ** 2 + (v / b) ** 2)) * b
        wing = np.minimum(span - np.abs(u), b * 0.95 - np.abs(v + 0.55 * b + 0.1 * np.abs(u)))
        rear = np.minimum(0.62 * span - np.abs(u), 8.0 - np.abs(v + b + 2 * segment.canal[1] + 3))
        slope = np.float32(half) - np.clip(np.abs(u) - a, 0, None) * (0.18 if segment.place == -1 else 0.0)
        shape = np.maximum(np.maximum(body, wing), rear)
        return np.asarray(np.minimum(shape, np.where(w > 0, slope - w, half + w)), np.float32)

    canvas.solid(segment.centre, segment.frame, span + 4, depth, *_layers(person, 0.8))
    for side in (-1.0, 1.0):
        hole = segment.at(side * (a + 2), 0.4 * b, -segment.height / 2)
        canvas.ellipsoid(hole, (4.5, 8.0, 4.5), -40.0)


def _paint_fusion(canvas: Canvas, person: Person, lowest: Segment) -> None:
    """The transverse processes of a sacralised vertebra, broad and joined to the wings of the sacrum."""
    behind = _canal_centre(lowest)
    for side in (-1.0, 1.0):
        for down in (0.1, -0.3, -0.7):
            start = (side * (lowest.canal[0] + 8), behind + 8, down * lowest.height * 0.5)
            end = (side * (lowest.span + 8), behind + 4, down * lowest.height)
            _rod(canvas, lowest, start, end, 8.0, _layers(person, _FUSED_HU_PART))


def _paint_bridge(canvas: Canvas, person: Person, lower: Segment, upper: Segment) -> None:
    """A bony bow in front of the disc, on the right more than on the left."""
    for aside in (-0.5, 0.0):
        ends = [
            s.at(aside * s.half_width, s.half_depth - 1, sign * 0.2 * s.height)
            for s, sign in ((lower, 1), (upper, -1))
        ]
        bow = (ends[0] + ends[1]) / 2 + lower.frame[:, 1] * 5
        canvas.chain(np.stack([ends[0], bow, ends[1]]), 3.5, (0.0, person.cortex_hu * 0.9))


def _paint_screws(canvas: Canvas, segment: Segment) -> None:
    """A pedicle screw on each side, and its piece of the rod."""
    behind, h = _canal_centre(segment), segment.height
    for side in (-1.0, 1.0):
        x = side * (segment.canal[0] + segment.pedicle)
        _rod(canvas, segment, (0.55 * x, 6, 0.15 * h), (1.1 * x, behind - 14, 0.2 * h), 2.6, ((0.0, METAL_HU),))
        _rod(canvas, segment, (1.15 * x, behind - 17, -h), (1.15 * x, behind - 17, h), 3.0, ((0.0, METAL_HU),))
