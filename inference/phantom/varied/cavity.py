"""What fills the cavity: bowel with gas, fluid, stool or contrast, solid organs on the wall, vessels, ascites."""

from dataclasses import dataclass

import numpy as np

from inference.phantom.varied.back import BackMuscles
from inference.phantom.varied.person import Person
from inference.phantom.varied.plane import Field, Mask, Plane

_MOSAIC_KINDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The free cavity as a mask, mm inside of its wall, and the image that is painted on."""

    plane: Plane
    person: Person
    free: Mask
    depth: Field
    hu: Field

    def tissue_hu(self) -> float:
        """Often as bright as the muscle beside it, sometimes enhanced."""
        chance = self.plane.chance
        likely = self.person.muscle_hu + chance.between(-25, 35)
        return likely if chance.happens(0.65) else chance.between(30, 220)

    def put(self, where: Mask, hu: float) -> None:
        """Paint within the free cavity."""
        self.hu[where & self.free] = hu


def paint_cavity(inside: Inside, back: BackMuscles) -> None:
    """From the back to the front, the later over the earlier."""
    chance = inside.plane.chance
    inside.put(inside.free, inside.person.visceral_hu)
    if chance.happens(0.4):
        _mosaic(inside)
    _kidneys(inside)
    _bowels(inside)
    if chance.happens(0.65):
        _solid_on_wall(inside)
    for _ in chance.count(5, 45):
        _blob(inside, (1, 5), chance.between(10, 190))  # mesenteric vessels and nodes
    _great_vessels(inside)
    _psoas_neighbours(inside, back)
    _fluid(inside)


def _mosaic(inside: Inside) -> None:
    """Patches of soft tissue of any form: no shape in the cavity may be learnt by heart."""
    plane, chance = inside.plane, inside.plane.chance
    grain = chance.between(9, 24)
    fields = [
        plane.texture(grain) + (chance.between(0, 1.6) if kind == 0 else chance.between(-0.6, 0.5))
        for kind in range(_MOSAIC_KINDS)
    ]
    ranked = np.sort(np.stack(fields), axis=0)
    first = np.stack(fields).argmax(axis=0)
    for kind in range(1, _MOSAIC_KINDS):
        inside.put(first == kind, inside.tissue_hu())
    inside.put(ranked[-1] - ranked[-2] < chance.between(0, 0.15), inside.person.visceral_hu)


def _kidneys(inside: Inside) -> None:
    plane, chance, person = inside.plane, inside.plane.chance, inside.person
    for side in (-1, 1):
        if not chance.happens(0.55 + 0.3 * person.level):
            continue
        at = (side * chance.between(50, 95), person.spine_y + chance.between(-22, 16))
        wide = chance.between(14, 32)
        kidney = plane.oval(at, (wide, wide * chance.between(0.9, 1.4)), 2.1, chance.between(-0.5, 0.5))
        inside.put(kidney < 1, inside.tissue_hu())
        inside.put(
            plane.oval((at[0] - side * wide * 0.4, at[1]), (wide * 0.45, wide * 0.4)) < 1, chance.between(-90, 40)
        )
        if chance.happens(0.15):
            inside.put(plane.oval(at, (chance.between(2, 5), chance.between(2, 5))) < 1, chance.between(200, 900))


def _bowels(inside: Inside) -> None:
    """Colon at the sides, loops anywhere, gas under the front wall."""
    chance, person = inside.plane.chance, inside.person
    wide, deep = person.half_width, person.half_depth
    for side in (-1, 1):
        if chance.happens(0.8):
            at = (side * wide * chance.between(0.6, 0.88), deep * chance.between(-0.4, 0.55))
            _bowel(inside, at, (chance.between(11, 27), chance.between(12, 28)), chance.between(0, 3))
    for _ in chance.count(4, 15):
        angle, out = chance.between(-np.pi, np.pi), np.sqrt(chance.between(0, 0.9))
        y = deep * out * float(np.sin(angle))
        at = (wide * out * float(np.cos(angle)) * 0.95, y - max(0.0, y) * 0.5)
        _bowel(inside, at, (chance.between(8, 30), chance.between(7, 23)), chance.between(0, 3))
    if chance.happens(0.55):
        for _ in chance.count(1, 3):
            at = (wide * chance.between(-0.6, 0.6), -deep * chance.between(0.65, 0.95))
            _bowel(inside, at, (chance.between(14, 45), chance.between(8, 22)), chance.between(0, 2))


def _bowel(inside: Inside, at: tuple[float, float], radii: tuple[float, float], gap: float) -> None:
    """One loop, `gap` mm away from the wall: its own wall and its contents."""
    plane, chance = inside.plane, inside.plane.chance
    form = plane.oval(at, radii, chance.between(1.7, 3), chance.between(-0.6, 0.6))
    form = form + plane.texture(8.0, chance.between(0, 0.15))
    free = inside.depth > gap
    lumen = (form < 1 - chance.between(1, 4) / min(radii)) & free
    inside.put((form < 1) & free, chance.between(5, 95))
    kind = chance.one_of(("fluid", "gas", "gas", "contrast", "stool", "collapsed"))
    if kind == "contrast":
        inside.put(lumen, chance.between(60, 400))
    elif kind == "stool":
        crumbs = plane.texture(chance.between(1.5, 4)) > chance.between(-0.2, 1)
        inside.put(lumen, chance.between(-30, 80))
        inside.put(lumen & crumbs, chance.between(-900, -250))
    else:
        inside.put(lumen, chance.between(20, 80) if kind == "collapsed" else chance.between(-10, 45))
        if kind == "gas":
            inside.put(lumen & (plane.y < at[1] + radii[1] * chance.between(-0.4, 0.9)), chance.between(-1000, -750))


def _solid_on_wall(inside: Inside) -> None:
    """Liver, on the other side spleen or mass, often without any fat between it and the wall."""
    plane, chance, person = inside.plane, inside.plane.chance, inside.person
    side = -1 if chance.happens(0.8) else 1
    at = (side * person.half_width * chance.between(0.65, 1.0), person.half_depth * chance.between(-0.5, 0.3))
    radii = (chance.between(15, 45), chance.between(25, 75))
    organ = plane.oval(at, radii, chance.between(1.9, 2.8), chance.between(-0.3, 0.3)) < 1
    gap = 0.0 if chance.happens(0.5) else chance.between(0, 2.5)
    inside.put(organ & (inside.depth > gap), inside.tissue_hu())


def _great_vessels(inside: Inside) -> None:
    plane, chance, person = inside.plane, inside.plane.chance, inside.person
    front = person.spine_y - person.body_half_depth
    bright = chance.between(30, 60) if chance.happens(0.5) else chance.between(90, 320)
    aorta = plane.oval(
        (chance.between(0, 14), front - chance.between(4, 13)), (chance.between(6, 13), chance.between(6, 12))
    )
    inside.put(aorta < 1, bright)
    if chance.happens(0.3):
        inside.put((aorta < 1) & (aorta > 0.8) & (plane.x > chance.between(-5, 15)), chance.between(200, 900))
    cava = (-chance.between(10, 27), front - chance.between(0, 10))
    inside.put(plane.oval(cava, (chance.between(7, 14), chance.between(5, 11))) < 1, bright * chance.between(0.5, 1))


def _psoas_neighbours(inside: Inside, back: BackMuscles) -> None:
    """Crura above, ureter, vessels, nodes, duodenum and bowel on the psoas."""
    plane, chance, person = inside.plane, inside.plane.chance, inside.person
    x, y = back.psoas_at
    top = y - back.psoas_radii[1]
    for side in (-1, 1):
        if person.level > 0 and chance.happens(0.45):
            at = (side * chance.between(8, 24), person.spine_y - person.body_half_depth * chance.between(0.6, 1.2))
            crus = (chance.between(2.5, 6), chance.between(5, 13))
            inside.put(plane.oval(at, crus, 2.0, -side * chance.between(-0.2, 1)) < 1, person.muscle_hu)
        if chance.happens(0.3):
            at = (side * (x + chance.between(-4, 16)), top - chance.between(-1, 14))
            lying = (chance.between(5, 15), chance.between(4, 13))
            inside.put(plane.oval(at, lying, 2.0, chance.between(-0.8, 0.8)) < 1, inside.tissue_hu())
        if chance.happens(0.4):
            at = (side * (x + chance.between(-8, 8)), top - chance.between(-2, 4))
            inside.put(plane.oval(at, (chance.between(1.5, 4), chance.between(1.5, 4))) < 1, chance.between(10, 250))


def _fluid(inside: Inside) -> None:
    """Ascites between organs and wall, hazy mesentery."""
    plane, chance, hu = inside.plane, inside.plane.chance, inside.hu
    fat = (hu < -40) & (hu > -300)
    if chance.happens(0.6 if inside.person.frail else 0.04):
        reach = chance.between(4, 40) if chance.happens(0.7) else 200.0
        pool = fat & (inside.depth < reach) & (plane.texture(25.0) > chance.between(-2.0, 0.3))
        inside.put(pool, chance.between(-5, 30))
        hu[inside.free & (hu < -50) & (hu > -300)] += chance.between(0, 70)
    elif chance.happens(0.3):
        strands = np.abs(plane.texture(5.0)) < chance.between(0.03, 0.1)
        hu[inside.free & fat & strands] += chance.between(20, 60)


def _blob(inside: Inside, size: tuple[float, float], hu: float) -> None:
    plane, chance, person = inside.plane, inside.plane.chance, inside.person
    at = (person.half_width * chance.between(-0.7, 0.7), person.half_depth * chance.between(-0.8, 0.4))
    inside.put(plane.oval(at, (chance.between(*size), chance.between(*size))) < 1, hu)
