"""CT slice -> network input and logits -> probabilities, as nnU-Net's DefaultPreprocessor does it in 2D.

The order is nnU-Net's: crop to nonzero, normalise, resample in-plane, pad.  The body is never cropped: that would
change the statistics of InstanceNorm and ruin the mask.  torch is not imported here.
"""

from dataclasses import dataclass

import numpy as np
from nnunetv2.preprocessing.normalization.default_normalization_schemes import CTNormalization
from numpy.typing import NDArray
from skimage.transform import resize

from inference.ct import CtSlice
from inference.errors import Reason, Unsuitable
from inference.model_folder import Plans
from inference.segmentation import Probabilities

MAX_SIDE = 4096  # pixels after resampling; 3 m at the paper's spacing, so more is a wrong PixelSpacing

Box = tuple[slice, slice]
"""(row, column) ranges in a 2D array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A slice as the network sees it, and the way back.

    `image` is Float32[row, column], normalised, at the spacing of the plans, at least as large as the patch.
    `content` is where the image lies in it (the rest is padding), `box` where the image lies in the slice of
    `shape` (outside of it nnU-Net saw nothing but 0 HU).
    """

    image: NDArray[np.float32]
    content: Box
    box: Box
    shape: tuple[int, int]


class Preprocessing:
    """Preprocessing of one model, shared by its members: the last slice is remembered, so five folds prepare once.

    The memory is by identity of the `CtSlice`, whose array must not be changed in place between members.  Two
    threads at worst prepare a slice twice.
    """

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._last: tuple[CtSlice, Prepared] | None = None

    def prepare(self, ct: CtSlice) -> Prepared:
        """Network input of the slice; raises Unsuitable where the pixel spacing cannot be true."""
        last = self._last
        if last is not None and last[0] is ct:
            return last[1]
        prepared = prepare(ct, self._plans)
        self._last = (ct, prepared)
        return prepared


def prepare(ct: CtSlice, plans: Plans) -> Prepared:
    """Crop, normalise, resample and pad one slice; raises Unsuitable where the pixel spacing cannot be true."""
    box = nonzero_box(ct.hu)
    cropped = ct.hu[box]
    shape = _network_shape(cropped.shape, ct.spacing_mm, plans.planar.spacing)
    resampled = resample_cubic(normalise(cropped, plans), shape)
    image, content = pad(resampled, plans.planar.patch_size)
    return Prepared(image=image, content=content, box=box, shape=(ct.hu.shape[0], ct.hu.shape[1]))


def restore(logits: NDArray[np.float32], prepared: Prepared) -> Probabilities:
    """Float32[class, row, column] logits on the network grid -> probabilities on the grid of the slice.

    nnU-Net resamples logits, then takes the softmax; outside the nonzero box everything is background.
    """
    rows, columns = prepared.box
    extent = (rows.stop - rows.start, columns.stop - columns.start)
    inner = softmax(resample_linear(logits[:, *prepared.content], extent))
    if extent == prepared.shape:
        return inner
    whole = np.zeros((len(logits), *prepared.shape), np.float32)
    whole[0] = 1
    whole[:, rows, columns] = inner
    return whole


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


def resample_cubic(image: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Image resampled to `shape` by the very call that nnU-Net's `resample_data_or_seg` makes (order 3)."""
    if image.shape == shape:
        return image
    resampled = resize(image.astype(float), shape, order=3, mode="edge", anti_aliasing=False)
    return resampled.astype(np.float32)


def resample_linear(stack: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Each [row, column] of a stack resampled to `shape`; equal to nnU-Net's call of order 1, six times as fast.

    Written out since five folds times four classes are resampled per slice, which else costs more than the networks.
    """
    for axis, length in enumerate(shape, start=1):
        if stack.shape[axis] != length:
            stack = _interpolate(stack, axis, length)
    return stack


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


def _interpolate(stack: NDArray[np.float32], axis: int, length: int) -> NDArray[np.float32]:
    last = stack.shape[axis] - 1
    position = np.clip((np.arange(length) + 0.5) * (last + 1) / length - 0.5, 0, last)
    below = position.astype(np.intp)
    weight = (position - below).astype(np.float32).reshape((-1, 1) if axis == 1 else (-1,))
    low, high = np.take(stack, below, axis), np.take(stack, np.minimum(below + 1, last), axis)
    return low + (high - low) * weight
