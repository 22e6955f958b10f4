"""`l3node model`: which models made numbers here, are their folders what they were, and who vouches for them."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from config.settings import AnalysisSettings
from db import models
from db.models import Seen
from db.schema import Model
from db.session import Sessions
from dicom_node import worker
from dicom_node.digests import joined_digest
from inference.errors import ModelRefused
from inference.model_card import ModelCard, ModelStatus
from inference.model_folder import ModelFolder

SHOWN = 12
"""Digits of a digest in a list; as many as make it unique are enough to name a model."""


def vouched(card: ModelCard, sessions: Sessions) -> ModelCard:
    """The card with the status that the database knows; what either calls a demonstration is one."""
    with sessions() as session:
        known = models.state_of(session, seen(card, Path()))
    if known is None or card.status is ModelStatus.DEMONSTRATION:
        return card
    return replace(card, status=ModelStatus(known))


def seen(card: ModelCard, path: Path) -> Seen:
    """What is remembered of a model."""
    limits = json.dumps(asdict(card.limits), sort_keys=True) if card.limits else None
    return Seen(
        digest=card.digest,
        name=card.name,
        version=card.version,
        state=card.status,
        path=str(path.resolve()),
        limits=limits,
    )


def model_digest(card: ModelCard) -> str:
    """What a request remembers of a model: its files, its folds and the rule that joins them."""
    return joined_digest((card.digest, card.ensemble, str(card.folds)))


def add(sessions: Sessions, rules: AnalysisSettings, path: Path, now: datetime, actor: str) -> Model:
    """Check a folder, weights included, and remember it; raises `ModelRefused`."""
    card = _opened(for_folder(rules, path)).card
    with sessions.begin() as session:
        return models.remember(session, seen(card, path), now=now, actor=actor)


def verify(sessions: Sessions, rules: AnalysisSettings, digest: str) -> str:
    """Read the folder of a remembered model again; where it is.  Raises `ModelRefused`, `NoSuchModel`."""
    with sessions() as session:
        model = models.find(session, digest)
    if model.path is None:
        raise ModelRefused(f"nobody remembers where the folder of {model.digest[:SHOWN]} is; add it again")
    found = _opened(for_folder(rules, path := Path(model.path))).card
    if found.digest != model.digest:
        raise ModelRefused(f"{model.path} has changed: it is {found.digest[:SHOWN]}, not {model.digest[:SHOWN]}")
    if changed := models.card_changes(model, seen(found, path)):
        raise ModelRefused(
            f"the card of {model.path} has changed: {', '.join(changed)}; add it again to take it over"
        )
    return model.path


def release(sessions: Sessions, digest: str, *, by: str, why: str, now: datetime) -> Model:
    """Record who vouches for a research model; raises `NoSuchModel`, and `ModelRefused` for any other status."""
    with sessions.begin() as session:
        model = models.find(session, digest)
        if not models.release(session, model, by=by, why=why, now=now):
            raise ModelRefused(f"{model.name} is {model.state}; only a research model can be released")
        return model


def show(sessions: Sessions, digest: str, console: Console) -> None:
    """All that is known of one model, and its history; raises `NoSuchModel`."""
    with sessions() as session:
        model = models.find(session, digest)
        for name in ("digest", "name", "version", "state", "path", "limits", "released_by", "released_at", "reason"):
            _say(console, f"{name:12} {_text(getattr(model, name))}")
        for event in models.audit(session, model):
            _say(console, f"{event.at:%Y-%m-%d %H:%M} {event.actor}: {event.to_state}. {event.reason or ''}")


def listed(session: Session) -> Table:
    """A line a model."""
    table = Table("digest", "name", "version", "status", "released by", "first seen")
    for model in models.known(session):
        cells = (model.digest[:SHOWN], model.name, model.version, model.state, model.released_by or "")
        table.add_row(*cells, f"{model.first_seen_at:%Y-%m-%d}")
    return table


def for_folder(rules: AnalysisSettings, path: Path) -> AnalysisSettings:
    """The same rules for another folder: the digest covers the folds that they name."""
    return rules.model_copy(update={"model": path.resolve()})


def _opened(rules: AnalysisSettings) -> ModelFolder:
    """The folder, every checkpoint of it opened without running what it brings."""
    from inference.members.weights import load_fold

    folder = worker.model_folder(rules)
    for fold in folder.folds:
        load_fold(folder.plans, fold)
    return folder


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True, markup=False)
