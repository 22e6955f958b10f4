"""What is shipped to deploy: units that systemd understands, hardened, and commands and settings that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config.settings import Settings
from dicom_node.role import ROLES
from tests.factories import REPOSITORY

DEPLOY = REPOSITORY / "config" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
HARDENED = {
    *("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "RestrictNamespaces=yes"),
    *("SystemCallFilter=@system-service", "User=l3node", "UMask=0077", "RestrictSUIDSGID=yes"),
}


def test_there_is_a_unit_for_the_whole_node_and_one_for_each_role() -> None:
    assert {unit.stem for unit in UNITS} == {"l3node", *(f"l3node-{role}" for role in ROLES)}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (Debian package systemd)")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/l3node/bin/l3node", "/bin/true"))  # it must exist
    told = subprocess.run([program, "verify", "--man=no", str(copy)], capture_output=True, text=True)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_hardened_has_limits_and_runs_one_role(unit: Path) -> None:
    lines = set(unit.read_text().splitlines())
    assert lines >= HARDENED
    assert {line.split("=")[0] for line in lines} >= {"MemoryMax", "TasksMax", "LimitNOFILE", "TimeoutStopSec"}
    command = next(line for line in lines if line.startswith("ExecStart="))
    assert f"--only {role}" in command if (role := unit.stem.partition("-")[2]) else "--only" not in command


def test_compose_runs_every_role_and_says_that_it_was_not_run_here() -> None:
    told = (DEPLOY / "compose.yaml").read_text()
    assert set(re.findall(r'"--only", "(\w+)"', told)) == set(ROLES)
    assert "NOT RUN" in told


def test_the_page_names_settings_that_exist() -> None:
    page = (DEPLOY / "HOSPITAL_GROUP.md").read_text()
    sections = Settings.model_fields
    named = set(re.findall(r"(?<!l3node)\[(\w+)\](?!\()", page))
    assert named
    assert named <= set(sections)
