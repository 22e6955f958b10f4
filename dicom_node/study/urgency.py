"""How urgent a study is, from what its header says; a person's own request is more urgent than any header."""

from datetime import date, datetime, timedelta

from pydicom.dataset import Dataset

from db.priority import Priority

OLD = timedelta(days=7)
"""An examination that comes this long after it was made waits for nobody: archive, cohort, prior."""
URGENT = frozenset({"STAT", "HIGH"})


def urgency(header: Dataset, today: date) -> Priority:
    """Of RequestedProcedurePriority (0040,1003; STAT, HIGH, ROUTINE, MEDIUM, LOW) and the date of the study.

    The attribute belongs to the request (PS3.3 C.4.11), not to the CT image: scanners and routers that copy it put it
    at the top level or into RequestAttributesSequence.  Without it a study of the last days is routine.
    """
    if URGENT & {_word(item) for item in (header, *(header.get("RequestAttributesSequence") or ()))}:
        return Priority.STAT
    made = _date(str(header.get("StudyDate") or ""))
    return Priority.BACKFILL if made and today - made > OLD else Priority.ROUTINE


def _word(item: Dataset) -> str:
    return str(item.get("RequestedProcedurePriority") or "").strip().upper()


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return None
