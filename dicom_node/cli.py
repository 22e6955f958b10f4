"""The command line: the only place that reads settings.  Heavy imports wait until a command needs them."""

import getpass
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from config.settings import Destination, Settings
    from db.session import Sessions

app = typer.Typer(
    name="l3node",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
)
database = typer.Typer(no_args_is_help=True, help="The database behind the node.")
app.add_typer(database, name="db")
model = typer.Typer(no_args_is_help=True, help="The models that make the numbers, and who vouches for them.")
app.add_typer(model, name="model")

NOT_MEASURED = 3
PRIVATE = 0o077
"""Of what the node writes, others read nothing."""
Config = Annotated[Path, typer.Option("--config", "-c", help="Settings file; `l3node config` prints the manual.")]
Digest = Annotated[str, typer.Argument(help="The beginning of a model's digest, as `l3node model list` shows it.")]
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
def serve(config: Config = Path("l3node.toml")) -> None:
    """Run the node until SIGTERM or Ctrl-C: receive, analyse, deliver."""
    import structlog

    from dicom_node import log
    from dicom_node.app import CannotStart, end_when_a_thread_is_lost, running
    from inference.errors import ModelRefused

    settings = _settings(config)
    os.umask(PRIVATE)
    log.configure()
    end_when_a_thread_is_lost()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with running(settings):
            signal.pause()
    except KeyboardInterrupt:
        structlog.get_logger(__name__).info("node.stopped")
    except (CannotStart, ModelRefused) as why:
        _fail(str(why))


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
        word = console.process(files, out, _settings(config) if config else None)
    except ModelRefused as why:
        _fail(str(why))
    except OSError as fault:
        _fail(f"can't write to {out}: {fault.strerror}")
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
        _fail(f"can't write to {out}: {fault.strerror}")
    if not complete:
        _fail("the demo is not complete; see above")


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
        _fail(f"{to}: {why_not}")
    typer.echo(f"{to} answers")


@app.command()
def check(config: Config = Path("l3node.toml")) -> None:
    """Prove a settings file: folder rights, disk, database, model, packages, destinations."""
    from dicom_node import console

    if not console.check(_settings(config)):
        raise typer.Exit(1)


@app.command("config")
def manual() -> None:
    """Print the manual of all settings, a settings file to start from."""
    typer.echo((Path(__file__).parent.parent / "config" / "default.toml").read_text(), nl=False)


@database.command("upgrade")
def upgrade(config: Config = Path("l3node.toml")) -> None:
    """Bring the database to this release's schema; `serve` does it too."""
    _sessions(config)
    typer.echo("the database is at the newest schema")


@model.command("list")
def model_list(config: Config = Path("l3node.toml")) -> None:
    """Every model that ever made a number here: digest, status, who released it."""
    from rich.console import Console

    from dicom_node import models

    with _sessions(config)() as session:
        Console().print(models.listed(session))


@model.command("show")
def model_show(digest: Digest, config: Config = Path("l3node.toml")) -> None:
    """One model: where it is, the limits on its card, who released it and why, and what happened to it."""
    from rich.console import Console

    from dicom_node import models

    with _refusals():
        models.show(_sessions(config), digest, Console())


@model.command("verify")
def model_verify(digest: Digest, config: Config = Path("l3node.toml")) -> None:
    """Read a model's folder again: is it the one that was added, and do its weights still open?"""
    from dicom_node import models

    with _refusals():
        typer.echo(f"{models.verify(_sessions(config), _settings(config).analysis, digest)} is unchanged")


@model.command("add")
def model_add(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="nnU-Net v2 2D results folder.")],
    config: Config = Path("l3node.toml"),
) -> None:
    """Check a folder without running anything it brings, and remember it as a research model."""
    from dicom_node import models

    with _refusals():
        found = models.add(
            _sessions(config), _settings(config).analysis, folder, datetime.now(UTC), getpass.getuser()
        )
        typer.echo(f"{found.digest[:12]} {found.name}, {found.state}; use it with [analysis] model = {found.path!r}")


@model.command("release")
def model_release(
    digest: Digest,
    by: Annotated[str, typer.Option("--by", help="The person who vouches for it.")],
    why: Annotated[str, typer.Option("--why", help="What this rests on, such as a validation report.")],
    config: Config = Path("l3node.toml"),
) -> None:
    """Release a research model by name: its results lose the research caveat from the next start of the node."""
    from dicom_node import models

    with _refusals():
        found = models.release(_sessions(config), digest, by=by, why=why, now=datetime.now(UTC))
        typer.echo(f"{found.digest[:12]} {found.name} is released by {by}; it counts from the node's next start")


def _settings(path: Path) -> "Settings":
    from config.read import SettingsFault, read_settings

    try:
        return read_settings(path)
    except SettingsFault as fault:
        _fail(str(fault))


def _sessions(config: Path) -> "Sessions":
    """The database of a settings file at this release's schema."""
    from db.session import open_engine, open_sessions
    from db.session import upgrade as bring_up

    settings = _settings(config)
    os.umask(PRIVATE)
    settings.node.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    bring_up(settings.database_url)
    return open_sessions(open_engine(settings.database_url))


@contextmanager
def _refusals() -> Iterator[None]:
    from db.models import NoSuchModel
    from inference.errors import ModelRefused

    try:
        yield
    except (ModelRefused, NoSuchModel) as why:
        _fail(str(why))


def _destination(text: str) -> "Destination":
    from pydantic import ValidationError

    from config.settings import Destination

    title, _, where = text.partition("@")
    host, _, port = where.rpartition(":")
    try:
        return Destination.model_validate({"ae_title": title, "host": host.strip("[]"), "port": port})
    except ValidationError:
        _fail(f"{text!r} is not AE@host:port, such as ORTHANC@127.0.0.1:4242")


def _fail(why: str) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(1)
