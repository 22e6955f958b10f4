"""The story of a varied slice: a person, muscles and cavity, the outline, organs, bones, then the scanner."""

from dataclasses import dataclass

import numpy as np

from inference.ct import CtSlice
from inference.labels import LabelMap
from inference.phantom.varied.back import back_muscles
from inference.phantom.varied.cavity import Inside, paint_cavity
from inference.phantom.varied.muscle import Drawn, paint_muscles
from inference.phantom.varied.outline import Outline, outline_of, paint_fat
from inference.phantom.varied.person import Person, person_of
from inference.phantom.varied.plane import Chance, Field, Mask, Plane, plane_of
from inference.phantom.varied.scan import scanned, trimmed
from inference.phantom.varied.spine import Spine, paint_spine, spine_of
from inference.phantom.varied.wall import Wall, paint_midline, wall_of

SIZE, PIXEL_MM = 400, 1.25
_STREAM = 8  # of the seeds: no other drawing shares its numbers
_THICKNESS_MM = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VariedCase:
    """A drawn slice and its truth, and whether the person is frail (thin, fatty, stranded, ascites)."""

    ct: CtSlice
    labels: LabelMap
    frail: bool


def draw_varied(seed: int, *, frail: bool) -> VariedCase:
    """The slice of `seed`; the same arguments give the same pixels."""
    chance = Chance(rng=np.random.default_rng([seed, _STREAM, int(frail)]))
    plane = plane_of(chance, SIZE, PIXEL_MM)
    person = person_of(chance, frail, SIZE * PIXEL_MM / 2)
    drawn = _draw(plane, person)
    hu = np.clip(np.rint(scanned(plane, drawn.hu, frail)), -1024, 3071).astype(np.int16)
    labels = trimmed(plane, drawn.hu, drawn.labels)
    ct = CtSlice(hu=hu, spacing_mm=(PIXEL_MM, PIXEL_MM), thickness_mm=_THICKNESS_MM)
    return VariedCase(ct=ct, labels=np.where(hu <= -1000, 0, labels).astype(np.uint8), frail=frail)


def _draw(plane: Plane, person: Person) -> Drawn:
    spine = spine_of(plane, person)
    back = back_muscles(plane, person, spine)
    wall = wall_of(plane, person, back.flank_end)
    muscles = back.erector | back.lumborum | back.psoas
    core = wall.cavity | wall.flank | wall.rectus | wall.fascia | muscles
    outline = outline_of(plane, person, core | (spine.arch & (plane.y < back.erector_at[1] + 20)))
    hu = np.full(plane.x.shape, -1000.0)
    drawn = Drawn(hu=hu, labels=np.zeros(hu.shape, np.uint8))
    paint_fat(plane, person, outline, wall.cavity, hu)
    paint_midline(plane, person, wall, outline.body, hu)
    free = wall.cavity & ~muscles & ~spine.body
    paint_cavity(Inside(plane=plane, person=person, free=free, depth=plane.distance(~wall.cavity), hu=hu), back)
    _paint_sheets(plane, person, wall, outline, hu)
    bone = spine.body | spine.arch | spine.canal
    may_be_muscle = outline.body & (outline.under > plane.chance.between(2, 4)) & ~bone
    paint_muscles(plane, person, wall, back, may_be_muscle, drawn)
    paint_spine(plane, spine, hu)
    _paint_around(plane, person, outline, spine, hu)
    return drawn


def _paint_sheets(plane: Plane, person: Person, wall: Wall, outline: Outline, hu: Field) -> None:
    """Fascia over the gaps of the wall, and fat behind the peritoneum."""
    chance = plane.chance
    behind = outline.body & ~wall.cavity & (plane.y > person.half_depth * 0.5) & (outline.over_core <= 0)
    hu[behind & (hu < 0) & (hu > -300)] = person.visceral_hu if chance.happens(0.5) else person.fat_hu
    sheet = wall.fascia & outline.body & (outline.under > 2)
    hu[sheet] = chance.between(-75, 30)
    front = sheet & (plane.y < 0) & (np.abs(wall.along) < wall.linea_half + 3)
    if chance.happens(0.85):
        hu[front] = chance.between(-40, 55)


def _paint_around(plane: Plane, person: Person, outline: Outline, spine: Spine, hu: Field) -> None:
    """Rib tips, the table, an arm."""
    chance, air = plane.chance, ~outline.body
    if chance.happens(0.15):
        at = (chance.side() * (person.half_width + person.flank * 0.5), person.half_depth * chance.between(-0.3, 0.5))
        hu[(plane.oval(at, (chance.between(2, 5), chance.between(4, 12))) < 1) & outline.body] = chance.between(
            200, 600
        )
    if chance.happens(0.6):
        _paint_table(plane, air, hu)
    if chance.happens(0.12):
        far = person.half_width + person.flank + person.fat + chance.between(25, 50)
        arm = plane.oval(
            (chance.side() * far, chance.between(-30, 60)), (chance.between(22, 40), chance.between(22, 45))
        )
        for within, value in ((1.0, person.fat_hu), (0.8, person.muscle_hu), (0.3, chance.between(300, 900))):
            hu[air & (arm < within)] = value


def _paint_table(plane: Plane, air: Mask, hu: Field) -> None:
    chance = plane.chance
    lowest = float(plane.y[~air].max())
    depth = plane.y - lowest - chance.between(1, 14) + chance.between(0, 40) * (plane.x / 250) ** 2
    hu[air & (depth > 0) & (depth < chance.between(2, 12))] = chance.between(-700, 200)
    if chance.happens(0.5):
        hu[air & (depth > 14) & (depth < 18)] = chance.between(-500, 300)
