"""The story: a build from the seed, its bones, trunk and organs, then one section after the other as scanned."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from inference.ct import CtVolume
from inference.phantom.anatomy import Build, Field, build_of
from inference.phantom.muscles import paint_back, paint_glutei, paint_psoas, paint_wall
from inference.phantom.organs import Organs, organs_of, paint_organs
from inference.phantom.scanner import scan, table
from inference.phantom.section import Section
from inference.phantom.skeleton import Bones, bones_of, paint_bones, paint_wings, vertebra_heights
from inference.phantom.spine import spine_coordinates, spine_of
from inference.phantom.torso import ANGLES, PERITONEUM_MM, Torso, torso_of

BOTTOM_MM = -78.0
"""Of the usual series: slice 0 at the third sacral vertebra."""
NOISE_HU = 11.0
_MIDDLE_BEHIND_ISOCENTRE_MM = -12.0
_SKIN_MM, _SKIN_HU = 2.0, 15.0
_FASCIA_MM, _FASCIA_HU = 1.6, -10.0
_SEPTA_SD, _SEPTA_HU = 0.045, 30.0
_GRAIN_MM, _SEPTA_MM = 1.6, 5.0
_TILE_PIXELS = 64
_BODY_MARGIN_MM = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phantom:
    """A drawn CT with its truth.

    `labels` is UInt8[slice, row, column] with values of `Tissue`, in every slice where the muscle is drawn.
    Heights are mm above the centre of slice 0 and may lie outside the series: `l3_z_mm` is the middle of the body
    of L3, `vertebrae` maps a name ("S" is the first sacral vertebra) to the middle of that body.
    """

    volume: CtVolume
    labels: NDArray[np.uint8]
    l3_z_mm: float
    vertebrae: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What all sections share.  `angle`, `radius` and the two textures are [row, column] of the drawn window."""

    build: Build
    bones: Bones
    organs: Organs
    torso: Torso
    z: Field
    level: Field
    x: Field
    y: Field
    along: Field
    ahead: Field
    angle: NDArray[np.intp]
    radius: Field
    grain: Field
    septa: Field
    canal_y_l3: float


def draw(
    seed: int = 0,
    *,
    slices: int = 100,
    spacing_mm: tuple[float, float, float] = (3.6, 0.78, 0.78),
    size: int = 512,
    bottom_mm: float = BOTTOM_MM,
    noise_hu: float = NOISE_HU,
) -> Phantom:
    """Draw the phantom of `seed`: the same arguments give the same voxels.

    `spacing_mm` is (slice, row, column), `size` the rows and columns.  `bottom_mm` is the height of slice 0 above
    the promontory (L5/S1): with 160 the series begins above L3 and looks like a chest.  `noise_hu` is the standard
    deviation of the image noise.
    """
    build = build_of(seed)
    x, y = _axes(size, spacing_mm)
    z = bottom_mm + spacing_mm[0] * np.arange(slices, dtype=np.float32)
    scene, window = _scene(build, x, y, z)
    empty = table(x, y, _lowest(scene.torso))
    hu = np.empty((slices, size, size), dtype=np.int16)
    labels = np.zeros((slices, size, size), dtype=np.uint8)
    rng = np.random.default_rng([seed, 4])
    for k in range(slices):
        image = empty.copy()
        _paint(scene, k, image[window], labels[k][window], rng)
        hu[k] = scan(image, spacing_mm[1:], noise_hu, rng)
    heights = {name: height - bottom_mm for name, height in vertebra_heights(scene.bones.spine).items()}
    return Phantom(
        volume=CtVolume(hu=hu, spacing_mm=spacing_mm), labels=labels, l3_z_mm=heights["L3"], vertebrae=heights
    )


def _axes(size: int, spacing_mm: tuple[float, float, float]) -> tuple[Field, Field]:
    """(x[column], y[row]) in mm from the middle of the abdominal cavity."""
    steps = np.arange(size, dtype=np.float32) - (size - 1) / 2
    return steps * spacing_mm[2], steps * spacing_mm[1] - _MIDDLE_BEHIND_ISOCENTRE_MM


def _scene(build: Build, x: Field, y: Field, z: Field) -> tuple[_Scene, tuple[slice, slice]]:
    """The scene on the window of the image that holds the body, and that window."""
    spine = spine_of(build)
    z_l3 = vertebra_heights(spine)["L3"]
    level = (z - z_l3) / build.size
    torso = torso_of(build, spine, z, level)
    window = _body_window(torso, x, y)
    y, x = y[window[0]], x[window[1]]
    along, ahead = spine_coordinates(spine, z, y)
    turn = np.arctan2(y[:, None], x[None]) * (ANGLES / (2 * np.pi))
    rng = np.random.default_rng([build.seed, 5])
    scene = _Scene(
        build=build,
        bones=bones_of(build, spine, z_l3),
        organs=organs_of(build, spine, z_l3),
        torso=torso,
        z=z,
        level=level,
        x=x,
        y=y,
        along=along,
        ahead=ahead,
        angle=np.rint(turn).astype(np.intp) % ANGLES,
        radius=np.hypot(x[None], y[:, None]),
        grain=_texture(rng, y, x, _GRAIN_MM),
        septa=_texture(rng, y, x, _SEPTA_MM),
        canal_y_l3=float(np.interp(z_l3, spine.z, spine.y)),
    )
    return scene, window


def _body_window(torso: Torso, x: Field, y: Field) -> tuple[slice, slice]:
    reach = torso.skin.max(axis=0) + _BODY_MARGIN_MM
    angles = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    across, deep = reach * np.cos(angles), reach * np.sin(angles)
    rows = np.searchsorted(y, (deep.min(), deep.max()))
    columns = np.searchsorted(x, (across.min(), across.max()))
    return slice(*map(int, rows)), slice(*map(int, columns))


def _lowest(torso: Torso) -> float:
    angles = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    return float((torso.skin * np.sin(angles)).max())


def _texture(rng: np.random.Generator, y: Field, x: Field, sigma_mm: float) -> Field:
    """A smooth random field of unit standard deviation that may be rolled in any direction."""
    noise = rng.standard_normal((len(y), len(x)), dtype=np.float32)
    pitch = (abs(float(y[1] - y[0])), abs(float(x[1] - x[0])))
    smooth = ndi.gaussian_filter(noise, [sigma_mm / p for p in pitch], mode="wrap")
    return np.asarray(smooth / smooth.std(), dtype=np.float32)


def _paint(scene: _Scene, k: int, hu: Field, labels: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Section `k` from the skin inwards; later strokes lie over earlier ones."""
    torso, angle = scene.torso, scene.angle
    depth = (scene.radius - torso.inner[k][angle]) * torso.square[k][angle]
    section = _section(scene, k, hu, labels, depth, rng)
    _paint_fat(scene, k, section)
    wall = torso.wall[k][angle]
    paint_wall(section, wall)
    _paint_pelvis(scene, k, section)
    paint_back(section)
    paint_psoas(section, scene.canal_y_l3)
    paint_organs(section, scene.organs)
    paint_bones(section, scene.bones)


def _section(
    scene: _Scene, k: int, hu: Field, labels: NDArray[np.uint8], depth: Field, rng: np.random.Generator
) -> Section:
    return Section(
        build=scene.build,
        z=float(scene.z[k]),
        level=float(scene.level[k]),
        canal_y=float(scene.torso.canal_y[k]),
        x=scene.x,
        y=scene.y,
        hu=hu,
        labels=labels,
        depth=depth,
        along=scene.along[k],
        ahead=scene.ahead[k],
        grain=np.roll(scene.grain, tuple(rng.integers(0, _TILE_PIXELS, 2)), (0, 1)),
    )


def _paint_fat(scene: _Scene, k: int, section: Section) -> None:
    """Subcutaneous fat with septa under the skin, visceral fat and the fascia that parts them."""
    build, under = scene.build, scene.torso.skin[k][scene.angle] - scene.radius
    hu = section.hu
    np.copyto(hu, build.fat_hu + 3 * section.grain + _SEPTA_HU * (np.abs(scene.septa) < _SEPTA_SD), where=under > 0)
    np.copyto(hu, _SKIN_HU, where=(under > 0) & (under < _SKIN_MM))
    np.copyto(hu, build.visceral_fat_hu + 4 * section.grain, where=section.depth < 0)
    fascia = (section.depth > 0) & (section.depth < PERITONEUM_MM + _FASCIA_MM) & (under > _SKIN_MM)
    np.copyto(hu, _FASCIA_HU, where=fascia)


def _paint_pelvis(scene: _Scene, k: int, section: Section) -> None:
    """The iliac wings between iliacus and glutei, in sections that cut them."""
    torso = scene.torso
    if not torso.wing_half[k].any():
        return
    half, out = torso.wing_half[k][scene.angle], torso.wing[k][scene.angle]
    outer = out + half + torso.glutei[k][scene.angle]
    paint_glutei(section, (half > 0) & (section.depth > PERITONEUM_MM) & (section.depth < outer))
    paint_wings(section, np.where(half > 0, section.depth - out, np.float32(1e3)), half)
