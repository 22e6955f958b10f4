"""The web process is kept alive, on a socket that the node binds."""

import multiprocessing
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess

from config.settings import Settings
from dicom_node import echo
from dicom_node.data_folder import CannotStart
from dicom_node.web import process as web
from dicom_node.work.bench import end_with_parent


@contextmanager
def pages(settings: Settings) -> Iterator[int]:
    """Keep one web process alive on a socket bound here, so that a restart loses no connection."""
    with _listener(settings) as listener:
        stop = threading.Event()
        keeper = threading.Thread(target=_keep_web, args=(listener, settings, stop), name="web")
        keeper.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            keeper.join()


def _listener(settings: Settings) -> socket.socket:
    try:
        return socket.create_server((settings.web.host, settings.web.port))
    except OSError as fault:
        raise CannotStart(f"can't listen on [web] port {settings.web.port}: {fault.strerror}") from None


def _keep_web(listener: socket.socket, settings: Settings, stop: threading.Event) -> None:
    context = multiprocessing.get_context("spawn")
    while not stop.is_set():
        child = context.Process(target=_serve_web, args=(listener, settings), name="web")
        child.start()
        while child.is_alive() and not stop.wait(0.2):
            pass
        _end(child)


def _serve_web(listener: socket.socket, settings: Settings) -> None:
    end_with_parent()
    web.serve(listener, settings, partial(echo.at_a_click, settings))


def _end(child: BaseProcess) -> None:
    child.terminate()
    child.join(5)
    if child.is_alive() and child.pid:
        os.kill(child.pid, 9)
