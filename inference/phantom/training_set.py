"""The drawn slices that the bundled model was trained on and is judged on, by seed, and their digests."""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from inference.phantom.varied import VariedCase, draw_varied

TRAINING, HELD_OUT = range(800), range(100_000, 100_048)
_FRAIL_EVERY = 4


LISTED = Path(__file__).parents[1] / "demo_model" / "phantoms.csv"
"""Seed and digest of every training slice, as the command left them beside the bundled model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A case, its seed, the name of its files, and the SHA-256 (hex) of its pixels and labels."""

    seed: int
    name: str
    case: VariedCase
    digest: str


def cases(seeds: range) -> Iterator[Numbered]:
    """The cases of some seeds; every fourth is frail."""
    for seed in seeds:
        yield case_of(seed)


def case_of(seed: int) -> Numbered:
    """The case of a seed."""
    case = draw_varied(seed, frail=seed % _FRAIL_EVERY == _FRAIL_EVERY - 1)
    return Numbered(seed=seed, name=f"d{seed:04d}", case=case, digest=digest_of(case))


def listed() -> dict[int, str]:
    """The digest of every training slice by its seed."""
    with LISTED.open(newline="") as file:
        return {int(row["seed"]): row["sha256"] for row in csv.DictReader(file)}


def drawn_otherwise(digests: Mapping[int, str]) -> list[int]:
    """Seeds whose slices are not those of the bundled model, where it saw them."""
    known = listed()
    return [seed for seed, digest in digests.items() if known.get(seed, digest) != digest]


def digest_of(case: VariedCase) -> str:
    """SHA-256 (hex) over the HU, little-endian, and the labels."""
    return hashlib.sha256(case.ct.hu.astype("<i2").tobytes() + case.labels.tobytes()).hexdigest()


def digest_of_all(digests: Iterator[str]) -> str:
    """SHA-256 (hex) over the digests in the order of the seeds: that of the set."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
