"""CT slice -> network input and logits -> probabilities, as nnU-Net's DefaultPreprocessor does it in 2D.

The order is nnU-Net's: crop to nonzero, normalise, resample in-plane, pad.  The body is never cropped: that would
change the statistics of InstanceNorm and ruin the mask.  torch is not imported here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from nnunetv2.preprocessing.normalization.default_normalization_schemes import CTNormalization
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.errors import Reason, Unsuitable
from inference.members.resampling import WITHOUT_TORCH, Resampling, neighbours
from inference.model_plans import Plans
from inference.segmentation import Box, Logits, Probabilities

MAX_SIDE = 4096  # pixels after resampling; 3 m at the paper's spacing, so more is a wrong PixelSpacing


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A slice as the network sees it, and the way back (a `Grid`).

    `image` is Float32[row, column], normalised, at the spacing of the plans, at least as large as the patch.
    `content` is where the image lies in it (the rest is padding), `box` where the image lies in the slice of
    `shape` (outside of it nnU-Net saw nothing but 0 HU).
    """

    image: NDArray[np.float32]
    content: Box
    box: Box
    shape: tuple[int, int]
    resampling: Resampling = WITHOUT_TORCH

    def reach(self, where: NDArray[np.bool_]) -> Box:
        """The smallest region of the slice that is touched by pixels Bool[row, column] of the network's grid."""
        inner = where[self.content]
        return _reached(inner.any(axis=1), self.box[0]), _reached(inner.any(axis=0), self.box[1])

    def restore(self, logits: Logits, region: Box | None = None) -> Probabilities:
        """Logits [class, row, column] on the network grid -> probabilities in a region of the slice.

        nnU-Net resamples logits, rounds them to half precision and takes the softmax; outside the nonzero box
        everything is background.
        """
        if region is None:
            return self._whole(self.restore(logits, self.box))
        extent = (_length(self.box[0]), _length(self.box[1]))
        window = (_within(region[0], self.box[0]), _within(region[1], self.box[1]))
        resampled = self.resampling.logits(logits[:, *self.content].astype(np.float32), extent, window)
        return softmax(resampled.astype(np.float16).astype(np.float32))

    def _whole(self, inner: Probabilities) -> Probabilities:
        whole = np.zeros((len(inner), *self.shape), np.float32)
        whole[0] = 1
        whole[:, *self.box] = inner
        return whole


class Preprocessing:
    """Preprocessing of one model, shared by its members: the last slice is remembered, so five folds prepare once.

    The memory is by identity of the `CtSlice`, whose array must not be changed in place between members.  Two
    threads at worst prepare a slice twice.
    """

    def __init__(self, plans: Plans, resampling: Resampling = WITHOUT_TORCH) -> None:
        self._plans = plans
        self._resampling = resampling
        self._last: tuple[CtSlice, Prepared] | None = None

    def prepare(self, ct: CtSlice) -> Prepared:
        """Network input of the slice; raises Unsuitable where the pixel spacing cannot be true."""
        last = self._last
        if last is not None and last[0] is ct:
            return last[1]
        prepared = prepare(ct, self._plans, self._resampling)
        self._last = (ct, prepared)
        return prepared


def prepare(ct: CtSlice, plans: Plans, resampling: Resampling = WITHOUT_TORCH) -> Prepared:
    """Crop, normalise, resample and pad one slice; raises Unsuitable where the pixel spacing cannot be true."""
    box = nonzero_box(ct.hu)
    cropped = ct.hu[box]
    shape = _network_shape(cropped.shape, ct.spacing_mm, plans.planar.spacing)
    resampled = resampling.image(normalise(cropped, plans), shape)
    image, content = pad(resampled, plans.planar.patch_size)
    return Prepared(
        image=image, content=content, box=box, shape=(ct.hu.shape[0], ct.hu.shape[1]), resampling=resampling
    )


def nonzero_box(hu: NDArray[np.int16]) -> Box:
    """Smallest box that holds every pixel that is not 0 HU; everything where all are 0.

    nnU-Net's `crop_to_nonzero`: no-op on a CT with air (-1024 or so) around the patient; it removes only borders
    that are exactly 0 HU, such as a padding that was added after the rescale.
    """
    nonzero = hu != 0
    if not nonzero.any():
        return slice(0, hu.shape[0]), slice(0, hu.shape[1])
    return _extent(nonzero.any(axis=1)), _extent(nonzero.any(axis=0))


def normalise(hu: NDArray[np.int16], plans: Plans) -> NDArray[np.float32]:
    """HU -> network values by nnU-Net's own CTNormalization: clip to the percentiles, subtract mean, divide by SD."""
    scheme = CTNormalization(use_mask_for_norm=False, intensityproperties=plans.normalisation.model_dump())
    normalised: NDArray[np.float32] = scheme.run(hu.astype(np.float32))
    return normalised


def pad(image: NDArray[np.float32], patch: tuple[int, int]) -> tuple[NDArray[np.float32], Box]:
    """Zeros around the image up to the patch, the odd pixel behind (`pad_nd_image`); and where the image lies."""
    missing = [max(0, side - length) for side, length in zip(patch, image.shape, strict=True)]
    widths = [(total // 2, total - total // 2) for total in missing]
    rows, columns = (slice(low, low + length) for (low, _), length in zip(widths, image.shape, strict=True))
    return np.pad(image, widths), (rows, columns)


def softmax(logits: NDArray[np.float32]) -> Probabilities:
    """Softmax over the first axis."""
    shifted = np.exp(logits - logits.max(axis=0))
    return shifted / shifted.sum(axis=0)


def _network_shape(
    shape: tuple[int, ...], spacing_mm: tuple[float, float], target_mm: tuple[float, float]
) -> tuple[int, int]:
    sides = [own / target * length for length, own, target in zip(shape, spacing_mm, target_mm, strict=True)]
    if not all(1 <= side <= MAX_SIDE for side in sides):
        raise Unsuitable(Reason.SPACING, f"{shape} pixels of {spacing_mm} mm are no field of view of a patient")
    return round(sides[0]), round(sides[1])


def _extent(present: NDArray[np.bool_]) -> slice:
    where = np.flatnonzero(present)
    return slice(int(where[0]), int(where[-1]) + 1)


def _reached(touched: Any, whole: slice) -> slice:
    """The part of one axis of the slice whose neighbours on the network's axis hold a touched pixel."""
    below, above, _ = neighbours(len(touched), _length(whole))
    where = np.flatnonzero(touched[below] | touched[above])
    first, last = (int(where[0]), int(where[-1]) + 1) if where.size else (0, 0)
    return slice(whole.start + first, whole.start + last)


def _length(part: slice) -> int:
    return int(part.stop - part.start)


def _within(part: slice, whole: slice) -> slice:
    return slice(part.start - whole.start, part.stop - whole.start)
