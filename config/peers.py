"""Whom the node listens to and whom it calls, by TLS or not."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from config.kinds import AbsolutePath, AeTitle, CertifiedName, Frozen, Timeout


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
    retrieve: Literal["move", "get"] = "move"
    """How `l3node pull` gets studies: C-MOVE, for which the archive must know the node, or C-GET."""


class Source(Frozen):
    """A peer that may send; all others are refused."""

    ae_title: AeTitle
    host: str | None = None
    """IP address it must come from, no host name; None accepts the title from anywhere."""
    forwards: Literal["growing", "finished"] = "growing"
    """`finished`: it sends a series only when complete, so a released association is enough to close it."""
    issuer: str | None = None
    """Who issued its patient IDs, where its headers have no IssuerOfPatientID: keeps patients of two houses apart."""
    query: Query | None = None
    """None: it is not asked, and series close when released, quiet and contiguous."""

    @field_validator("host")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        try:
            return value if value is None else str(ip_address(value))
        except ValueError:
            raise ValueError(f"{value!r} is no IP address; leave host out to take the title from anywhere") from None


class Taker(Frozen):
    """What goes to a destination, and how it is known to have arrived."""

    results: Literal["all", "approved"] = "all"
    """`approved`: only what a person approved or corrected."""
    accept_demo: bool = False
    """Results of the bundled demonstration model are sent here only if true."""
    max_study_age: Annotated[int, Field(ge=0)] | None = None
    """Days from StudyDate until today; results of older studies stay in the database.  None: of any age."""
    timeout: Timeout = 30
    """Seconds to wait for an answer."""


class Destination(Taker, Called):
    """Where results go by C-STORE."""

    kind: Literal["dicom"] = "dicom"
    ae_title: AeTitle
    verify: Literal["commitment", "query", "none"] = "none"
    """How the node learns that an object is there: by storage commitment, C-FIND, or the store's own answer."""

    @property
    def name(self) -> str:
        """What rows and pages call it."""
        return self.ae_title.strip()


class StowDestination(Taker):
    """Where results go by DICOMweb (STOW-RS)."""

    kind: Literal["stow"]
    name: AeTitle
    """What rows and pages call it; at most 16 characters, like an AE title."""
    url: Annotated[str, Field(pattern=r"^https?://[^/?#@\s]+(/[^?#\s]*)?$")]
    """Base of the service: objects are posted to url + "/studies".  https uses the files of `[tls]`."""
    basic_file: AbsolutePath | None = None
    """File that holds user:password (HTTP Basic); refused when everybody may read it, read for each connection."""
    token_file: AbsolutePath | None = None
    """File that holds a bearer token, likewise."""
    verify: Literal["query", "none"] = "none"
    """`query`: QIDO-RS is asked whether an object is there."""

    @model_validator(mode="after")
    def _one_secret(self) -> "StowDestination":
        if self.basic_file and self.token_file:
            raise ValueError("basic_file or token_file, not both")
        return self

    @property
    def tls(self) -> bool:
        """Whether it is reached by TLS."""
        return self.url.startswith("https:")


def _kind(given: object) -> str:
    return str(given.get("kind", "dicom") if isinstance(given, dict) else getattr(given, "kind", "dicom"))


AnyDestination: TypeAlias = Annotated[
    Annotated[Destination, Tag("dicom")] | Annotated[StowDestination, Tag("stow")], Discriminator(_kind)
]


class TlsSettings(Frozen):
    """Files in PEM for every connection by TLS, both ways; read again when they change, by the next connection."""

    certificate: AbsolutePath = Path("/etc/l3node/tls/certificate.pem")
    """The node's own, for server and client authentication; certificates between it and its CA follow it."""
    private_key: AbsolutePath = Path("/etc/l3node/tls/private_key.pem")
    """Its key, without passphrase: nobody is there to type one.  Refused when everybody may read it."""
    trusted: AbsolutePath = Path("/etc/l3node/tls/trusted.pem")
    """Certificates of CAs, or of single peers; a peer that none of them vouches for is refused."""
