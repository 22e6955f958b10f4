"""What every step needs: the settings, the rows, the engine, the model, the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from db.session import Sessions
from dicom_node import tls
from dicom_node.work.engine import Engine
from inference.model_card import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`now` gives aware UTC, `context` that of a connection by TLS."""

    settings: Settings
    sessions: Sessions
    engine: Engine
    card: ModelCard
    now: Callable[[], datetime]
    context: tls.Context = tls.no_certificate

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.node.data
