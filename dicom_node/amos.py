"""`l3node train prepare-amos`: the L3 slice of every CT of a downloaded AMOS22, for labelling; nothing leaves.

AMOS has no muscle labels: the images go through the review page (or any editor) before they are a DATA folder.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from rich.console import Console

from dicom_node.console import bar
from inference.ct import CtVolume
from inference.errors import Unsuitable
from inference.l3 import locate
from inference.slice_files import IMAGE, UNREADABLE, write_slice
from inference.training.card import SOURCE

_FOLDERS = ("imagesTr", "imagesVa", "imagesTs")
_LICENCE_KEYS = ("licence", "license")
_LICENCE_FILES = ("LICEN*", "Licen*", "licen*", "README*", "readme*")
_AIR_HU = -500
_MOST_CHARACTERS = 4000
UNSTATED = "No licence text was found with the data. Sources disagree on that of AMOS22: ask before you use it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What became of one volume: `index` counts slices from caudal, None where nothing was written."""

    name: str
    index: int | None
    confidence: float
    without_doubt: bool
    reason: str


class NoAmos(Exception):
    """The folder does not look like AMOS22; the message says what is missing."""


def prepare(amos: Path, out: Path, console: Console) -> list[Level]:
    """Write NAME-image.nii.gz for every CT that shows L3, levels.csv and SOURCE.md; raises `NoAmos`."""
    volumes = [path for folder in _FOLDERS for path in sorted((amos / folder).glob("*.nii.gz"))]
    if not volumes:
        raise NoAmos(f"{amos} has no images in {', '.join(_FOLDERS)}")
    out.mkdir(parents=True, exist_ok=True)
    licence = licence_of(amos)
    console.print(licence, highlight=False, markup=False)
    origin = "- Images: AMOS22, L3 slices chosen by l3node. Labels: whoever drew them."
    (out / SOURCE).write_text(f"{origin}\n\n{licence}\n")
    found = []
    with bar(console) as progress:
        task = progress.add_task("finding L3", total=len(volumes))
        for path in volumes:
            found.append(_prepare(path, out))
            progress.advance(task)
    with (out / "levels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "slice", "confidence", "without_doubt", "reason"))
        writer.writerows((one.name, one.index, one.confidence, one.without_doubt, one.reason) for one in found)
    return found


def licence_of(amos: Path) -> str:
    """What stands with the data, word for word, each with the name of its file."""
    return "\n\n".join(_licences(amos)) or UNSTATED


def _licences(amos: Path) -> Iterator[str]:
    for path in sorted(amos.glob("dataset*.json")):
        stated = _stated(path)
        for key in _LICENCE_KEYS:
            if key in stated:
                yield f'{path.name}, "{key}": {stated[key]}'
    files = {path for pattern in _LICENCE_FILES for path in amos.glob(pattern) if path.is_file()}
    for path in sorted(files):
        yield f"{path.name}:\n{path.read_text(errors='replace')[:_MOST_CHARACTERS].strip()}"


def _stated(path: Path) -> dict[str, Any]:
    """A JSON object; nothing of a file that is none."""
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _prepare(path: Path, out: Path) -> Level:
    name = path.name.removesuffix(".nii.gz")
    try:
        volume = read_volume(path)
    except UNREADABLE as fault:
        return _without_l3(name, f"can't be read: {fault}".replace(str(path), path.name))
    if volume.hu.min() > _AIR_HU:
        return _without_l3(name, "no CT: nothing is as dark as air")
    try:
        level = locate(volume)
    except Unsuitable as why:
        return _without_l3(name, str(why))
    if level.index is not None:
        thickness, *pixel_mm = volume.spacing_mm
        write_slice(out / f"{name}{IMAGE}", volume.hu[level.index], (pixel_mm[0], pixel_mm[1]), thickness)
    return Level(
        name=name, index=level.index, confidence=round(level.confidence, 3), without_doubt=level.without_doubt,
        reason=level.reason,
    )  # fmt: skip


def _without_l3(name: str, why: str) -> Level:
    return Level(name=name, index=None, confidence=0, without_doubt=False, reason=why)


def read_volume(path: Path) -> CtVolume:
    """A NIfTI volume in canonical orientation."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    x, y, z = (float(size) for size in image.header.get_zooms()[:3])
    hu = np.clip(np.rint(np.asarray(image.dataobj, np.float32)), -1024, 3071).astype(np.int16)
    return CtVolume(hu=np.ascontiguousarray(hu.transpose(2, 1, 0)[:, ::-1, ::-1]), spacing_mm=(z, y, x))
