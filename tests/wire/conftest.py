"""One door per test."""

from collections.abc import Iterator
from pathlib import Path
from socketserver import BaseServer

import pytest

from tests.wire.peers import RECEIVE, Door, open_door


@pytest.fixture(autouse=True)
def quick_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener looks every 0.5 s whether it should stop; a hundred tests would wait for that."""
    monkeypatch.setattr(BaseServer.serve_forever, "__defaults__", (0.02,))


@pytest.fixture(params=[False, True], ids=["stock", "lane"])
def each_receiver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One suite for both: pynetdicom's stock loop and the fast lane give the same results."""
    monkeypatch.setitem(RECEIVE, "lane", request.param)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as door:
        yield door
