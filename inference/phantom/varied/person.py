"""Who is drawn: sizes, thicknesses and intensities, wider than any ward has them.  Lengths in mm, HU."""

from dataclasses import dataclass

from inference.phantom.varied.plane import Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A body and the level at which it is cut: -1 is the disc below L3, 1 the disc above.

    `frail` bodies have thin, fatty muscles, stranded fat and often ascites.
    """

    frail: bool
    level: float
    half_width: float
    half_depth: float
    squareness: float
    fat: float
    fat_hu: float
    visceral_hu: float
    muscle_hu: float
    flank: float
    rectus: float
    bulk: float
    body_half_width: float
    body_half_depth: float
    spine_y: float


def person_of(chance: Chance, frail: bool, half_plane_mm: float) -> Person:
    """A person who fits into the plane."""
    half_width = min(chance.between(104, 165), 0.93 * half_plane_mm - 34)
    half_depth = half_width * chance.between(0.5, 0.8)
    thin = frail and chance.happens(0.6)
    flank = chance.between(6, 24) if chance.happens(0.75) else chance.between(3, 9)
    muscle = chance.between(0, 48) if frail else chance.between(30, 68)
    fat = chance.between(2, 45) if chance.happens(0.8) else chance.between(2, 9)
    return Person(
        frail=frail,
        level=chance.between(-1.15, 1.25),
        half_width=half_width,
        half_depth=half_depth,
        squareness=chance.between(1.9, 2.8),
        fat=max(2.0, min(fat, 0.93 * half_plane_mm - half_width - 18)),
        fat_hu=chance.between(-122, -85),
        visceral_hu=chance.between(-120, -80),
        muscle_hu=muscle + (chance.between(0, 45) if chance.happens(0.15) else 0),
        flank=max(2.4, flank * (0.6 if thin else 1)),
        rectus=min(max(2.2, flank * chance.between(0.25, 0.95) * (0.7 if thin else 1)), 15.0),
        bulk=chance.between(0.55, 0.85) if thin else chance.between(0.8, 1.18),
        body_half_width=chance.between(20, 28),
        body_half_depth=chance.between(14, 20),
        spine_y=half_depth * chance.between(0.42, 0.62),
    )
