"""What is asked of a worker and what it answers; light enough for the node, which imports no highdicom."""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from db.body import NOTHING_STATED, Body
from dicom_node.facts import Facts
from inference.errors import Reason
from inference.labels import LabelMap
from reporting.finding import Encoded, Predecessor, Review, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked; its key is UNIQUE, so the same question is never answered twice (promise 2)."""

    content_digest: str
    identity_digest: str
    model_digest: str
    analysis_digest: str
    slice: int | None = None
    labels_digest: str | None = None

    @property
    def key(self) -> str:
        """SHA-256 (hex) over all fields."""
        return hashlib.sha256("\n".join(map(str, astuple(self))).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejects:
    """Objects in archives that a revision makes void, and why."""

    why: Why
    objects: tuple[Predecessor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One request with everything a worker needs; picklable.

    `key` is the UNIQUE key of the row: that of the request, or another when a superseded question is asked again.

    `renamed`: the result of `basis` once more under another identity; `released` when that one was to leave.
    `told` are attributes of patient and study that were corrected after the images came (`reporting.told`).

    `slice` of the request is a canonical index (0 caudal); `labels` are canonical; `asked_at` is aware UTC;
    `predecessors` are the objects of the result that this revision replaces; `body` is what people stated of the
    patient.  `basis` is the folder of the result that a person looked at: with `labels_digest` in the request its
    level is kept, and its labels unless `labels` are given; `painted` labels owe nothing to its model.  `review` is
    who vouches for what comes out.  `rejects`, if set, asks for a rejection note as well.
    """

    id: int
    attempt: int
    request: Request
    key: str
    files: tuple[Path, ...]
    asked_at: datetime
    time_zone: ZoneInfo
    node_name: str = "l3node"
    revision: int = 1
    predecessors: tuple[Predecessor, ...] = ()
    labels: LabelMap | None = None
    basis: Path | None = None
    painted: bool = False
    review: Review | None = None
    source_changed: bool = False
    body: Body = NOTHING_STATED
    told: Mapping[str, str] = field(default_factory=dict)
    renamed: bool = False
    released: bool = False
    rejects: Rejects | None = None

    @property
    def keeps_labels(self) -> bool:
        """Whether level and labels are those of `basis`, or given, and no model is asked."""
        return self.renamed or self.request.labels_digest is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Numbers and finished objects; `doubts` decide with the review policy whether they leave.

    `evidence_png` shows where the level comes from; None when a person gave it.  `around_webp` shows the slices
    `around`; `basis_npz` is what a later revision rests on.
    """

    facts: Facts
    doubts: tuple[str, ...]
    objects: tuple[Encoded, ...]
    evidence_png: bytes | None = field(repr=False)
    image_nii: bytes = field(repr=False)
    label_nii: bytes = field(repr=False)
    basis_npz: bytes = field(repr=False)
    around_webp: bytes | None = field(repr=False)
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chooses a slice from where none was measured: a sheet of slices, and what is known of the level.

    `basis_npz` is what a result on the chosen slice rests on; its labels are empty.
    """

    basis_npz: bytes = field(repr=False)
    around_webp: bytes = field(repr=False)
    evidence_png: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured:
    """Nothing could be measured, and why; no object is made.  `choice`: where the series could be read."""

    reason: Reason
    detail: str
    seconds: dict[str, float]
    choice: Choice | None = None


Outcome: TypeAlias = Measured | NotMeasured


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """A slice that somebody uploaded: its files as they came, and one fold or, with None, all of them."""

    image: Path
    reference: Path | None = None
    fold: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """An uploaded slice with its labels, all files on its grid."""

    image_nii: bytes = field(repr=False)
    label_nii: bytes = field(repr=False)
    basis_npz: bytes = field(repr=False)
    reference_nii: bytes | None = field(repr=False)
