"""What a later revision rests on: labels, level and agreement of a result, kept beside its objects.

An approval or a correction is encoded from it without a look at the volume and without a model.  The pages read it
too: the folds' own labels, the other candidates for the level.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.l3.level import Candidate, L3Evidence, L3Level, LevelStatus, Vertebra
from inference.labels import LabelMap, Tissue
from inference.model_card import Limits, ModelCard, ModelStatus
from inference.segmentation import Agreement

NAME = "finding.npz"
NO_FOLDS = np.zeros((0, 0, 0), np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A finding as it was.

    `labels` are canonical; `folds` UInt8[fold, row, column] are the members' own labels, empty where there were none
    or one; `positions_mm` are the heights of all slices of the series, caudal first; `around` are the slices on the
    sheet of neighbours.
    """

    labels: LabelMap
    folds: NDArray[np.uint8]
    level: L3Level
    agreement: Agreement | None
    model: ModelCard | None
    doubts: tuple[str, ...]
    positions_mm: tuple[float, ...]
    around: tuple[int, ...] = ()


def packed(basis: Basis) -> bytes:
    """As a compressed NumPy archive; same in, same bytes out."""
    level, buffer = basis.level, BytesIO()
    told = {
        "level": asdict(replace(level, evidence=None)),
        "evidence": _told(level.evidence) if level.evidence else None,
        "agreement": asdict(basis.agreement) if basis.agreement else None,
        "model": asdict(basis.model) if basis.model else None,
        "doubts": basis.doubts,
        "around": basis.around,
    }
    sagittal = level.evidence.sagittal if level.evidence else np.zeros((0, 0), np.int16)
    text = np.frombuffer(json.dumps(told, sort_keys=True).encode(), np.uint8)
    positions = np.asarray(basis.positions_mm, np.float64)
    np.savez_compressed(
        buffer, labels=basis.labels, folds=basis.folds, sagittal=sagittal, positions_mm=positions, told=text
    )
    return buffer.getvalue()


def read(path: Path) -> Basis:
    """What `packed` made; nothing in it is executed."""
    with np.load(path, allow_pickle=False) as archive:
        told = json.loads(archive["told"].tobytes())
        return Basis(
            labels=archive["labels"],
            folds=archive["folds"],
            level=_level(told, archive["sagittal"]),
            agreement=_agreement(told["agreement"]),
            model=_model(told["model"]),
            doubts=tuple(told["doubts"]),
            positions_mm=tuple(archive["positions_mm"].tolist()),
            around=tuple(told["around"]),
        )


def _told(evidence: L3Evidence) -> dict[str, Any]:
    return {
        "pixel_mm": evidence.pixel_mm,
        "vertebrae": [asdict(one) for one in evidence.vertebrae],
        "candidates": [asdict(one) for one in evidence.candidates],
    }


def _level(told: Mapping[str, Any], sagittal: NDArray[np.int16]) -> L3Level:
    level, seen = told["level"], told["evidence"]
    evidence = seen and L3Evidence(
        sagittal=sagittal,
        pixel_mm=seen["pixel_mm"],
        vertebrae=tuple(Vertebra(**one) for one in seen["vertebrae"]),
        candidates=tuple(Candidate(**one) for one in seen["candidates"]),
    )
    known = level | {"status": LevelStatus(level["status"]), "anchors": tuple(level["anchors"]), "evidence": evidence}
    return L3Level(**known)


def _agreement(told: Mapping[str, Any] | None) -> Agreement | None:
    if told is None:
        return None
    return Agreement(**{**told, "per_tissue": {Tissue(int(key)): dice for key, dice in told["per_tissue"].items()}})


def _model(told: Mapping[str, Any] | None) -> ModelCard | None:
    if told is None:
        return None
    limits = told["limits"] and Limits(
        **{**told["limits"], "area_cm2": tuple(told["limits"]["area_cm2"]), "hu": tuple(told["limits"]["hu"])}
    )
    return ModelCard(
        **{**told, "status": ModelStatus(told["status"]), "folds": tuple(told["folds"]), "limits": limits}
    )
