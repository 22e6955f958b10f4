"""Open a genuine nnU-Net v2 2D results folder without trusting it: allow-lists, bounded sizes, a digest.

Nothing of the folder is executed here and torch is not imported; the weights themselves are opened in
`inference.members.weights`.  Names and keys are nnU-Net's own (plans.json, dataset.json, fold_<k>/).
"""

import hashlib
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from inference.errors import ModelRefused
from inference.model_card import Limits, ModelCard, ModelStatus
from inference.model_plans import Allowed, DatasetFile, Name, Plans, Stated
from inference.segmentation import EnsembleRule

BUNDLED = Path(__file__).with_name("demo_model")
"""The demonstration folds."""
CheckpointKind: TypeAlias = Literal["final", "best"]

MAX_JSON_BYTES = 8 * 2**20
MAX_CHECKPOINT_BYTES = 2 * 2**30  # the paper's network with optimizer state is about 0.4 GiB
MAX_FOLDS = 20  # nnU-Net trains five
VERSION_DIGITS = 12


def _ascending(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] > interval[1]:
        raise ValueError("the lower limit comes first")
    return interval


_Interval: TypeAlias = Annotated[tuple[float, float], AfterValidator(_ascending)]


class _Limits(Allowed):
    area_cm2: _Interval
    hu: _Interval
    cases: Annotated[int, Field(ge=1)]
    source: Annotated[str, Field(min_length=1, max_length=500)]


class _CardFile(Stated):
    name: Name
    version: Name
    status: Literal["demonstration", "research"] = "research"
    limits: _Limits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One trained fold: its number, its checkpoint file, and the SHA-256 (hex) of that file.

    `digest` (hex) also covers plans.json and dataset.json: equal digests make equal probabilities.
    """

    number: int
    checkpoint: Path
    checkpoint_digest: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A checked results folder: plans, folds to use in ascending order, and what must be said of it."""

    path: Path
    plans: Plans
    folds: tuple[Fold, ...]
    card: ModelCard


def read_model_folder(
    path: Path,
    *,
    folds: Literal["all"] | int | Sequence[int] = "all",
    checkpoint: CheckpointKind = "final",
    ensemble: EnsembleRule = "probability",
) -> ModelFolder:
    """Check the folder at `path` and name its members.

    `checkpoint` names the file of every fold (checkpoint_final.pth or checkpoint_best.pth); there is no silent
    change between them.  An optional model_card.json beside plans.json gives name and version, may say
    `"status": "demonstration"` and may state `"limits"` of agreement with readers; it cannot release its model.
    Raises ModelRefused with one sentence for the administrator.
    """
    plans_bytes, dataset_bytes = bounded_bytes(path / "plans.json"), bounded_bytes(path / "dataset.json")
    plans = _parsed(Plans, plans_bytes, "plans.json")
    _parsed(DatasetFile, dataset_bytes, "dataset.json")
    base = _digest(plans_bytes, dataset_bytes)
    members = tuple(_fold(path, number, checkpoint, base) for number in fold_numbers(path, folds))
    digest = _digest(*(member.digest.encode() for member in members))
    card = _card(path, plans, digest, tuple(member.number for member in members), ensemble)
    return ModelFolder(path=path, plans=plans, folds=members, card=card)


_Part = TypeVar("_Part", bound=Stated)


def bounded_bytes(file: Path) -> bytes:
    """The content of a small file of the folder; raises ModelRefused."""
    if not file.is_file():
        raise ModelRefused(f"{file.name} is missing in {file.parent}")
    if file.stat().st_size > MAX_JSON_BYTES:
        raise ModelRefused(f"{file.name} is larger than {MAX_JSON_BYTES} bytes")
    return file.read_bytes()


def _parsed(kind: type[_Part], content: bytes, name: str) -> _Part:
    try:
        return kind.model_validate_json(content)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelRefused(f"{name} does not fit a 2D model of the muscles: {where}: {first['msg']}") from fault


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def fold_numbers(path: Path, folds: Literal["all"] | int | Sequence[int]) -> list[int]:
    """The folds to use, ascending, by the names of the folder alone; raises ModelRefused and OSError."""
    if isinstance(folds, int):
        return [folds]
    present = [int(name[1]) for child in path.iterdir() if (name := re.fullmatch(r"fold_(\d{1,3})", child.name))]
    wanted = present if folds == "all" else folds
    if not wanted:
        raise ModelRefused(f"{path} has no fold_<k> folder to use")
    if len(numbers := {int(number) for number in wanted}) > MAX_FOLDS:
        raise ModelRefused(f"{path} has {len(numbers)} folds to use, {MAX_FOLDS} folds at most")
    return sorted(numbers)


def _fold(path: Path, number: int, checkpoint: CheckpointKind, base: str) -> Fold:
    file = path / f"fold_{number}" / f"checkpoint_{checkpoint}.pth"
    if not file.is_file():
        raise ModelRefused(f"fold_{number} has no checkpoint_{checkpoint}.pth")
    if max(file.stat().st_size, _unpacked_bytes(file)) > MAX_CHECKPOINT_BYTES:
        raise ModelRefused(f"{file.parent.name}/{file.name} is larger than {MAX_CHECKPOINT_BYTES} bytes")
    with file.open("rb") as stream:
        own = hashlib.file_digest(stream, "sha256").hexdigest()
    return Fold(number=number, checkpoint=file, checkpoint_digest=own, digest=_digest(base.encode(), own.encode()))


def _unpacked_bytes(file: Path) -> int:
    try:
        with zipfile.ZipFile(file) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as fault:
        raise ModelRefused(f"{file.parent.name}/{file.name} is not a PyTorch checkpoint") from fault


def _card(path: Path, plans: Plans, digest: str, folds: tuple[int, ...], ensemble: EnsembleRule) -> ModelCard:
    file = path / "model_card.json"
    name, version = f"{plans.dataset_name} {plans.plans_name}"[:64], digest[:VERSION_DIGITS]
    status, limits = ModelStatus.RESEARCH, None
    if file.exists():
        stated = _parsed(_CardFile, bounded_bytes(file), file.name)
        name, version, status = stated.name, stated.version, ModelStatus(stated.status)
        limits = Limits(**stated.limits.model_dump()) if stated.limits else None
    return ModelCard(
        name=name, version=version, digest=digest, status=status, folds=folds, ensemble=ensemble, limits=limits
    )
