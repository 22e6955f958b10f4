"""A PACS that remembers every dataset it was ever sent, and stands at a fault point if it is told to."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pynetdicom import AE, AllStoragePresentationContexts, evt

from tests.chaos.points import passing


@dataclass
class Destination:
    """SOPInstanceUID -> SHA-256 of each dataset that came under it, in order."""

    port: int = 0
    came: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def contents(self, sop_instance_uid: str) -> set[str]:
        """Different contents that came under a UID."""
        return set(self.came.get(sop_instance_uid, ()))


@contextmanager
def destination(faults: Path) -> Iterator[Destination]:
    """On loopback, until the end."""
    here = Destination()
    ae = AE("PACS")
    ae.supported_contexts = AllStoragePresentationContexts

    def store(event: Any) -> int:
        dataset = event.request.DataSet.getvalue()
        here.came[str(event.request.AffectedSOPInstanceUID)].append(hashlib.sha256(dataset).hexdigest())
        passing("sent, not answered", faults)
        return 0x0000

    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, store)])
    here.port = server.socket.getsockname()[1]
    try:
        yield here
    finally:
        server.shutdown()
