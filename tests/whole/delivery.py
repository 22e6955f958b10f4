"""A node's deliveries without a node: real rows, files and peers, a clock that is told what time it is."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydicom.uid import CTImageStorage

from config.settings import Settings
from db import results
from db.results import Disposition, Stored
from db.schema import Analysis, Delivery, Event
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node.rounds import Rounds
from dicom_node.steps import Steps
from dicom_node.work.engine import Work
from dicom_node.worker import model_folder
from tests.db.factories import ask, make_series
from tests.factories import make_settings, rows
from tests.unit.node.factories import make_image, part10
from tests.wire.peers import numbered

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Office:
    """Steps and rounds over one database; `now` is moved by the test, `handed` is what the engine was given."""

    settings: Settings
    sessions: Sessions
    now: datetime = NOON
    handed: list[Work] = field(default_factory=list)

    def __post_init__(self) -> None:
        shared: dict[str, Any] = {
            "settings": self.settings,
            "sessions": self.sessions,
            "engine": self,
            "card": model_folder(self.settings.analysis).card,
            "now": lambda: self.now,
        }
        self.steps = Steps(**shared)
        self.rounds = Rounds(**shared, busy_series=frozenset)

    def known(self, _session: object) -> Mapping[Work, int]:
        """Nobody is at it: what is due is handed over each time."""
        return {}

    def hand_over(self, _session: object, work: Work, priority: int = 0) -> None:
        if work not in self.handed:
            self.handed.append(work)

    def result(self, number: int, *names: str, priority: int = 0, seg: str = CTImageStorage) -> int:
        """A finished result with three small objects and parcels for these destinations; `seg` is a SOP class."""
        with self.sessions.begin() as session:
            series = make_series(session, number)
            series.study.source_ae, series.study.patient_id = "SCANNER", "P-1"
            analysis_id = ask(session, series, str(number), priority=priority, now=self.now)
            assert results.take(session, analysis_id, self.now)
            kinds = {"seg": seg, "sr": CTImageStorage, "key": CTImageStorage}
            stored = [self._object(number, place, *kind) for place, kind in enumerate(kinds.items(), 1)]
            where = Disposition(held=None, destinations=names)
            results.finish_measured(session, analysis_id, 1, {}, stored, where, self.now)
        return analysis_id

    def _object(self, number: int, place: int, kind: str, sop_class: str) -> Stored:
        path = self.settings.node.data / "results" / str(number) / f"{kind}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        place += 10 * number
        of = {"StudyInstanceUID": f"1.{number}", "SeriesInstanceUID": f"1.2.{place}", "SOPClassUID": sop_class}
        image = make_image(**numbered(place, **of))
        path.write_bytes(part10(image))
        return Stored(
            kind=kind,
            sop_class_uid=sop_class,
            sop_instance_uid=f"1.2.3.{place}",
            series_instance_uid=f"1.2.{place}",
            path=str(path.relative_to(self.settings.node.data)),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            size_bytes=path.stat().st_size,
        )

    def tick(self, seconds: float = 0) -> None:
        """Let time pass, then do what the sweep finds."""
        self.now += timedelta(seconds=seconds)
        self.handed.clear()
        self.rounds.sweep()
        for work in tuple(self.handed):
            perform = getattr(self.steps, work.kind)
            perform(work)

    def states(self, destination: str) -> list[str]:
        """Of all parcels for a destination, oldest first."""
        return [row.state for row in rows(self.sessions, Delivery, destination=destination)]

    def parcels(self, destination: str) -> list[Delivery]:
        return rows(self.sessions, Delivery, destination=destination)

    def events(self, entity: str) -> list[Event]:
        return rows(self.sessions, Event, entity=entity)

    def analysis(self, analysis_id: int) -> Analysis:
        (found,) = rows(self.sessions, Analysis, id=analysis_id)
        return found


@contextmanager
def office(data: Path, *destinations: dict[str, Any], **sections: Any) -> Iterator[Office]:
    """An office with a fresh database in `data`."""
    settings = make_settings(data, destination=list(destinations), **sections)
    upgrade(settings.database_url)
    engine = open_engine(settings.database_url)
    try:
        yield Office(settings, open_sessions(engine))
    finally:
        engine.dispose()
