"""`l3node serve` with fault points, and with stub members where `L3NODE_STUB` is set.

`L3NODE_SENT_TOO_EARLY` makes a wrong build of it: parcels are committed as sent before they are.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

from dicom_node import cli, worker
from dicom_node.steps import sending
from tests.chaos import points, stub


def main() -> None:
    """Serve."""
    points.install()
    stubbed = "L3NODE_STUB" in os.environ
    worker.warm = stub.warm if stubbed else stub.warm_real
    worker.perform = stub.perform if stubbed else stub.perform_real
    if "L3NODE_SENT_TOO_EARLY" in os.environ:
        sending.send_things = _too_early(sending.send_things, sending._receipt)  # type: ignore[assignment]
    cli.main()


def _too_early(send: Callable[..., Any], commit: Callable[..., None]) -> Callable[..., Iterator[Any]]:
    """Commit first, then send."""

    def reversed_order(things: Any, *arguments: Any) -> Iterator[Any]:
        desk = arguments[2].args[0]  # partial(_still_wanted, desk)
        receipts = [sending.Receipt(thing.key, sending.Fate.SENT) for thing in things]
        for receipt in receipts:
            commit(desk, receipt)
        yield from send(things, *arguments[:2])

    return reversed_order
