"""The command line: the only place that reads settings.  Heavy imports wait until a command needs them."""

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dicom_node.commands.body import body, panels
from dicom_node.commands.cohort import cohort
from dicom_node.commands.common import PRIVATE, Config, fail, settings_of
from dicom_node.commands.database import database
from dicom_node.commands.evaluate import evaluate
from dicom_node.commands.identity import patient, study
from dicom_node.commands.jobs import jobs
from dicom_node.commands.model import model
from dicom_node.commands.pausing import pause, resume
from dicom_node.commands.privacy import forget, optout
from dicom_node.commands.pull import pull
from dicom_node.commands.reanalyse import reanalyse
from dicom_node.commands.train import train
from dicom_node.commands.user import user
from dicom_node.role import ROLES, Role

if TYPE_CHECKING:
    from config.settings import Destination

app = typer.Typer(
    name="l3node",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
)
app.add_typer(body, name="body")
cohort.command("reanalyse")(reanalyse)
app.add_typer(cohort, name="cohort")
app.command("panels")(panels)
app.command("pull")(pull)
app.add_typer(database, name="db")
app.add_typer(patient, name="patient")
app.add_typer(study, name="study")
app.add_typer(optout, name="optout")
app.command()(forget)
app.add_typer(model, name="model")
app.add_typer(user, name="user")
app.add_typer(jobs, name="jobs")
app.command("pause")(pause)
app.command("resume")(resume)
app.add_typer(train, name="train")
app.command("evaluate")(evaluate)

NOT_MEASURED = 3
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results; made if missing.")]


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.", is_eager=True)] = False,
) -> None:
    """PACS-connected node that measures skeletal muscle at L3.

    Start with `l3node demo`; then write a settings file (`l3node config > l3node.toml`), prove it with
    `l3node check`, and run `l3node serve`.
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("l3node"))
        raise typer.Exit


def main() -> None:
    """Entry point of the `l3node` command."""
    app()


@app.command()
def serve(
    config: Config = Path("l3node.toml"),
    only: Annotated[
        list[Role] | None, typer.Option("--only", help="On many hosts: a role of this process; may be repeated.")
    ] = None,
) -> None:
    """Run the node until SIGTERM or Ctrl-C: receive, analyse, deliver.

    With --only it takes a part of the work; other processes, here or on other hosts, take the rest.  They share a
    PostgreSQL and a folder: config/deploy/HOSPITAL_GROUP.md.
    """
    import structlog

    from dicom_node import log
    from dicom_node.app import end_when_a_thread_is_lost, running
    from dicom_node.data_folder import CannotStart
    from inference.errors import ModelRefused

    settings = settings_of(config)
    os.umask(PRIVATE)
    log.configure()
    end_when_a_thread_is_lost()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with running(settings, only or ROLES):
            signal.pause()
    except KeyboardInterrupt:
        structlog.get_logger(__name__).info("node.stopped")
    except (CannotStart, ModelRefused) as why:
        fail(str(why))


@app.command()
def process(
    files: Annotated[list[Path], typer.Argument(exists=True, help="CT images, or folders of them.")],
    out: Out,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Take model and rules from here.")] = None,
) -> None:
    """Analyse the best CT series of one study without network or database.

    Writes seg.dcm, sr.dcm, key.dcm, measurements.json and a NIfTI pair; says `measured`, `held` with the doubts, or
    `not measured` with the reason (exit code 3, no objects).
    """
    from dicom_node import console
    from inference.errors import ModelRefused

    try:
        word = console.process(files, out, settings_of(config) if config else None)
    except ModelRefused as why:
        fail(str(why))
    except OSError as fault:
        fail(f"can't write to {out}: {fault.strerror}")
    if word == "not measured":
        raise typer.Exit(NOT_MEASURED)


@app.command()
def demo(
    out: Out = Path("out/demo"),
    slices: Annotated[int, typer.Option(min=80, max=120, help="Slices of the drawn CT.")] = 100,
) -> None:
    """Show the whole way on this machine: node, PACS stand-in, a drawn CT study, results back."""
    from dicom_node import demo as show

    os.umask(PRIVATE)
    try:
        complete = show.run(out, slices)
    except OSError as fault:
        fail(f"can't write to {out}: {fault.strerror}")
    if not complete:
        fail("the demo is not complete; see above")


@app.command()
def send(
    files: Annotated[list[Path], typer.Argument(exists=True, help="DICOM files, or folders of them.")],
    to: Annotated[str, typer.Option("--to", help="Receiver as AE@host:port.")],
    calling: Annotated[str, typer.Option("--calling", help="Our AE title.")] = "L3NODE",
) -> None:
    """Send DICOM files by C-STORE, each in its own transfer syntax, with a progress bar."""
    from dicom_node import console

    if not console.send(files, _destination(to), calling):
        raise typer.Exit(1)


@app.command()
def echo(
    to: Annotated[str, typer.Argument(help="Whom to ask, as AE@host:port.")],
    calling: Annotated[str, typer.Option("--calling", help="Our AE title.")] = "L3NODE",
) -> None:
    """Ask a peer for a sign of life (C-ECHO)."""
    from dicom_node.deliver import send as deliver

    if why_not := deliver.echo(_destination(to), calling):
        fail(f"{to}: {why_not}")
    typer.echo(f"{to} answers")


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(exists=True, help="With --explain: files or folders.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what the rules make of FILES instead.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Settings file, l3node.toml if omitted.")
    ] = None,
) -> None:
    """Prove a settings file: folder rights, disk, database, model, packages, destinations.

    With --explain and FILES: which series would be admitted, with what score, which refused and why, and which would
    be measured.  Without --config by the default rules.  Opens no model and needs no data folder.
    """
    if bool(files) != explain:
        fail("--explain and FILES go together")
    if not (_explain(files, config) if files else _proved(config or Path("l3node.toml"))):
        raise typer.Exit(1)


def _explain(files: list[Path], config: Path | None) -> bool:
    from rich.console import Console

    from config.settings import AnalysisSettings
    from dicom_node.explain import explain

    return explain(files, settings_of(config).analysis if config else AnalysisSettings(), Console())


def _proved(config: Path) -> bool:
    from dicom_node import console

    return console.check(settings_of(config))


@app.command("evaluate-l3")
def evaluate_l3(
    data: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="Folder of series with a truth.csv.")
    ] = None,
    phantoms: Annotated[int, typer.Option(min=1, help="Without DATA: how many phantoms to draw.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first phantom.")] = 0,
    family: Annotated[Literal["rigid", "bent"], typer.Option(help="Family of the phantoms.")] = "rigid",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write one row per series to this CSV file.")
    ] = None,
) -> None:
    """Show how well L3 is found, per stratum, where the truth is known.

    truth.csv names each series (folder or SeriesInstanceUID) with mid_mm, low_mm and high_mm of the body of L3 above
    the lowest slice, empty where there is none.  Phantoms say nothing about patients.
    """
    from dicom_node import evaluate_l3 as evaluation

    try:
        if data:
            rows = evaluation.truth_rows(data)
            evaluation.show(evaluation.folder(data, rows), len(rows), f"L3 in {data}", out)
        else:
            title = f"L3 in {family} phantoms, seeds {seed} to {seed + phantoms - 1}: {evaluation.PHANTOM_CAVEAT}"
            evaluation.show(evaluation.phantoms(phantoms, seed, family), phantoms, title, out)
    except evaluation.TruthFault as fault:
        fail(str(fault))


@app.command("config")
def manual() -> None:
    """Print the manual of all settings, a settings file to start from."""
    typer.echo((Path(__file__).parent.parent / "config" / "default.toml").read_text(), nl=False)


def _destination(text: str) -> "Destination":
    from pydantic import ValidationError

    from config.settings import Destination

    title, _, where = text.partition("@")
    host, _, port = where.rpartition(":")
    try:
        return Destination.model_validate({"ae_title": title, "host": host.strip("[]"), "port": port})
    except ValidationError:
        fail(f"{text!r} is not AE@host:port, such as ORTHANC@127.0.0.1:4242")
