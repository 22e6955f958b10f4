"""OHIF's files and Orthanc's DICOMweb under one origin, on loopback: what a site's reverse proxy does."""

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

DICOM_WEB = "/dicom-web/"
PATIENCE = 120.0
"""Seconds that Orthanc may need for an answer."""
PASSED = ("accept", "content-type", "host")
"""Request headers that Orthanc needs; it makes the URLs of bulk data from the host."""


class Handler(BaseHTTPRequestHandler):
    """GET only: a viewer that shows results changes nothing."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        with suppress(ConnectionError):  # the page was left
            if self.path.startswith(DICOM_WEB):
                self._pass_on()
            else:
                self._serve(self.path.partition("?")[0])

    def _pass_on(self) -> None:
        headers = {name: self.headers[name] for name in PASSED if name in self.headers}
        got = self.server.orthanc.get(self.path, headers=headers | {"connection": "close"}, timeout=PATIENCE)
        self._answer(got.status_code, got.headers.get("content-type", ""), got.content, "no-store")

    def _serve(self, path: str) -> None:
        file = self.server.files.get(path, self.server.files["/index.html"])  # a route of the application
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self._answer(200, kind, file.read_bytes(), "max-age=3600")

    def _answer(self, status: int, kind: str, body: bytes, caching: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", caching)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """`files` by path, everything below `DICOM_WEB` from `orthanc`."""

    daemon_threads = True

    def __init__(self, files: dict[str, Path], orthanc: httpx.Client) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.orthanc = files, orthanc


@contextmanager
def served(files: dict[str, Path], orthanc: httpx.Client) -> Iterator[str]:
    """The base URL, as long as the context is open."""
    with Server(files, orthanc) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
