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
from inference.phantom.population.trunk import AIR_HU, Shape, paint_trunk, shape_of

GRID_MM = 2.5
_BESIDE_MM, _UNDER_MM = 12.0, 24.0
"""Air left beside and under the patient in the field of view."""
_STEP_MM = 2.6
"""Slices further apart than this are means of thinner ones."""
_RIGID, _BENT = 11, 12


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


def draw_case(seed: int, *, matrix: int | None = None, family: str = "rigid") -> Case:
    """Draw the phantom of a seed: on the finder's working grid, or as a scanner's square of `matrix` pixels."""
    stratum = stratum_of(seed)
    person = person_of(seed, stratum, _RIGID)
    rng = np.random.default_rng([seed, _RIGID, 2])
    spine = spine_of(person, rng)
    shape = shape_of(person, spine)
    heights, per_slice = _heights(person, spine, rng)
    canvas = _canvas(person, shape, heights, matrix)
    _paint(canvas, person, spine, shape)
    hu, pixel_mm = _means(canvas.hu, per_slice), float(canvas.x[1] - canvas.x[0])
    volume = CtVolume(hu=scanned(hu, pixel_mm, person, rng), spacing_mm=(person.slice_mm, pixel_mm, pixel_mm))
    truth = _truth(spine, person, canvas, float(heights[:per_slice].mean()), len(hu))
    return Case(seed=seed, stratum=stratum, volume=volume, truth=truth)


def _heights(person: Person, spine: tuple[Segment, ...], rng: np.random.Generator) -> tuple[Field, int]:
    """Heights of what is painted above the first sacral endplate, and how many of them make a slice."""
    bottom, top = _window(person, spine, rng)
    per_slice = max(1, round(person.slice_mm / _STEP_MM + 0.2))
    return np.arange(bottom, top, person.slice_mm / per_slice, dtype=np.float32), per_slice


def _paint(canvas: Canvas, person: Person, spine: tuple[Segment, ...], shape: Shape) -> None:
    """From the table inwards to the bones."""
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
        bottom = rng.uniform(-150, -45) * person.size
    return bottom, bottom + cover


def _canvas(person: Person, shape: Shape, heights: Field, matrix: int | None) -> Canvas:
    """An empty scanner whose field of view fits the patient between these heights."""
    skins = [shape.skin(float(z)) for z in heights[::8]]
    across = max(half[0] + abs(centre[0]) for centre, half in skins) + _BESIDE_MM
    front = min(centre[1] - half[1] for centre, half in skins) - _BESIDE_MM
    back = max(centre[1] + half[1] for centre, half in skins) + _UNDER_MM
    pixel_mm = 2 * across / matrix if matrix else GRID_MM
    rows, columns = (matrix, matrix) if matrix else (int((back - front) / GRID_MM), int(2 * across / GRID_MM))
    x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * np.float32(pixel_mm)
    y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * np.float32(pixel_mm) + np.float32((front + back) / 2)
    lean = np.float32(np.tan(np.radians(person.tilt))) * (y - y.mean())
    return Canvas(
        hu=np.full((len(heights), rows, columns), AIR_HU, np.float32),
        x=x,
        y=y,
        z=heights[:, None] + lean,
        edge_mm=max(1.0, 0.5 * (pixel_mm + float(heights[1] - heights[0]))),
    )


def _means(hu: Field, count: int) -> Field:
    """Means of `count` neighbouring slices."""
    whole = len(hu) // count
    means: Field = hu[: whole * count].reshape(whole, count, *hu.shape[1:]).mean(1)
    return means


def _truth(spine: tuple[Segment, ...], person: Person, canvas: Canvas, first: float, slices: int) -> Truth:
    """Heights as the slices count them: in a tilted series a point further back lies in another slice."""
    lean, middle = np.tan(np.radians(person.tilt)), float(canvas.y.mean())
    height = {s.name: float(s.centre[2] - lean * (s.centre[1] - middle)) - first for s in spine}
    l3 = next(s for s in spine if s.name == "L3")
    mid, half = height["L3"], l3.height / 2 * float(l3.frame[2, 2])
    top = (slices - 1) * person.slice_mm
    seen = {
        "last_rib": 0 < height["T12"] < top,
        "sacrum": first < -15,
        "iliac_crest": first < 20 * person.size + person.crest_mm,
    }
    anchors = tuple(name for name, shown in seen.items() if shown)
    if not 0 <= mid <= top:
        return Truth(mid_mm=None, low_mm=None, high_mm=None, anchors=anchors)
    return Truth(mid_mm=mid, low_mm=mid - half, high_mm=mid + half, anchors=anchors)
