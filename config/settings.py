"""Every setting of the node, frozen: unit and the reason of each default stand beside it.

Built once by the command line (`config.read`) and handed on; nobody else reads settings.  `default.toml` is the
operator's manual of the same fields.
"""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from config.analysis import AnalysisSettings
from config.kinds import AbsolutePath, AeTitle, Frozen, Port, Seconds, Timeout
from config.peers import AnyDestination, Called, Destination, Query, Source, StowDestination, TlsSettings
from config.web import WebSettings

__all__ = [
    "AnalysisSettings",
    "AnyDestination",
    "Called",
    "DatabaseSettings",
    "Destination",
    "NodeSettings",
    "Query",
    "ReceiveSettings",
    "ReviewSettings",
    "Settings",
    "Source",
    "StowDestination",
    "StudySettings",
    "TlsSettings",
    "WebSettings",
    "WorkSettings",
]


class NodeSettings(Frozen):
    """The node itself."""

    ae_title: AeTitle = "L3NODE"
    """Called AE title; an association to any other title is refused."""
    data: AbsolutePath
    """Folder of spool, results and database; local disk, mode 0700.  Required: nothing is written unasked."""
    shared: AbsolutePath | None = None
    """Folder of spool and results that all hosts see, on a network file system; None on one host: inside `data`."""
    time_zone: str
    """IANA name of the site's zone, used for times inside DICOM objects only.  Required: a guess would be wrong."""
    name: str = "l3node"
    """Station name in the objects that are sent."""

    @property
    def files(self) -> Path:
        """The folder below which spool and results are; paths in rows are relative to it."""
        return self.shared or self.data

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {value!r}; an IANA name such as Europe/Berlin") from error
        return value


class ReceiveSettings(Frozen):
    """The DICOM door."""

    host: str = "127.0.0.1"
    """Address to listen on.  Loopback, so that a forgotten setting opens nothing."""
    port: Port = 11112
    """TCP port; 0 takes a free one (tests, demo)."""
    lane: bool = True
    """C-STORE by the node's own fast lane; false takes pynetdicom's stock loop: slower, an object whole in memory."""
    tls: bool = False
    """True takes TLS only, with the files of `[tls]`; 2762 is the registered port for it."""
    max_associations: Annotated[int, Field(ge=1)] = 32
    """Associations at once; more are refused as transient, the PACS tries again."""
    network_timeout: Timeout = 60
    """Seconds of silence after which an association is ended."""
    max_object_bytes: Annotated[int, Field(ge=1)] = 2_000_000_000
    """Larger objects are refused with 0xA700; an enhanced CT of 2000 slices is about 1 GB."""
    minimum_free_bytes: Annotated[int, Field(ge=0)] = 2_000_000_000
    """With less free disk an object is refused with 0xA700, so that the database can still write."""
    keep_images: Annotated[int, Field(ge=0)] = 30
    """Days without news after which images whose results arrived are deleted; 0 keeps them until the disk fills."""
    maximum_backlog: Annotated[int, Field(ge=1)] = 20_000
    """Analyses that wait; with more, associations are refused as transient.  A day's work of one worker is less."""


class StudySettings(Frozen):
    """When a series is complete and a study settled."""

    count_settle: Seconds = 10
    """Seconds for which the source's count must stand: one that is still receiving counts no more than it sent."""
    series_quiet: Seconds = 30
    """Seconds without a new image after the association was released; scanners pause between groups."""
    series_timeout: Seconds = 1800
    """Seconds after which an interrupted or gapped series is closed as it is."""
    study_quiet: Seconds = 120
    """Seconds without news in the whole study, all series closed: the better reconstruction often comes last."""
    study_timeout: Seconds = 7200
    """Seconds after the first image at which a study is settled whatever still comes."""
    late: Literal["record", "revise"] = "record"
    """A better series after the choice: only recorded, or analysed as a revision."""


class ReviewSettings(Frozen):
    """Who looks before anything is sent."""

    policy: Literal["always", "doubtful", "never"] = "always"
    """`always`: hold everything (a new site's first weeks); `doubtful`: hold what is in doubt; `never`: send."""
    expire_days: Annotated[int, Field(ge=0)] = 0
    """Days after which a held result that nobody decided on expires, unsent; 0 keeps it for ever."""
    organization: Annotated[str, Field(max_length=64)] = ""
    """Verifying organization in the SR of a reviewed result; empty takes [node] name."""
    rejection_note: bool = False
    """True tells a destination that verifies what a revision makes void there (IHE IOCM), once the revision arrived;
    off, because archives differ in what they do with it."""


class WorkSettings(Frozen):
    """Workers and attempts."""

    engine: Literal["embedded", "procrastinate"] = "embedded"
    """Who hands work over: the one node itself, or Procrastinate, to many hosts on one PostgreSQL."""
    stall: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 30
    """Seconds without a sign of life after which a host is gone and its work goes to another."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Worker processes: one per two CPU cores; on "cuda" one per GPU, worker n on GPU n (from 0)."""
    threads: Annotated[int, Field(ge=1)] = 2
    """CPU threads of one worker's inference."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the members run."""
    limit: Timeout = 300
    """Seconds one analysis may take before its worker is ended."""
    attempts: Annotated[int, Field(ge=1)] = 5
    """Attempts before a row is dead; a stop of the node in mid-analysis costs one."""

    def device_of(self, worker: int) -> str:
        """The device of worker 0, 1, ..., as torch names it."""
        return f"cuda:{worker}" if self.device == "cuda" else "cpu"


class DatabaseSettings(Frozen):
    """Where the rows are."""

    url: str | None = None
    """SQLAlchemy URL; None is SQLite inside the data folder."""


class Settings(Frozen):
    """All of it."""

    node: NodeSettings
    receive: ReceiveSettings = ReceiveSettings()
    source: tuple[Source, ...] = ()
    destination: tuple[AnyDestination, ...] = ()
    tls: TlsSettings = TlsSettings()
    study: StudySettings = StudySettings()
    analysis: AnalysisSettings = AnalysisSettings()
    review: ReviewSettings = ReviewSettings()
    work: WorkSettings = WorkSettings()
    web: WebSettings = WebSettings()
    database: DatabaseSettings = DatabaseSettings()

    @model_validator(mode="after")
    def _unique_titles(self) -> "Settings":
        sources, destinations = (one.ae_title.strip() for one in self.source), (one.name for one in self.destination)
        for kind, titles in (("source", [*sources]), ("destination", [*destinations])):
            if len(set(titles)) < len(titles):
                raise ValueError(f"two [[{kind}]] entries have the same ae_title")
        return self

    @model_validator(mode="after")
    def _fit_for_hosts(self) -> "Settings":
        if self.work.engine == "procrastinate" and not (self.database.url or "").startswith("postgresql"):
            raise ValueError('[work] engine = "procrastinate" needs a PostgreSQL in [database] url, not SQLite')
        return self

    @property
    def uses_tls(self) -> bool:
        """Whether any connection is by TLS."""
        called = (*self.destination, *(source.query for source in self.source if source.query))
        return self.receive.tls or any(peer.tls for peer in called)

    @property
    def database_url(self) -> str:
        """The URL in use."""
        return self.database.url or f"sqlite:///{self.node.data / 'l3node.sqlite'}"
