"""`l3node demo`: the whole way on one machine, over the real wire, with a drawn CT whose truth is known."""

import shutil
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import (
    AnalysisSettings,
    Destination,
    NodeSettings,
    ReceiveSettings,
    ReviewSettings,
    Settings,
    Source,
    StudySettings,
    WebSettings,
)
from db.schema import Analysis, Measurement, columns
from db.session import Sessions
from db.states import story
from dicom_node import console as show
from dicom_node import log
from dicom_node.app import running
from dicom_node.pacs.standin import StandIn
from dicom_node.phantom_study import write_study
from inference.labels import Tissue
from inference.phantom import Phantom, draw

SENDER = "DEMOSCANNER"
PATIENCE = 180.0
"""Seconds to wait for results: the first run converts the model."""
MARKER = ".l3node-demo"
"""Stands in a folder that the demo made and may clear."""
WANTED = frozenset({"seg", "sr", "key"})
STORY = (
    ("series", "receiving", "receive and close the series"),
    ("series", "closed", "settle the study"),
    ("study", "settled", "choose the series"),
    ("analysis", "queued", "wait for a worker"),
    ("analysis", "running", "find L3, segment, measure, encode"),
    ("analysis", "done", "send SEG, SR and key image"),
)


def run(out: Path, slices: int) -> bool:
    """Run the demo in `out`; whether everything came back and stands in the database."""
    console = Console()
    log.configure("error", readable=True)
    if not _cleared(out):
        console.print(f"[red]{out} holds other things; name an empty or a new folder with --out[/]", soft_wrap=True)
        return False
    with console.status(f"drawing a CT of {slices} slices"):
        phantom = draw(0, slices=slices)
        files = write_study(phantom, out / "ct")
    with StandIn(out / "pacs") as pacs:
        settings = demo_settings(out / "node", pacs)
        with running(settings) as node:
            console.print(f"node {settings.node.ae_title} on port {node.port}, PACS stand-in on port {pacs.port}")
            with console.status("warming up: converting the five folds, segmenting a phantom"):
                node.ready.wait(PATIENCE)
            to = Destination(ae_title=settings.node.ae_title, host="127.0.0.1", port=node.port)
            if not show.send(files, to, SENDER, console):
                return False
            complete = _wait(console, node.sessions, pacs)
            return _report(console, node.sessions, pacs, phantom) and complete


def _cleared(out: Path) -> bool:
    """Remove what an earlier demo left, but for the converted model; False when the folder is somebody else's."""
    out.mkdir(parents=True, exist_ok=True)
    if not (out / MARKER).exists() and any(out.iterdir()):
        return False
    (out / MARKER).touch()
    for stale in ("node/spool", "node/results", "pacs", "ct"):
        shutil.rmtree(out / stale, ignore_errors=True)
    for rows in (out / "node").glob("l3node.sqlite*"):
        rows.unlink()
    return True


def demo_settings(data: Path, pacs: StandIn) -> Settings:
    """Free ports, short waits, review policy "never", and a destination that takes demonstration results."""
    return Settings(
        node=NodeSettings(data=data.resolve(), time_zone="UTC"),
        receive=ReceiveSettings(port=0, minimum_free_bytes=100_000_000),
        source=(Source(ae_title=SENDER, forwards="finished"),),
        destination=(Destination(ae_title=pacs.ae_title, host="127.0.0.1", port=pacs.port, accept_demo=True),),
        study=StudySettings(series_quiet=1, study_quiet=1),
        analysis=AnalysisSettings(),
        review=ReviewSettings(policy="never"),
        web=WebSettings(port=0),
    )


def _wait(console: Console, sessions: Sessions, pacs: StandIn) -> bool:
    """Follow the rows until everything is sent, or nothing more can come."""
    with console.status("waiting for results") as status:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with sessions() as session:
                events = story(session)
            last = events[-1] if events else None
            if last:
                status.update(f"{last.entity} {last.to_state}")
            if pacs.received.keys() >= WANTED and events[-1].to_state == "sent":
                return True
            if last and last.to_state in ("not_measured", "dead", "held"):
                console.print(f"[red]{last.entity} {last.to_state}: {last.reason}[/]")
                return False
            time.sleep(0.2)
    console.print("[red]no result in time[/]")
    return False


def _report(console: Console, sessions: Sessions, pacs: StandIn, phantom: Phantom) -> bool:
    with sessions() as session:
        current = session.scalar(select(Analysis).where(Analysis.is_current))
        measured = session.get(Measurement, current.id) if current else None
        if measured is None:
            console.print("[red]no current result in the database[/]")
            return False
        facts = columns(measured)
        console.print(show.measurements(facts, true_areas(phantom, facts["l3_index"])))
        off = facts["l3_z_mm"] - phantom.l3_z_mm
        show.say_level(console, facts, f", {off:+.1f} mm from the true middle of its body")
        console.print(_steps(session))
    for kind in sorted(WANTED):
        where = pacs.received.get(kind)
        console.print(f"{kind:>4}  {where or '[red]missing[/]'}", highlight=False, soft_wrap=True)
    console.print(f"  db  {sessions.kw['bind'].url.database}", highlight=False, soft_wrap=True)
    return pacs.received.keys() >= WANTED


def true_areas(phantom: Phantom, index: int) -> dict[str, float]:
    """True area of each tissue on canonical slice `index`, cm2."""
    _, row_mm, column_mm = phantom.volume.spacing_mm
    pixel_cm2 = row_mm * column_mm / 100
    areas = {t.name.lower(): float(np.sum(phantom.labels[index] == t)) * pixel_cm2 for t in Tissue}
    return areas | {"total": sum(areas.values())}


def _steps(session: Session) -> Table:
    """Seconds between the moves of the rows, from the event table."""
    table = Table(title="Seconds per step", title_justify="left", show_header=False)
    first: dict[tuple[str, str], float] = {}
    for event in story(session):
        first.setdefault((event.entity, event.to_state), event.at.timestamp())
        last = event.at.timestamp()
    marks = [(first[entity, state], title) for entity, state, title in STORY if (entity, state) in first]
    for (began, title), (ended, _) in pairwise([*marks, (last, "")]):
        table.add_row(title, f"{max(0.0, ended - began):.2f}")
    return table
