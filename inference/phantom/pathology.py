"""Hard slices: a drawn L3 slice with its truth, and what makes real ones hard to segment.  Arrays in, arrays out.

Each ailment changes the image after it was drawn, by a strength between its least and its most; where muscle is gone
from the image its truth goes too.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from inference.ct import CtSlice
from inference.labels import LabelMap, Tissue
from inference.phantom.draw import draw
from inference.plausibility import body_of

Image: TypeAlias = NDArray[np.float32]
Ailment: TypeAlias = Callable[[CtSlice, LabelMap, np.random.Generator], tuple[CtSlice, LabelMap]]

PIXEL_MM = 0.78
_COARSE = (5.0, 12.0, 12.0)
_FAT_HU, _WATER_HU, _AIR_HU = (-150, -40), (0, 40), -1000
_INSIDE_MM = 4.0


def slice_at_l3(seed: int, *, size: int = 512) -> tuple[CtSlice, LabelMap]:
    """The slice at the middle of L3 of the phantom of `seed`, and its truth."""
    middle = draw(seed, slices=1, bottom_mm=0.0, size=32, spacing_mm=_COARSE).l3_z_mm
    drawn = draw(seed, slices=1, bottom_mm=middle, size=size, spacing_mm=(5.0, PIXEL_MM, PIXEL_MM))
    ct = CtSlice(hu=drawn.volume.hu[0], spacing_mm=(PIXEL_MM, PIXEL_MM), thickness_mm=5.0)
    return ct, drawn.labels[0]


def ascites(ct: CtSlice, labels: LabelMap, rng: np.random.Generator) -> tuple[CtSlice, LabelMap]:
    """Water in place of the fat between the organs, from clear to bloody."""
    hu = ct.hu.astype(np.float32)
    water = _fat(hu) & _cavity(labels)
    part, dense = rng.uniform(0.6, 1.0), rng.uniform(*_WATER_HU)
    return _with(ct, np.where(water, hu + part * (dense - hu) + rng.normal(0, 9, hu.shape), hu)), labels


def oedema(ct: CtSlice, labels: LabelMap, rng: np.random.Generator) -> tuple[CtSlice, LabelMap]:
    """Water in subcutaneous fat, in strands, and in the muscle."""
    hu = ct.hu.astype(np.float32)
    under_skin = _fat(hu) & ~_cavity(labels)
    strands = np.clip(_noise(rng, hu.shape, 2.5) + rng.uniform(-0.3, 1.4), 0, 1.5)
    wet = np.where(under_skin, hu + rng.uniform(40, 95) * strands, hu)
    return _with(ct, np.where(labels > 0, wet - rng.uniform(8, 40), wet)), labels


def myosteatosis(ct: CtSlice, labels: LabelMap, rng: np.random.Generator) -> tuple[CtSlice, LabelMap]:
    """Muscle darkened by fat, with streaks of it."""
    hu, muscle = ct.hu.astype(np.float32), labels > 0
    streaks = np.where(_noise(rng, hu.shape, 1.6) > rng.uniform(0.2, 1.4), -70.0, 0.0)
    return _with(ct, np.where(muscle, hu - rng.uniform(18, 95) + streaks, hu)), labels


def metal(ct: CtSlice, labels: LabelMap, rng: np.random.Generator) -> tuple[CtSlice, LabelMap]:
    """Two pedicle screws with bright and dark rays from each."""
    hu = ct.hu.astype(np.float32)
    rows, columns = np.nonzero(labels == Tissue.PARASPINAL)
    row, middle = float(np.percentile(rows, 15)), float(columns.mean())
    down, right = np.indices(hu.shape, dtype=np.float32)
    for side in (-1, 1):
        y, x = down - row, right - (middle + side * rng.uniform(18, 26))
        distance, angle = np.hypot(y, x) * PIXEL_MM, np.arctan2(y, x)
        rays = np.cos(rng.integers(5, 12) * angle + rng.uniform(0, 6)) * np.cos(2 * angle)
        hu = hu + rng.uniform(200, 1500) * rays / (1 + distance / 9)
        hu = np.where(distance < 3.5, 3000, hu)
    return _with(ct, hu), labels


def truncation(ct: CtSlice, labels: LabelMap, rng: np.random.Generator) -> tuple[CtSlice, LabelMap]:
    """A small reconstruction circle that cuts the body; outside is air, and no truth."""
    body = np.nonzero(body_of(ct.hu))
    half = np.ptp(body[1]) / 2
    centre = (body[0].mean(), body[1].mean() + rng.uniform(-0.15, 0.15) * half)
    down, right = np.indices(ct.hu.shape)
    radius = rng.uniform(0.5, 0.95) * half
    seen = np.hypot(down - centre[0], right - centre[1]) < radius
    rows, columns = (slice(max(0, round(middle - radius)), round(middle + radius) + 1) for middle in centre)
    cropped = np.where(seen, ct.hu, _AIR_HU)[rows, columns], np.where(seen, labels, 0)[rows, columns]
    return _with(ct, cropped[0]), cropped[1].astype(np.uint8)


AILMENTS: MappingProxyType[str, Ailment] = MappingProxyType(
    {
        "ascites": ascites,
        "oedema": oedema,
        "myosteatosis": myosteatosis,
        "metal": metal,
        "truncation": truncation,
    }
)


def hard_slice(seed: int, ailment: str) -> tuple[CtSlice, LabelMap]:
    """The slice of `seed` with one of `AILMENTS`; the same arguments give the same pixels."""
    rng = np.random.default_rng([seed, 6, list(AILMENTS).index(ailment)])
    return AILMENTS[ailment](*slice_at_l3(seed), rng)


def _with(ct: CtSlice, hu: Image) -> CtSlice:
    scanned = np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
    return CtSlice(hu=scanned, spacing_mm=ct.spacing_mm, thickness_mm=ct.thickness_mm)


def _fat(hu: Image) -> NDArray[np.bool_]:
    smooth = ndi.gaussian_filter(hu, 1.0)
    return (smooth > _FAT_HU[0]) & (smooth < _FAT_HU[1])


def _cavity(labels: LabelMap) -> NDArray[np.bool_]:
    """What wall and back muscle enclose: closed over the gaps between them, filled, without its rim."""
    reach = round(14 / PIXEL_MM)
    ring = ndi.distance_transform_edt(labels == 0) < reach
    filled = ndi.binary_fill_holes(ring)
    return np.asarray(ndi.distance_transform_edt(filled) > reach + _INSIDE_MM / PIXEL_MM, bool)


def _noise(rng: np.random.Generator, shape: tuple[int, ...], sigma_mm: float) -> Image:
    smooth = ndi.gaussian_filter(rng.standard_normal(shape).astype(np.float32), sigma_mm / PIXEL_MM)
    return np.asarray(smooth / smooth.std(), np.float32)
