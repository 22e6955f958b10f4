"""What every step needs: the settings, the rows, the engine, the model, the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.settings import AnyDestination, Settings, Source
from db.schema import Analysis, Study
from db.session import Sessions
from dicom_node import folders, tls
from dicom_node.patient_key import key_of_study
from dicom_node.site_secret import site_secret
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
        """The folder below which files are, as rows name them."""
        return self.settings.node.files

    def key_of(self, study: Study) -> str | None:
        """What stands for the patient of a study in a cohort."""
        return key_of_study(site_secret(self.data), self.settings.source, study)

    def destination(self, name: str) -> AnyDestination | None:
        """The section of a destination; None when it is no longer in the settings."""
        return next((to for to in self.settings.destination if to.name == name), None)

    def source(self, title: str) -> Source | None:
        """The section of a source; None for a title that is in no settings."""
        return next((one for one in self.settings.source if one.ae_title.strip() == title), None)

    def folder_of(self, result: Analysis) -> Path | None:
        """Where the objects of a result lie, and what it rests on; None for one that has none."""
        return folders.folder_of(self.data, result)
