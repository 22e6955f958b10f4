"""Members of an ensemble that say what a test wants."""

import numpy as np
from numpy.typing import NDArray

from inference.members.preprocessing import softmax
from inference.segmentation import Box, Logits, Prediction, Probabilities


class SameGrid:
    """Of a network that sees the slice as it is."""

    def reach(self, where: NDArray[np.bool_]) -> Box:
        return slice(0, where.shape[0]), slice(0, where.shape[1])

    def restore(self, logits: Logits, region: Box | None = None) -> Probabilities:
        return softmax(logits.astype(np.float32))


def logits_of(probabilities: Probabilities) -> Logits:
    """Logits that mean these probabilities."""
    return np.log(np.maximum(probabilities, 1e-4)).astype(np.float16)


def prediction(probabilities: Probabilities) -> Prediction:
    """What a member says that is this sure of each class."""
    return Prediction(logits=logits_of(probabilities), grid=SameGrid())
