"""The spine as rigid bodies chained by joint angles, from the first sacral endplate upwards.

Sizes after vertebral morphometry (Panjabi 1991, 1992; Berry 1987), rounded; not the tables of the L3 finder.
"""

from dataclasses import dataclass

import numpy as np

from inference.phantom.population.canvas import Vector
from inference.phantom.population.person import Person

# From L5 upwards to L1: height, disc on top, half width, half depth, canal half width and half depth, pedicle
# half width, half span of the transverse processes.
_LUMBAR = np.array(
    [
        [25.2, 10.8, 25.5, 17.5, 13.5, 9.8, 8.5, 42.0],
        [25.6, 10.0, 24.7, 17.7, 12.7, 9.3, 6.7, 39.0],
        [25.6, 9.2, 23.5, 17.6, 12.1, 8.8, 5.1, 44.0],
        [25.4, 7.8, 22.2, 17.4, 11.9, 9.1, 4.0, 39.0],
        [24.8, 6.8, 21.2, 17.0, 11.8, 9.5, 4.0, 35.0],
    ]
)
# From T12 upwards to T1.
_THORACIC = np.array(
    [
        [23.6, 6.0, 20.5, 16.4, 11.0, 9.0, 4.0, 22.0],
        [22.4, 5.2, 18.8, 15.9, 9.6, 8.2, 4.2, 24.0],
        [21.2, 4.8, 17.0, 15.4, 8.9, 7.8, 3.7, 28.0],
        [20.2, 4.4, 16.0, 14.9, 8.7, 7.9, 3.4, 30.0],
        [19.4, 4.2, 15.2, 14.2, 8.7, 7.9, 3.1, 31.0],
        [18.8, 4.0, 14.4, 13.6, 8.6, 7.8, 2.8, 32.0],
        [18.0, 3.8, 13.9, 13.0, 8.6, 7.8, 2.5, 32.0],
        [17.2, 3.8, 13.3, 12.2, 8.7, 7.9, 2.4, 32.0],
        [16.6, 3.8, 12.8, 11.6, 8.8, 7.9, 2.5, 32.0],
        [16.2, 3.8, 12.8, 10.8, 9.2, 8.0, 2.9, 33.0],
        [15.8, 4.0, 13.2, 10.0, 9.9, 8.0, 3.4, 35.0],
        [15.0, 4.6, 14.2, 9.2, 10.8, 8.2, 4.1, 37.0],
    ]
)
_CERVICAL = np.tile([12.6, 5.0, 12.0, 8.4, 12.0, 7.8, 2.8, 27.0], (6, 1))
_SACRAL = np.array([[30.0, 25.0, 15.5], [25.0, 21.0, 11.5], [21.0, 17.0, 8.5], [18.0, 14.0, 7.0], [16.0, 11.0, 6.0]])
"""From S1 down: height, half width and half depth of the body."""
_LORDOSIS_SHARE = np.array([0.30, 0.24, 0.19, 0.14, 0.09, 0.04])
_CERVICAL_LORDOSIS = 30.0
_SACRAL_KYPHOSIS = 17.0
_HEIGHT_SD = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One vertebra as a rigid body: `frame` columns point left, ahead and up; all lengths in mm.

    `name` counts from the last rib-bearing vertebra: L3 is the third below it.  `ribs` are the lengths of its ribs
    (left, right), 0 without; `wedge` is the loss of height at the front edge; `place` counts from the sacrum up.
    """

    name: str
    region: str
    place: int
    centre: Vector
    frame: Vector
    height: float
    disc: float
    half_width: float
    half_depth: float
    canal: tuple[float, float]
    pedicle: float
    span: float
    wedge: float = 0.0
    ribs: tuple[float, float] = (0.0, 0.0)

    def at(self, left: float, ahead: float, up: float) -> Vector:
        """The world point at these mm of the vertebra's own axes."""
        point: Vector = self.centre + self.frame @ np.array([left, ahead, up])
        return point


def spine_of(person: Person, rng: np.random.Generator) -> tuple[Segment, ...]:
    """Sacrum (S5 to S1), lumbar, thoracic and cervical segments from caudal to cranial; S1's endplate is at 0."""
    table, regions = _table(person, rng)
    pitch = _pitches(person, table, regions)
    frames = [
        _frame(p, *_coronal(person, z)) for p, z in zip(pitch, np.cumsum(table[:, 0] + table[:, 1]), strict=True)
    ]
    names, ribs = _names(person, regions), _ribs(person, regions)
    crush = {place: wedge for place, _, wedge in person.crushed}
    segments, point = list(_sacrum(person)), np.zeros(3)
    disc_below = 10.2 * person.size * person.disc * (0.3 if person.fused else 1.0)
    for place, (row, frame) in enumerate(zip(table, frames, strict=True)):
        centre = point + frame[:, 2] * (disc_below + row[0] / 2)
        segments.append(
            Segment(
                name=names[place],
                region=regions[place],
                place=place,
                centre=centre,
                frame=frame,
                height=row[0],
                disc=row[1],
                half_width=row[2],
                half_depth=row[3],
                canal=(row[4], row[5]),
                pedicle=row[6],
                span=row[7],
                wedge=2 * row[3] * np.tan(np.radians(crush.get(place, 0.0))),
                ribs=ribs[place],
            )
        )
        point, disc_below = centre + frame[:, 2] * row[0] / 2, row[1]
    return tuple(segments)


def _table(person: Person, rng: np.random.Generator) -> tuple[Vector, list[str]]:
    """Sizes of all mobile vertebrae with personal variation, and their regions."""
    lumbar = np.stack(
        [np.interp(np.linspace(0, 4, person.lumbar), np.arange(5), column) for column in _LUMBAR.T], axis=1
    )
    table = np.concatenate([lumbar, _THORACIC, _CERVICAL]) * person.size
    regions = ["lumbar"] * person.lumbar + ["thoracic"] * 12 + ["cervical"] * 6
    table *= 1 + rng.normal(0, _HEIGHT_SD, table.shape)
    table[:, 1] *= person.disc * rng.uniform(0.75, 1.15, len(table))
    for place, left, _ in person.crushed:
        table[place, 0] *= left
    for place, left in person.worn:
        table[place, 1] *= left
    return table, regions


def _pitches(person: Person, table: Vector, regions: list[str]) -> Vector:
    """Forward tilt of each mobile vertebra in degrees."""
    lumbar = regions.count("lumbar")
    share = np.interp(np.linspace(0, 5, lumbar + 1), np.arange(6), _LORDOSIS_SHARE)
    thoracic = np.hanning(14)[1:-1] + 0.4
    bends = np.concatenate(
        [
            -person.lordosis * share / share.sum(),
            person.kyphosis * thoracic[1:] / thoracic[1:].sum(),
            np.full(6, -_CERVICAL_LORDOSIS / 6),
        ]
    )
    for place, _, wedge in person.crushed:
        bends[place] += wedge / 2
        bends[place + 1] += wedge / 2
    return np.asarray(person.sacral_slope + np.cumsum(bends)[: len(table)])


def _coronal(person: Person, height: float) -> tuple[float, float]:
    """Sideways tilt and axial rotation in degrees: a wave of the given Cobb angle that calms towards the sacrum."""
    phase = 2 * np.pi * height / person.curve_mm + person.curve_phase
    calm = min(1.0, height / 60)
    return float(calm * person.cobb / 2 * np.sin(phase)), float(calm * person.cobb * 0.45 * np.cos(phase))


def _frame(pitch: float, roll: float, turn: float) -> Vector:
    """Columns left, ahead, up of a vertebra tilted forward, then sideways, turned about its own axis first."""
    p, r, t = np.radians([pitch, roll, turn])
    turned = np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1]])
    forward = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    aside = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    frame: Vector = aside @ forward @ turned @ np.diag([1.0, -1.0, 1.0])
    return frame


def _names(person: Person, regions: list[str]) -> list[str]:
    """Names by the definition: counted down and up from the last rib-bearing vertebra."""
    last = regions.index("thoracic") - (1 if max(person.lumbar_rib_mm) > 0 else 0)
    below = [f"L{last - place}" for place in range(last)]
    above = [f"T{12 - n}" for n in range(12)] + [f"C{7 - n}" for n in range(7)]
    return [*below, *above][: len(regions)]


def _ribs(person: Person, regions: list[str]) -> list[tuple[float, float]]:
    """Rib lengths beyond the transverse process per mobile vertebra."""
    usual = [145.0, 195.0, 230.0, 245.0, 250.0, 250.0, 245.0, 235.0, 215.0, 180.0, 120.0]
    thoracic = [person.last_rib_mm, *((mm * person.size, mm * person.size) for mm in usual)]
    lumbar = [(0.0, 0.0)] * (regions.count("lumbar") - 1) + [person.lumbar_rib_mm]
    return [*lumbar, *thoracic, *[(0.0, 0.0)] * regions.count("cervical")]


def _sacrum(person: Person) -> list[Segment]:
    """S5 to S1, bent forwards from the endplate down."""
    segments, point, pitch = [], np.zeros(3), person.sacral_slope
    for n, row in enumerate(_SACRAL * person.size):
        frame = _frame(pitch, 0, 0)
        centre = point - frame[:, 2] * row[0] / 2
        segments.append(
            Segment(
                name=f"S{n + 1}",
                region="sacral",
                place=-n - 1,
                centre=centre,
                frame=frame,
                height=row[0],
                disc=0.0,
                half_width=row[1],
                half_depth=row[2],
                canal=(13.0 - 1.8 * n, 8.0 - 1.2 * n),
                pedicle=6.0,
                span=(52.0, 47.0, 38.0, 27.0, 18.0)[n] * person.size,
            )
        )
        point, pitch = centre - frame[:, 2] * row[0] / 2, pitch - (_SACRAL_KYPHOSIS if n else 4.0)
    return segments[::-1]
