"""What all tests share: where the real data are, one converted model for a run, and when a skip is an error."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import REPOSITORY, SHARED_DATA

REAL_PEERS = ("tests/pacs/", "tests/chaos/", "tests/db/")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a test with a real peer, or one that RISKS.md relies on, must run: its skip is an error."""
    report = yield
    if report.skipped and os.environ.get("L3NODE_CI") and not hasattr(report, "wasxfail") and must_run(item):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


def must_run(item: pytest.Item) -> bool:
    """Whether a skip of this test hides what CI is there to show; data outside the repository is not CI's to have."""
    if "shared_data" in getattr(item, "fixturenames", ()) and not SHARED_DATA.is_dir():
        return False
    return item.nodeid.startswith(REAL_PEERS) or getattr(item, "originalname", item.name) in named_in_risks()


def named_in_risks() -> frozenset[str]:
    """Tests that the risk table names as its evidence."""
    return frozenset(re.findall(r"\btest_\w+", (REPOSITORY / "config" / "RISKS.md").read_text()))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real CT and odd DICOM, outside the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real test data (../shared/data) are not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model converted once, as a node's cache folder; converted in its own process, like a worker."""
    cache = tmp_path_factory.mktemp("model") / "l3node"
    code = (
        "import sys; from pathlib import Path; from config.settings import AnalysisSettings;"
        "from dicom_node import worker;"
        "worker.warm(worker.Opening(rules=AnalysisSettings(), cache=Path(sys.argv[1]), device='cpu', threads=2))"
    )
    subprocess.run([sys.executable, "-c", code, str(cache)], check=True, cwd=REPOSITORY)
    return cache


@pytest.fixture
def data_folder(tmp_path: Path, warm_cache: Path) -> Path:
    """A fresh data folder whose model is converted already."""
    data = tmp_path / "node"
    data.mkdir(mode=0o700)
    shutil.copytree(warm_cache, data / "cache", copy_function=os.link)
    return data
