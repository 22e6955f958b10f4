"""The muscles with truth: psoas, back muscles with quadratus lumborum, abdominal wall; and the glutei without."""

import numpy as np

from inference.labels import Tissue
from inference.phantom.anatomy import Field, Mask, Profile, at_level
from inference.phantom.section import Section, Spot, Window, ellipse, fill, mark
from inference.phantom.torso import PERITONEUM_MM, back_muscle

PSOAS_HU, BACK_HU, LUMBORUM_HU, WALL_HU, GLUTEI_HU = 3.0, -5.0, -2.0, 2.0, -4.0
"""Offsets from the muscle intensity of the build."""
_GRAIN_HU = 6.0
_STREAK_HU, _STREAK_FROM_SD = -45.0, 2.35

# Psoas by level: half width, half height, distance from the midline, in front of the canal at L3.
_PSOAS_TOP, _LUMBORUM_TOP, _LUMBORUM_BOTTOM = 72.0, 84.0, -46.0
_PSOAS_WIDTH: Profile = ((-160, 19), (-110, 19), (-70, 18.5), (-35, 17), (0, 13.5), (35, 9.5), (60, 5.5), (75, 3))
_PSOAS_HEIGHT: Profile = ((-160, 19), (-110, 20), (-70, 21), (-35, 20.5), (0, 18.5), (35, 14), (60, 9), (75, 4))
_PSOAS_ASIDE: Profile = ((-160, 88), (-110, 73), (-70, 57), (-35, 45), (0, 37.5), (35, 31.5), (75, 25))
_PSOAS_AHEAD: Profile = ((-160, 72), (-110, 54), (-70, 34), (-35, 26), (0, 21), (40, 16), (75, 12))
_LUMBORUM_OUT: Profile = ((-46, 86), (0, 80), (50, 70), (84, 58))
_LUMBORUM_HEIGHT: Profile = ((-46, 9.5), (0, 9.0), (50, 6.5), (84, 4))
_LUMBORUM_INNER_MM = 37.0

_WHOLE: Window = (slice(None), slice(None))


def paint_wall(section: Section, wall: Field) -> None:
    """The abdominal wall: `wall` Float32[row, column] is its thickness in mm in the direction of each pixel."""
    out = section.depth - PERITONEUM_MM
    muscle = (out > 0) & (out < wall) & (wall > 1.2)
    _muscle(section, _WHOLE, muscle, Tissue.ABDOMINAL_WALL, WALL_HU)
    part = out / np.maximum(wall, 1)
    planes = muscle & (wall > 8) & ((np.abs(part - 0.36) < 0.045) | (np.abs(part - 0.66) < 0.045))
    fill(section, _WHOLE, planes, section.build.muscle_hu - 55)


def paint_glutei(section: Section, where: Mask) -> None:
    """Muscle outside (and the iliacus inside) the iliac wings, which no truth covers."""
    _muscle(section, _WHOLE, where, 0, GLUTEI_HU)


def paint_back(section: Section) -> None:
    """Both back muscles with the multifidus, and the quadratus lumborum in front of them."""
    for side in (-1.0, 1.0):
        if _LUMBORUM_BOTTOM < section.level < _LUMBORUM_TOP:
            _stroke(section, _lumborum(section, side), Tissue.PARASPINAL, LUMBORUM_HU)
        x, y, a, b = (float(v) for v in back_muscle(section.build, section.level, section.canal_y))
        b *= 1 + side * section.build.uneven
        deep = ellipse(section, (side * 0.44 * a, y - 3), (0.5 * a, 0.95 * b), power=2.5)
        _stroke(section, deep, Tissue.PARASPINAL, BACK_HU)
        _stroke(section, ellipse(section, (side * x, y), (a, b), side * 0.06, 2.4), Tissue.PARASPINAL, BACK_HU)


def paint_psoas(section: Section, canal_y_l3: float) -> None:
    """Both psoas: thin beside L1, growing downwards, leaving the spine towards the groin."""
    if section.level > _PSOAS_TOP:
        return
    level, bulk = section.level, section.build.bulk
    a, b = float(at_level(_PSOAS_WIDTH, level)) * bulk, float(at_level(_PSOAS_HEIGHT, level)) * bulk
    y = canal_y_l3 - float(at_level(_PSOAS_AHEAD, level))
    for side in (-1.0, 1.0):
        x = side * float(at_level(_PSOAS_ASIDE, level))
        even = 1 + side * section.build.uneven
        _stroke(section, ellipse(section, (x, y), (a * even, b * even), -side * 0.3, 2.2), Tissue.PSOAS, PSOAS_HU)


def _lumborum(section: Section, side: float) -> Spot:
    _, y, _, b = back_muscle(section.build, section.level, section.canal_y)
    half = (float(at_level(_LUMBORUM_OUT, section.level)) - _LUMBORUM_INNER_MM) / 2
    height = float(at_level(_LUMBORUM_HEIGHT, section.level)) * section.build.bulk
    centre = (side * (_LUMBORUM_INNER_MM + half), float(y) - 0.92 * float(b))
    return ellipse(section, centre, (half, height), side * 0.15, 2.3)


def _stroke(section: Section, spot: Spot, label: int, offset_hu: float) -> None:
    _muscle(section, spot.window, (spot.level < 1) & (section.hu[spot.window] > -500), label, offset_hu)


def _muscle(section: Section, window: Window, where: Mask, label: int, offset_hu: float) -> None:
    """Muscle with fine texture and a few streaks of fat, and its truth."""
    grain = section.grain[window]
    hu = section.build.muscle_hu + offset_hu + _GRAIN_HU * grain + _STREAK_HU * (grain > _STREAK_FROM_SD)
    fill(section, window, where, hu)
    mark(section, window, where, label)
