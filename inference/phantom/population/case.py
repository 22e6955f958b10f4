"""One phantom with its truth: `draw_case(seed)`."""

from dataclasses import dataclass

import numpy as np

from inference.ct import CtVolume
from inference.phantom.population.bones import paint_spine
from inference.phantom.population.canvas import Canvas, Field
from inference.phantom.population.chain import Segment, spine_of
from inference.phantom.population.frame import paint_arms, paint_head, paint_pelvis, paint_ribs
from inference.phantom.population.person import Person
from inference.phantom.population.scanner import paint_table, scanned
from inference.phantom.population.strata import person_of, stratum_of
from inference.phantom.population.trunk import AIR_HU, paint_trunk, shape_of

GRID_MM = 2.5
FIELD_MM = (340.0, 450.0)
"""Rows and columns of the field of view on the working grid."""
_STEP_MM = 2.6
"""Slices further apart than this are means of thinner ones."""
_RIGID, _BENT = 11, 12
_MIDDLE_Y = -40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Heights in mm above the centre of slice 0: middle, lower and upper end of the body of L3, None without it.

    L3 is the third vertebra below the last rib-bearing one.  `anchors` are those that the series shows.
    """

    mid_mm: float | None
    low_mm: float | None
    high_mm: float | None
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A drawn series: its stratum, voxels and truth."""

    seed: int
    stratum: str
    volume: CtVolume
    truth: Truth


def draw_case(seed: int, *, pixel_mm: float = GRID_MM, family: str = "rigid") -> Case:
    """Draw the phantom of a seed; on `pixel_mm` of 2.5 the voxels are those of the finder's working grid."""
    stratum = stratum_of(seed)
    person = person_of(seed, stratum, _RIGID)
    rng = np.random.default_rng([seed, _RIGID, 2])
    spine = spine_of(person, rng)
    bottom, top = _window(person, spine, rng)
    per_slice = max(1, round(person.slice_mm / _STEP_MM + 0.2))
    canvas = _canvas(person, bottom, top, pixel_mm, person.slice_mm / per_slice)
    _paint(canvas, person, spine)
    hu = _means(canvas.hu, per_slice)
    volume = CtVolume(hu=scanned(hu, pixel_mm, person, rng), spacing_mm=(person.slice_mm, pixel_mm, pixel_mm))
    offset = float(canvas.z[:per_slice].mean(0)[len(canvas.y) // 2])
    return Case(seed=seed, stratum=stratum, volume=volume, truth=_truth(spine, person, offset, volume))


def _paint(canvas: Canvas, person: Person, spine: tuple[Segment, ...]) -> None:
    """From the table inwards to the bones."""
    shape = shape_of(person, spine)
    centre, half = shape.skin(60.0)
    paint_table(canvas, float(centre[1] + half[1]) + 4)
    paint_trunk(canvas, person, spine, shape)
    if person.arms_down:
        paint_arms(canvas, person, shape)
    paint_head(canvas, person, spine)
    paint_pelvis(canvas, person)
    paint_ribs(canvas, person, spine, shape)
    paint_spine(canvas, person, spine)


def _window(person: Person, spine: tuple[Segment, ...], rng: np.random.Generator) -> tuple[float, float]:
    """Heights of the lowest and the highest slice above the first sacral endplate."""
    level = {s.name: float(s.centre[2]) for s in spine}
    cover, l3 = person.cover_mm, level["L3"]
    if person.window == "tight":
        bottom = l3 - rng.uniform(0.25, 0.75) * cover
    elif person.window == "chest":
        bottom = l3 + rng.uniform(4, 95)
    elif person.window == "pelvis":
        bottom = l3 - rng.uniform(4, 95) - cover
    elif person.window == "head":
        bottom = rng.uniform(level["T3"], level["C6"])
    else:
        bottom = rng.uniform(-190, -50) * person.size
    return bottom, bottom + cover


def _canvas(person: Person, bottom: float, top: float, pixel_mm: float, step_mm: float) -> Canvas:
    """An empty scanner around the person, centred on the trunk's middle."""
    rows, columns = (round(mm / pixel_mm) for mm in FIELD_MM)
    x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * np.float32(pixel_mm)
    y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * np.float32(pixel_mm) - np.float32(40)
    heights = np.arange(bottom, top, step_mm, dtype=np.float32)
    lean = np.float32(np.tan(np.radians(person.tilt))) * (y - y[len(y) // 2])
    return Canvas(
        hu=np.full((len(heights), rows, columns), AIR_HU, np.float32),
        x=x,
        y=y,
        z=heights[:, None] + lean,
        edge_mm=max(1.0, 0.5 * (pixel_mm + step_mm)),
    )


def _means(hu: Field, count: int) -> Field:
    """Means of `count` neighbouring slices."""
    whole = len(hu) // count
    means: Field = hu[: whole * count].reshape(whole, count, *hu.shape[1:]).mean(1)
    return means


def _truth(spine: tuple[Segment, ...], person: Person, first: float, volume: CtVolume) -> Truth:
    """Heights as the slices count them: in a tilted series a point further back lies in another slice."""
    level = {s.name: s for s in spine}
    l3 = level["L3"]
    mid, half = _height(l3.centre, person) - first, l3.height / 2 * float(l3.frame[2, 2])
    top = (len(volume.hu) - 1) * volume.spacing_mm[0]
    seen = {
        "last_rib": 0 < _height(level["T12"].centre, person) - first < top,
        "sacrum": first < -15,
        "iliac_crest": first < 20 * person.size + person.crest_mm,
    }
    anchors = tuple(name for name, shown in seen.items() if shown)
    if not 0 <= mid <= top:
        return Truth(mid_mm=None, low_mm=None, high_mm=None, anchors=anchors)
    return Truth(mid_mm=mid, low_mm=mid - half, high_mm=mid + half, anchors=anchors)


def _height(point: np.ndarray, person: Person) -> float:
    """Height of the slice through a point, where slices lean about the middle row."""
    return float(point[2] - np.tan(np.radians(person.tilt)) * (point[1] - _MIDDLE_Y))
