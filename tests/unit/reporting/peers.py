"""Tools of other makers that read our objects; a test skips with a message where one is absent."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def tool(name: str) -> str:
    """Path of an outside tool, beside the interpreter or in PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def says(name: str, *arguments: str | Path) -> str:
    """Everything that an outside tool prints."""
    command = [tool(name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def dciodvfy_errors(data: bytes, folder: Path, name: str = "object") -> list[str]:
    """Lines beginning with Error (dciodvfy ends with 0 even then); it must have recognised the object."""
    path = folder / f"{name}.dcm"
    path.write_bytes(data)
    lines = says("dciodvfy", path).splitlines()
    assert {"Segmentation", "Comprehensive3DSR", "SCImage", "KeyObjectSelectionDocument"} & set(lines), lines[:5]
    return [line for line in lines if line.startswith("Error")]
