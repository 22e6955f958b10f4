"""How muscle looks: its intensity, grain, fat within and between, and the truth that goes with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.labels import Tissue
from inference.phantom.varied.back import BackMuscles
from inference.phantom.varied.person import Person
from inference.phantom.varied.plane import Field, Mask, Plane
from inference.phantom.varied.wall import Wall

_OFFSETS = {Tissue.PSOAS: (-12, 14), Tissue.PARASPINAL: (-26, 8), Tissue.ABDOMINAL_WALL: (-16, 16)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The image and truth while they are painted: Float64 and UInt8[row, column]."""

    hu: Field
    labels: NDArray[np.uint8]


def paint_muscles(plane: Plane, person: Person, wall: Wall, back: BackMuscles, free: Mask, drawn: Drawn) -> None:
    """Truth first, then intensities over it; `free` is where muscle may be."""
    _mark(plane, wall, back, free, drawn.labels)
    hu, labels = drawn.hu, drawn.labels
    muscle = labels > 0
    chance = plane.chance
    hu[muscle] = person.muscle_hu
    for tissue, (least, most) in _OFFSETS.items():
        hu[labels == tissue] += chance.between(least, most)
    hu[back.lumborum & (labels == Tissue.PARASPINAL)] += chance.between(-12, 16)
    hu[muscle] += plane.texture(chance.between(1.2, 3), chance.between(2, 12))[muscle]
    _fat_between(plane, person, wall, back, drawn)
    _fat_within(plane, person, back, drawn)


def _mark(plane: Plane, wall: Wall, back: BackMuscles, free: Mask, labels: NDArray[np.uint8]) -> None:
    chance = plane.chance
    labels[(wall.flank | wall.rectus) & free] = Tissue.ABDOMINAL_WALL
    labels[(back.lumborum | back.erector) & free] = Tissue.PARASPINAL
    if chance.happens(0.5):  # a cleft of fat between quadratus lumborum and erector, or flank and erector
        cleft = plane.distance(back.erector) < chance.between(1, 3)
        labels[cleft & ~back.erector & free] = 0
    labels[back.psoas & free] = Tissue.PSOAS
    if chance.happens(0.6):  # fat in the groove beside the spinous process
        groove = (labels == Tissue.PARASPINAL) & (np.abs(plane.x) < chance.between(2, 6))
        labels[groove & (plane.y > back.erector_at[1] - back.erector_radii[1])] = 0


def _fat_between(plane: Plane, person: Person, wall: Wall, back: BackMuscles, drawn: Drawn) -> None:
    """Thin fat around each muscle and between the layers of the flank."""
    chance, hu, labels = plane.chance, drawn.hu, drawn.labels
    hu[wall.planes & (labels == 0)] = person.fat_hu
    if chance.happens(0.4):
        hu[plane.rim(labels == Tissue.PSOAS, plane.pixel_mm)] -= chance.between(0, 40)
    if chance.happens(0.6):
        seam = plane.rim(back.lumborum, plane.pixel_mm) & (plane.distance(back.erector) < 2.5)
        hu[seam & (labels == Tissue.PARASPINAL)] -= chance.between(0, 80)
    flank = wall.flank & (labels == Tissue.ABDOMINAL_WALL)
    if chance.happens(0.7):
        width = chance.between(0.2, 1.2) / max(person.flank, 4)
        inner = np.abs(wall.part - chance.between(0.22, 0.4)) < width
        outer = np.abs(wall.part - chance.between(0.5, 0.72)) < width
        hu[flank & (inner | outer)] -= chance.between(20, 100)


def _fat_within(plane: Plane, person: Person, back: BackMuscles, drawn: Drawn) -> None:
    """Flecks anywhere, streaks in the back muscles."""
    chance, hu, labels = plane.chance, drawn.hu, drawn.labels
    rare = chance.between(0.5, 1.6) if person.frail else chance.between(1.5, 3)
    hu[(labels > 0) & (plane.texture(chance.between(1.8, 4)) > rare)] = chance.between(-90, -10)
    if chance.happens(0.5):
        course = (plane.x * chance.between(0.5, 1) + plane.y * chance.between(-0.4, 0.4)) / chance.between(1.2, 3)
        streaks = plane.texture(2.2) + 0.6 * np.sin(course) > chance.between(1.2, 2.4)
        low = plane.y > back.erector_at[1] - 10
        hu[(labels == Tissue.PARASPINAL) & back.erector & streaks & low] -= chance.between(20, 90)
