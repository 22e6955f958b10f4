"""Command-line tools of other people, from Debian or from wheels."""

import shutil
import sys
from pathlib import Path

import pytest


def tool(name: str) -> str:
    """Where a tool is: on PATH, or beside the interpreter (wheels); skips where it is absent."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
