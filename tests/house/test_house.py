"""The house itself: documents name what exists, names are ours, the node stays light."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel

from config.settings import Settings
from dicom_node.checks import PACKAGES
from dicom_node.cli import app
from inference.errors import Reason
from tests.conftest import named_in_risks
from tests.factories import REPOSITORY

README = (REPOSITORY / "README.md").read_text()
MANUAL = (REPOSITORY / "config" / "default.toml").read_text()
SECTIONS = list(Settings.model_fields)
TOP_LEVEL = {
    *("dicom_node", "inference", "reporting", "db", "config", "tests"),
    *("pyproject.toml", "README.md", "Makefile", "requirements.lock", "CHANGELOG.md", "LICENSE"),
}


def commands() -> list[str]:
    """Every command and subcommand, as typed."""
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [f"{name} {sub}" for sub in below] if below else [name]
    return found


def fields(kind: object) -> set[str]:
    """Every field of the models behind a section of the settings, however they are wrapped."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return set(kind.model_fields)
    return {name for part in getattr(kind, "__args__", ()) for name in fields(part)}


@pytest.mark.parametrize("command", commands())
def test_the_readme_shows_every_command(command: str) -> None:
    assert f"l3node {command}" in README


@pytest.mark.parametrize("name", SECTIONS)
def test_the_manual_explains_every_setting(name: str) -> None:
    text = re.split(rf"^\[+{name}\]+$", MANUAL, flags=re.MULTILINE)[1].split("\n[")[0]
    for field in fields(Settings.model_fields[name].annotation):
        assert re.search(rf"^(# *)?{field} = ", text, re.MULTILINE), f"[{name}] {field}"


def test_the_manual_is_a_settings_file_and_its_comments_are_the_defaults() -> None:
    told = Settings.model_validate(tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", MANUAL, flags=re.MULTILINE)))
    plain = Settings.model_validate(tomllib.loads(MANUAL))
    for name in SECTIONS:
        if isinstance(getattr(plain, name), BaseModel) and name not in ("node", "analysis", "database"):
            assert getattr(told, name) == getattr(plain, name)
    assert told.node.model_copy(update={"shared": None}) == plain.node
    assert told.analysis.model_copy(update={"model": None, "vertebrae": None}) == plain.analysis


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=REPOSITORY, check=True).stdout
    top = {line.split("/")[0] for line in tracked.splitlines()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL


def test_no_other_distribution_owns_our_package_names() -> None:
    from importlib.metadata import packages_distributions

    for name in PACKAGES:
        assert set(packages_distributions().get(name, ["l3node"])) == {"l3node"}


def test_the_node_process_imports_neither_torch_nor_highdicom() -> None:
    code = "import sys, dicom_node.app; print([m for m in ('torch', 'highdicom', 'openvino') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert told.stdout.strip() == "[]"


def test_the_web_process_imports_nothing_that_it_needs_for_few_pages_only() -> None:
    heavy = ("torch", "highdicom", "openvino", "matplotlib", "pyarrow", "SimpleITK", "skimage")
    code = f"import sys, dicom_node.web.process; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert told.stdout.strip() == "[]"


def test_every_test_that_the_risks_rely_on_exists() -> None:
    written = "".join(path.read_text() for path in (REPOSITORY / "tests").rglob("test_*.py"))
    assert len(named_in_risks()) >= 10
    for name in named_in_risks():
        assert f"def {name}(" in written


def test_the_lock_names_nothing_that_torch_brings() -> None:
    names = {line.split("==")[0].lower() for line in (REPOSITORY / "requirements.lock").read_text().split()}
    brought = {"torch", "triton", "sympy", "networkx", "jinja2", "fsspec", "filelock", "mpmath", "markupsafe"}
    assert names & (brought | {"typing-extensions", "typing_extensions", "setuptools", "openvino-telemetry"}) == set()
    assert not [name for name in names if name.startswith(("nvidia", "cuda"))]


def test_no_machine_path_is_in_the_tree() -> None:
    found = subprocess.run(
        ["git", "grep", "-nE", r"/(work|root|farm)/", "--", ":!tests/house"],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert found.stdout == ""


def test_no_link_is_tracked() -> None:
    """One leads to a place of one machine, and on another it takes the place of what is there."""
    told = subprocess.run(["git", "ls-files", "-s"], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert [line for line in told.stdout.splitlines() if line.startswith("120000")] == []


def test_readme_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert pictures
    for picture in pictures:
        assert (REPOSITORY / Path(picture)).is_file()


def test_the_readme_explains_every_reason_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert sorted(rows) == sorted(Reason)
