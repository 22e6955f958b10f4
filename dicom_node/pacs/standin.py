"""A small PACS stand-in for the demo: stores whatever arrives as a file.  It is no archive."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.presentation import StoragePresentationContexts
from pynetdicom.sop_class import Verification

KINDS = {"SEG": "seg", "SR": "sr", "OT": "key"}


class StandIn:
    """Context manager; `received` maps Modality to the file, `port` 0 takes a free one."""

    def __init__(self, folder: Path, ae_title: str = "STANDIN", port: int = 0) -> None:
        self.folder = folder
        self.ae_title = ae_title
        self._port = port
        self.received: dict[str, Path] = {}
        self._news = threading.Condition()
        self._server: Any = None

    def __enter__(self) -> "StandIn":
        self.folder.mkdir(parents=True, exist_ok=True)
        ae = AE(self.ae_title)
        for context in StoragePresentationContexts:
            ae.add_supported_context(context.abstract_syntax, ExplicitVRLittleEndian)
        ae.add_supported_context(Verification)
        handlers: list[Any] = [(evt.EVT_C_STORE, self._store)]
        self._server = ae.start_server(("127.0.0.1", self._port), block=False, evt_handlers=handlers)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._server.socket.getsockname()[1])

    def wait(self, until: Callable[[dict[str, Path]], bool], seconds: float) -> bool:
        """Whether `until(received)` came true in time."""
        with self._news:
            return self._news.wait_for(lambda: until(self.received), seconds)

    def _store(self, event: Any) -> int:
        dataset = event.dataset
        kind = KINDS.get(str(dataset.Modality), str(dataset.Modality).lower())
        path = self.folder / f"{kind}.dcm"
        path.write_bytes(event.encoded_dataset())
        with self._news:
            self.received[kind] = path
            self._news.notify_all()
        return 0x0000
