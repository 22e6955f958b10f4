"""The layers of the trunk as radii about the middle of the abdominal cavity: peritoneum, wall, pelvis, skin.

Every layer is Float32[slice, angle]; angles run from the patient's left (0) over the back (90 degrees) once round.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from inference.phantom.anatomy import Build, Field, Profile, at_level
from inference.phantom.spine import Spine

ANGLES = 1440
DIRECTIONS: Field = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False, dtype=np.float32)
PERITONEUM_MM = 0.8
_SQUARENESS = 2.35

_WIDTH: Profile = (
    (-160, 0.84), (-110, 0.90), (-83, 0.94), (-45, 0.985), (0, 1.0), (50, 1.02), (100, 1.04), (160, 1.02),
    (230, 0.94), (330, 0.80),
)  # fmt: skip
_FRONT: Profile = ((-160, 0.88), (-100, 0.95), (-40, 1.0), (0, 1.0), (60, 1.05), (120, 1.14), (220, 1.12), (330, 0.9))
_CAVITY_BEHIND_CANAL: Profile = ((-60, 10), (0, 10), (60, 10), (100, 14), (140, 20), (300, 22))
_CAVITY_BACK_MOST = 1.36  # of the half depth: in the pelvis the sacrum leaves the cavity

# The back muscle (erector spinae), half widths and heights in mm.
_BACK_WIDTH: Profile = ((-150, 9), (-110, 17), (-83, 22), (-45, 28), (0, 31), (60, 30), (110, 27), (220, 22))
_BACK_HEIGHT: Profile = ((-150, 5), (-110, 10), (-83, 14), (-45, 19), (0, 21), (60, 18), (110, 15), (220, 12))
_BACK_BEHIND_CANAL: Profile = ((-150, 18), (-83, 19), (0, 19), (110, 17), (220, 17))

# The iliac wing by the angle from the front (degrees): its crest (level), half thickness and distance outwards.
_CREST: Profile = (
    (60, -150),
    (66, -118),
    (78, -88),
    (96, -54),
    (108, -43),
    (122, -48),
    (138, -76),
    (151, -104),
    (160, -150),
)
_WING_HALF: Profile = ((66, 5.0), (80, 3.6), (105, 4.2), (130, 4.5), (150, 7.0))
_WING_OUT: Profile = ((60, 6), (95, 10), (125, 12), (150, 6))
_GLUTEI_MOST: Profile = ((70, 6), (95, 26), (130, 40), (156, 34), (180, 0))

_FAT_BY_LEVEL: Profile = ((-160, 1.5), (-90, 1.3), (-40, 1.1), (0, 1.0), (100, 0.75), (200, 0.6), (330, 0.6))
_WALL_BACK_MOST: Profile = (
    (-100, 0.4),
    (-45, 0.9),
    (0, 2.0),
)  # of the half depth: below the crest the wing closes the trunk
_CHEST: Profile = ((35, 0.0), (120, 1.0))
_CHEST_WALL_MM = 13.0
_RECTUS_HALF_SPAN_MM = 62.0
_LEAST_FAT_MM = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Torso:
    """Layers of the trunk, each Float32[slice, angle] in mm.

    `inner` and `skin` are radii; `square` turns radial into true distance at the inner layer; `wall` is the
    thickness of the abdominal wall; `wing` (distance outwards of the iliac wing), `wing_half` and `glutei` are 0
    where there is none; `canal_y` is Float32[slice].
    """

    inner: Field
    square: Field
    wall: Field
    wing: Field
    wing_half: Field
    glutei: Field
    skin: Field
    canal_y: Field


def torso_of(build: Build, spine: Spine, z_mm: Field, level: Field) -> Torso:
    """The trunk of `build` at heights `z_mm`[slice], which are `level`[slice] in the average body."""
    canal_y = np.interp(z_mm, spine.z, spine.y).astype(np.float32)
    rows = (level[:, None], canal_y[:, None])
    inner = cavity_radius(build, *rows, DIRECTIONS[None])
    square = inner / np.hypot(inner, np.gradient(inner, DIRECTIONS[1], axis=1))
    wing, wing_half, glutei = _pelvis(rows[0])
    wall = _wall(build, inner, *rows) * (wing_half <= 0)
    outer = np.maximum(wall, wing + wing_half + glutei)
    core = np.maximum(inner + (outer + PERITONEUM_MM) / square, _back_radius(build, *rows))
    skin = _skin(build, core, level)
    return Torso(
        inner=inner,
        square=square,
        wall=wall,
        wing=wing,
        wing_half=wing_half,
        glutei=glutei,
        skin=skin,
        canal_y=canal_y,
    )


def cavity_radius(build: Build, level: Field, canal_y: Field, angle: Field) -> Field:
    """Distance in mm of the peritoneum from the middle of the cavity; the arguments broadcast."""
    x, y = np.cos(angle), np.sin(angle)
    back = canal_y + at_level(_CAVITY_BEHIND_CANAL, level)
    depth = np.where(
        y < 0,
        at_level(_FRONT, level) * build.half_depth,
        np.minimum(back, _CAVITY_BACK_MOST * build.half_depth),
    )
    width = at_level(_WIDTH, level) * build.half_width
    q = np.abs(x / width) ** _SQUARENESS + np.abs(y / depth) ** _SQUARENESS
    return np.asarray(q ** (-1 / _SQUARENESS), dtype=np.float32)


def back_muscle(build: Build, level: Field | float, canal_y: Field | float) -> tuple[Field, Field, Field, Field]:
    """(x, y, half width, half height) in mm of the left back muscle; the right one is its mirror image."""
    width = at_level(_BACK_WIDTH, level) * build.bulk
    y = canal_y + at_level(_BACK_BEHIND_CANAL, level)
    return width + 2, y, width, at_level(_BACK_HEIGHT, level) * build.bulk


def _back_radius(build: Build, level: Field, canal_y: Field) -> Field:
    x, y, a, b = back_muscle(build, level, canal_y)
    c, s = np.abs(np.cos(DIRECTIONS))[None], np.sin(DIRECTIONS)[None]
    square = (c / a) ** 2 + (s / b) ** 2
    cross = c * x / a**2 + s * y / b**2
    root = cross**2 - square * ((x / a) ** 2 + (y / b) ** 2 - 1)
    return np.where((root > 0) & (cross > 0), (cross + np.sqrt(np.maximum(root, 0))) / square, 0)


def _wall(build: Build, inner: Field, level: Field, canal_y: Field) -> Field:
    """Thickness of the flank muscles, the rectus in front of them, and the chest wall above."""
    x, y = np.abs(inner * np.cos(DIRECTIONS)), inner * np.sin(DIRECTIONS)
    _, back_y, _, back_b = back_muscle(build, level, canal_y)
    end = np.minimum(back_y - 0.35 * back_b, at_level(_WALL_BACK_MOST, level) * build.half_depth)
    flank = build.wall * np.clip((end - y) / 26, 0, 1) ** 0.6
    half = _RECTUS_HALF_SPAN_MM / 2
    rectus = 0.75 * build.wall * np.sqrt(np.clip(1 - ((x - half) / (half + 3)) ** 2, 0.05, 1)) * (x > 3)
    in_rectus = (y < 0) & (x < 2 * half)
    thick = np.where(in_rectus, rectus, flank * (x > 2 * half + 2))
    thick = np.where(y < 0, thick, flank)
    chest = at_level(_CHEST, level + 25 * np.sin(DIRECTIONS))
    return np.asarray(thick + chest * (_CHEST_WALL_MM - thick) * (y < end), dtype=np.float32)


def _pelvis(level: Field) -> tuple[Field, Field, Field]:
    """(distance outwards, half thickness, thickness of the glutei) of the iliac wings at `level`[slice, 1]."""
    front = np.degrees(np.arctan2(np.abs(np.cos(DIRECTIONS)), -np.sin(DIRECTIONS)))[None]
    below = at_level(_CREST, front) - level
    here = (below > 0) & (front > _CREST[0][0]) & (front < _CREST[-1][0])
    half = at_level(_WING_HALF, front) * np.clip(0.55 + below / 18, 0, 1) * here
    out = at_level(_WING_OUT, front) * here
    glutei = np.minimum(at_level(_GLUTEI_MOST, front), 0.6 * below) * here
    return out, half, ndi.gaussian_filter1d(glutei, 6, axis=1, mode="wrap") * here


def _skin(build: Build, core: Field, level: Field) -> Field:
    rng = np.random.default_rng([build.seed, 2])
    wave = ndi.gaussian_filter1d(rng.standard_normal(ANGLES), 60, mode="wrap")
    angular = 1 + 0.2 * np.sin(DIRECTIONS) - 0.12 * np.cos(2 * DIRECTIONS) + 0.08 * wave / wave.std()
    fat = build.fat * at_level(_FAT_BY_LEVEL, level)[:, None] * angular[None]
    closed = ndi.grey_closing(core, size=(1, ANGLES // 9), mode="wrap")
    step = abs(float(level[1] - level[0])) if len(level) > 1 else 5.0
    smooth = ndi.gaussian_filter(closed, (8 / step, ANGLES / 72), mode=("nearest", "wrap"))
    return np.asarray(np.maximum(smooth + fat, core + _LEAST_FAT_MM), dtype=np.float32)
