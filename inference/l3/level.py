"""What the finder answers."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

SECOND = "second_localiser"
"""The anchor of a level that two localisers put within 10 mm of each other."""


class LevelStatus(StrEnum):
    """`found` may still carry doubt: see `L3Level.without_doubt`."""

    FOUND = "found"
    UNCERTAIN = "uncertain"
    NOT_IN_SERIES = "not_in_series"
    UNSUPPORTED = "unsupported"
    GIVEN = "given"  # a person or a trusted sender named the slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertebra:
    """A labelled vertebra; heights in mm above the centre of the most caudal slice.

    `posterior_mm` is the distance of the body centre behind the most anterior row.
    """

    name: str
    z_mm: float
    posterior_mm: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Where one count puts mid L3; height in mm above the centre of the most caudal slice.

    `counted_from` is `last_rib`, `sacrum`, `iliac_crest`, or `spine` where no end of the lumbar spine is in view;
    `vertebra_model` where a second localiser named it.
    """

    counted_from: str
    z_mm: float

    def index(self, slice_mm: float) -> int:
        """The canonical slice nearest to it."""
        return round(self.z_mm / slice_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class L3Evidence:
    """What a person needs to check the level at a glance.

    `sagittal` is Int16[height, row] in HU along the spinal canal, index 0 caudal, `pixel_mm` isotropic.
    `candidates` are caudal to cranial; more than one where the counts from above and below disagree.
    """

    sagittal: NDArray[np.int16]
    pixel_mm: float
    vertebrae: tuple[Vertebra, ...]
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class L3Level:
    """Where mid L3 is: the slice nearest the mid-height of the vertebral body.

    `index` counts canonical slices (0 caudal); `z_mm` is the height above the centre of slice 0;
    `confidence` is the posterior mass within 12 mm of `z_mm` after the gates, with `not_in_series` the chance that
    no whole L3 is in the series; `anchors` name the landmarks that fix the count (`last_rib`, `sacrum`,
    `iliac_crest`, `lung_base`, `second_localiser`); `reason` is one sentence for a person;
    `contradicted`: something seen speaks against the count, a doubt that no second localiser lifts.
    """

    status: LevelStatus
    index: int | None
    z_mm: float | None
    confidence: float
    reason: str
    anchors: tuple[str, ...] = ()
    contradicted: bool = False
    evidence: L3Evidence | None = field(default=None, repr=False)

    @property
    def without_doubt(self) -> bool:
        """Confidence of at least 0.90 with two agreeing anchors (a rib above and sacrum or crest below), or confirmed
        by a second localiser.
        """
        seen = set(self.anchors)
        anchored = "last_rib" in seen and bool({"sacrum", "iliac_crest"} & seen)
        return self.status is LevelStatus.FOUND and self.confidence >= 0.90 and (anchored or SECOND in seen)
