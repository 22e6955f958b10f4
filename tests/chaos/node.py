"""`l3node serve` with fault points, and with stub members where `L3NODE_STUB` is set.

`L3NODE_SENT_TOO_EARLY` makes a wrong build of it: parcels are committed as sent before they are.
"""

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from dicom_node import app, cli, worker
from dicom_node.deliver import send as dicom
from dicom_node.deliver.fate import Fate, Receipt
from dicom_node.steps import sending
from tests.chaos import points, stub


def main() -> None:
    """Serve."""
    points.install()
    stubbed = "L3NODE_STUB" in os.environ
    worker.warm = stub.warm if stubbed else stub.warm_real
    worker.perform = stub.perform if stubbed else stub.perform_real
    if "L3NODE_SENT_TOO_EARLY" in os.environ:
        dicom.send = _too_early(dicom.send, sending._record)  # type: ignore[assignment]
    cli.main()


def nursery() -> None:
    """Bear nodes: a line on stdin bears one with these arguments and tells its process ID; an empty one buries it.

    What a node imports is imported once, so that a restart costs what the node does and not what Python does.
    """
    assert app  # imported here, not at each birth
    born = 0
    for line in sys.stdin:
        if words := line.split():
            born = os.fork() or _live(words)
            print(born, flush=True)
        else:
            os.waitpid(born, 0)
            print("buried", flush=True)


def _live(arguments: list[str]) -> int:
    os.setsid()
    sys.argv[1:] = arguments
    try:
        main()
    finally:
        os._exit(1)


def _too_early(send: Callable[..., Any], commit: Callable[..., None]) -> Callable[..., Iterator[Any]]:
    """Commit first, then send."""

    def reversed_order(things: Any, *arguments: Any) -> Iterator[Any]:
        desk = arguments[2].args[0]  # partial(_still_wanted, desk)
        receipts = [Receipt(thing.key, Fate.SENT) for thing in things]
        for receipt in receipts:
            commit(desk, receipt)
        yield from send(things, *arguments[:2])

    return reversed_order
