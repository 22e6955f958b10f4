"""Rows by keyword: arrivals, requests, stored objects."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from db import inbox, results
from db.inbox import Arrival, Registered
from db.models import Seen
from db.results import Asked, Disposition, Stored
from db.schema import Series, Study

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
SENT = Disposition(held=None, destinations=("PACS",))


def make_arrival(number: int = 1, **overrides: Any) -> Arrival:
    """Object `number` of one series, as it was read back from its file."""
    arrival = Arrival(
        path=f"spool/incoming/a/{number:06d}.dcm",
        size_bytes=1000,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        sop_instance_uid=f"1.2.3.{number}",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        study_instance_uid="1.2",
        series_instance_uid="1.2.3",
        patient_id="P-1",
        issuer_of_patient_id=None,
        accession_number="A-1",
        source_ae="SCANNER",
        identity_digest="identity",
        pixels_digest=f"pixels {number}",
        position_mm=5.0 * number,
        received_at=NOW,
    )
    return replace(arrival, **overrides)


def register(session: Session, *arrivals: Arrival, same_pixels: bool = False) -> Registered:
    """Register arrivals; `same_pixels` is what decoding would find."""
    return inbox.register(session, arrivals, lambda _one, _other: same_pixels)


def make_series(session: Session, number: int = 1) -> Series:
    """A study with one closed series."""
    study = Study(study_instance_uid=f"1.{number}", state="chosen", first_at=NOW, last_at=NOW)
    series = Series(study=study, series_instance_uid=f"1.{number}.1", state="chosen", first_at=NOW, last_at=NOW)
    session.add(series)
    session.flush()
    return series


def make_seen(digest: str = "abcdef", **overrides: Any) -> Seen:
    """A research model as its folder shows it."""
    seen = Seen(digest=digest, name="Muscles", version="1", state="research", path="/models/l3", limits=None)
    return replace(seen, **overrides)


def make_asked(key: str = "key", **overrides: Any) -> Asked:
    """A request that differs by its key."""
    digests = {name: name for name in ("content_digest", "model_digest", "analysis_digest")}
    return Asked(key=key, **({"identity_digest": f"identity {key}"} | digests | overrides))


def ask(session: Session, series: Series, key: str = "key", **more: Any) -> int:
    """A queued request."""
    found = results.ask(session, series.study_id, series.id, make_asked(key), **({"now": NOW} | more))
    assert found is not None
    return found


def make_stored(key: str, kind: str, **overrides: Any) -> Stored:
    """An encoded object of the request with `key`."""
    stored = Stored(
        kind=kind,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.66.4",
        sop_instance_uid=f"2.25.{key}.{kind}",
        series_instance_uid="2.25.9",
        path=f"results/{key}/{kind}.dcm",
        sha256="0" * 64,
        size_bytes=9,
    )
    return replace(stored, **overrides)


def finish(
    session: Session, analysis_id: int, *, attempt: int = 1, disposition: Disposition = SENT, now: datetime = NOW
) -> bool:
    """The result of a running attempt, with its three objects."""
    stored = [make_stored(str(analysis_id), kind) for kind in ("seg", "sr", "key")]
    facts = {"psoas_area_mask_cm2": 12.5}
    return results.finish_measured(session, analysis_id, attempt, facts, stored, disposition, now)


def done(session: Session, series: Series, key: str = "key", **more: Any) -> int:
    """A request that was asked, taken and measured."""
    analysis_id = ask(session, series, key)
    assert results.take(session, analysis_id, NOW)
    assert finish(session, analysis_id, **more)
    return analysis_id
