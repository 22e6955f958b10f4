"""nnU-Net's resampling in-plane: its own functions where torch is there anyway, the same arithmetic without torch.

nnU-Net's module imports torch (2.4 CPU-s, 280 MB), which a worker on the CPU must not; a test shows both equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from skimage.transform import resize

from inference.segmentation import Box

Shape: TypeAlias = tuple[int, int]
_ONE_SLICE = (10.0, 1.0, 1.0)
"""A spacing in mm by which nnU-Net knows that slices are not to be mixed; the in-plane values decide nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """`image` takes Float32[row, column] to a shape by cubic splines, `logits` [class, row, column] linearly.

    Of the logits only a window of the shape is wanted.
    """

    image: Callable[[NDArray[np.float32], Shape], NDArray[np.float32]]
    logits: Callable[[NDArray[np.float32], Shape, Box], NDArray[np.float32]]


def nnunet_resampling() -> Resampling:
    """nnU-Net's own functions; imports torch."""
    from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape

    def to_shape(stack: NDArray[np.float32], shape: Shape, order: int) -> NDArray[np.float32]:
        target, spacing = (1, *shape), _ONE_SLICE
        resampled: NDArray[np.float32] = resample_data_or_seg_to_shape(
            stack[:, None], target, spacing, spacing, order=order, force_separate_z=None
        )
        return resampled[:, 0]

    def image(one: NDArray[np.float32], shape: Shape) -> NDArray[np.float32]:
        return to_shape(one[None], shape, 3)[0]

    def logits(stack: NDArray[np.float32], shape: Shape, window: Box) -> NDArray[np.float32]:
        return to_shape(stack, shape, 1)[:, *window]

    return Resampling(image=image, logits=logits)


def resample_cubic(image: NDArray[np.float32], shape: Shape) -> NDArray[np.float32]:
    """Image resampled to `shape` by the very call that nnU-Net makes (order 3)."""
    if image.shape == shape:
        return image
    resampled = resize(image.astype(float), shape, order=3, mode="edge", anti_aliasing=False)
    return resampled.astype(np.float32)


def resample_linear(stack: NDArray[np.float32], shape: Shape, window: Box) -> NDArray[np.float32]:
    """A window of each [row, column] of a stack resampled to `shape`; equal to nnU-Net's call of order 1, and faster.

    Written out since five folds times four classes are resampled per slice, which else costs more than the networks.
    """
    for axis, (length, part) in enumerate(zip(shape, window, strict=True), start=1):
        stack = _interpolate(stack, axis, length, part)
    return stack


def neighbours(size: int, length: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """For each of `length` new pixels the two of `size` old ones around it, and how near it is to the second."""
    position = np.clip((np.arange(length) + 0.5) * size / length - 0.5, 0, size - 1)
    below = position.astype(np.intp)
    return below, np.minimum(below + 1, size - 1), (position - below).astype(np.float32)


def _interpolate(stack: NDArray[np.float32], axis: int, length: int, part: slice) -> NDArray[np.float32]:
    if stack.shape[axis] == length:
        return stack[:, part] if axis == 1 else stack[:, :, part]
    below, above, weight = neighbours(stack.shape[axis], length)
    low, high = np.take(stack, below[part], axis), np.take(stack, above[part], axis)
    return low + (high - low) * weight[part].reshape((-1, 1) if axis == 1 else (-1,))


WITHOUT_TORCH = Resampling(image=resample_cubic, logits=resample_linear)
