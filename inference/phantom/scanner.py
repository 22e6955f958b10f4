"""What the scanner adds: blur and noise of the image, and the table the patient lies on."""

import numpy as np
from scipy import ndimage as ndi

from inference.phantom.anatomy import Field

AIR_HU = -1000.0
BLUR_MM = 0.65
_TABLE_HU, _PAD_HU = 0.0, -800.0
_TABLE_MM, _PAD_MM, _TABLE_HALF_WIDTH_MM = 4.0, 11.0, 195.0
_LOWEST_HU, _HIGHEST_HU = -1024, 3071


def table(x: Field, y: Field, lowest_mm: float) -> Field:
    """Float32[row, column] in HU of an empty scanner, a padded, hollow table just under `lowest_mm`."""
    curve = lowest_mm + 2 - 34 * (x / 190) ** 2
    below = y[:, None] - curve[None]
    wide = (np.abs(x) < _TABLE_HALF_WIDTH_MM)[None]
    hu = np.full(below.shape, AIR_HU, dtype=np.float32)
    hu[wide & (below > 0) & (below < _PAD_MM)] = _PAD_HU
    hu[wide & (below >= _PAD_MM) & (below < _PAD_MM + _TABLE_MM)] = _TABLE_HU
    return hu


def scan(hu: Field, spacing_mm: tuple[float, float], noise_hu: float, rng: np.random.Generator) -> Field:
    """`hu`[row, column] blurred and noisy, as rounded HU; `noise_hu` is the standard deviation after the blur."""
    sigma = [BLUR_MM / s for s in spacing_mm]
    gain = noise_hu * np.sqrt(max(1.0, 4 * np.pi * sigma[0] * sigma[1]))
    noisy = hu + gain * rng.standard_normal(hu.shape, dtype=np.float32)
    seen = ndi.gaussian_filter(noisy, sigma, mode="nearest", truncate=3.0)
    return np.clip(np.rint(seen), _LOWEST_HU, _HIGHEST_HU)
