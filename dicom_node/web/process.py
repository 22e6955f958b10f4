"""The web process itself: uvicorn on a socket that the node has bound."""

import signal
import socket

import uvicorn

from db.session import open_engine
from dicom_node.web.health import build


def serve(listener: socket.socket, database_url: str) -> None:
    """Serve until terminated."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    app = build(open_engine(database_url))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[listener])
