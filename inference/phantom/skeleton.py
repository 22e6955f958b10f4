"""Bone: vertebrae and sacrum in spine coordinates, ribs as chains of balls, iliac wings as a layer of the trunk."""

from dataclasses import dataclass

import numpy as np

from inference.phantom.anatomy import VERTEBRAE, Build, Field, Mask, Profile, at_level
from inference.phantom.section import Beads, Section, Window, crossing, ellipse, fill, mark, window_of
from inference.phantom.spine import CANAL_TO_BODY_MM, Spine
from inference.phantom.torso import cavity_radius

CORTEX_HU, SPONGY_HU, DISC_HU, CANAL_HU = 560.0, 190.0, 88.0, 22.0
_SPINE_HALF_WINDOW_MM = 68.0
_CORTEX_MM = 2.2
_RIB_RADIUS_MM, _RIB_TALL = 4.4, 1.5
_RIB_PITCH_MM = 2.0
_RIB_LENGTHS: Profile = ((0, 95), (1, 160), (2, 205), (3, 235), (4, 250))
_RIB_DROPS: Profile = ((0, 0.42), (1, 0.48), (2, 0.50))
"""By ribs above the twelfth: length in mm, and fall per mm on the way forwards."""

# Sacrum by mm of canal above the promontory: half width, front and back of its body ahead of the canal.
_SACRUM_WIDTH: Profile = ((-105, 8), (-85, 26), (-60, 38), (-40, 49), (-12, 53), (-3, 46), (0, 30))
_SACRUM_FRONT: Profile = ((-105, 9), (-60, 17), (-30, 27), (-12, 40), (-1, 44))
_SACRAL_MIDDLE_MM = -15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bones:
    """What of the skeleton is prepared once: the spine and the ribs."""

    spine: Spine
    ribs: tuple[Beads, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Per row of a section, as columns [row, 1]: which vertebra is cut, where in it, and its measures in mm.

    `part` runs from 0 (middle of the disc below) to 1; `gap` is mm from the nearer disc's middle.
    """

    along: Field
    ahead: Field
    part: Field
    gap: Field
    disc: Field
    half_width: Field
    half_depth: Field
    thoracic: Mask


def bones_of(build: Build, spine: Spine, z_l3: float) -> Bones:
    """The skeleton of a build, its mid L3 at `z_l3` mm above the promontory."""
    first = [v.name for v in VERTEBRAE].index("T12")
    ribs = (
        _rib(build, spine, z_l3, first + n, n, side) for n in range(len(VERTEBRAE) - first) for side in (-1.0, 1.0)
    )
    return Bones(spine=spine, ribs=tuple(ribs))


def vertebra_heights(spine: Spine) -> dict[str, float]:
    """Name -> height in mm above the promontory of the centre of the body, "S" (first sacral) included."""
    heights = {"S": spine.body_centre(_SACRAL_MIDDLE_MM, 22.0)[0]}
    for vertebra, middle in zip(VERTEBRAE, spine.middles, strict=True):
        heights[vertebra.name] = spine.body_centre(float(middle), CANAL_TO_BODY_MM + vertebra.half_depth)[0]
    return heights


def paint_bones(section: Section, bones: Bones) -> None:
    """Ribs, sacrum or vertebra, then the canal."""
    for rib in bones.ribs:
        _paint_rib(section, rib)
    y = section.canal_y - 15
    window = window_of(section, 0.0, y, _SPINE_HALF_WINDOW_MM)
    rows = _rows(section, bones.spine, window[0])
    _paint_sacrum(section, window, rows)
    _paint_vertebra(section, window, rows)


def paint_wings(section: Section, off: Field, half: Field) -> None:
    """The iliac wings: `off`[row, column] mm from the middle of the wing, `half` its half thickness there."""
    window = (slice(None), slice(None))
    wing = np.abs(off) < half
    fill(section, window, wing, CORTEX_HU)
    fill(section, window, np.abs(off) < half - _CORTEX_MM, SPONGY_HU)
    mark(section, window, wing, 0)


def _rows(section: Section, spine: Spine, rows: slice) -> _Rows:
    along, ahead = section.along[rows, None], section.ahead[rows, None]
    index = np.clip(np.searchsorted(spine.discs, along) - 1, 0, len(VERTEBRAE) - 1)
    low, high = spine.discs[index], spine.discs[index + 1]
    table = np.array([(v.disc, v.half_width, v.half_depth) for v in VERTEBRAE], dtype=np.float32)[index]
    upper = along > (low + high) / 2
    above = np.minimum(index + 1, len(VERTEBRAE) - 1)
    discs = np.array([v.disc for v in VERTEBRAE], dtype=np.float32)
    return _Rows(
        along=along,
        ahead=ahead,
        part=(along - low) / (high - low),
        gap=np.minimum(along - low, high - along),
        disc=np.where(upper, discs[above], table[..., 0]),
        half_width=table[..., 1],
        half_depth=table[..., 2],
        thoracic=index > 4,
    )


def _paint_vertebra(section: Section, window: Window, v: _Rows) -> None:
    x = np.abs(section.x[window[1]])[None]
    here = (v.along > 0) & (x < 60)
    body = _body(x, v)
    to_plate = v.gap - v.disc / 2
    grain = section.grain[window]
    is_disc = here & (body < 1.03) & (to_plate <= 0)
    is_body = here & (body < 1) & (to_plate > 0)
    shell = is_body & ((to_plate < _CORTEX_MM) | ((1 - body) * v.half_depth < _CORTEX_MM))
    arch, arch_core = _arch(x, v, 0.0), _arch(x, v, _CORTEX_MM * 0.8)
    arch &= here & ~is_body & ~is_disc
    fill(section, window, is_disc, DISC_HU + 4 * grain)
    fill(section, window, is_body, SPONGY_HU + 22 * grain)
    fill(section, window, shell | arch, CORTEX_HU)
    fill(section, window, arch & arch_core, SPONGY_HU + 60)
    canal = here & (np.hypot(x / 11.0, v.ahead / 8.5) < 1)
    fill(section, window, canal, CANAL_HU)
    mark(section, window, is_disc | is_body | arch | canal, 0)


def _body(x: Field, v: _Rows) -> Field:
    """Below 1 within the outline of body and disc: waisted at mid height, hollow towards the canal."""
    waist = 1 - 0.07 * np.sin(np.pi * np.clip(v.part, 0, 1)) ** 2
    hollow = 2.5 * np.clip(1 - (x / 14) ** 2, 0, 1)
    centre = CANAL_TO_BODY_MM + v.half_depth
    ahead = v.ahead - centre
    ahead = ahead - hollow * np.clip(-ahead / v.half_depth, 0, 1)
    return np.asarray((np.abs(x / (v.half_width * waist)) ** 2.4 + np.abs(ahead / v.half_depth) ** 2.4) ** (1 / 2.4))


def _arch(x: Field, v: _Rows, shrink: float) -> Mask:
    """Pedicles, laminae, facet joints, spinous and transverse processes, each `shrink` mm smaller all round."""
    narrow = np.where(v.thoracic, 0.85, 1.0)
    behind = -v.ahead
    pedicle = (np.abs(x - 14.5 * narrow) < 4.2 - shrink) & (np.abs(v.part - 0.64) < 0.19) & (np.abs(v.ahead - 3) < 9)
    outer = np.hypot(x / (16.5 * narrow - shrink), behind / (14.5 - shrink))
    lamina = (outer < 1) & (behind > -1) & (v.part > 0.12) & (v.part < 0.72)
    lamina &= np.hypot(x / (10.5 + shrink), behind / (8.5 + shrink)) > 1
    facet = np.hypot((x - 17 * narrow) / (6.5 - shrink), (behind - 8) / (7.5 - shrink)) < 1
    facet &= (np.abs(v.part - 0.5) > 0.30) & (np.abs(v.part - 0.5) < 0.47)
    tip = np.where(v.thoracic, 33.0, 36.0)
    spinous = (x < 3.6 - shrink) & (behind > 12) & (behind < tip - shrink)
    spinous &= np.abs(v.part - 0.36 + (behind - 12) * 0.008) < 0.27
    reach = np.where(v.thoracic, 26.0, 37.0)
    transverse = (x > 12) & (x < reach - shrink) & (np.abs(v.part - 0.60) < 0.12)
    transverse &= np.abs(behind - 2 - 0.18 * (x - 12)) < 3.8 - shrink
    return pedicle | lamina | facet | spinous | transverse


def _paint_sacrum(section: Section, window: Window, v: _Rows) -> None:
    x = np.abs(section.x[window[1]])[None]
    below = np.clip(v.along, -130, 0)
    width = at_level(_SACRUM_WIDTH, below)
    front = at_level(_SACRUM_FRONT, below) - 0.16 * x
    inset = np.minimum(np.minimum(width - x, front - v.ahead), v.ahead + 13 - 0.1 * x)
    inset = np.minimum(inset, np.minimum(-v.along, v.along + 105))
    crest = (x < 4) & (v.ahead < -8) & (v.ahead > -20) & (v.along < -12) & (v.along > -85)
    bone = ((inset > 0) | crest) & (v.along < 0)
    hole = np.hypot((x - 19) / 5.5, (np.mod(v.along + 24, 26) - 13) / 5.0) < 1
    hole &= (v.along < -18) & (v.along > -90) & (v.ahead > 2)
    canal = np.hypot(x / 11, v.ahead / 7) < 1
    canal &= (v.along < 0) & (v.along > -90)
    fill(section, window, bone, CORTEX_HU)
    fill(section, window, bone & (inset > _CORTEX_MM), SPONGY_HU - 20 + 22 * section.grain[window])
    fill(section, window, bone & hole, section.build.visceral_fat_hu + 60)
    fill(section, window, canal, CANAL_HU)
    mark(section, window, bone | canal, 0)


def _rib(build: Build, spine: Spine, z_l3: float, index: int, above: int, side: float) -> Beads:
    """The rib of VERTEBRAE[index]: from beside its body backwards and outwards, then down along the chest wall."""
    low, high = float(spine.discs[index]), float(spine.discs[index + 1])
    head_z, head_y = spine.body_centre(low + 0.80 * (high - low), 6.0)
    length, drop = float(at_level(_RIB_LENGTHS, above)), float(at_level(_RIB_DROPS, above))
    angle = np.linspace(np.radians(62), np.radians(-75), 300)
    step = np.r_[0, np.full(299, (angle[0] - angle[1]) * 0.9 * build.half_width)]
    walked = 40 + np.cumsum(step)
    z = head_z - drop * walked
    canal_y = np.interp(z, spine.z, spine.y).astype(np.float32)
    radius = cavity_radius(build, ((z - z_l3) / build.size).astype(np.float32), canal_y, angle) + 6.5
    x = np.r_[17.0, 34.0, radius * np.cos(angle)]
    y = np.r_[head_y, head_y + 13, radius * np.sin(angle)]
    walk = np.r_[0.0, 20.0, walked]
    even = np.arange(0, length * build.size, _RIB_PITCH_MM)
    paths = [np.interp(even, walk, p) for p in (side * x, y, head_z - drop * walk)]
    return Beads(
        balls=np.stack([*paths, np.full(len(even), _RIB_RADIUS_MM)], axis=1).astype(np.float32), tall=_RIB_TALL
    )


def _paint_rib(section: Section, rib: Beads) -> None:
    for shrink, hu in ((0.0, CORTEX_HU), (_CORTEX_MM * 0.8, SPONGY_HU)):
        for x, y, radius in crossing(section, rib, shrink):
            spot = ellipse(section, (x, y), (radius, radius))
            fill(section, spot.window, spot.level < 1, hu)
            mark(section, spot.window, spot.level < 1, 0)
