"""What the reports are made of: one result, complete, without network or database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from inference.ct import CtSlice
from inference.l3.level import L3Level
from inference.labels import LabelMap, Tissue
from inference.model_card import ModelCard
from inference.segmentation import Agreement
from reporting.panels.judge import Answer

Kind: TypeAlias = Literal["seg", "sr", "key", "reject"]
Why: TypeAlias = Literal["quality", "safety"]
"""Why a revision makes void what it replaces: `quality` (113001): a better result stands; `safety` (113037): wrong
level or wrong patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the measurements need to know of the patient, with where the height came from."""

    sex: str | None = None  # PatientSex: M, F, O
    age_years: float | None = None
    height_m: float | None = None
    weight_kg: float | None = None
    height_source: str | None = None  # e.g. "PatientSize (0010,1020)"
    weight_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueNumbers:
    """Both kinds of area, both named.

    `*_mask*`: every pixel of the mask (the paper's numbers).  `*_m29_150*`: mask pixels within -29..150 HU, ends
    included (what SMI and cut-off panels are defined on).  Areas in cm2, HU as mean and population SD over the
    pixels; None where no pixel is left.
    """

    area_mask_cm2: float
    hu_mask_mean: float | None
    hu_mask_sd: float | None
    area_m29_150_cm2: float
    hu_m29_150_mean: float | None
    hu_m29_150_sd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Numbers per tissue and over all three; SMI in cm2/m2 from `total.area_m29_150_cm2`, None without a height."""

    tissues: Mapping[Tissue, TissueNumbers]
    total: TissueNumbers
    smi_m29_150: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One analysed slice.

    `ct` and `labels` are canonical (rows anterior to posterior, columns right to left); `source_labels` is the
    same map on the rows and columns of the source image, which is what SEG must carry.  `doubts` are coded
    reasons followed by a sentence ("level_confidence: ...").  `model` is None when a person gave the labels.
    """

    ct: CtSlice
    labels: LabelMap
    source_labels: LabelMap
    measurements: Measurements
    level: L3Level
    agreement: Agreement | None
    model: ModelCard | None
    doubts: tuple[str, ...]
    person: Person
    panels: tuple[Answer, ...] = ()  # none where the model's limits are not known
    contrast_phase: str = ""  # native, arterial, portal venous, delayed; empty where the series does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """An object of the result that a revision replaces; it lies in the same study."""

    kind: Kind
    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person vouches for the result.

    `name` is a PersonName ("Family^Given"), `at` an aware time; `corrected` says that the person changed labels of
    the model.  Labels that a person gave altogether are a `Finding` without a model.
    """

    name: str
    organization: str
    at: datetime
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What names the objects: who asked for what, when, and where the node stands.

    `request_key` is the UNIQUE key of the analysis request (hex); `asked_at` is aware UTC and is shown in
    `time_zone`, the site's; `revision` counts from 1 and replaces `predecessors`.
    """

    request_key: str
    asked_at: datetime
    time_zone: ZoneInfo
    revision: int = 1
    node_name: str = "l3node"
    predecessors: tuple[Predecessor, ...] = ()
    review: Review | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One finished DICOM Part 10 file, encoded once; every send sends `data`."""

    kind: Kind
    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    data: bytes
