"""Who is served first; kept in `analysis.priority`, a higher number comes first."""

from enum import IntEnum


class Priority(IntEnum):
    """From the most to the least urgent."""

    PERSON = 20
    """Somebody asked for it by hand and waits before the screen."""
    STAT = 10
    """The request says STAT or HIGH."""
    ROUTINE = 0
    BACKFILL = -10
    """An old study: a cohort that is sent from the archive must not hold up today's patients."""
