"""Stock pynetdicom made durable in the plainest way: encoded bytes to a file, file and folder synced, then Success.

`python -m tests.benchmarks.durable_scp PORT FOLDER`: the yardstick that the node's own receiver must beat.
"""

import os
import sys
from pathlib import Path

from pynetdicom import AE, AllStoragePresentationContexts, evt


def keep(event: evt.Event, folder: Path) -> int:
    """Store one object under its UID so that power loss can't take it."""
    with (folder / f"{event.request.AffectedSOPInstanceUID}.dcm").open("wb") as file:
        file.write(event.encoded_dataset())
        file.flush()
        os.fdatasync(file.fileno())
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)
    return 0x0000


if __name__ == "__main__":
    ae = AE("DURABLE")
    ae.supported_contexts = AllStoragePresentationContexts
    ae.start_server(("127.0.0.1", int(sys.argv[1])), evt_handlers=[(evt.EVT_C_STORE, keep, [Path(sys.argv[2])])])
