"""The course of the spinal canal, and where a voxel lies along and ahead of it.

The canal runs in the midsagittal plane.  `along` is mm of canal above the promontory (the lumbosacral disc),
`ahead` is mm in front of the canal's centre, square to the canal.
"""

from dataclasses import dataclass

import numpy as np

from inference.phantom.anatomy import VERTEBRAE, Build, Field

CANAL_TO_BODY_MM = 9.0
"""From the centre of the canal to the back of the vertebral bodies."""
CANAL_BEHIND_CAVITY_MM = 0.86
"""Canal centre behind the centre of the abdominal cavity at L3, as a part of the cavity's half depth."""
SACRAL_SLOPES = ((-130.0, 0.45), (-95.0, 0.05), (-60.0, -0.32), (-16.0, -0.56))
"""(mm of canal above the promontory, backward lean): the kyphosis of the sacrum."""
_STEPS_TO_CONVERGE = 14
_REACH_MM = 75.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spine:
    """The canal sampled every mm: `along` ascending; `z` up, `y` backwards; `lean` is dy per mm of canal.

    `discs` are the disc centres and `middles` the mid vertebrae in mm along the canal, L5 first; `z` is 0 at the
    promontory, `y` 0 in the middle of the abdominal cavity.
    """

    along: Field
    y: Field
    z: Field
    lean: Field
    discs: Field
    middles: Field

    def body_centre(self, along: float, ahead: float) -> tuple[float, float]:
        """(z, y) in mm of the point `ahead` of the canal at `along`."""
        lean = float(np.interp(along, self.along, self.lean))
        z, y = (float(np.interp(along, self.along, c)) for c in (self.z, self.y))
        return z + lean * ahead, y - np.sqrt(1 - lean**2) * ahead


def spine_of(build: Build) -> Spine:
    """The spine of a build: its canal passes L3 at a fixed part of the depth of the cavity, z 0 is the promontory."""
    discs = np.cumsum([0.0, *(v.height * build.size for v in VERTEBRAE)])
    middles = (discs[:-1] + discs[1:]) / 2
    knots = [s for s, _ in SACRAL_SLOPES] + list(middles)
    slopes = [v for _, v in SACRAL_SLOPES] + [v.slope for v in VERTEBRAE]
    along = np.arange(-220.0, discs[-1] + 150)
    lean = np.interp(along, knots, slopes)
    lean = np.convolve(np.pad(lean, 12, mode="edge"), np.ones(25) / 25, mode="valid") * build.lordosis
    z = np.cumsum(np.sqrt(1 - lean**2))
    y = np.cumsum(lean)
    z -= np.interp(0, along, z)
    y += CANAL_BEHIND_CAVITY_MM * build.half_depth - np.interp(middles[2], along, y)
    curve = (c.astype(np.float32) for c in (along, y, z, lean, discs, middles))
    return Spine(**dict(zip(("along", "y", "z", "lean", "discs", "middles"), curve, strict=True)))


def spine_coordinates(spine: Spine, z_mm: Field, y_mm: Field) -> tuple[Field, Field]:
    """(along, ahead) in mm, each Float32[slice, row], of heights `z_mm`[slice] and depths `y_mm`[row]."""
    z, y = np.meshgrid(z_mm, y_mm, indexing="ij")
    along = np.interp(z, spine.z, spine.along)
    for _ in range(_STEPS_TO_CONVERGE):
        lean = np.interp(along, spine.along, spine.lean)
        up, back = _from_canal(spine, along, z, y)
        along = along + np.clip(up * np.sqrt(1 - lean**2) + back * lean, -20, 20)
    lean = np.interp(along, spine.along, spine.lean)
    up, back = _from_canal(spine, along, z, y)
    ahead = np.clip(up * lean - back * np.sqrt(1 - lean**2), -_REACH_MM, _REACH_MM)
    return along.astype(np.float32), ahead.astype(np.float32)


def _from_canal(spine: Spine, along: Field, z: Field, y: Field) -> tuple[Field, Field]:
    near = np.clip(y - np.interp(along, spine.along, spine.y), -_REACH_MM, _REACH_MM)
    return z - np.interp(along, spine.along, spine.z), near
