"""A `Sight` with a made-up labelling: even vertebrae on a straight spine."""

from collections.abc import Iterable

import numpy as np

from inference.l3.anatomy import LEVELS
from inference.l3.body import BodyOutline
from inference.l3.features import SpineFeatures
from inference.l3.labelling import Estimate, Labelling
from inference.l3.landmarks import Landmarks
from inference.l3.sight import Sight
from inference.l3.straighten import AHEAD_MM, ASIDE_MM, STEP_MM, StraightSpine

SACRUM_MM = 40.0
MUSCLE_HU, RIB_HU = 45.0, 200.0


def sight_of(*, height_mm: float, ribs: Iterable[int]) -> Sight:
    """The sacrum's top at 40 mm, vertebrae of one height, clear discs, ribs at these places of `LEVELS`."""
    tops = SACRUM_MM + height_mm * np.arange(len(LEVELS))
    arc = np.arange(0.0, tops[-1] + height_mm, STEP_MM)
    rib_hu = np.full(len(arc), MUSCLE_HU)
    for level in ribs:
        rib_hu[np.abs(arc - (tops[level] - 0.4 * height_mm)) < 4] = RIB_HU
    disc = np.zeros(len(arc))
    for top in tops:
        disc[np.abs(arc - top) < 3] = 1.0
    line = np.stack([arc, np.zeros_like(arc), np.zeros_like(arc)], axis=1)
    spine = StraightSpine(
        arc_mm=arc,
        centre_mm=line,
        direction=np.tile([1.0, 0.0, 0.0], (len(arc), 1)),
        ahead=np.tile([0.0, -1.0, 0.0], (len(arc), 1)),
        score=np.ones(len(arc)),
        hu=np.zeros((len(arc), len(AHEAD_MM), len(ASIDE_MM)), np.float32),
    )
    return Sight(
        spine=spine,
        features=SpineFeatures(disc=disc, pedicle=disc, wing=disc, rib_hu=rib_hu),
        landmarks=Landmarks(crest_tops_mm=(), lung_bases_mm=()),
        labelling=Labelling(
            bodies=tuple(estimate(top - height_mm / 2) for top in tops),
            tops=tuple(estimate(top) for top in tops),
            within=1.0,
            below=0.0,
            above=0.0,
        ),
        body=BodyOutline(
            coarse=np.ones((4, 4, 4), bool), midline=np.zeros(8), front=np.zeros(8), back=np.full(8, 4.0)
        ),
        coverage_mm=float(arc[-1]),
    )


def estimate(arc_mm: float) -> Estimate:
    """Certain, on a spine whose heights are its arc."""
    return Estimate(arc_mm=arc_mm, height_mm=arc_mm, probability=1.0)
