"""What arrived: files become rows here, in batches, and again after a crash."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.schema import Instance, Series, Study
from db.states import Entity, move, note

SamePixels = Callable[[str, str], bool | None]
"""Whether a known and a new file hold the same pixels after decoding, by their paths; None: nobody has looked yet."""


AT_ONCE = 500
"""UIDs of one statement: databases bound its parameters, and some peers keep an association open for days."""

INSTANCE_COLUMNS = (
    *("sop_instance_uid", "sop_class_uid", "transfer_syntax_uid", "path", "size_bytes"),
    *("identity_digest", "pixels_digest", "position_mm", "received_at"),
)
"""What an instance's row has of its arrival."""


class Undecided(Exception):
    """Files have to be compared first, outside of the transaction.  `pairs` are their paths: known, new."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__("files in other transfer syntaxes are not yet compared")
        self.pairs = tuple(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One stored object, read back from its file.  `path` is relative to the data folder."""

    path: str
    size_bytes: int
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    study_instance_uid: str
    series_instance_uid: str
    patient_id: str | None
    issuer_of_patient_id: str | None
    accession_number: str | None
    source_ae: str | None
    identity_digest: str
    pixels_digest: str
    position_mm: float | None
    received_at: datetime
    adopted: bool = False
    """Its file was found at a start, without a row."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registrar must do with the files, after the commit: `drop` them or put them `aside`."""

    drop: tuple[str, ...]
    aside: tuple[str, ...]


def register(session: Session, arrivals: Sequence[Arrival], same_pixels: SamePixels) -> Registered:
    """Make rows of files; raises `Undecided` when `same_pixels` has no answer yet.

    New object: row, and its series and study are open again.  Same pixels and identity: no-op, the file is dropped.
    Same pixels, other identity: the new file takes the row.  Other pixels under the same UID: the file goes aside
    and the series is marked; nothing is overwritten.
    """
    rows = _Rows(session, arrivals)
    drop: list[str] = []
    aside: list[str] = []
    undecided: list[tuple[str, str]] = []
    for arrival in arrivals:
        known = rows.instance(arrival.sop_instance_uid)
        if known is None:
            _add(session, rows, arrival)
        elif known.path == arrival.path:
            continue
        elif known.purged_at and _is_comparable(known, arrival):
            _restore(session, rows, known, arrival)
        elif (same := _same(known, arrival, same_pixels)) is None:
            undecided.append((known.path, arrival.path))
        elif not same:
            _mark_changed(session, known, arrival)
            aside.append(arrival.path)
        elif known.identity_digest == arrival.identity_digest or _is_older(arrival, known):
            drop.append(arrival.path)
        else:
            drop.append(_replace(session, rows, known, arrival))
    if undecided:
        raise Undecided(undecided)
    rows.insert_new()
    return Registered(tuple(drop), tuple(aside))


class _Rows:
    """The rows that a batch meets, by UID: what is known is read at once, new instances are inserted at once."""

    def __init__(self, session: Session, arrivals: Sequence[Arrival]) -> None:
        self._session = session
        self._new: dict[str, dict[str, Any]] = {}
        self.studies = _known(session, Study.study_instance_uid, arrivals)
        self.series = _known(session, Series.series_instance_uid, arrivals)
        self._instances = _known(session, Instance.sop_instance_uid, arrivals)

    def instance(self, sop_instance_uid: str) -> Instance | None:
        """The row of an object, also of one that came earlier in this batch."""
        if sop_instance_uid in self._new:
            self.insert_new()
            query = select(Instance).where(Instance.sop_instance_uid == sop_instance_uid)
            self._instances[sop_instance_uid] = self._session.scalars(query).one()
        return self._instances.get(sop_instance_uid)

    def add(self, series: Series, arrival: Arrival) -> None:
        """Remember a new instance; its row is written with the others."""
        values = {column: getattr(arrival, column) for column in INSTANCE_COLUMNS}
        self._new[arrival.sop_instance_uid] = values | {"series_id": series.id}

    def insert_new(self) -> None:
        """Write the rows of all new instances."""
        if self._new:
            self._session.execute(insert(Instance), list(self._new.values()))
            self._new.clear()


def _known(session: Session, column: InstrumentedAttribute[str], arrivals: Sequence[Arrival]) -> dict[str, Any]:
    """Rows by the UID in `column`."""
    uids = {getattr(arrival, column.key) for arrival in arrivals}
    query = select(column.class_).where(column.in_(sorted(uids)))
    return {getattr(row, column.key): row for row in session.scalars(query)}


def _same(known: Instance, arrival: Arrival, same_pixels: SamePixels) -> bool | None:
    if known.pixels_digest == arrival.pixels_digest:
        return True
    recoded = known.transfer_syntax_uid != arrival.transfer_syntax_uid
    moved = known.series.series_instance_uid != arrival.series_instance_uid
    return recoded and not moved and same_pixels(known.path, arrival.path)


def _is_older(arrival: Arrival, known: Instance) -> bool:
    """A file that a crash left behind; what comes just now is newer whatever the clock says: it may have been set."""
    return arrival.adopted and arrival.received_at < known.received_at


def _is_comparable(known: Instance, arrival: Arrival) -> bool:
    """Of purged images only digests are left: equal ones are the same, of another transfer syntax nobody knows."""
    return known.pixels_digest == arrival.pixels_digest or known.transfer_syntax_uid != arrival.transfer_syntax_uid


def _restore(session: Session, rows: "_Rows", known: Instance, arrival: Arrival) -> None:
    """A purged image was sent again: the same is there again for a revision, and asks nothing anew."""
    same = (known.pixels_digest, known.identity_digest) == (arrival.pixels_digest, arrival.identity_digest)
    if not same:
        _replace(session, rows, known, arrival)
    known.path, known.purged_at, known.received_at = arrival.path, None, arrival.received_at
    known.series.study.last_at = max(known.series.study.last_at, arrival.received_at)


def _add(session: Session, rows: _Rows, arrival: Arrival) -> None:
    series = _series(session, rows, arrival)
    _reopen(session, series, arrival.received_at, "a new image")
    rows.add(series, arrival)


def _replace(session: Session, rows: _Rows, known: Instance, arrival: Arrival) -> str:
    """Give the row the file with the new identity; return the path it had."""
    old = known.path
    known.path, known.size_bytes = arrival.path, arrival.size_bytes
    known.transfer_syntax_uid = arrival.transfer_syntax_uid
    known.identity_digest, known.pixels_digest = arrival.identity_digest, arrival.pixels_digest
    known.received_at = arrival.received_at
    study = known.series.study = _study(session, rows, arrival)
    session.flush()
    _reopen(session, known.series, arrival.received_at, "patient or study attributes changed")
    study.patient_id, study.issuer_of_patient_id = arrival.patient_id, arrival.issuer_of_patient_id
    study.accession_number, study.identity = arrival.accession_number, None  # the images say it themselves now
    return old


def _mark_changed(session: Session, known: Instance, arrival: Arrival) -> None:
    known.series.source_changed = True
    remark = f"other pixels under a known SOPInstanceUID, kept aside ({arrival.path})"
    state = known.series.state
    note(session, Entity.SERIES, known.series_id, state, state, now=arrival.received_at, reason=remark)


def _series(session: Session, rows: _Rows, arrival: Arrival) -> Series:
    if found := rows.series.get(arrival.series_instance_uid):
        return found
    rows.series[arrival.series_instance_uid] = series = Series(
        study=_study(session, rows, arrival),
        series_instance_uid=arrival.series_instance_uid,
        state="receiving",
        interrupted=True,  # until the association that carries it is released
        first_at=arrival.received_at,
        last_at=arrival.received_at,
    )
    session.add(series)
    session.flush()
    note(session, Entity.SERIES, series.id, None, "receiving", now=arrival.received_at)
    return series


def _study(session: Session, rows: _Rows, arrival: Arrival) -> Study:
    if found := rows.studies.get(arrival.study_instance_uid):
        return found
    rows.studies[arrival.study_instance_uid] = study = Study(
        study_instance_uid=arrival.study_instance_uid,
        state="open",
        patient_id=arrival.patient_id,
        issuer_of_patient_id=arrival.issuer_of_patient_id,
        accession_number=arrival.accession_number,
        source_ae=arrival.source_ae,
        first_at=arrival.received_at,
        last_at=arrival.received_at,
    )
    session.add(study)
    session.flush()
    note(session, Entity.STUDY, study.id, None, "open", now=arrival.received_at)
    return study


def _reopen(session: Session, series: Series, now: datetime, why: str) -> None:
    """News for a series: it receives again, its association is not yet released, and its study is open."""
    if series.state != "receiving":
        move(session, Entity.SERIES, series.id, series.state, "receiving", now=now, reason=why)
    if series.study.state != "open":
        begins = {"first_at": now}
        move(session, Entity.STUDY, series.study_id, series.study.state, "open", now=now, reason=why, changes=begins)
    series.interrupted = True  # until a release is seen: rows made of adopted files have lost theirs
    series.last_at = max(series.last_at, now)
    series.study.last_at = max(series.study.last_at, now)


def without_row(session: Session, paths: Sequence[str]) -> list[str]:
    """Those of `paths` that no row knows, in their order: such a spool file is adopted."""
    known = frozenset(session.scalars(select(Instance.path).where(Instance.path.in_(paths))))
    return [path for path in paths if path not in known]


def association_ended(session: Session, series_instance_uids: Sequence[str], *, released: bool) -> None:
    """Remember whether the last association of each series was released or broke off."""
    for first in range(0, len(series_instance_uids), AT_ONCE):
        part = series_instance_uids[first : first + AT_ONCE]
        session.execute(
            update(Series)
            .where(Series.series_instance_uid.in_(part), Series.state == "receiving")
            .values(interrupted=not released)
        )


def positions(session: Session, series_id: int) -> tuple[float, ...]:
    """Slice positions along the normal, mm, sorted; unknown ones are left out."""
    found = session.scalars(select(Instance.position_mm).where(Instance.series_id == series_id))
    return tuple(sorted(position for position in found if position is not None))


def files(session: Session, series_id: int) -> tuple[str, ...]:
    """Paths of a series' objects, relative to the data folder."""
    found = select(Instance.path).where(Instance.series_id == series_id).order_by(Instance.id)
    return tuple(session.scalars(found))


def still_receiving(session: Session, study_id: int) -> int:
    """Number of series of a study that are not closed."""
    query = select(func.count()).where(Series.study_id == study_id, Series.state == "receiving")
    return session.scalar(query) or 0


def receiving(session: Session) -> list[Series]:
    """Series that are being received."""
    return list(session.scalars(select(Series).where(Series.state == "receiving").order_by(Series.id)))


def open_studies(session: Session) -> list[Study]:
    """Studies that are not settled."""
    return list(session.scalars(select(Study).where(Study.state == "open").order_by(Study.id)))


def close_all(session: Session, study_id: int, why: str, now: datetime) -> None:
    """Close what a settled study was still receiving; an image that comes all the same opens both again."""
    query = select(Series.id).where(Series.study_id == study_id, Series.state == "receiving")
    for series_id in session.scalars(query).all():
        move(session, Entity.SERIES, series_id, "receiving", "closed", now=now, reason=why)


def identities(session: Session, series_id: int) -> frozenset[str]:
    """Digests of the patient and study attributes that a series' images carry; more than one is a mixture."""
    return frozenset(session.scalars(select(Instance.identity_digest).where(Instance.series_id == series_id)))
