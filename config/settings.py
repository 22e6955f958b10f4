"""Every setting of the node, frozen: unit and the reason of each default stand beside it.

Built once by the command line (`config.read`) and handed on; nobody else reads settings.  `default.toml` is the
operator's manual of the same fields.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

AeTitle = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[ -\[\]-~]*[!-\[\]-~][ -\[\]-~]*$")]
CertifiedName = Annotated[
    str, Field(max_length=253, pattern=r"^([A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*|[0-9A-Fa-f]*:[0-9A-Fa-f:]*)$")
]
"""DNS name or IP address."""
Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Timeout = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""Seconds; zero would end what it guards before it begins."""
Part = Annotated[float, Field(ge=0, le=1)]
Limit = Annotated[float, Field(allow_inf_nan=False)]
Range = tuple[Limit, Limit]
"""Lowest and highest value that leave no doubt."""


def _absolute(value: Path) -> Path:
    if not value.is_absolute():
        raise ValueError(f"{str(value)!r} depends on where the node is started; give an absolute path")
    return value


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]


class Frozen(BaseModel):
    """No field is changed after reading, and an unknown one is an error: a typo must not go unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NodeSettings(Frozen):
    """The node itself."""

    ae_title: AeTitle = "L3NODE"
    """Called AE title; an association to any other title is refused."""
    data: AbsolutePath
    """Folder of spool, results and database; local disk, mode 0700.  Required: nothing is written unasked."""
    time_zone: str
    """IANA name of the site's zone, used for times inside DICOM objects only.  Required: a guess would be wrong."""
    name: str = "l3node"
    """Station name in the objects that are sent."""

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


class Called(Frozen):
    """A peer that the node calls."""

    host: str
    """Host name or IP address."""
    port: Annotated[int, Field(ge=1, le=65535)]
    """TCP port."""
    tls: bool | CertifiedName = False
    """True calls by TLS with the files of `[tls]` and wants `host` in its certificate; a text is the name wanted."""
    timeout: Timeout = 30
    """Seconds to wait for an answer."""

    @property
    def certified_name(self) -> str:
        """The name or address that its certificate must be for; empty without TLS."""
        return self.host if self.tls is True else self.tls or ""


class Query(Called):
    """Where a source answers C-FIND, often elsewhere than it sends from: it is asked how many images it holds."""

    ae_title: AeTitle | None = None
    """Called AE title; None is the title it sends under."""
    timeout: Timeout = 10
    """Seconds for one question; a source that hangs is given up and asked again."""


class Source(Frozen):
    """A peer that may send; all others are refused."""

    ae_title: AeTitle
    host: str | None = None
    """IP address it must come from, no host name; None accepts the title from anywhere."""
    forwards: Literal["growing", "finished"] = "growing"
    """`finished`: it sends a series only when complete, so a released association is enough to close it."""
    query: Query | None = None
    """None: it is not asked, and series close when released, quiet and contiguous."""

    @field_validator("host")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        try:
            return value if value is None else str(ip_address(value))
        except ValueError:
            raise ValueError(f"{value!r} is no IP address; leave host out to take the title from anywhere") from None


class Destination(Called):
    """Where results go."""

    ae_title: AeTitle
    accept_demo: bool = False
    """Results of the bundled demonstration model are sent here only if true."""


class TlsSettings(Frozen):
    """Files in PEM for every connection by TLS, both ways; read again when they change, by the next connection."""

    certificate: AbsolutePath = Path("/etc/l3node/tls/certificate.pem")
    """The node's own, for server and client authentication; certificates between it and its CA follow it."""
    private_key: AbsolutePath = Path("/etc/l3node/tls/private_key.pem")
    """Its key, without passphrase: nobody is there to type one.  Refused when everybody may read it."""
    trusted: AbsolutePath = Path("/etc/l3node/tls/trusted.pem")
    """Certificates of CAs, or of single peers; a peer that none of them vouches for is refused."""


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


class AnalysisSettings(Frozen):
    """What decides a number; its digest is part of every request key."""

    model: Path | None = None
    """nnU-Net v2 2D results folder; None takes the bundled demonstration model."""
    folds: Literal["all"] | int | tuple[int, ...] = "all"
    """Members to use: "all" (the paper's ensemble), one fold, or a list."""
    ensemble: Literal["probability", "logit"] = "probability"
    """`probability`: mean of probability maps (the paper); `logit`: as stock nnU-Net joins folds."""
    mirroring: bool = True
    """Average over the mirrorings that training allowed, as nnU-Net does; without it up to four times as fast."""
    autocast: Literal["off", "bf16", "fp16"] = "off"
    """Reduced precision on a GPU, which moves some voxels; off is the fp32 that a CPU always takes."""
    minimum_age: Annotated[int, Field(ge=0)] = 18
    """Years; younger patients, and those of unknown age, are not measured: no cut-off is meant for them."""
    accept_unknown_age: bool = False
    """True measures patients without PatientAge and PatientBirthDate (research data are often stripped)."""
    slice_spacing_mm: tuple[float, float] = (0.4, 6.5)
    """Distance of slice centres that the level finder was tested for, mm."""
    maximum_tilt_degrees: Annotated[float, Field(ge=0, le=45)] = 5.0
    """Gantry tilt or oblique sections: beyond it the area is not that of an axial section (1/cos 5 deg = 0.4 %)."""
    admit_also: tuple[Literal["reformat", "derived_image"], ...] = ()
    """Kinds refused by default that this site measures: where axial reformats are the routine series."""
    minimum_agreement: Part = 0.92
    """Mean pairwise Dice of the folds over all muscle below which the result is in doubt; chosen on hard phantoms."""
    minimum_tissue_agreement: Part = 0.80
    """The same for each muscle; the abdominal wall is thin, so that folds differ more on it."""
    maximum_area_spread: Part = 0.08
    """Standard deviation of the folds' muscle areas in parts of their mean, above which the area is in doubt."""
    total_area_cm2: Range = (40.0, 320.0)
    """Muscle area at L3 of adults, from the frailest to the strongest; outside something else was measured."""
    total_hu: Range = (-20.0, 90.0)
    """Mean attenuation of muscle, from fatty degeneration to strong contrast."""
    air_hu: Range = (-1060.0, -930.0)
    """Median around the body; another value means a wrong HU scale."""
    minimum_psoas_symmetry: Part = 0.5
    """Smaller psoas in parts of the larger one; scoliosis and dominance explain some, half is a missed side."""
    maximum_wall_gap_degrees: Annotated[float, Field(ge=0, le=360)] = 40.0
    """Widest opening of the ring of wall and back muscle seen from its middle; a diastasis leaves about 30."""
    maximum_cut_mm: Annotated[float, Field(ge=0)] = 80.0
    """Outline of the body on the edge of the field of view; skin that touches it on both sides does no harm."""
    maximum_outside_cm2: Annotated[float, Field(ge=0)] = 1.0
    """Muscle marked outside of the trunk: table, arm."""

    @field_validator("total_area_cm2", "total_hu", "air_hu")
    @classmethod
    def _ascending(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the lower limit comes first")
        return value


class ReviewSettings(Frozen):
    """Who looks before anything is sent."""

    policy: Literal["always", "doubtful", "never"] = "always"
    """`always`: hold everything (a new site's first weeks); `doubtful`: hold what is in doubt; `never`: send."""


class WorkSettings(Frozen):
    """Workers and attempts."""

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


class WebSettings(Frozen):
    """The web process."""

    host: str = "127.0.0.1"
    """Loopback until sign-in exists."""
    port: Port = 8117
    """TCP port; 0 takes a free one.  Not 8042, which is Orthanc's own."""
    enabled: bool = True
    """False runs the node without a web process."""


class DatabaseSettings(Frozen):
    """Where the rows are."""

    url: str | None = None
    """SQLAlchemy URL; None is SQLite inside the data folder."""


class Settings(Frozen):
    """All of it."""

    node: NodeSettings
    receive: ReceiveSettings = ReceiveSettings()
    source: tuple[Source, ...] = ()
    destination: tuple[Destination, ...] = ()
    tls: TlsSettings = TlsSettings()
    study: StudySettings = StudySettings()
    analysis: AnalysisSettings = AnalysisSettings()
    review: ReviewSettings = ReviewSettings()
    work: WorkSettings = WorkSettings()
    web: WebSettings = WebSettings()
    database: DatabaseSettings = DatabaseSettings()

    @model_validator(mode="after")
    def _unique_titles(self) -> "Settings":
        for kind, peers in (("source", self.source), ("destination", self.destination)):
            titles = [peer.ae_title.strip() for peer in peers]
            if len(set(titles)) < len(titles):
                raise ValueError(f"two [[{kind}]] entries have the same ae_title")
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
