"""One phantom with its truth: `draw_case(seed)`."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from inference.ct import CtVolume
from inference.phantom.population.bent import bent_body
from inference.phantom.population.body import Body
from inference.phantom.population.canvas import AIR_HU, Canvas, Field
from inference.phantom.population.person import Person, average, other_average
from inference.phantom.population.rigid import rigid_body
from inference.phantom.population.strata import person_of, stratum_of

GRID_MM = 2.5
_BESIDE_MM, _UNDER_MM = 12.0, 24.0
"""Air left beside and under the patient in the field of view."""
_STEP_MM = 2.6
"""Slices further apart than this are means of thinner ones."""
FAMILIES = MappingProxyType({"rigid": (11, average, rigid_body), "bent": (12, other_average, bent_body)})
"""Name to (stream of random numbers, numbers of an ordinary person, maker of the body)."""


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
    stream, ordinary, body_of = FAMILIES[family]
    stratum = stratum_of(seed)
    person = person_of(seed, stratum, stream, ordinary)
    rng = np.random.default_rng([seed, stream, 2])
    body = body_of(person, rng)
    heights, per_slice = _heights(person, body, rng)
    canvas = _canvas(person, body, heights, matrix)
    body.paint(canvas)
    hu, pixel_mm = _means(canvas.hu, per_slice), float(canvas.x[1] - canvas.x[0])
    volume = CtVolume(hu=body.scan(hu, pixel_mm, rng), spacing_mm=(person.slice_mm, pixel_mm, pixel_mm))
    truth = _truth(body, person, canvas, float(heights[:per_slice].mean()), len(hu))
    return Case(seed=seed, stratum=stratum, volume=volume, truth=truth)


def _heights(person: Person, body: Body, rng: np.random.Generator) -> tuple[Field, int]:
    """Heights of what is painted above the first sacral endplate, and how many of them make a slice."""
    bottom, top = _window(person, body, rng)
    per_slice = max(1, round(person.slice_mm / _STEP_MM + 0.2))
    return np.arange(bottom, top, person.slice_mm / per_slice, dtype=np.float32), per_slice


def _window(person: Person, body: Body, rng: np.random.Generator) -> tuple[float, float]:
    """Heights of the lowest and the highest slice above the first sacral endplate."""
    level = {name: float(mark.centre[2]) for name, mark in body.marks.items()}
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


def _canvas(person: Person, body: Body, heights: Field, matrix: int | None) -> Canvas:
    """An empty scanner whose field of view fits the patient between these heights."""
    skins = [body.skin(float(z)) for z in heights[::8]]
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


def _truth(body: Body, person: Person, canvas: Canvas, first: float, slices: int) -> Truth:
    """Heights as the slices count them: in a tilted series a point further back lies in another slice."""
    lean, middle = np.tan(np.radians(person.tilt)), float(canvas.y.mean())
    height = {
        name: float(mark.centre[2] - lean * (mark.centre[1] - middle)) - first for name, mark in body.marks.items()
    }
    mid, half = height["L3"], body.marks["L3"].half_mm
    top = (slices - 1) * person.slice_mm
    seen = {"last_rib": 0 < height["T12"] < top, "sacrum": first < -15, "iliac_crest": first < body.crest_mm}
    anchors = tuple(name for name, shown in seen.items() if shown)
    if not 0 <= mid <= top:
        return Truth(mid_mm=None, low_mm=None, high_mm=None, anchors=anchors)
    return Truth(mid_mm=mid, low_mm=mid - half, high_mm=mid + half, anchors=anchors)
