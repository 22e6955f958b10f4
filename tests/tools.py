"""Command-line tools of other people, from Debian or from wheels."""

import shutil
import sys
from pathlib import Path

import pytest

SYSTEM = "/usr/bin:/usr/local/bin:/bin"


def tool(name: str) -> str:
    """Where a tool is: the system's, or beside the interpreter (wheels); skips where it is absent.

    In this order, because pynetdicom installs scripts that have the names of DCMTK's programs.
    """
    found = shutil.which(name, path=SYSTEM) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
