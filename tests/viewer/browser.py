"""Debian's Chromium, driven by playwright-core from npm in a process of its own."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.tools import tool

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
FLAGS = (
    *("--no-sandbox", "--no-first-run", "--no-proxy-server", "--disable-quic", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"),
)
"""No connection but to loopback; WebGL in software."""


class PageError(Exception):
    """What the page threw."""


class Browser:
    """One page of a browser; the driver says in JSON lines what came of each command."""

    def __init__(self, driver: "subprocess.Popen[str]") -> None:
        self._driver = driver

    def ask(self, command: str, *given: Any) -> Any:
        """The value that a command of `driver.cjs` gives; raises `PageError`."""
        assert self._driver.stdin
        assert self._driver.stdout
        self._driver.stdin.write(json.dumps({"command": command, "args": given}) + "\n")
        self._driver.stdin.flush()
        answer = json.loads(self._driver.stdout.readline() or '{"error": "the browser is gone"}')
        if "error" in answer:
            raise PageError(answer["error"])
        return answer["value"]


@contextmanager
def browser(init_script: Path, log: Path) -> Iterator[Browser]:
    """A browser whose every page begins with `init_script`; skips where something is missing."""
    if not MODULES.is_dir() or shutil.which("node") is None:
        pytest.skip("OHIF and playwright-core are not installed (node and npm, then `make viewer`)")
    command = ["node", str(HERE / "driver.cjs"), tool("chromium"), str(init_script), *FLAGS]
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True) as driver,
    ):
        yield Browser(driver)
