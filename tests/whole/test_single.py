"""A single slice through the running node: given on the page, segmented by the worker, deleted after its time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from config.settings import Settings
from db import uploads
from db.schema import Upload
from dicom_node.app import Node, running
from dicom_node.phantom_study import write_study
from dicom_node.purge import Purge
from inference.phantom import draw
from tests.factories import eventually, make_settings

ABOVE_PROMONTORY_MM = 85.0


@pytest.fixture(scope="module")
def slice_at_l3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    drawn = draw(1, slices=1, spacing_mm=(5.0, 1.56, 1.56), size=256, bottom_mm=ABOVE_PROMONTORY_MM)
    (file,) = write_study(drawn, tmp_path_factory.mktemp("ct"))
    return file.read_bytes()


def settings_of(data: Path) -> Settings:
    return make_settings(data, web={"enabled": True, "sign_in": False, "port": 0})


@pytest.fixture
def node(data_folder: Path) -> Iterator[tuple[Node, httpx.Client]]:
    with (
        running(settings_of(data_folder)) as node,
        httpx.Client(base_url=f"http://localhost:{node.web_port}", timeout=30) as client,
    ):
        page = eventually(lambda: client.get("/single"), what="the page")
        client.headers["x-csrf-token"] = page.text.partition('name="csrf" content="')[2].partition('"')[0]
        yield node, client


def given(client: httpx.Client, image: bytes, **asked: object) -> int:
    ticket = client.post("/uploads", content=image).json()["ticket"]
    answer = client.post("/api/v1/slices", json={"name": "a", "image": ticket, **asked})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["slice"])


def ended(node: Node, number: int) -> Upload:
    def found() -> Upload | None:
        with node.sessions() as session:
            row = session.get_one(Upload, number)
            return row if row.state in ("done", "refused") else None

    return eventually(found, 120, what="the slice")


def test_a_slice_is_segmented_and_deleted_after_its_days(
    node: tuple[Node, httpx.Client], slice_at_l3: bytes, data_folder: Path
) -> None:
    running_node, client = node
    number = given(client, slice_at_l3, fold=1)
    assert ended(running_node, number).state == "done"
    labels = client.get(f"/slices/{number}/labels")
    assert set(labels.content) == {0, 1, 2, 3}
    refused = given(client, b"no image at all")
    row = ended(running_node, refused)
    assert (row.state, (row.reason or "").partition(":")[0]) == ("refused", "not_a_single_slice")
    assert str(data_folder) not in (row.reason or "")
    assert "can't be segmented" in client.get(f"/single/{refused}").text
    client.post("/uploads", content=b"never asked for")
    (data_folder / "uploads" / "of no row").mkdir()
    _eight_days_later(running_node, settings_of(data_folder))
    with running_node.sessions() as session:
        assert uploads.newest(session, 9) == []
    assert [path.name for path in (data_folder / "uploads").rglob("*")] == ["incoming"]


def _eight_days_later(node: Node, settings: Settings) -> None:
    later = datetime.now(UTC) + timedelta(days=8)
    Purge(settings=settings, sessions=node.sessions, free=lambda: 10**12, now=lambda: later).round()
