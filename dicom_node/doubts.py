"""What a person should look at before the numbers are believed: coded doubts, each with its sentence."""

from collections.abc import Iterator

import numpy as np

from config.settings import AnalysisSettings
from inference.l3.level import L3Level, LevelStatus
from inference.labels import LabelMap, Tissue
from inference.segmentation import Agreement

BELOW = ("sacrum", "iliac_crest")
CONFIDENT = 0.90


def doubts(
    level: L3Level, labels: LabelMap, agreement: Agreement | None, rules: AnalysisSettings, *, source_changed: bool
) -> tuple[str, ...]:
    """Every doubt as "code: sentence"; empty when there is none."""
    return (
        *_of_level(level),
        *_of_mask(labels),
        *_of_agreement(agreement, rules),
        *(["source_changed: other pixels came under a known SOPInstanceUID"] if source_changed else []),
    )


def _of_level(level: L3Level) -> Iterator[str]:
    if level.status is LevelStatus.GIVEN or level.without_doubt:
        return
    if level.confidence < CONFIDENT:
        why = f"; {level.reason}" if level.reason else ""
        yield f"level_confidence: L3 found with confidence {level.confidence:.2f}, {CONFIDENT:.2f} needed{why}"
    if "last_rib" not in level.anchors:
        yield "level_anchor: no last rib above to count from"
    if not set(BELOW) & set(level.anchors):
        yield "level_anchor: no sacrum or iliac crest below to count from"
    yield from _of_counts(level)


def _of_counts(level: L3Level) -> Iterator[str]:
    """Where the other counts put L3, each named by its way from the slice taken."""
    for candidate in level.evidence.candidates if level.evidence else ():
        if level.z_mm is not None and (away := candidate.z_mm - level.z_mm):
            side = "higher" if away > 0 else "lower"
            counted_from = candidate.counted_from.replace("_", " ")
            yield f"level_count: counted from the {counted_from}, L3 lies {abs(away):.0f} mm {side}"


def _of_mask(labels: LabelMap) -> Iterator[str]:
    for tissue in Tissue:
        if not (labels == tissue).any():
            yield f"empty_tissue: no {tissue.name.lower().replace('_', ' ')} found"
    edges = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    if edges.any():
        yield "cut_off: muscle reaches the edge of the image"


def _of_agreement(agreement: Agreement | None, rules: AnalysisSettings) -> Iterator[str]:
    if agreement is not None and agreement.overall < rules.minimum_agreement:
        yield f"fold_agreement: mean pairwise Dice {agreement.overall:.2f}, {rules.minimum_agreement:.2f} needed"
