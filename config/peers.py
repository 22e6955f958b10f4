"""Whom the node listens to and whom it calls, by TLS or not."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

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
