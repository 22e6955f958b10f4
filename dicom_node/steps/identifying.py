"""Before a result leaves that waited: is its study still there, and still of the patient whose name it carries?

A held result, or one older than a quarter of an hour, may have been overtaken by a correction at the PACS.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from config.settings import Source
from db import outbox, results
from db.outbox import Parcel
from db.schema import Analysis, Study
from db.states import Entity, note
from dicom_node.pacs.identity import current_identities
from dicom_node.pacs.query import NoAnswer
from dicom_node.steps.asking import ask
from dicom_node.steps.desk import Desk

LOG = structlog.get_logger(__name__)
FRESH = timedelta(minutes=15)
"""A result that leaves within this time of its request is sent without asking; after a person's decision never."""
COLUMNS = {
    "PatientID": "patient_id",
    "IssuerOfPatientID": "issuer_of_patient_id",
    "AccessionNumber": "accession_number",
}
"""What makes a study another's, and the column that remembers it."""
LONGEST = 64
GONE = "study_gone: its source does not have this study any more"


def confirmed(desk: Desk, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Those parcels that may leave; what happens to the others is in their rows."""
    with desk.sessions() as session:
        asked = _to_ask(desk, session, {parcel.analysis_id for parcel in parcels})
    stopped: set[int] = set()
    for title, studies in asked.items():
        stopped |= _ask(desk, desk.source(title), studies)
    return [parcel for parcel in parcels if parcel.analysis_id not in stopped]


def _to_ask(desk: Desk, session: Session, analyses: Iterable[int]) -> dict[str, dict[str, int]]:
    """By source that can be asked: StudyInstanceUID -> analysis of what is not fresh."""
    asked: dict[str, dict[str, int]] = {}
    for analysis_id in sorted(analyses):
        row = session.get_one(Analysis, analysis_id)
        title = (row.study.source_ae or "").strip()
        source = desk.source(title)
        stale = row.reviewed_at is not None or desk.now() - row.asked_at > FRESH
        if source and source.query and stale:
            asked.setdefault(title, {})[row.study.study_instance_uid] = analysis_id
    return asked


def _ask(desk: Desk, source: Source | None, studies: Mapping[str, int]) -> set[int]:
    """The analyses that must not leave now."""
    if source is None or source.query is None:
        return set()
    waiting = dict(studies)
    stopped: set[int] = set()
    calling_ae = desk.settings.node.ae_title
    try:
        for uid, told in current_identities(studies, source.query, source.ae_title, calling_ae, desk.context):
            analysis_id = waiting.pop(uid)
            with desk.sessions.begin() as session:
                if _stopped(desk, session, analysis_id, told):
                    stopped.add(analysis_id)
    except NoAnswer as silence:
        why = f"the source does not say whom the study belongs to: {silence}"
        LOG.info("identity.unanswered", source=source.ae_title, why=str(silence))
        with desk.sessions.begin() as session:
            for analysis_id in waiting.values():
                outbox.postpone(session, analysis_id, why, desk.now())
    return stopped | set(waiting.values())


def _stopped(desk: Desk, session: Session, analysis_id: int, told: Mapping[str, str] | None) -> bool:
    """Hold the result of a study that is gone, revise one whose study is another's by now."""
    row = session.get_one(Analysis, analysis_id)
    if told is None:
        LOG.warning("identity.study_gone", analysis=analysis_id)
        results.hold_again(
            session, analysis_id, "study_gone: its source does not have this study any more", desk.now()
        )
        return True
    changed = [
        keyword for keyword, column in COLUMNS.items() if _differs(told.get(keyword), getattr(row.study, column))
    ]
    if changed:
        LOG.info("identity.changed", analysis=analysis_id, changed=changed)
        revise(desk, session, row.study, told, f"the source tells another {', '.join(changed)}")
    return bool(changed)


def _differs(told: str | None, known: str | None) -> bool:
    """Nothing told is no evidence: not every source fills what it is asked for."""
    return told is not None and told[:LONGEST] != (known or "").strip()


def revise(desk: Desk, session: Session, study: Study, told: Mapping[str, str], why: str, actor: str = "node") -> str:
    """Nothing more leaves under the old identity; a revision under the new one is asked for.  What was decided."""
    now = desk.now()
    study.identity = json.dumps(dict(told), sort_keys=True, ensure_ascii=False)
    for keyword, column in COLUMNS.items():
        if keyword in told:
            setattr(study, column, told[keyword][:LONGEST])
    session.flush()
    note(session, Entity.STUDY, study.id, study.state, study.state, now=now, reason=why, actor=actor)
    latest = results.latest(session, study.id)
    if latest is None:
        return "nothing was measured"
    for analysis in results.of_study(session, study.id):
        outbox.cancel(session, analysis.id, now, why)
    return ask(desk, session, study.id, latest.series)
