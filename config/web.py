"""The pages: where they listen, who signs in, who sees whose patient it is."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.kinds import AbsolutePath, Frozen, Port

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")


class WebSettings(Frozen):
    """The web process."""

    host: str = "127.0.0.1"
    """Address to listen on.  Another than loopback wants sign-in, and TLS here or in a proxy before it."""
    port: Port = 8117
    """TCP port; 0 takes a free one.  Not 8042, which is Orthanc's own."""
    enabled: bool = True
    """False runs the node without a web process."""
    sign_in: bool = True
    """False lets everybody at this machine do everything; only where host is loopback."""
    tls: bool = False
    """True serves the pages by TLS (https) with the two files below."""
    certificate: AbsolutePath = Path("/etc/l3node/web/certificate.pem")
    """PEM; certificates between it and its CA follow it."""
    private_key: AbsolutePath = Path("/etc/l3node/web/private_key.pem")
    """Its key, without passphrase."""
    behind_proxy: bool = False
    """True where a proxy on this machine speaks TLS and names the caller in X-Forwarded-For."""
    patients_from: Literal["viewer", "reviewer", "administrator"] = "reviewer"
    """Lowest role that sees names and IDs of patients; others see a keyed code."""
    session_hours: Annotated[float, Field(gt=0, le=168, allow_inf_nan=False)] = 10
    """Hours after which one signs in again: a working day."""
    max_upload_bytes: Annotated[int, Field(ge=1)] = 64_000_000
    """Larger uploads are cut off: one slice is half a megabyte, an enhanced CT of 100 slices 50."""
    keep_uploads: Annotated[int, Field(ge=1, le=3650)] = 7
    """Days after which an uploaded slice and what was made of it are deleted: a bench, no archive."""

    @property
    def loopback(self) -> bool:
        """Whether only this machine can call."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def secure(self) -> bool:
        """Whether callers come by TLS, so that cookies may be for TLS only."""
        return self.tls or self.behind_proxy

    @model_validator(mode="after")
    def _nothing_open(self) -> "WebSettings":
        if not self.loopback and not self.sign_in:
            raise ValueError("sign_in = false is for loopback only; host is reached from elsewhere")
        if not self.loopback and not self.secure:
            raise ValueError("passwords would go in the clear: set tls = true, or behind_proxy = true")
        return self
