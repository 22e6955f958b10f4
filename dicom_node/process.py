"""`l3node process`: the node's own pipeline on files, without network or database."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from config.settings import AnalysisSettings
from dicom_node import worker
from dicom_node.digests import joined_digest, settings_digest
from dicom_node.durable import write_durably
from dicom_node.job import Job, Measured, NotMeasured, Outcome, Request
from dicom_node.pipeline import Tell, analyse, silent
from dicom_node.study.series import walk

NUMBERS = "measurements.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to tell: the word, the reasons, the outcome itself and the files written."""

    word: Literal["measured", "held", "not measured"]
    reasons: tuple[str, ...]
    outcome: Outcome
    written: tuple[Path, ...]


def process(
    files: Iterable[Path], out: Path, opening: worker.Opening, zone: ZoneInfo, tell: Tell = silent
) -> Verdict:
    """Analyse the best series among `files` (folders are walked) and write what was made to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    tell("model")
    models = worker.opened(opening)
    job = _job(tuple(walk(files)), models.card.digest, opening.rules, zone)
    outcome = analyse(job, models, opening.rules, tell)
    written = tuple(_write(outcome, out, job.key))
    if isinstance(outcome, NotMeasured):
        return Verdict(
            word="not measured", reasons=(f"{outcome.reason}: {outcome.detail}",), outcome=outcome, written=written
        )
    word: Literal["held", "measured"] = "held" if outcome.doubts else "measured"
    return Verdict(word=word, reasons=outcome.doubts, outcome=outcome, written=written)


def _job(files: tuple[Path, ...], model_digest: str, rules: AnalysisSettings, zone: ZoneInfo) -> Job:
    request = Request(
        content_digest=joined_digest(str(path) for path in files),
        identity_digest="",
        model_digest=model_digest,
        analysis_digest=settings_digest(rules),
    )
    return Job(
        id=0, attempt=1, request=request, key=request.key, files=files, asked_at=datetime.now(UTC), time_zone=zone
    )


def _write(outcome: Outcome, out: Path, key: str) -> Iterator[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for earlier in _written_before(out):  # another patient's objects must not stand beside this verdict
        earlier.unlink(missing_ok=True)
    for name, data in _contents(outcome, key[:12]):
        write_durably(out / name, data)
        yield out / name


def _written_before(out: Path) -> list[Path]:
    """What an earlier run wrote here by its own account; nobody else's files."""
    try:
        names = json.loads((out / NUMBERS).read_text())["files"]
        return [out / Path(name).name for name in names]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _contents(outcome: Outcome, prefix: str) -> Iterator[tuple[str, bytes]]:
    files = dict(_objects(outcome, prefix))
    told: dict[str, object]
    if isinstance(outcome, Measured):
        told = {"status": "held" if outcome.doubts else "measured", **outcome.facts, "seconds": outcome.seconds}
    else:
        told = {"status": "not measured", "reason": str(outcome.reason), "detail": outcome.detail}
    told["files"] = [*files, NUMBERS]
    yield from files.items()
    yield NUMBERS, json.dumps(told, indent=2, ensure_ascii=False).encode()


def _objects(outcome: Outcome, prefix: str) -> Iterator[tuple[str, bytes]]:
    if isinstance(outcome, NotMeasured) and outcome.choice and outcome.choice.evidence_png:
        yield "evidence.png", outcome.choice.evidence_png
    if isinstance(outcome, Measured):
        for encoded in outcome.objects:
            yield f"{encoded.kind}.dcm", encoded.data
        yield f"{prefix}-image.nii.gz", outcome.image_nii
        yield f"{prefix}-label.nii.gz", outcome.label_nii
        if outcome.evidence_png:
            yield "evidence.png", outcome.evidence_png
