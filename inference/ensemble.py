"""Members joined to one segmentation, and how far they agree.  Pure: arrays in, arrays out."""

from collections.abc import Sequence
from itertools import combinations
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from inference.segmentation import Agreement, EnsembleRule, Member, Probabilities, Segmentation

SMALLEST_PROBABILITY = np.finfo(np.float32).tiny  # keeps the logarithm finite


def segment(ct: CtSlice, members: Sequence[Member], rule: EnsembleRule) -> Segmentation:
    """Segment one slice by all members; labels UInt8[row, column], background 0.

    "probability" takes the mean of the members' probability maps (the paper, section 2.4), "logit" the mean of
    their logarithms, which is the mean of logits as stock nnU-Net takes it.  Raises ValueError without a member;
    what a member raises passes through.
    """
    maps = [member(ct) for member in members]
    if not maps:
        raise ValueError("an ensemble needs at least one member")
    agreement = agree([labels_of(one) for one in maps]) if len(maps) > 1 else None
    return Segmentation(labels=labels_of(join(maps, rule)), agreement=agreement)


def join(maps: Sequence[Probabilities], rule: EnsembleRule) -> Probabilities:
    """Mean of maps [class, row, column] that sums to 1: arithmetic ("probability") or geometric ("logit")."""
    if rule == "probability":
        return _mean(maps)
    geometric = np.exp(_mean([np.log(np.maximum(one, SMALLEST_PROBABILITY)) for one in maps]))
    return geometric / geometric.sum(axis=0)


def labels_of(probabilities: Probabilities) -> LabelMap:
    """Most probable class of each pixel, the lower one of two equal."""
    return probabilities.argmax(axis=0).astype(np.uint8)


def agree(label_maps: Sequence[LabelMap]) -> Agreement:
    """Mean pairwise Dice of two or more label maps, per tissue and over the union of all muscle."""
    return Agreement(
        per_tissue={tissue: _mean_dice([labels == tissue for labels in label_maps]) for tissue in Tissue},
        overall=_mean_dice([labels > 0 for labels in label_maps]),
    )


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Dice coefficient of two masks; 1.0 where both are empty."""
    total = np.count_nonzero(one) + np.count_nonzero(other)
    return 2 * np.count_nonzero(one & other) / total if total else 1.0


def _mean(maps: Sequence[Probabilities]) -> Probabilities:
    total = maps[0].copy()
    for one in maps[1:]:
        total += one
    return total / np.float32(len(maps))


def _mean_dice(masks: Sequence[NDArray[np.bool_]]) -> float:
    return fmean(dice(one, other) for one, other in combinations(masks, 2))
