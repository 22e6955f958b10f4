"""Threads of the node that are told to stop, in order, at its end."""

import threading
from collections.abc import Callable
from contextlib import ExitStack


def start(
    stack: ExitStack, name: str, run: Callable[[threading.Event], None], release: Callable[[], None] | None = None
) -> None:
    """Run a thread that is told to stop at the end; `release` ends what it may be waiting for."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,), name=name)
    thread.start()
    stack.callback(thread.join)
    if release:
        stack.callback(release)
    stack.callback(stop.set)
