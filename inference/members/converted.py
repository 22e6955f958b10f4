"""Converted folds on disk: one file per fold, whole or absent, readable without torch and without OpenVINO.

A converted fold is a stored zip: its CRCs tell a damaged file, which is then made anew like a missing one.
"""

import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedFold:
    """OpenVINO IR (`graph` is its XML, `weights` its fp32 constants) and the mirror axes of [row, column]."""

    graph: bytes
    weights: bytes
    mirror_axes: tuple[int, ...]


def read_converted(file: Path) -> ConvertedFold | None:
    """The fold in `file`, or None where there is none or it is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            facts = json.loads(archive.read("facts.json"))
            graph, weights = archive.read("graph.xml"), archive.read("weights.bin")
        return ConvertedFold(graph=graph, weights=weights, mirror_axes=tuple(map(int, facts["mirror_axes"])))
    except (FileNotFoundError, zipfile.BadZipFile, EOFError, KeyError, ValueError):
        return None


def write_converted(file: Path, fold: ConvertedFold) -> None:
    """Write the fold under its final name in one step; the last of two writers wins, and both wrote the same."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".converting-")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("facts.json", json.dumps({"mirror_axes": fold.mirror_axes}))
            archive.writestr("graph.xml", fold.graph)
            archive.writestr("weights.bin", fold.weights)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
