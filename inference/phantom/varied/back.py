"""Psoas, quadratus lumborum and the paraspinal group as masks; both sides differ a little."""

from dataclasses import dataclass

import numpy as np

from inference.phantom.varied.person import Person
from inference.phantom.varied.plane import Mask, Plane
from inference.phantom.varied.spine import Spine


@dataclass(frozen=True, slots=True, kw_only=True)
class BackMuscles:
    """Masks over both sides, and the anchors that neighbours are placed by (mm, of the right side of the image).

    `flank_end` is the y at which the muscles of the flank end, `psoas_at` and `psoas_radii` those of the psoas.
    """

    psoas: Mask
    lumborum: Mask
    erector: Mask
    erector_at: tuple[float, float]
    erector_radii: tuple[float, float]
    flank_end: float
    psoas_at: tuple[float, float]
    psoas_radii: tuple[float, float]


def back_muscles(plane: Plane, person: Person, spine: Spine) -> BackMuscles:
    """The muscles of a person at the level of the cut."""
    chance = plane.chance
    radii = (chance.between(24, 40) * person.bulk**0.5, chance.between(16, 29) * person.bulk)
    at = (radii[0] + chance.between(-3, 8), spine.back + chance.between(20, 34))
    psoas, psoas_at, psoas_radii = _psoas(plane, person)
    lumborum, outer_y = _lumborum(plane, person, at, radii)
    return BackMuscles(
        psoas=psoas,
        lumborum=lumborum,
        erector=_erector(plane, at, radii),
        erector_at=at,
        erector_radii=radii,
        flank_end=min(max(outer_y + chance.between(-14, 16), person.half_depth * 0.5), person.half_depth * 1.05),
        psoas_at=psoas_at,
        psoas_radii=psoas_radii,
    )


def _erector(plane: Plane, at: tuple[float, float], radii: tuple[float, float]) -> Mask:
    """Longissimus and iliocostalis as one, and the multifidus beside the spinous process."""
    chance, found = plane.chance, np.zeros(plane.x.shape, bool)
    power = chance.between(1.9, 3.2)
    multifidus, lift, deep = chance.happens(0.75), chance.between(-8, 3), chance.between(0.75, 1.05)
    for side in (-1, 1):
        size = (radii[0] * _about(plane), radii[1] * _about(plane))
        centre = (side * at[0] * _about(plane, 0.05), at[1] + chance.between(-2, 2))
        found |= plane.oval(centre, size, power, side * chance.between(-0.15, 0.3)) < 1
        if multifidus:
            inner = (side * radii[0] * 0.42, at[1] + lift)
            found |= plane.oval(inner, (radii[0] * 0.5, radii[1] * deep), 2.5) < 1
    return found


def _lumborum(
    plane: Plane, person: Person, at: tuple[float, float], radii: tuple[float, float]
) -> tuple[Mask, float]:
    """A plate from the transverse process outwards, wider further down; and the y of its outer end."""
    chance, found = plane.chance, np.zeros(plane.x.shape, bool)
    inner, outer = chance.between(30, 44), chance.between(62, 98) - 5 * person.level
    thick, y = chance.between(6, 16) * person.bulk, at[1] - radii[1] * chance.between(0.6, 1.1)
    tilt, power = chance.between(-0.1, 0.5), chance.between(1.8, 3.2)
    half = max((outer - inner) / 2, 9)
    for side in (-1, 1):
        centre = (side * (inner + half) * _about(plane, 0.05), y + chance.between(-2, 2))
        found |= plane.oval(centre, (half * _about(plane), thick * _about(plane, 0.15)), power, side * tilt) < 1
        if chance.happens(0.4):  # its outer end is thicker or its own bundle
            tip = (side * (inner + 1.7 * half), centre[1] + np.sin(tilt) * half * 0.7)
            found |= plane.oval(tip, (half * 0.4, thick * chance.between(0.7, 1.2)), 2.0, side * tilt) < 1
    return found, y + float(np.sin(tilt)) * half


def _psoas(plane: Plane, person: Person) -> tuple[Mask, tuple[float, float], tuple[float, float]]:
    """Slim beside the disc above L3, full and farther out below; round, oval, or drop-shaped."""
    chance, level, found = plane.chance, person.level, np.zeros(plane.x.shape, bool)
    slim = 1 - 0.22 * level
    radii = (chance.between(9, 20) * person.bulk * slim, chance.between(13, 25) * person.bulk * (1 - 0.1 * level))
    at = (
        person.body_half_width + radii[0] * chance.between(0.35, 0.95) - 1.5 * level,
        person.spine_y + chance.between(-5, 13),
    )
    tilt, power = chance.between(-0.2, 0.7), chance.between(1.8, 2.8)
    drop, bundle = chance.happens(0.35), (chance.between(2, 8), chance.between(4, 12))
    for side in (-1, 1):
        centre = (side * at[0] * _about(plane, 0.06), at[1] + chance.between(-2, 2))
        size = (radii[0] * _about(plane), radii[1] * _about(plane))
        found |= plane.oval(centre, size, power, -side * tilt) < 1
        if drop:
            behind = (centre[0] + side * bundle[0], centre[1] + bundle[1])
            found |= plane.oval(behind, (size[0] * 0.85, size[1] * 0.6), 2.0, -side * tilt) < 1
    return found, at, radii


def _about(plane: Plane, spread: float = 0.09) -> float:
    return 1 + plane.chance.between(-spread, spread)
