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
    """A browser before a site where nobody signs in; breaks where a page broke its own rules of content."""
    script, log = folder / "nothing.js", folder / "browser.log"
    script.write_text("")
    with _served(site) as port, browser(script, log) as page:
        yield Screen(page, f"http://127.0.0.1:{port}")
    assert "Content Security Policy" not in log.read_text()


@contextmanager
def _served(site: Site) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(site.application, log_level="error", timeout_graceful_shutdown=1)
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
