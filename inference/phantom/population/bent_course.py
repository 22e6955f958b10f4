"""The centreline of the canal and where along it each vertebra lies."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial import KDTree

from inference.phantom.population.canvas import Field, Patch, Vector
from inference.phantom.population.person import Person

LOWEST_MM = -125.0
_THORACIC, _CERVICAL = 12, 7
_RATIO_LUMBAR, _RATIO_THORACIC = 0.985, 0.968
_FIRST_MM = (34.0, 38.0)
"""Height of L5 with its disc; each vertebra above is lower by the ratio of its region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The canal sampled every mm of arc `s` above the first sacral endplate.

    `points` and `tangent` are Float64[n, 3]; `discs` Float64[vertebra + 1] the arc of the disc middles, `gaps` their
    heights; `width` and `depth` half axes of the bodies; `ribs` the rib lengths (left, right).
    """

    s: Vector
    points: Vector
    tangent: Vector
    discs: Vector
    gaps: Vector
    width: Vector
    depth: Vector
    wedge: Vector
    names: tuple[str, ...]
    ribs: tuple[tuple[float, float], ...]

    def body_ends(self, place: int) -> tuple[float, float]:
        """Arc of the lower and the upper endplate."""
        return (
            float(self.discs[place] + self.gaps[place] / 2),
            float(self.discs[place + 1] - self.gaps[place + 1] / 2),
        )

    def body_ahead(self, place: int) -> float:
        """The body's centre in front of the canal's."""
        return float(self.canal_depth(place) + 2 + self.depth[place])

    def canal_depth(self, place: int) -> float:
        """Half depth of the canal."""
        return 9.5 - 0.09 * min(place, 16)

    def point(self, s: float, ahead: float, left: float) -> Vector:
        """The world point beside the canal."""
        centre, along = (
            np.array([np.interp(s, self.s, line[:, n]) for n in range(3)]) for line in (self.points, self.tangent)
        )
        front = np.array([0.0, -along[2], along[1]]) / np.hypot(along[1], along[2])
        world: Vector = centre + ahead * front + left * np.array([1.0, 0.0, -along[0]])
        return world

    def coordinates(self, patch: Patch) -> tuple[Field, Field, Field]:
        """(arc, ahead, left) in mm of each voxel, broadcast over the patch."""
        z, y = np.broadcast_arrays(patch.z[:, :, 0], patch.y[:, :, 0])
        near = KDTree(self.points[:, [2, 1]]).query(np.stack([z.ravel(), y.ravel()], axis=1))[1]
        centre, along = self.points[near], self.tangent[near]
        off = np.stack([z.ravel() - centre[:, 2], y.ravel() - centre[:, 1]], axis=1)
        s = self.s[near] + off[:, 0] * along[:, 2] + off[:, 1] * along[:, 1]
        ahead = off[:, 0] * along[:, 1] - off[:, 1] * along[:, 2]
        left = patch.x - centre[:, 0].reshape(z.shape)[:, :, None].astype(np.float32)
        arc = s.reshape(z.shape)[:, :, None].astype(np.float32)
        arc = arc + left * along[:, 0].reshape(z.shape)[:, :, None].astype(np.float32)
        return arc, ahead.reshape(z.shape)[:, :, None].astype(np.float32), left


def course_of(person: Person, rng: np.random.Generator) -> Course:
    """The course of a person."""
    pitch, gaps = _pitch_and_gaps(person, rng)
    discs = np.concatenate([[0.0], np.cumsum(pitch)])
    s = np.arange(LOWEST_MM, discs[-1] + 60)
    angle = _angle(person, s, discs)
    aside = _aside(person, s)
    lean = np.gradient(aside, s)
    tangent = np.stack([lean, -np.sin(angle), np.cos(angle)], axis=1)
    path = np.cumsum(tangent, axis=0)
    path -= [np.interp(0, s, path[:, n]) for n in range(3)]
    path += np.array([0.0, np.cos(angle[-int(LOWEST_MM)]), np.sin(angle[-int(LOWEST_MM)])]) * 28 * person.size
    count = len(pitch)
    level = np.clip(np.arange(count) / 16, 0, 1)
    vary = rng.normal(1, 0.03, (2, count))
    wedge = np.zeros(count)
    for place, _, degrees in person.crushed:
        wedge[place] = 30 * np.tan(np.radians(degrees))
    return Course(
        s=s,
        points=path,
        tangent=tangent,
        discs=discs,
        gaps=gaps,
        width=(26.5 - 12.5 * level) * person.size * vary[0],
        depth=(17.5 - 6.0 * level) * person.size * vary[1],
        wedge=wedge,
        names=_names(person, count),
        ribs=_ribs(person, count, rng),
    )


def _pitch_and_gaps(person: Person, rng: np.random.Generator) -> tuple[Vector, Vector]:
    """Heights of vertebrae with their discs, and heights of the discs (the lowest is the lumbosacral one)."""
    bodies, height = [], rng.uniform(*_FIRST_MM) * person.size
    for place in range(person.lumbar + _THORACIC + _CERVICAL - 1):
        bodies.append(height * rng.normal(1, 0.025))
        height *= _RATIO_LUMBAR if place < person.lumbar else _RATIO_THORACIC
    pitch = np.array(bodies)
    part = np.interp(np.arange(len(pitch) + 1), (0, 2, 6, 10, 17), (0.30, 0.30, 0.22, 0.18, 0.20))
    gaps = np.append(pitch, pitch[-1]) * part * person.disc * rng.uniform(0.8, 1.15, len(part))
    for place, left in person.worn:
        gaps[place + 1] *= left
    for place, left, _ in person.crushed:
        pitch[place] -= (pitch[place] - gaps[place]) * (1 - left)
    if person.fused:
        gaps[0] = 2.5
    return pitch, np.clip(gaps, 2.0, 0.45 * np.append(pitch, pitch[-1]))


def _angle(person: Person, s: Vector, discs: Vector) -> Vector:
    """Forward tilt of the canal in radians along the arc."""
    lumbar, chest = discs[person.lumbar], discs[person.lumbar + _THORACIC]
    slope, top = person.sacral_slope, person.sacral_slope - person.lordosis
    knots = (
        (-125.0, -35.0),
        (-70.0, 0.35 * slope),
        (-8.0, slope),
        (0.30 * lumbar, slope - 0.5 * person.lordosis),
        (0.65 * lumbar, slope - 0.88 * person.lordosis),
        (lumbar, top),
        ((lumbar + chest) / 2, top + 0.45 * person.kyphosis),
        (chest, top + person.kyphosis),
        (chest + 90, top + person.kyphosis - 28),
    )
    places, degrees = zip(*knots, strict=True)
    return np.asarray(np.radians(PchipInterpolator(places, degrees)(np.clip(s, places[0], places[-1]))))


def _aside(person: Person, s: Vector) -> Vector:
    """Sideways course of a scoliosis, at rest in the sacrum."""
    reach = np.tan(np.radians(person.cobb / 2)) * person.curve_mm / (2 * np.pi)
    calm = 1 - np.exp(-((np.clip(s, 0, None) / 70) ** 2))
    return np.asarray(reach * calm * np.sin(2 * np.pi * s / person.curve_mm + person.curve_phase))


def _names(person: Person, count: int) -> tuple[str, ...]:
    """Counted from the last rib-bearing vertebra."""
    last = person.lumbar - (1 if max(person.lumbar_rib_mm) > 0 else 0)
    names = [f"L{last - place}" for place in range(last)] + [f"T{12 - n}" for n in range(12)]
    return tuple((names + [f"C{7 - n}" for n in range(8)])[:count])


def _ribs(person: Person, count: int, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    lengths = [(0.0, 0.0)] * (person.lumbar - 1) + [person.lumbar_rib_mm, person.last_rib_mm]
    for n in range(11):
        long = person.size * np.interp(n, (0, 3, 8, 10), (150, 235, 230, 110)) * rng.uniform(0.9, 1.1)
        lengths.append((float(long), float(long)))
    return tuple(lengths + [(0.0, 0.0)] * (count - len(lengths)))
