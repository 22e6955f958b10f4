"""The abdominal wall: cavity, flank, rectus, and what is no muscle: linea alba, aponeuroses, umbilicus."""

from dataclasses import dataclass

import numpy as np

from inference.phantom.varied.person import Person
from inference.phantom.varied.plane import Field, Mask, Plane

_ANGLES = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """Where the wall is: `cavity` inside the peritoneum, `outwards` mm from it, `flank` and `rectus` as masks.

    `fascia` is the thin sheet that closes the gaps; `part` runs from 0 inside to 1 outside of the muscle; `along` is
    mm along the peritoneum from the front midline, negative to the left of the image; `planes` tells fat between the
    layers of the flank that is wide enough to be no muscle.
    """

    cavity: Mask
    outwards: Field
    along: Field
    flank: Mask
    rectus: Mask
    fascia: Mask
    planes: Mask
    part: Field
    linea_half: float


def wall_of(plane: Plane, person: Person, flank_end: float) -> Wall:
    """The wall of a person, its muscles ending at y = `flank_end` in the back."""
    chance = plane.chance
    cavity, along = _cavity(plane, person)
    outwards = plane.distance(cavity)
    linea = chance.between(1.5, 14) if chance.happens(0.85) else chance.between(14, 30)  # diastasis
    width = person.half_width * chance.between(0.32, 0.58)
    start = chance.between(0, 1.6)
    rectus = _rectus(plane, person, along, linea, width)
    flank = _flank(plane, person, along, linea + width, flank_end)
    in_front = np.abs(along) < linea + width
    thick = np.where(in_front, rectus, flank)
    if chance.happens(0.3):  # the oblique's edge lies over the rectus
        lap = np.clip(1 - (linea + width - np.abs(along)) / chance.between(4, 16), 0, 1) * chance.between(2, 4)
        thick = np.where(in_front, np.where(rectus > 1, rectus + lap, rectus), thick)
    depth = outwards - start
    muscle = (depth > 0) & (depth < thick) & (thick > 1.3)
    part = depth / np.maximum(thick, 1)
    planes = muscle & ~in_front & _wide_planes(plane, person, part)
    muscle &= ~planes
    return Wall(
        cavity=cavity,
        outwards=outwards,
        along=along,
        flank=muscle & ~in_front,
        rectus=muscle & in_front,
        fascia=_fascia(plane, depth, thick, in_front, flank_end) & ~cavity,
        planes=planes,
        part=part,
        linea_half=linea,
    )


def _cavity(plane: Plane, person: Person) -> tuple[Mask, Field]:
    """Inside the peritoneum, and mm along it from the front midline."""
    front, power = plane.chance.between(0.85, 1.15), person.squareness
    deep = np.where(plane.y < 0, front, 1) * person.half_depth
    inside = np.abs(plane.x / person.half_width) ** power + np.abs(plane.y / deep) ** power < 1
    turn = np.linspace(0, np.pi, _ANGLES)
    x, y = np.sin(turn), -np.cos(turn)
    reach = np.where(y < 0, front, 1) * person.half_depth
    radius = (np.abs(x / person.half_width) ** power + np.abs(y / reach) ** power) ** (-1 / power)
    length = np.r_[0, np.cumsum(np.hypot(np.diff(radius * x), np.diff(radius * y)))]
    angle = np.arctan2(np.abs(plane.x), -plane.y)
    return inside, np.interp(angle, turn, length) * np.sign(plane.x)


def _rectus(plane: Plane, person: Person, along: Field, linea: float, width: float) -> Field:
    """Thickness of the rectus: a lens or a flat band beside the linea alba, at times a mere tendon on one side."""
    chance = plane.chance
    power, thick = chance.between(1.6, 6), np.zeros(along.shape)
    for side in (-1, 1):
        own = 1 + chance.between(-0.3, 0.3) if chance.happens(0.8) else chance.between(0.25, 0.7)
        if chance.happens(0.06):
            own *= 0.3  # cut at a tendinous intersection
        first = linea * (1 + chance.between(-0.3, 0.3))
        across = (side * along - first) / max(width - chance.between(0, 12), 20)
        lens = np.sqrt(np.clip(1 - np.abs(2 * across - 1) ** power, 0, 1))
        thick = np.where((across > 0) & (across < 1), person.rectus * own * lens, thick)
    return thick * (1 + plane.texture(25.0, chance.between(0.02, 0.12)))


def _flank(plane: Plane, person: Person, along: Field, edge: float, flank_end: float) -> Field:
    """Thickness of the three flat muscles: from the semilunar line, a gap behind it, to their end in the back."""
    chance, thick = plane.chance, np.zeros(along.shape)
    wander = plane.texture(20.0, 2.0)
    end, end_power = chance.between(8, 45), chance.between(0.4, 1.0)
    for side in (-1, 1):
        own = (1 + chance.between(-0.25, 0.25)) * (chance.between(0.35, 0.8) if chance.happens(0.12) else 1)
        gap, rise = chance.between(0, 14), chance.between(4, 45)
        begin = np.clip((side * along - edge - gap + wander) / rise, 0, 1) ** chance.between(0.35, 1.0)
        taper = np.clip((flank_end - plane.y) / end, 0, 1) ** end_power
        thick = np.where(side * along > 0, person.flank * own * np.minimum(begin, taper), thick)
    return thick * (1 + plane.texture(25.0, chance.between(0.02, 0.14)))


def _wide_planes(plane: Plane, person: Person, part: Field) -> Mask:
    chance = plane.chance
    if person.flank < 10 or not chance.happens(0.1):
        return np.zeros(part.shape, bool)
    return np.asarray(np.abs(part - chance.between(0.35, 0.65)) < chance.between(0.8, 1.8) / person.flank)


def _fascia(plane: Plane, depth: Field, thick: Field, in_front: Mask, flank_end: float) -> Mask:
    """A sheet inside the muscles and over their gaps, in front thicker (linea alba) than in the back."""
    chance = plane.chance
    front, rest = chance.between(1.0, 3.5), chance.between(0.8, 2.2)
    bare = (thick < 1.3) & (depth > 0) & (depth < np.where(in_front, front, rest))
    return np.asarray((bare | (depth < 0.6)) & (plane.y < flank_end + 14))


def paint_midline(plane: Plane, person: Person, wall: Wall, body: Mask, hu: Field) -> None:
    """The umbilicus: a cord, knot or dimple between linea alba and skin; none of it is muscle."""
    chance, level = plane.chance, person.level
    if not chance.happens(0.5 if level < 0 else 0.2):
        return
    reach = plane.distance(~body)
    deepest = chance.between(2, 40)
    near = (np.abs(wall.along) < chance.between(2, 9)) & (plane.y < 0) & (wall.outwards < deepest) & ~wall.cavity
    cord = near & body & (reach > 0)
    if chance.happens(0.5):
        centre = (chance.between(-3, 3), float(plane.y[cord].mean()) if cord.any() else -person.half_depth - 6)
        cord |= (plane.oval(centre, (chance.between(4, 12), chance.between(3, 11))) < 1) & body & ~wall.cavity
    where = cord & ~wall.rectus
    hu[where] = (chance.between(-40, 65) + plane.texture(2.0, 14))[where]
    if chance.happens(0.4):
        hu[plane.oval((chance.between(-2, 2), -person.half_depth - 10), (3, 5)) < 1] = -1000  # air in the dimple
