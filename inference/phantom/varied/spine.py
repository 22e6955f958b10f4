"""Vertebra or disc, arch, processes and canal as masks, and how bone looks."""

from dataclasses import dataclass

import numpy as np

from inference.phantom.varied.person import Person
from inference.phantom.varied.plane import Field, Mask, Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Spine:
    """Masks of the cut spine; `back` is the y of the back of the body, mm; `disc` tells a disc from a body."""

    body: Mask
    arch: Mask
    canal: Mask
    back: float
    disc: bool


def spine_of(plane: Plane, person: Person) -> Spine:
    """The spine of a person at the level of the cut."""
    chance, y = plane.chance, person.spine_y
    back = y + person.body_half_depth
    body = plane.oval((0, y), (person.body_half_width, person.body_half_depth), chance.between(2, 3)) < 1
    if chance.happens(0.3):
        at = (chance.side() * person.body_half_width * chance.between(0.8, 1.1), y - chance.between(2, 14))
        body |= plane.oval(at, (chance.between(3, 8), chance.between(3, 7))) < 1  # osteophyte
    canal = plane.oval((0, back + chance.between(7, 11)), (chance.between(8, 13), chance.between(6, 10))) < 1
    disc = abs(person.level) > chance.between(0.6, 1.1)
    return Spine(body=body, arch=_arch(plane, back, disc) & ~canal, canal=canal & ~body, back=back, disc=disc)


def _arch(plane: Plane, back: float, disc: bool) -> Mask:
    chance, x, y = plane.chance, np.abs(plane.x), plane.y
    arch = (plane.oval((0, back + chance.between(8, 13)), (chance.between(16, 23), chance.between(12, 19))) < 1) & (
        y > back - 6
    )
    if not chance.happens(0.85):
        arch[:] = False
    for side in (-1, 1):
        if chance.happens(0.7 if disc else 0.35):
            at = (side * chance.between(13, 22), back + chance.between(12, 22))
            facet = (chance.between(5, 11), chance.between(6, 13))
            arch |= plane.oval(at, facet, 2.0, chance.between(-0.8, 0.8)) < 1
    if chance.happens(0.85):
        arch |= (x < chance.between(2, 5)) & (y > back + 14) & (y < back + chance.between(28, 58))
    if chance.happens(0.25 if disc else 0.7):
        course = back + chance.between(2, 10) + chance.between(-0.1, 0.3) * x
        arch |= (x > 13) & (x < chance.between(30, 52)) & (np.abs(y - course) < chance.between(1.5, 4.5))
    return arch


def paint_spine(plane: Plane, spine: Spine, hu: Field) -> None:
    """Cortex and spongy bone, or a disc; the canal's contents."""
    chance = plane.chance
    spongy, cortex = (
        (chance.between(60, 150), chance.between(60, 260))
        if spine.disc
        else (chance.between(110, 320), chance.between(300, 900))
    )
    hu[spine.arch] = chance.between(140, 340)
    hu[plane.rim(spine.arch, chance.between(1.3, 3))] = chance.between(350, 900)
    hu[spine.body] = spongy + plane.texture(2.0, chance.between(5, 35))[spine.body]
    hu[plane.rim(spine.body, chance.between(1.3, 3))] = cortex
    hu[spine.canal] = chance.between(-40, 40)
