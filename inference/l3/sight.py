"""All that was seen of one series, before it is judged."""

from dataclasses import dataclass

import numpy as np

from inference.l3.anatomy import L3
from inference.l3.body import BodyOutline
from inference.l3.features import SpineFeatures
from inference.l3.grid import GRID_MM
from inference.l3.labelling import Labelling
from inference.l3.landmarks import Landmarks
from inference.l3.straighten import StraightSpine

CANAL_NEAR_MM = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that was seen of one series; lengths in mm."""

    spine: StraightSpine
    features: SpineFeatures
    landmarks: Landmarks
    labelling: Labelling
    body: BodyOutline
    coverage_mm: float

    @property
    def height_mm(self) -> float:
        """Height of the candidate L3 above the centre of slice 0."""
        return self.labelling.bodies[L3].height_mm

    @property
    def canal_score(self) -> float:
        """Mean canal score around the candidate, about 1 in a clear canal."""
        near = np.abs(self.spine.arc_mm - self.labelling.bodies[L3].arc_mm) < CANAL_NEAR_MM
        return float(np.clip(self.spine.score[near], 0, 1.2).mean())

    @property
    def body_width_mm(self) -> float:
        """Left-right extent of the body at the candidate."""
        return self.body.width_mm(self.height_mm / GRID_MM)
