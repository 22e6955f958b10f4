"""What the commands show on a terminal: progress, tables, plain words."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config.settings import AnalysisSettings, Destination, Settings
from dicom_node import checks, worker
from dicom_node.deliver.send import send_files
from dicom_node.job import Measured, NotMeasured
from dicom_node.process import process as process_files
from dicom_node.study.series import walk
from inference.model_card import CAVEATS, ModelStatus
from reporting import wording

ROWS = (
    ("Psoas", "psoas"),
    ("Paraspinal + QL", "paraspinal"),
    ("Abdominal wall", "abdominal_wall"),
    ("Total", "total"),
)


def process(files: Iterable[Path], out: Path, settings: Settings | None) -> str:
    """Run the pipeline on files and say what came of it."""
    console = Console()
    with console.status("starting") as status:
        verdict = process_files(
            files, out, opening(settings), zone(settings), tell=lambda step: status.update(f"{step} ...")
        )
    colour = {"measured": "green", "held": "yellow", "not measured": "red"}[verdict.word]
    console.print(f"[bold {colour}]{verdict.word}[/]")
    if isinstance(verdict.outcome, NotMeasured):
        console.print(f"  {verdict.reasons[0]}", highlight=False, soft_wrap=True, markup=False)
    if isinstance(verdict.outcome, Measured):
        console.print(measurements(verdict.outcome.facts))
        say_level(console, verdict.outcome.facts)
    for path in verdict.written:
        console.print(f"  {path}", highlight=False, soft_wrap=True, markup=False)
    return verdict.word


def opening(settings: Settings | None) -> worker.Opening:
    """What to open: the settings' model, or the bundled one with its conversion kept in the user's cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "l3node"
    if settings is None:
        return worker.Opening(rules=AnalysisSettings(), cache=home, device="cpu", threads=os.cpu_count() or 1)
    return worker.Opening(
        rules=settings.analysis, cache=home, device=settings.work.device, threads=settings.work.threads
    )


def zone(settings: Settings | None) -> ZoneInfo:
    """The site's zone, UTC without settings."""
    return ZoneInfo(settings.node.time_zone if settings else "UTC")


def measurements(facts: dict[str, Any], truth_cm2: dict[str, float] | None = None) -> Table:
    """Both kinds of area and attenuation per tissue; beside them the true areas where they are known."""
    table = Table(title="Skeletal muscle at L3", title_justify="left")
    table.add_column("")
    for head in ("area, mask", "true area", "HU, mask", "area, -29..150 HU", "HU, -29..150"):
        if head != "true area" or truth_cm2:
            table.add_column(head, justify="right")
    for title, name in ROWS:
        cells = [_area(facts[f"{name}_area_mask_cm2"])]
        cells += [_area(truth_cm2[name])] if truth_cm2 else []
        cells += [
            _hu(facts, f"{name}_hu_mask"),
            _area(facts[f"{name}_area_m29_150_cm2"]),
            _hu(facts, f"{name}_hu_m29_150"),
        ]
        table.add_row(title, *cells)
    smi = facts["smi_m29_150_cm2_m2"]
    table.caption = f"SMI {smi:.1f} cm2/m2 (from the -29..150 HU area)" if smi else "SMI: no height known"
    return table


def say_level(console: Console, facts: Mapping[str, Any], beside: str = "") -> None:
    """Which image was measured, how sure the level is, how the folds agree, and who vouches for the model."""
    score = wording.score(facts["l3_confidence"])
    lines = [
        f"L3 on CT {_image(facts)} (position {facts['l3_position_mm']:.1f} mm){beside}",
        f"finder's own score {score}, anchors {facts['l3_anchors'].replace(',', ', ') or 'none'}",
    ]
    if facts.get("fold_dice") is not None:
        lines.append(f"folds agree at Dice {facts['fold_dice']:.3f}")
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    for doubt in filter(None, facts["doubts"].split("\n")):
        console.print(f"doubt: {doubt}", style="yellow", highlight=False, soft_wrap=True, markup=False)
    status = ModelStatus(facts["model_status"])
    console.print(f"model {facts['model_name']}: {CAVEATS[status] or status}", style="bold yellow", highlight=False)


def _image(facts: Mapping[str, Any]) -> str:
    frame = facts["frame_number"]
    return f"frame {frame}" if frame else f"image {facts['instance_number']}"


def _area(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} cm2"


def _hu(facts: dict[str, Any], name: str) -> str:
    mean, sd = facts[f"{name}_mean"], facts[f"{name}_sd"]
    return "-" if mean is None else f"{mean:.0f} +- {sd:.0f}"


def bar(console: Console) -> Progress:
    """A progress bar with count and time left."""
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)


def send(files: Iterable[Path], to: Destination, calling: str, console: Console | None = None) -> bool:
    """Send files with a bar; whether all of them were taken."""
    console = console or Console()
    paths = list(walk(files))
    failed = [] if paths else ["no files"]
    with bar(console) as progress:
        task = progress.add_task(f"sending to {to.ae_title}", total=len(paths))
        for path, why_not in send_files(paths, to, calling):
            failed += [f"{path.name}: {why_not}"] if why_not else []
            progress.advance(task)
    for line in failed:
        console.print(line, style="red", highlight=False, markup=False)
    return not failed


def check(settings: Settings) -> bool:
    """Print each check as it is done; whether all are good."""
    console = Console()
    good = True
    for one in checks.check(settings):
        good &= one.good
        mark = "[green]ok   [/]" if one.good else "[red]FAULT[/]"
        console.print(f"{mark} {escape(f'{one.name}: {one.seen}')}", highlight=False, soft_wrap=True)
    return good
