"""A DICOMweb service as the node calls it: who we are, what it must show, and what a failure is called.

No proxy, no redirect, nothing from the environment: a request goes to the configured host or nowhere.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from config.settings import StowDestination
from dicom_node import tls
from dicom_node.deliver.fate import NO_ANSWER

OTHERS = 0o007
"""Rights on a file with a secret that nobody but its owner and group may have."""


class Unanswered(Exception):
    """There is no response; `sent` says that the request may have arrived."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


@contextmanager
def client(to: StowDestination, context: tls.Context) -> Iterator[httpx.Client]:
    """One connection, kept for all requests.  Raises `tls.Unusable`, and `Unanswered` without its secret."""
    headers = _authorization(to) | {"Accept": "application/dicom+json"}
    verify = context() if to.tls else True
    base = to.url.rstrip("/")
    with httpx.Client(
        base_url=base, headers=headers, verify=verify, timeout=to.timeout, trust_env=False, follow_redirects=False
    ) as open_one:
        yield open_one


@contextmanager
def failures_told() -> Iterator[None]:
    """Whatever httpx raises, as `Unanswered`."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as fault:
        raise Unanswered(f"no connection: {type(fault).__name__}", sent=False) from None
    except httpx.HTTPError as fault:
        raise Unanswered(f"{NO_ANSWER}: {type(fault).__name__}", sent=True) from None


def _authorization(to: StowDestination) -> dict[str, str]:
    if to.basic_file:
        return {"Authorization": f"Basic {base64.b64encode(_secret(to.basic_file).encode()).decode()}"}
    if to.token_file:
        return {"Authorization": f"Bearer {_secret(to.token_file)}"}
    return {}


def _secret(path: Path) -> str:
    """The one line of a file; what is wrong with the file is told, never what stands in it."""
    try:
        rights, text = path.stat().st_mode & 0o777, path.read_text().strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise Unanswered(f"can't read {path}: {type(fault).__name__}", sent=False) from None
    if rights & OTHERS:
        raise Unanswered(f"{path} is open to everybody (mode {rights:o}); chmod 600 it", sent=False)
    if not text or not text.isprintable():
        raise Unanswered(f"{path} must hold one line of text", sent=False)
    return text
