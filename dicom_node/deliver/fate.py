"""What an answer of a destination means for a parcel: the table, and what senders take and give."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Fate(StrEnum):
    """What became of a parcel."""

    SENT = "sent"
    AGAIN = "again"  # this object was refused: it is tried again for a week, the others go on
    LOST = "lost"  # no answer to this object: the same, and its destination is left alone for a while
    LATER = "later"  # the destination takes nothing now: everything waits for it, however long
    NEVER = "never"  # final: a person must look


@dataclass(frozen=True, slots=True)
class Thing:
    """One stored object: what to call it, where it is, what it must hash to."""

    key: int
    path: Path
    sop_class_uid: str
    sha256: str
    sop_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the thing with `key`, and why when it was not sent.

    After `LATER` and `LOST` the rest of a batch has no receipt: nothing became of it.
    """

    key: int
    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Every status from `first` to `last` means this."""

    first: int
    last: int
    fate: Fate
    meaning: str


STATUSES = (
    Answer(0x0000, 0x0000, Fate.SENT, "success"),
    Answer(0x0111, 0x0111, Fate.SENT, "duplicate SOP instance: it is there, and its UID stands for its content"),
    Answer(0xB000, 0xBFFF, Fate.SENT, "stored with a warning"),
    Answer(0xA700, 0xA7FF, Fate.LATER, "out of resources"),
    Answer(0x0124, 0x0124, Fate.LATER, "not authorized"),
    Answer(0x0105, 0x0106, Fate.NEVER, "an attribute or its value is not accepted"),
    Answer(0x0117, 0x0117, Fate.NEVER, "invalid object instance"),
    Answer(0x0120, 0x0121, Fate.NEVER, "an attribute or its value is missing"),
    Answer(0xA900, 0xA9FF, Fate.NEVER, "dataset does not match its SOP class"),
    Answer(0x0122, 0x0122, Fate.AGAIN, "SOP class not supported"),
    Answer(0xC000, 0xCFFF, Fate.AGAIN, "cannot understand"),
)
"""C-STORE (PS3.4 table B.2-1, PS3.7 annex C), and FailureReason of STOW-RS (PS3.18 table 10.5.3-2)."""
OTHER_STATUS = Answer(0x0001, 0xFFFF, Fate.AGAIN, "any other status")

HTTP = (
    Answer(200, 202, Fate.SENT, "when the answer names the object as stored; else as its FailureReason"),
    Answer(409, 409, Fate.AGAIN, "conflict: as its FailureReason"),
    Answer(400, 400, Fate.AGAIN, "bad request"),
    Answer(406, 406, Fate.AGAIN, "not acceptable"),
    Answer(413, 413, Fate.AGAIN, "content too large"),
    Answer(415, 415, Fate.AGAIN, "unsupported media type"),
)
"""STOW-RS (PS3.18 table 10.5.3-1)."""
OTHER_HTTP = Answer(100, 599, Fate.LATER, "any other: redirected, not allowed, not found, too many requests, fault")


def meaning(status: int) -> Answer:
    """What a status of C-STORE, or a FailureReason, means."""
    return next((one for one in STATUSES if one.first <= status <= one.last), OTHER_STATUS)


def http_meaning(code: int) -> Answer:
    """What the status code of a STOW-RS response means."""
    return next((one for one in HTTP if one.first <= code <= one.last), OTHER_HTTP)


NO_ANSWER = "no answer"
"""No response, or one without a status: nobody knows whether it is there, so it is sent again (the same bytes)."""
