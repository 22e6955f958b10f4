"""Whom studies belong to, corrected by an administrator while the node runs or not; the sweep finds what is asked."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from config.settings import Settings
from db.schema import Study
from db.session import Sessions
from dicom_node import models, worker
from dicom_node.steps.desk import Desk
from dicom_node.steps.identifying import revise
from dicom_node.work.engine import Work
from reporting.told import SAME_PERSON


class Unhanded:
    """An engine in a process that runs none: the node's sweep brings the work within a second."""

    def hand_over(self, session: Session, work: Work, priority: int = 0) -> None:
        """Nothing."""

    def known(self, session: Session) -> Mapping[Work, int]:
        """Nothing."""
        return {}

    def run(self, *_arguments: object) -> None:
        """Nothing."""


def relink(
    sessions: Sessions,
    settings: Settings,
    studies: Sequence[int],
    told: Mapping[str, str],
    why: str,
    actor: str,
    *,
    same_person: bool,
) -> Iterator[str]:
    """What was decided for each study, in words."""
    card = models.vouched(worker.model_folder(settings.analysis).card, sessions)
    desk = Desk(settings=settings, sessions=sessions, engine=Unhanded(), card=card, now=lambda: datetime.now(UTC))
    for study_id in studies:
        with sessions.begin() as session:
            study = session.get_one(Study, study_id)
            before = json.loads(study.identity or "{}")
            now_told = before | dict(told) if same_person else dict(told)
            if same_person:
                now_told[SAME_PERSON] = "yes"
            yield f"{study.study_instance_uid}: {revise(desk, session, study, now_told, why, actor)}"
