import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def loaded_by(modules: str) -> set[str]:
    """Top-level packages in memory after `import modules` in a process of its own."""
    program = f"import sys, {modules}; print(*{{name.split('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", program]
    return set(
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout.split()
    )


def test_objects_need_neither_torch_nor_database_nor_network() -> None:
    assert not loaded_by("reporting.objects") & {"torch", "sqlalchemy", "pynetdicom", "httpx", "fastapi", "openvino"}


@pytest.mark.parametrize(
    "module", ["reporting.identity", "reporting.measure", "reporting.finding", "reporting.key_image"]
)
def test_what_the_node_and_the_pages_use_does_not_load_highdicom(module: str) -> None:
    assert "highdicom" not in loaded_by(module)
