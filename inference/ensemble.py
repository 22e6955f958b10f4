"""Members joined to one segmentation, and how far they agree.  Pure: arrays in, arrays out."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from inference.segmentation import Agreement, Box, EnsembleRule, Logits, Member, Probabilities, Segmentation


def segment(ct: CtSlice, members: Sequence[Member], rule: EnsembleRule) -> Segmentation:
    """Segment one slice by all members; labels UInt8[row, column], background 0.

    "probability" takes the mean of the members' probability maps (the paper, section 2.4), "logit" the mean of their
    logits before they are brought back to the grid of the slice, as stock nnU-Net does.  Raises ValueError without a
    member; what a member raises passes through.
    """
    predictions = [member(ct) for member in members]
    if not predictions:
        raise ValueError("an ensemble needs at least one member")
    grid, logits = predictions[0].grid, [prediction.logits for prediction in predictions]
    region = grid.reach(np.logical_or.reduce([muscle(one) for one in logits]))
    maps = [grid.restore(one, region) for one in logits]
    joined = mean(maps) if rule == "probability" else grid.restore(join(logits), region)
    labels = labels_of(joined)
    agreement, folds = None, [labels_of(one) for one in maps]
    if len(maps) > 1:
        agreement = replace(agree(folds), entropy=entropy(joined, labels))
    placed = tuple(_placed(one, region, ct) for one in folds)
    return Segmentation(labels=_placed(labels, region, ct), agreement=agreement, folds=placed)


def muscle(logits: Logits) -> NDArray[np.bool_]:
    """Where a member sees anything but background.

    Where no member does, no mean of them does, nor what lies between such pixels: the rest of the slice is background
    without a look at it.
    """
    return np.asarray((logits[1:] > logits[0]).any(axis=0))


def join(logits: Sequence[Logits]) -> Logits:
    """Mean of logits on the grid of the network, rounded to half precision wherever `nnUNetPredictor` rounds."""
    total = logits[0]
    for one in logits[1:]:
        total = total + one
    return total / np.float16(len(logits))


def mean(maps: Sequence[Probabilities]) -> Probabilities:
    """Mean of probability maps."""
    total = maps[0].copy()
    for one in maps[1:]:
        total += one
    return total / np.float32(len(maps))


def labels_of(probabilities: Probabilities) -> LabelMap:
    """Most probable class of each pixel, the lower one of two equal."""
    return probabilities.argmax(axis=0).astype(np.uint8)


def entropy(probabilities: Probabilities, labels: LabelMap) -> float | None:
    """Mean entropy over the mask in parts of the largest possible one; None for an empty mask."""
    inside = probabilities[:, labels > 0]
    if not inside.size:
        return None
    surprise = inside * np.log(np.maximum(inside, np.finfo(np.float32).tiny))
    return float(-surprise.sum(axis=0).mean() / np.log(len(inside)))


def agree(label_maps: Sequence[LabelMap]) -> Agreement:
    """Mean pairwise Dice of two or more label maps, per tissue and over the union of all muscle."""
    somewhere = np.logical_or.reduce([labels > 0 for labels in label_maps])
    maps = np.stack([labels[somewhere] for labels in label_maps])
    areas = np.count_nonzero(maps, axis=1)
    return Agreement(
        per_tissue={tissue: mean_dice(maps == tissue) for tissue in Tissue},
        overall=mean_dice(maps > 0),
        area_spread=float(areas.std() / areas.mean()) if areas.any() else 0.0,
    )


def mean_dice(masks: NDArray[np.bool_]) -> float:
    """Mean Dice coefficient of all pairs of masks [mask, pixel]; 1.0 for a pair of empty ones."""
    flat = masks.astype(np.float32)
    shared = flat @ flat.T  # pixel counts, exact in float32 below 2**24
    return fmean(
        2 * shared[i, j] / total if (total := shared[i, i] + shared[j, j]) else 1.0
        for i, j in combinations(range(len(masks)), 2)
    )


def _placed(labels: LabelMap, region: Box, ct: CtSlice) -> LabelMap:
    whole = np.zeros(ct.hu.shape, np.uint8)
    whole[region] = labels
    return whole
