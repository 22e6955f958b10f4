"""The web process itself: uvicorn on a socket that the node has bound."""

import hmac
import signal
import socket

import uvicorn

from config.settings import Settings
from db.session import open_engine
from dicom_node.site_secret import site_secret
from dicom_node.web.application import build
from dicom_node.web.room import Echo, Room

LAST_WORDS_S = 1
"""Seconds that live pages get to end."""


def _secret(settings: Settings) -> bytes:
    """The same for every web process of a site: a page stays good when the process that made it is gone."""
    return hmac.digest(site_secret(settings.node.files), b"pages", "sha256")


def serve(listener: socket.socket, settings: Settings, echo: Echo) -> None:
    """Serve until terminated; `echo` asks a destination whether it is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    web = settings.web
    app = build(
        Room(settings=settings, engine=open_engine(settings.database_url), echo=echo, secret=_secret(settings))
    )
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_WORDS_S,
        ssl_certfile=web.certificate if web.tls else None,
        ssl_keyfile=str(web.private_key) if web.tls else None,
        proxy_headers=web.behind_proxy,
        forwarded_allow_ips="127.0.0.1" if web.behind_proxy else None,
    )
    uvicorn.Server(config).run(sockets=[listener])
