"""What fills chest and abdomen: lungs above the diaphragm, solid organs, vessels, colon and small bowel with gas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from inference.phantom.anatomy import Build, Field, Mask, at_level
from inference.phantom.section import Beads, Section, Spot, Window, crossing, ellipse, fill, inside_cavity
from inference.phantom.spine import CANAL_TO_BODY_MM, Spine

Point = tuple[float, float, float]
"""x, y and level in mm of an average body."""

LUNG_HU, GAS_HU = -860.0, -960.0
_CAVA_TO_AORTA = 0.78  # contrast in the portal venous phase
_WHOLE: Window = (slice(None), slice(None))

# The diaphragm: level of its edge behind, beside, in front; level of its dome; how fast it rises inwards.
_EDGE_MIDDLE, _EDGE_SWING, _DOME, _RISE_MM = 122.0, -22.0, 178.0, 24.0
_MEDIASTINUM_HALF_MM = 30.0
_LOOPS = 20

_ASCENDING: tuple[Point, ...] = ((-78, 18, -112), (-92, 22, -60), (-92, 12, -10), (-84, -14, 26))
_TRANSVERSE: tuple[Point, ...] = ((-84, -14, 26), (-62, -46, 8), (-5, -54, -14), (58, -46, 22), (88, -4, 62))
_DESCENDING: tuple[Point, ...] = ((88, -4, 62), (97, 26, 20), (99, 26, -50), (86, 16, -90), (40, -5, -125))
_RECTUM: tuple[Point, ...] = ((40, -5, -125), (12, 30, -138), (0, 52, -165), (0, 60, -200))
_PANCREAS: tuple[Point, ...] = ((-30, -8, 22), (-12, -6, 42), (25, -6, 54), (70, 14, 66))


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """An ellipsoid: centre and radii in mm of an average body, `hu` its intensity, `lean` mm sideways per mm down."""

    centre: Point
    radii: Point
    hu: float
    lean: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gut:
    """A hollow tube: wall and contents in HU; where `gas` it holds gas above a level of contents."""

    beads: Beads
    wall_mm: float
    wall_hu: float
    hu: float
    gas: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Organs:
    """Everything inside the cavity in the order it is painted."""

    solids: tuple[Solid, ...]
    vessels: tuple[tuple[Beads, float], ...]
    guts: tuple[Gut, ...]


def organs_of(build: Build, spine: Spine, z_l3: float) -> Organs:
    """The organs of a build; `z_l3` mm above the promontory is level 0."""
    rng = np.random.default_rng([build.seed, 3])
    place = _Place(build=build, z_l3=z_l3)
    return Organs(
        solids=_solids(build),
        vessels=_vessels(build, spine, place, rng),
        guts=(*_colon(place, rng), *_bowel(place, rng)),
    )


def paint_organs(section: Section, organs: Organs) -> None:
    """Vessels over bowel over solid organs, all within the cavity; the lungs last, above the diaphragm."""
    for solid in organs.solids:
        _paint_solid(section, solid)
    for gut in organs.guts:
        _paint_gut(section, gut)
    for beads, hu in organs.vessels:
        _fill_cavity(section, _discs(section, beads), hu, 1.5)
    _paint_lungs(section)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Turns points of the average body into mm of this one."""

    build: Build
    z_l3: float

    def tube(self, points: Sequence[Point], radius: float, waves: float = 0.0, pitch: float = 3.0) -> Beads:
        """A chain of balls along `points`, its radius waving by the part `waves` (haustra)."""
        path = np.array(points) * (self.build.half_width / 125, self.build.half_depth / 77, self.build.size)
        path[:, 2] += self.z_l3
        walk = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
        even = np.arange(0, walk[-1], pitch)
        middle = [np.convolve(np.pad(np.interp(even, walk, p), 5, "edge"), np.ones(11) / 11, "valid") for p in path.T]
        radii = radius * (1 + waves * np.sin(even / 5.5))
        return Beads(balls=np.stack([*middle, radii], axis=1).astype(np.float32))


def _solids(build: Build) -> tuple[Solid, ...]:
    liver, spleen, kidney = build.vessel_hu * 0.65, build.vessel_hu * 0.75, build.vessel_hu * 1.05
    return (
        Solid(centre=(-64, -4, 106), radii=(70, 78, 98), hu=liver),
        Solid(centre=(2, -46, 130), radii=(70, 36, 46), hu=liver),
        Solid(centre=(94, 32, 112), radii=(32, 46, 54), hu=spleen),
        Solid(centre=(50, -30, 108), radii=(42, 34, 46), hu=65),
        Solid(centre=(50, -28, 108), radii=(38, 30, 42), hu=18),
        Solid(centre=(50, -44, 108), radii=(26, 12, 30), hu=GAS_HU),
        Solid(centre=(-48, -34, 42), radii=(15, 16, 28), hu=10),
        Solid(centre=(-64, 38, 40), radii=(27, 25, 55), hu=kidney, lean=-0.16),
        Solid(centre=(-54, 34, 42), radii=(12, 10, 26), hu=-30, lean=-0.16),
        Solid(centre=(64, 38, 52), radii=(27, 25, 55), hu=kidney, lean=0.16),
        Solid(centre=(54, 34, 54), radii=(12, 10, 26), hu=-30, lean=0.16),
        Solid(centre=(18, -42, 238), radii=(64, 48, 62), hu=120),
        Solid(centre=(0, -12, -182), radii=(46, 36, 50), hu=55),
        Solid(centre=(0, -12, -182), radii=(43, 33, 47), hu=8),
    )


def _vessels(build: Build, spine: Spine, place: _Place, rng: np.random.Generator) -> tuple[tuple[Beads, float], ...]:
    artery, vein = build.vessel_hu, build.vessel_hu * _CAVA_TO_AORTA
    tubes = [
        (place.tube(_before_spine(spine, place, 7, 11, (-42, 330)), 9.0), artery),
        (place.tube(_before_spine(spine, place, -18, 10, (-52, 190)), 10.5), vein),
        (place.tube(((-48, -25, 44), (-20, -8, 46), (0, -2, 50)), 6.0), vein),
        (place.tube(_PANCREAS, 9.0), 85.0),
    ]
    for side in (-1, 1):
        tubes.append(
            (
                place.tube(((5, 20, -42), (side * 30, 22, -82), (side * 52, 0, -130), (side * 68, -30, -170)), 5.5),
                artery,
            )
        )
        tubes.append(
            (
                place.tube(
                    ((-16, 22, -52), (side * 30, 32, -88), (side * 50, 12, -130), (side * 64, -18, -170)), 6.5
                ),
                vein,
            )
        )
    for _ in range(40):
        start = rng.uniform((-55, -45, -60), (55, 5, 30))
        end = start + rng.uniform((-28, -10, -30), (28, 10, 10))
        tubes.append((place.tube((tuple(start), tuple(end)), rng.uniform(1.6, 3.0)), rng.uniform(60, 140)))
    return tuple(tubes)


def _before_spine(spine: Spine, place: _Place, x: float, gap: float, levels: tuple[float, float]) -> list[Point]:
    """Points `gap` mm in front of the vertebral bodies, as of an average body."""
    build, points = place.build, []
    for level in np.linspace(*levels, 12):
        canal = float(np.interp(level * build.size + place.z_l3, spine.z, spine.y))
        y = canal - CANAL_TO_BODY_MM - float(at_level(((-50, 35), (0, 34.4), (120, 31)), level)) - gap
        points.append((x, y * 77 / build.half_depth, float(level)))
    return points


def _colon(place: _Place, rng: np.random.Generator) -> Iterable[Gut]:
    for points, radius in ((_ASCENDING, 20.0), (_TRANSVERSE, 16.0), (_DESCENDING, 14.5), (_RECTUM, 15.0)):
        beads = place.tube(points, radius * rng.uniform(0.9, 1.1), 0.13)
        yield Gut(beads=beads, wall_mm=2.2, wall_hu=55, hu=rng.uniform(10, 45), gas=True)


def _bowel(place: _Place, rng: np.random.Generator) -> Iterable[Gut]:
    """Loops that wander through the middle of the cavity below the stomach."""
    for number, height in enumerate(np.linspace(-112, 26, _LOOPS)):
        start = np.append(rng.uniform((-66, -48), (74, -8)), height)
        steps = np.cumsum(rng.normal(0, (20, 9, 11), (9, 3)), axis=0)
        path = np.clip(start + steps, (-74, -58, -128), (78, -8, 30))
        beads = place.tube([tuple(p) for p in path], rng.uniform(9.5, 13))
        yield Gut(beads=beads, wall_mm=2.0, wall_hu=rng.uniform(60, 85), hu=rng.uniform(8, 40), gas=number % 4 == 0)


def _paint_solid(section: Section, solid: Solid) -> None:
    build = section.build
    down = solid.centre[2] - section.level
    share = 1 - (down / solid.radii[2]) ** 2
    if share < 0.01:
        return
    wide, deep = build.half_width / 125, build.half_depth / 77
    centre = ((solid.centre[0] + solid.lean * down) * wide, solid.centre[1] * deep)
    radii = (solid.radii[0] * wide * float(np.sqrt(share)), solid.radii[1] * deep * float(np.sqrt(share)))
    _fill_cavity(section, [ellipse(section, centre, radii, power=2.2)], solid.hu, 2.0)


def _paint_gut(section: Section, gut: Gut) -> None:
    _fill_cavity(section, _discs(section, gut.beads), gut.wall_hu, 2.5)
    for x, y, radius in crossing(section, gut.beads, gut.wall_mm):
        spot = ellipse(section, (x, y), (radius, radius))
        lumen = (spot.level < 1) & inside_cavity(section, spot.window, 2.5 + gut.wall_mm)
        fill(section, spot.window, lumen, gut.hu)
        if gut.gas:
            above = section.y[spot.window[0]][:, None] < y - 0.15 * radius
            fill(section, spot.window, lumen & above, GAS_HU)


def _discs(section: Section, beads: Beads) -> list[Spot]:
    return [ellipse(section, (x, y), (radius, radius)) for x, y, radius in crossing(section, beads)]


def _fill_cavity(section: Section, spots: Iterable[Spot], hu: float, gap_mm: float) -> None:
    for spot in spots:
        where = (spot.level < 1) & inside_cavity(section, spot.window, gap_mm)
        fill(section, spot.window, where, hu + 4 * section.grain[spot.window])


def _paint_lungs(section: Section) -> None:
    if section.level < _EDGE_MIDDLE + _EDGE_SWING - 5:
        return
    lung = _above_diaphragm(section) & inside_cavity(section, _WHOLE, 0.5)
    grain = section.grain
    fill(section, _WHOLE, lung, LUNG_HU + 18 * grain + 500 * (grain > 2.6))


def _above_diaphragm(section: Section) -> Mask:
    """Beside the mediastinum and above a diaphragm that rises from its edge towards the middle."""
    x, y = section.x[None], section.y[:, None]
    backwards = y / np.maximum(np.hypot(x, y), 1)
    edge = _EDGE_MIDDLE + _EDGE_SWING * backwards
    dome = _DOME - 8 * (x > 0)
    rise = 1 - np.exp(np.minimum(section.depth, 0) / _RISE_MM)
    level: Field = edge + (dome - edge) * rise
    return (section.level > level) & (np.abs(x) > _MEDIASTINUM_HALF_MM)
