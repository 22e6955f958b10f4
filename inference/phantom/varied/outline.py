"""The outline of the body: fat over the muscles, the groove of the back, skin, strands and septa."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from inference.phantom.varied.person import Person
from inference.phantom.varied.plane import Field, Mask, Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """`body` as a mask, and mm below the skin and outside of the core of muscles."""

    body: Mask
    under: Field
    over_core: Field


def outline_of(plane: Plane, person: Person, core: Mask) -> Outline:
    """The body around its `core` of muscles and cavity."""
    chance = plane.chance
    closing = chance.between(25, 80)
    near = plane.distance(core) < closing
    closed = core | (plane.distance(~near) > closing)
    over = plane.distance(closed)
    angle = np.arctan2(plane.y, plane.x)
    waves = (
        1
        + chance.between(-0.4, 0.6) * np.sin(angle)
        + chance.between(-0.3, 0.3) * np.cos(2 * angle)
        + chance.between(-0.15, 0.15) * np.cos(angle)
    )
    fat = person.fat * waves + plane.texture(40.0, person.fat * 0.12)
    fat = np.maximum(fat, chance.between(1.5, 4))
    body = ndi.gaussian_filter((over < fat).astype(np.float64), chance.between(3, 9) / plane.pixel_mm) > 0.5
    body = ndi.binary_fill_holes(body | (plane.distance(core) < 2.2))
    return Outline(body=body, under=plane.distance(~body), over_core=over)


def paint_fat(plane: Plane, person: Person, outline: Outline, cavity: Mask, hu: Field) -> None:
    """Subcutaneous fat with its fascia, septa and oedema, then the skin."""
    chance, under_skin = plane.chance, outline.body & ~cavity
    hu[outline.body] = person.fat_hu
    if chance.happens(0.5):
        sheet = np.abs(outline.under - person.fat * chance.between(0.3, 0.7) + plane.texture(20.0, 2.0))
        hu[under_skin & (sheet < chance.between(0.4, 1.2))] = chance.between(-70, 10)
    if chance.happens(0.6):
        septa = np.abs(plane.texture(chance.between(3, 7))) < chance.between(0.02, 0.12)
        hu[under_skin & septa] += chance.between(10, 60)
    if person.frail and chance.happens(0.6):
        strands = np.abs(plane.texture(chance.between(2, 5))) < chance.between(0.15, 0.6)
        hu[under_skin & strands] += chance.between(30, 100)
        hu[under_skin] += chance.between(0, 40)
    hu[outline.body & (outline.under < chance.between(1.0, 3.2))] = chance.between(-30, 50)
