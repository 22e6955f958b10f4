"""Whether the node may begin something new: what a person paused, and how much already waits.

Read from rows by the clock and kept in memory, so that nobody at the door waits for the database.
"""

from collections.abc import Mapping

import structlog

from db import activities, jobs
from db.activities import Name
from db.session import Sessions, looking
from dicom_node.work.engine import Perform, Work

LOG = structlog.get_logger(__name__)


class Valves:
    """`refresh` from the clock; the questions from any thread."""

    def __init__(self, sessions: Sessions, maximum_backlog: int) -> None:
        self._sessions = sessions
        self._maximum_backlog = maximum_backlog
        self._paused: Mapping[str, str] = {}
        self._backlog = False

    def refresh(self) -> None:
        """Read the rows."""
        with looking(self._sessions) as session:
            paused, backlog = activities.paused(session), jobs.backlog_over(session, self._maximum_backlog)
        if (paused, backlog) != (self._paused, self._backlog):
            LOG.info("node.valves", paused=sorted(paused), backlog=backlog)
        self._paused, self._backlog = paused, backlog

    def is_paused(self, name: str) -> bool:
        """Whether a person paused it."""
        return name in self._paused

    def has_backlog(self) -> bool:
        """Whether more analyses wait than the node may have before it."""
        return self._backlog

    def unless_paused(self, name: Name, perform: Perform) -> Perform:
        """`perform` that leaves its row as it is while `name` is paused; the sweep brings it back."""

        def performed(work: Work) -> None:
            if not self.is_paused(name):
                perform(work)

        return performed
