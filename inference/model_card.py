"""What must be said of a model wherever its numbers go (promise 5)."""

from dataclasses import dataclass
from enum import StrEnum

from inference.segmentation import EnsembleRule


class ModelStatus(StrEnum):
    """Who vouches for the model.  Only `released` results go out without a caveat."""

    DEMONSTRATION = "demonstration"
    RESEARCH = "research"
    RELEASED = "released"


CAVEATS = {
    ModelStatus.DEMONSTRATION: "DEMONSTRATION MODEL - trained on drawn phantoms - not for any clinical use",
    ModelStatus.RESEARCH: "RESEARCH USE ONLY - not for diagnosis",
    ModelStatus.RELEASED: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """95 % limits of agreement (lower, upper) of the model less a human reader, as its maker found them on `cases`.

    `area_cm2` and `hu` are those of total muscle area and mean attenuation; `source` says where they were found.
    """

    area_cm2: tuple[float, float]
    hu: tuple[float, float]
    cases: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """Name, version and identity of an ensemble.

    `digest` is the SHA-256 (hex) over the files that decide the output; `folds` are the members used;
    `ensemble` is the rule that joined them ("probability" as in the paper, or "logit"); without `limits` nothing is
    known of how far the numbers are from those of a reader.
    """

    name: str
    version: str
    digest: str
    status: ModelStatus
    folds: tuple[int, ...]
    ensemble: EnsembleRule
    limits: Limits | None = None

    @property
    def caveat(self) -> str:
        """The sentence that every object of this model carries; empty for a released model."""
        return CAVEATS[self.status]
