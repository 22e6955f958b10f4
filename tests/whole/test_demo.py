"""`l3node demo`, as `make demo` ends: complete on loopback alone, and honest when something is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dicom_node.demo import MARKER
from tests.factories import REPOSITORY
from tests.tools import tool

THIS_MACHINE = ("127.0.0.1", "::1", "0.0.0.0", "::")
"""Loopback, and the unspecified addresses that the resolver probes without sending."""


def demo(out: Path, cache: Path, *prefix: str) -> subprocess.CompletedProcess[str]:
    shutil.copytree(cache, out / "node" / "cache", copy_function=os.link)
    (out / MARKER).touch()
    command = [
        sys.executable,
        "-c",
        "from dicom_node.cli import main; main()",
        "demo",
        "-o",
        str(out),
        "--slices",
        "80",
    ]
    return subprocess.run([*prefix, *command], capture_output=True, text=True, cwd=REPOSITORY)


def test_the_demo_tells_the_whole_story(tmp_path: Path, warm_cache: Path) -> None:
    told = demo(tmp_path, warm_cache)
    assert told.returncode == 0, told.stdout + told.stderr
    for words in ("true area", "from the true middle", "Seconds per step", "SMI", "demonstration", "seg.dcm"):
        assert words in told.stdout


def test_no_connection_leaves_the_machine(tmp_path: Path, warm_cache: Path) -> None:
    """The whole demo, every process of it, under strace: each connect is to loopback or to a Unix socket."""
    trace = tmp_path / "trace"
    told = demo(
        tmp_path, warm_cache, tool("strace"), "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace)
    )
    assert told.returncode == 0, told.stdout + told.stderr
    lines = trace.read_text().splitlines()
    inet = [line for line in lines if "AF_INET" in line]
    assert inet, "nothing was traced"
    assert [line for line in inet if not any(f'"{address}"' in line for address in THIS_MACHINE)] == []


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ct").mkdir()
    (tmp_path / "ct" / "precious.dcm").touch()
    l3node = [sys.executable, "-c", "from dicom_node.cli import main; main()"]
    told = subprocess.run([*l3node, "demo", "-o", str(tmp_path)], capture_output=True, text=True, cwd=REPOSITORY)
    assert told.returncode == 1
    assert "holds other things" in told.stdout
    assert (tmp_path / "ct" / "precious.dcm").exists()
