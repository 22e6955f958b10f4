"""Rows and files of results, made without a worker."""

import gzip
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db import results, reviews
from db.results import Disposition
from db.reviews import Reviewer
from db.schema import Series, Study
from db.session import Sessions
from dicom_node import basis
from inference.l3 import Candidate, L3Evidence, L3Level, LevelStatus
from reporting.picture import neighbours
from tests.db.factories import NOW, SENT, make_asked, make_series, make_stored

SIDE, SLICES = 64, 24
HELD = Disposition(held="fold_agreement: mean pairwise Dice 0.71, 0.92 needed", destinations=("PACS",))
FACTS = {
    "l3_status": "found",
    "l3_index": 30,
    "l3_position_mm": 150.0,
    "l3_confidence": 0.93,
    "l3_anchors": "last_rib,sacrum",
    "doubts": "fold_agreement: mean pairwise Dice 0.71, 0.92 needed",
    "fold_dice": 0.71,
    "total_area_m29_150_cm2": 120.4,
    "smi_m29_150_cm2_m2": 41.2,
    "height_m": 1.71,
    "model_name": "Demonstration",
    "model_status": "demonstration",
}
SPITEFUL = {"patient_name": "<script>alert(1)</script>", "patient_id": "P-1", "study_description": "<b>x</b>"}


def body(side: int = SIDE) -> NDArray[np.int16]:
    """A disc of muscle HU in air."""
    rows, columns = np.mgrid[:side, :side]
    inside = np.hypot(rows - side / 2, columns - side / 2) < side * 0.4
    return np.where(inside, 60, -1000).astype(np.int16)


def mask(side: int = SIDE) -> NDArray[np.uint8]:
    """Three squares, one for each tissue."""
    labels = np.zeros((side, side), np.uint8)
    for tissue in (1, 2, 3):
        labels[20:28, 8 + 12 * tissue : 16 + 12 * tissue] = tissue
    return labels


def nifti(pixels: NDArray[Any], spacing_mm: float = 1.5) -> bytes:
    """As `dicom_node.nifti` writes one."""
    affine = np.diag([-spacing_mm, -spacing_mm, 5.0, 1.0])
    return gzip.compress(nibabel.Nifti1Image(pixels.T[:, :, np.newaxis], affine).to_bytes(), mtime=0)


def _keep(folder: Path, level: L3Level, labels: NDArray[np.uint8], folds: NDArray[np.uint8]) -> None:
    """What a decision rests on, and a sheet of all slices."""
    kept = basis.Basis(
        labels=labels,
        folds=folds,
        level=level,
        agreement=None,
        model=None,
        doubts=(),
        positions_mm=tuple(5.0 * at for at in range(SLICES)),
        around=tuple(range(SLICES)),
    )
    (folder / basis.NAME).write_bytes(basis.packed(kept))
    (folder / "around.webp").write_bytes(neighbours.sheet([body() - 10 * at for at in range(SLICES)]))


def with_basis(data: Path, number: int = 1) -> None:
    """Let a held case have folds, slices around, and what an approval rests on."""
    level = L3Level(status=LevelStatus.FOUND, index=12, z_mm=60.0, confidence=0.93, reason="")
    other = np.where(mask() == 1, 0, mask()).astype(np.uint8)
    _keep(data / "results" / f"{number:064d}", level, mask(), np.stack([mask(), other]))


def unmeasured_case(sessions: Sessions, data: Path, number: int = 2) -> int:
    """A study of uncertain level with the slices of its series; the id of the analysis."""
    key = f"{number:064d}"
    folder = data / "results" / key[:2] / key
    folder.mkdir(parents=True)
    candidates = (Candidate(counted_from="spine", z_mm=45.0),)
    evidence = L3Evidence(sagittal=np.zeros((120, SIDE), np.int16), pixel_mm=1.0, vertebrae=(), candidates=candidates)
    level = L3Level(
        status=LevelStatus.UNCERTAIN, index=None, z_mm=None, confidence=0.1, reason="no rib", evidence=evidence
    )
    _keep(folder, level, np.zeros((0, 0), np.uint8), basis.NO_FOLDS)
    Image.new("RGB", (1280, 1320)).save(folder / "evidence.png")
    with sessions.begin() as session:
        series = make_series(session, number)
        analysis = results.ask(session, series.study_id, series.id, make_asked(key), now=NOW)
        assert analysis is not None
        results.take(session, analysis, NOW)
        results.finish_not_measured(session, analysis, 1, "l3_uncertain: no landmark is in the series", NOW)
    return analysis


def held_case(sessions: Sessions, data: Path, number: int = 1, **study: Any) -> int:
    """A study whose result is held, with its files; the id of the analysis."""
    key = f"{number:064d}"
    folder = data / "results" / key
    folder.mkdir(parents=True)
    (folder / "image.nii.gz").write_bytes(nifti(body()))
    (folder / "label.nii.gz").write_bytes(nifti(mask()))
    Image.new("RGB", (8, 8)).save(folder / "evidence.png")
    with sessions.begin() as session:
        known = {"study_instance_uid": f"1.{number}", "state": "chosen", "first_at": NOW, "last_at": NOW}
        made = Study(**(known | SPITEFUL | study))
        series = Series(
            study=made,
            series_instance_uid=f"1.{number}.1",
            series_description="<img src=x onerror=alert(1)>",
            state="chosen",
            first_at=NOW,
            last_at=NOW,
        )
        session.add(series)
        session.flush()
        analysis = results.ask(session, made.id, series.id, make_asked(key), now=NOW)
        assert analysis is not None
        results.take(session, analysis, NOW)
        stored = [make_stored(key, kind) for kind in ("seg", "sr", "key")]
        results.finish_measured(session, analysis, 1, FACTS, stored, HELD, NOW)
    return analysis


def corrected_case(sessions: Sessions, data: Path, number: int, *, less_cm2: float, index: int = 30) -> int:
    """A study whose result was corrected to `less_cm2` less muscle on slice `index`; the id of the correction."""
    automatic = held_case(sessions, data, number)
    with sessions.begin() as session:
        by = Reviewer(account="ada", name="Ada^A")
        made = reviews.correct(session, automatic, f"labels {number}", by, NOW, painted=False)
        assert results.take(session, made, NOW)
        facts = FACTS | {"l3_index": index, "total_area_m29_150_cm2": 120.4 - less_cm2}
        stored = [make_stored(f"corrected {number}", kind) for kind in ("seg", "sr", "key")]
        assert results.finish_measured(session, made, 1, facts, stored, SENT, NOW)
    return made
