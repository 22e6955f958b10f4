"""What a person should look at before the numbers are believed: coded doubts, each with its sentence."""

from collections.abc import Iterator

import numpy as np

from config.settings import AnalysisSettings
from inference.ct import CtSlice
from inference.l3.level import L3Level, LevelStatus
from inference.labels import LabelMap, Tissue
from inference.plausibility import Plausibility, look
from inference.segmentation import Agreement

BELOW = ("sacrum", "iliac_crest")
CONFIDENT = 0.90


def doubts(
    level: L3Level,
    ct: CtSlice,
    labels: LabelMap,
    agreement: Agreement | None,
    rules: AnalysisSettings,
    *,
    source_changed: bool,
) -> tuple[str, ...]:
    """Every doubt as "code: sentence"; empty when there is none."""
    seen = look(ct, labels)
    return (
        *_of_level(level),
        *_of_slice(seen, rules),
        *_of_mask(labels),
        *_of_form(seen, rules),
        *_of_numbers(ct, labels, rules),
        *_of_agreement(agreement, rules),
        *(["source_changed: other pixels came under a known SOPInstanceUID"] if source_changed else []),
    )


def _of_level(level: L3Level) -> Iterator[str]:
    if level.status is LevelStatus.GIVEN:
        if level.confidence < CONFIDENT:
            yield f"level_not_verified: {level.reason}"
        return
    if level.without_doubt:
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


def _of_slice(seen: Plausibility, rules: AnalysisSettings) -> Iterator[str]:
    low, high = rules.air_hu
    if seen.air_hu is not None and not low <= seen.air_hu <= high:
        yield f"hu_scale: the air around the body has {seen.air_hu:.0f} HU, {low:.0f} to {high:.0f} expected"
    if seen.cut_mm > rules.maximum_cut_mm:
        yield f"field_of_view: the field of view cuts {seen.cut_mm:.0f} mm of the body's outline"


def _of_mask(labels: LabelMap) -> Iterator[str]:
    for tissue in Tissue:
        if not (labels == tissue).any():
            yield f"empty_tissue: no {_name(tissue)} found"
    edges = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    if edges.any():
        yield "cut_off: muscle reaches the edge of the image"


def _of_form(seen: Plausibility, rules: AnalysisSettings) -> Iterator[str]:
    if seen.outside_cm2 > rules.maximum_outside_cm2:
        yield f"outside_body: {seen.outside_cm2:.1f} cm2 of the mask lie outside of the trunk, on the table or an arm"
    if seen.psoas_symmetry is not None and seen.psoas_symmetry < rules.minimum_psoas_symmetry:
        part = f"{100 * seen.psoas_symmetry:.0f} %"
        yield f"psoas_asymmetry: one psoas has {part} of the other's area"
    if seen.wall_gap_degrees > rules.maximum_wall_gap_degrees:
        yield f"wall_open: the ring of wall and back muscle is open over {seen.wall_gap_degrees:.0f} degrees"


def _of_numbers(ct: CtSlice, labels: LabelMap, rules: AnalysisSettings) -> Iterator[str]:
    muscle = labels > 0
    area = np.count_nonzero(muscle) * ct.spacing_mm[0] * ct.spacing_mm[1] / 100
    if not rules.total_area_cm2[0] <= area <= rules.total_area_cm2[1]:
        yield f"area_range: {area:.0f} cm2 of muscle, {_between(rules.total_area_cm2)} cm2 expected"
    if muscle.any() and not rules.total_hu[0] <= (mean := float(ct.hu[muscle].mean())) <= rules.total_hu[1]:
        yield f"hu_range: {mean:.0f} HU in the mean of the muscle, {_between(rules.total_hu)} HU expected"


def _of_agreement(agreement: Agreement | None, rules: AnalysisSettings) -> Iterator[str]:
    if agreement is None:
        return
    if agreement.overall < rules.minimum_agreement:
        yield f"fold_agreement: mean pairwise Dice {agreement.overall:.2f}, {rules.minimum_agreement:.2f} needed"
    for tissue, dice in agreement.per_tissue.items():
        if dice < rules.minimum_tissue_agreement:
            needed = f"{rules.minimum_tissue_agreement:.2f} needed"
            yield f"fold_agreement: mean pairwise Dice {dice:.2f} on the {_name(tissue)}, {needed}"
    if agreement.area_spread > rules.maximum_area_spread:
        yield f"area_spread: the areas of the folds differ by {100 * agreement.area_spread:.0f} % (SD)"


def _name(tissue: Tissue) -> str:
    return tissue.name.lower().replace("_", " ")


def _between(limits: tuple[float, float]) -> str:
    return f"{limits[0]:.0f} to {limits[1]:.0f}"
