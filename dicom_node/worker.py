"""What a worker process does: open the model once, analyse one job at a time.  No database, no network.

The node imports this module to name the model and to hand the functions over; what is heavy (highdicom, OpenVINO,
torch) is imported inside them, in the worker.
"""

import functools
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.settings import AnalysisSettings
from dicom_node import log
from dicom_node.job import Job, NotMeasured, Outcome, Request, Segmented, Single
from inference.errors import ModelRefused
from inference.model_card import ModelCard
from inference.model_folder import BUNDLED, ModelFolder, read_model_folder

if TYPE_CHECKING:
    from dicom_node.pipeline import Models
    from inference.members import Device
    from inference.spine import VertebraFolder

WARM_UP_SEED = 1
SLICES, SPACING_MM, SIZE = 72, (5.0, 1.56, 1.56), 256
"""A coarse grid, drawn in a second; the finder and the members see the same body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a worker opens: hashable and picklable.

    `card` is what the node says of the model; a folder that is another by now is refused.  Without it (`l3node
    process`, where nobody asks the database) the folder speaks for itself.
    """

    rules: AnalysisSettings
    cache: Path
    device: "Device"
    threads: int
    card: ModelCard | None = None


def model_folder(rules: AnalysisSettings) -> ModelFolder:
    """The configured model, or the bundled one.  Raises `ModelRefused`."""
    return read_model_folder(rules.model or BUNDLED, folds=rules.folds, ensemble=rules.ensemble)


def vertebra_folder(rules: AnalysisSettings) -> "VertebraFolder | None":
    """The configured vertebra model, weights apart; None without one.  Raises `ModelRefused`."""
    from inference.spine import read_vertebra_folder

    return read_vertebra_folder(rules.vertebrae) if rules.vertebrae else None


@functools.cache
def opened(opening: Opening) -> "Models":
    """The ensemble, opened once per process; raises `ModelRefused`."""
    from dicom_node.pipeline import Models
    from inference.members import open_members
    from inference.spine import open_vertebra_model

    folder = model_folder(opening.rules)
    card = opening.card or folder.card
    if card.digest != folder.card.digest:
        raise ModelRefused(f"{folder.path} has changed since the node started; verify it and start the node again")
    members = open_members(
        folder,
        cache=opening.cache,
        device=opening.device,
        threads=opening.threads,
        mirroring=opening.rules.mirroring,
        autocast=opening.rules.autocast,
    )
    vertebrae = opening.rules.vertebrae
    second = open_vertebra_model(vertebrae, opening.device) if vertebrae else None
    return Models(card=card, members=members, second=second)


def warm(opening: Opening) -> None:
    """Analyse a phantom before work is taken: loads the model, pays every first call and checks the result."""
    log.configure()
    outcome = perform(opening, phantom_job(opening.cache))
    if isinstance(outcome, NotMeasured):
        raise RuntimeError(f"warming up failed: the phantom was not measured ({outcome.reason}: {outcome.detail})")


def perform(opening: Opening, job: Job) -> Outcome:
    """One job."""
    from dicom_node.pipeline import analyse

    return analyse(job, opened(opening), opening.rules)


def segment_single(opening: Opening, single: Single) -> Segmented | NotMeasured:
    """One slice that somebody uploaded."""
    from dicom_node import single as singles

    return singles.segment_single(single, opened(opening), opening.rules)


def phantom_job(cache: Path) -> Job:
    """A job on the small phantom, whose files are drawn the first time and kept beside the converted model."""
    folder = cache / f"warm-up-{WARM_UP_SEED}"
    if not folder.is_dir():
        _draw(folder)
    request = Request(content_digest="warm-up", identity_digest="", model_digest="", analysis_digest="")
    return Job(
        id=0,
        attempt=1,
        request=request,
        key=request.key,
        files=tuple(sorted(folder.glob("*.dcm"))),
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
        time_zone=ZoneInfo("UTC"),
    )


def _draw(folder: Path) -> None:
    from dicom_node.phantom_study import write_study
    from inference.phantom import draw

    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    write_study(draw(WARM_UP_SEED, slices=SLICES, spacing_mm=SPACING_MM, size=SIZE), made)
    try:
        made.rename(folder)
    except OSError:  # another worker was first
        shutil.rmtree(made)
