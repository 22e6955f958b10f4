"""A site served on loopback, and a real browser before it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from tests.factories import eventually
from tests.viewer.browser import Browser, PageError, browser
from tests.web.conftest import Site

AUDIT = Path(__file__).parent / "audit.js"
"""What can be asked of every page as `window.audit`."""
MOST_TABS = 120


@dataclass(frozen=True)
class Screen:
    """A page of the browser."""

    page: Browser
    address: str

    def open(self, path: str) -> None:
        self.page.ask("goto", self.address + path)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.ask("press", key)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.page.ask("type", text)

    def to(self, selector: str) -> None:
        """Walk by Tab to an element; fails where that does not get there."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            if self.see("(one) => document.activeElement.matches(one)", selector):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    def see(self, source: str, argument: Any = None) -> Any:
        """What a function gives on the page; None while the page is on its way to another."""
        try:
            return self.page.ask("evaluate", source, argument)
        except PageError:
            return None

    def says(self, selector: str) -> str:
        return str(self.see("(one) => document.querySelector(one)?.textContent ?? ''", selector) or "")

    def focuses(self, name: str) -> None:
        """Wait until the element with the focus is called so."""
        source = "() => document.activeElement.ariaLabel ?? document.activeElement.textContent"
        eventually(lambda: self.see(source) == name, 20, f"focus on {name!r}")

    def waits_for(self, selector: str, text: str) -> None:
        eventually(lambda: text in self.says(selector), 20, f"{text!r} in {selector}")


@contextmanager
def screen(site: Site, folder: Path) -> Iterator[Screen]:
    """A browser before a site; breaks where a page broke its own rules of content."""
    log = folder / "browser.log"
    scheme = "https" if site.settings.web.tls else "http"
    with _served(site) as port, browser(AUDIT, log) as page:
        yield Screen(page, f"{scheme}://127.0.0.1:{port}")
    assert "Content Security Policy" not in log.read_text()


@contextmanager
def _served(site: Site) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    web = site.settings.web
    config = uvicorn.Config(
        site.application,
        log_level="error",
        timeout_graceful_shutdown=1,
        ssl_certfile=web.certificate if web.tls else None,
        ssl_keyfile=str(web.private_key) if web.tls else None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
    assert not thread.is_alive()
