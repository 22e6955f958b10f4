"""Certificates for tests, made by OpenSSL's command: an authority, and papers that it or nobody vouches for."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.settings import TlsSettings
from tests.tools import tool

NAMES = "IP:127.0.0.1,DNS:localhost"
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
RSA = ("-newkey", "rsa:2048", "-nodes")
"""Slower to make; DCMTK 3.6.7 has no suite of TLS 1.2 for the other."""


def openssl(*words: str | Path) -> None:
    subprocess.run([tool("openssl"), *map(str, words)], check=True, capture_output=True)


@dataclass(frozen=True)
class Papers:
    """A certificate, its private key, and whom their owner trusts."""

    certificate: Path
    private_key: Path
    trusted: Path

    def settings(self) -> TlsSettings:
        """As the node is told of them."""
        return TlsSettings(certificate=self.certificate, private_key=self.private_key, trusted=self.trusted)

    def replace(self, other: "Papers") -> None:
        """Put other files in place, each at once, as an administrator's script should."""
        for mine, new in zip(
            (self.certificate, self.private_key, self.trusted),
            (other.certificate, other.private_key, other.trusted),
            strict=True,
        ):
            copy = mine.with_suffix(".new")
            shutil.copy(new, copy)
            copy.rename(mine)


@dataclass(frozen=True)
class Authority:
    """Who vouches."""

    certificate: Path
    private_key: Path

    def papers(
        self,
        name: str,
        *,
        days: int = 100,
        names: str = NAMES,
        usage: str = "serverAuth,clientAuth",
        kind: tuple[str, ...] = EC,
    ) -> Papers:
        """For a peer of this name; expired with `days` below zero."""
        home = self.certificate.parent
        request, certificate, key = (home / f"{name}.{end}" for end in ("csr", "pem", "key"))
        extensions = ("-addext", f"subjectAltName={names}", "-addext", f"extendedKeyUsage={usage}")
        openssl("req", *kind, "-keyout", key, "-out", request, "-subj", f"/CN={name}", *extensions)
        signed = ("-CA", self.certificate, "-CAkey", self.private_key, "-days", str(days))
        openssl("x509", "-req", "-in", request, *signed, "-copy_extensions", "copy", "-out", certificate)
        return Papers(certificate, key, self.certificate)


def authority(folder: Path) -> Authority:
    """A new one, in a folder of its own."""
    folder.mkdir(parents=True)
    certificate, key = folder / "authority.pem", folder / "authority.key"
    openssl("req", "-x509", *EC, "-keyout", key, "-out", certificate, "-subj", f"/CN={folder.name}")
    return Authority(certificate, key)
