"""TLS in both directions: the BCP 195 profile (PS3.15 annex B.12; RFC 9325), both sides with a certificate.

Knows files, contexts and handshakes; no association and no row.
"""

import base64
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from config.settings import TlsSettings

LOG = structlog.get_logger(__name__)

SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2, in OpenSSL's words: only forward secrecy with authenticated encryption (RFC 9325 section 4.2)."""
OTHERS = 0o007
"""Rights on the private key that nobody but its owner and group may have."""
CERTIFICATE = re.compile("-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.+?)-----END", re.DOTALL)
"""In PEM; the group is its DER in base64."""
VALIDITY = re.compile(rb"\x30[\x1e-\x22](?:\x17\x0d|\x18\x0f)\d+Z(?:\x17\x0d|\x18\x0f)(\d+)Z")
"""notBefore and notAfter in DER, each UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5)."""

Context = Callable[[], ssl.SSLContext]
"""Asked once for each connection, as it begins."""


class Unusable(Exception):
    """Certificate, key and trusted certificates can't be used as they are; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class _Contexts:
    server: ssl.SSLContext
    client: ssl.SSLContext


class Credentials:
    """What the node shows of itself and whom it trusts, read again when a file has changed.

    Asked from any thread.  The first read raises `Unusable`; a later one that fails is logged and what was read last
    stays in use.  Connections that stand keep what they began with.
    """

    def __init__(self, files: TlsSettings) -> None:
        self._files = files
        self._seen: tuple[object, ...] = ()
        self._contexts: _Contexts | None = None
        self._lock = threading.Lock()

    def server_context(self) -> ssl.SSLContext:
        """For a peer that calls."""
        return self._current().server

    def client_context(self) -> ssl.SSLContext:
        """For a peer that is called; its name is checked as well."""
        return self._current().client

    def _current(self) -> _Contexts:
        with self._lock:
            seen = tuple(_stamp(path) for path in _paths(self._files).values())
            if self._contexts is None or seen != self._seen:
                self._contexts = self._read()
                self._seen = seen
            return self._contexts

    def _read(self) -> _Contexts:
        try:
            contexts = _Contexts(
                server=_context(self._files, ssl.PROTOCOL_TLS_SERVER),
                client=_context(self._files, ssl.PROTOCOL_TLS_CLIENT),
            )
        except (Unusable, OSError) as fault:
            if self._contexts is None:
                raise
            LOG.error("tls.new_files_unusable", why=str(fault))
            return self._contexts
        if self._contexts:
            LOG.info("tls.new_files_read", valid_until=valid_until(self._files.certificate).isoformat())
        return contexts


def no_certificate() -> ssl.SSLContext:
    """The context of a caller that was given none: never plain where TLS is asked for."""
    raise Unusable("TLS is asked for, and no certificate is configured")


def _context(files: TlsSettings, side: ssl._SSLMethod) -> ssl.SSLContext:
    """What Python and OpenSSL leave open is set here; TLS compression is off and TLS 1.3 preferred without a word."""
    context = ssl.SSLContext(side)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # a system's openssl.cnf may allow less
    context.set_ciphers(SUITES)
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.verify_mode = ssl.CERT_REQUIRED  # a server asks for nothing by default
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # `trusted` may hold single peers' certificates
    _load(context, files)
    return context


def _load(context: ssl.SSLContext, files: TlsSettings) -> None:
    for name, path in _paths(files).items():
        _check_readable(name, path)
    if (rights := files.private_key.stat().st_mode & 0o777) & OTHERS:
        raise Unusable(f"[tls] private_key {files.private_key} is open to everybody (mode {rights:o}); chmod 600 it")
    try:
        context.load_cert_chain(files.certificate, files.private_key, password=lambda: "")  # never ask a terminal
    except ssl.SSLError as fault:
        reason = _words(fault) or "not PEM, or with a passphrase"
        raise Unusable(f"[tls] certificate and private_key can't be used: {reason}") from None
    try:
        context.load_verify_locations(files.trusted)
    except ssl.SSLError as fault:
        raise Unusable(f"[tls] trusted {files.trusted} can't be used: {_words(fault) or 'not PEM'}") from None


def _paths(files: TlsSettings) -> dict[str, Path]:
    return {"certificate": files.certificate, "private_key": files.private_key, "trusted": files.trusted}


def _check_readable(name: str, path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as fault:
        raise Unusable(f"can't read [tls] {name} {path}: {fault.strerror}") from None


def _stamp(path: Path) -> object:
    """Changes when the file does; None while there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def valid_until(certificate: Path) -> datetime:
    """When the first certificate of a PEM file, the node's own, expires; it must have been loaded before."""
    first = CERTIFICATE.findall(certificate.read_text("latin-1"))[0]
    digits = VALIDITY.findall(base64.b64decode(first))[0].decode()
    return datetime.strptime(digits, "%Y%m%d%H%M%S" if len(digits) == 14 else "%y%m%d%H%M%S").replace(tzinfo=UTC)


def guarded(link: socket.socket, context: ssl.SSLContext, seconds: float) -> ssl.SSLSocket:
    """An accepted connection behind TLS, hands not yet shaken.

    `do_handshake` then takes `seconds` in all, however slowly the peer talks.  It raises OSError, which `why` puts
    into words, and leaves the connection to be closed.
    """
    link.settimeout(seconds)
    return context.wrap_socket(link, server_side=True, do_handshake_on_connect=False)


class Caller:
    """Stands where pynetdicom takes a client's context, and remembers what it only logs: why TLS failed."""

    def __init__(self, context: ssl.SSLContext) -> None:
        context.sslsocket_class = _Telling
        self._context = context
        self._link: ssl.SSLSocket | None = None

    def wrap_socket(self, link: socket.socket, **how: Any) -> ssl.SSLSocket:
        """As `ssl.SSLContext.wrap_socket`."""
        self._link = self._context.wrap_socket(link, **how)
        return self._link

    @property
    def fault(self) -> str:
        """Why TLS failed; empty when it did not."""
        return self._link.fault if isinstance(self._link, _Telling) else ""


class _Telling(ssl.SSLSocket):
    """Keeps why it failed: in its handshake, or with its first read, when TLS 1.3 tells a client of a refusal."""

    fault = ""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError as fault:
            self.fault = why(fault)
            raise

    def read(self, len: int = 1024, buffer: Any = None) -> Any:
        try:
            return super().read(len, buffer)
        except ssl.SSLError as fault:
            self.fault = why(fault)
            raise

    def shutdown(self, how: int) -> None:
        """Let pynetdicom go on to close it: it leaves a connection open whose peer went first."""
        with suppress(OSError):
            super().shutdown(how)


def why(fault: OSError) -> str:
    """A failed handshake in few words, the same for the same fault, so that refusals can be counted."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return fault.verify_message
    if isinstance(fault, ssl.SSLError) and (reason := _words(fault)):
        return reason
    return "not in time" if isinstance(fault, TimeoutError) else "connection lost"


def _words(fault: ssl.SSLError) -> str:
    if fault.reason == "WRONG_VERSION_NUMBER":  # OpenSSL's word for whatever is no TLS record
        return "the peer speaks no TLS"
    return (fault.reason or "").replace("_", " ").lower()
