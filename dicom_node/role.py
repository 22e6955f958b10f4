"""What a process of the node can do; imported by the command line, so it imports nothing heavy."""

from enum import StrEnum


class Role(StrEnum):
    """A part of the work that many hosts share out among them."""

    RECEIVE = "receive"
    """The DICOM door, and rows for what comes in."""
    ANALYSE = "analyse"
    """Judging the series of a study, and the workers."""
    DELIVER = "deliver"
    """Sending; and, in one process of all, the clock: closing, counting, lost work."""
    WEB = "web"
    """The pages."""


ROLES = tuple(Role)
