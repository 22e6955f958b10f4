"""What became of a study after a kill: whole, with a visible reason, lost, doubled, stuck, files left over."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import Analysis, Artifact, Delivery, Instance, Study
from tests.chaos.scene import PATIENCE, Scene
from tests.factories import send_study

WHOLE, AGAIN = "whole", "whole, an object sent twice with the same bytes"
GOOD = (WHOLE, AGAIN)
"""Outcomes in which nothing is lost, nothing doubled and nothing left behind."""


def state_of(here: Scene, study: str) -> str:
    """Where the study's rows stand, the furthest first."""
    with here.node.sessions() as session:
        row = session.scalar(select(Study).where(Study.study_instance_uid == study))
        if row is None:
            return "no row"
        analysis = session.scalar(select(Analysis).where(Analysis.study_id == row.id).order_by(Analysis.id.desc()))
        if analysis is None:
            return f"study {row.state}, series {', '.join(sorted({one.state for one in row.series}))}"
        sent = Counter(delivery.state for delivery in _deliveries(session, analysis.id))
        return f"analysis {analysis.state}" + "".join(f", {count} {state}" for state, count in sorted(sent.items()))


def _deliveries(session: Session, analysis_id: int) -> list[Delivery]:
    query = select(Delivery).join(Artifact).where(Artifact.analysis_id == analysis_id)
    return list(session.scalars(query))


def outcome_of(here: Scene, study: str, files: Sequence[Path], answered: bool, number: int) -> str:
    """What became of it: first without help if all was answered, then after the PACS has sent it all again."""
    port = here.node.settings.receive.port
    if not answered:
        assert send_study(files, port) == [0] * len(files)
    if fault := _settled(here, study):
        return fault
    if answered and number % 4 == 0:  # the PACS sends it all again: nothing may follow
        assert send_study(files, port) == [0] * len(files)
    if left := _left_behind(here):
        return f"ORPHANS: {left}"
    return _settled(here, study) or _verdict(here, study)


def _left_behind(here: Scene) -> list[str]:
    """Files that no row speaks for, when there has been time to put them in order."""
    ends = time.monotonic() + PATIENCE / 2
    while (left := _orphans(here)) and time.monotonic() < ends:
        time.sleep(0.05)
    return left


def _settled(here: Scene, study: str) -> str:
    """Wait until all rows of the study rest; what holds them up when they do not."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if _rests(here, study):
            return ""
        time.sleep(0.05)
    return f"stuck: {state_of(here, study)}"


def _rests(here: Scene, study: str) -> bool:
    with here.node.sessions() as session:
        row = session.scalar(select(Study).where(Study.study_instance_uid == study))
        if row is None or row.state != "chosen":
            return False
        analyses = session.scalars(select(Analysis).where(Analysis.study_id == row.id)).all()
        parcels = [one.state for analysis in analyses for one in _deliveries(session, analysis.id)]
        return {"queued", "running", "failed", "pending"}.isdisjoint([one.state for one in analyses] + parcels)


def _verdict(here: Scene, study: str) -> str:
    with here.node.sessions() as session:
        row = session.scalars(select(Study).where(Study.study_instance_uid == study)).one()
        analyses = session.scalars(select(Analysis).where(Analysis.study_id == row.id)).all()
        current = [one for one in analyses if one.is_current]
        if len(current) != 1:
            why = "; ".join(str(one.reason) for one in analyses) or str(row.reason)
            return f"reason: {why}" if why != "None" else "LOST: no result and no reason"
        objects = [(one.sop_instance_uid, one.path) for one in current[0].artifacts]
    return _compared(here, objects)


def _compared(here: Scene, objects: Sequence[tuple[str, str]]) -> str:
    """The stored objects against all that ever came to the destination."""
    came = [here.pacs.contents(one) for one, _ in objects]
    if len(objects) != 3 or not all(came):
        return f"LOST: {sum(not one for one in came)} of {len(objects)} objects did not come"
    if any(len(one) > 1 for one in came):
        return "DOUBLE: one UID, two contents"
    return AGAIN if any(len(here.pacs.came[one]) > 1 for one, _ in objects) else WHOLE


def _orphans(here: Scene) -> list[str]:
    """Files that no row speaks for."""
    data = here.node.settings.node.data
    with here.node.sessions() as session:
        known = set(session.scalars(select(Instance.path))) | set(session.scalars(select(Artifact.path)))
    beside = {str(Path(name).parent) for name in known if name.startswith("results")}
    files = [path.relative_to(data) for room in ("spool", "results") for path in (data / room).rglob("*.*")]
    return sorted(
        str(name)
        for name in files
        if str(name) not in known and (str(name.parent) not in beside or name.suffix == ".part")
    )
