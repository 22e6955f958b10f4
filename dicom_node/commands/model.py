"""`l3node model`: the models that make the numbers, and who vouches for them."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.commands.common import Config, fail, sessions_of, settings_of

model = typer.Typer(no_args_is_help=True, help="The models that make the numbers, and who vouches for them.")
Digest = Annotated[str, typer.Argument(help="The beginning of a model's digest, as `l3node model list` shows it.")]


@model.command("list")
def model_list(config: Config = Path("l3node.toml")) -> None:
    """Every model that ever made a number here: digest, status, who released it."""
    from rich.console import Console

    from dicom_node import models

    with sessions_of(config)() as session:
        Console().print(models.listed(session))


@model.command("show")
def model_show(digest: Digest, config: Config = Path("l3node.toml")) -> None:
    """One model: where it is, the limits on its card, who released it and why, and what happened to it."""
    from rich.console import Console

    from dicom_node import models

    with _refusals():
        models.show(sessions_of(config), digest, Console())


@model.command("verify")
def model_verify(digest: Digest, config: Config = Path("l3node.toml")) -> None:
    """Read a model's folder again: is it the one that was added, and do its weights still open?"""
    from dicom_node import models

    with _refusals():
        typer.echo(f"{models.verify(sessions_of(config), settings_of(config).analysis, digest)} is unchanged")


@model.command("add")
def model_add(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="nnU-Net v2 2D results folder.")],
    config: Config = Path("l3node.toml"),
) -> None:
    """Check a folder without running anything it brings, and remember it as a research model."""
    from dicom_node import models

    with _refusals():
        found = models.add(
            sessions_of(config), settings_of(config).analysis, folder, datetime.now(UTC), getpass.getuser()
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
        found = models.release(sessions_of(config), digest, by=by, why=why, now=datetime.now(UTC))
        typer.echo(f"{found.digest[:12]} {found.name} is released by {by}; it counts from the node's next start")


@contextmanager
def _refusals() -> Iterator[None]:
    from db.models import NoSuchModel
    from inference.errors import ModelRefused

    try:
        yield
    except (ModelRefused, NoSuchModel) as why:
        fail(str(why))
