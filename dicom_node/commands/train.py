"""`l3node train`: five folds from labelled slices, from drawn ones, and AMOS22 made ready for labelling."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.core import TyperGroup

from dicom_node.commands.common import Config, fail, sessions_of, settings_of


class DataOrCommand(TyperGroup):
    """`l3node train DATA --out FOLDER` is `l3node train run DATA --out FOLDER`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the command in where there is none."""
        if args and args[0] not in (*self.commands, "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


train = typer.Typer(
    cls=DataOrCommand, no_args_is_help=True, help="Train the five folds: `l3node train DATA --out FOLDER`."
)
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for model, tables and work; the same one goes on.")]
Device = Annotated[str, typer.Option(help="`cpu`, `cuda`, or `cuda:1`.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Epochs a fold; the plan's own number if omitted.")]


@train.command("run")
def run(
    data: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="NAME-image.nii.gz, NAME-label.nii.gz.")],
    out: Out,
    plan: Annotated[
        Literal["paper", "demo"], typer.Option(help="The paper's network (a GPU), or a small one (a CPU).")
    ] = "paper",
    epochs: Epochs = None,
    device: Device = "cuda",
) -> None:
    """Train five folds on labelled slices by nnU-Net's own trainer; corrected cases that the node exports will do.

    Leaves a genuine nnU-Net folder (model), cross_validation.csv, learning_curves.png and a model card.  Interrupted,
    the same command goes on where it was.  A SOURCE.md in DATA (origin, licence) is copied into the card.
    """
    from rich.console import Console

    from dicom_node import training

    with _refusals():
        recipe = training.paper(device, epochs) if plan == "paper" else training.demo(device, epochs)
        typer.echo(training.train(training.order_of(data, recipe), out, Console()))


@train.command("phantoms")
def phantoms(
    out: Out,
    epochs: Epochs = None,
    start: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Go on from the folds of this small model.")
    ] = None,
) -> None:
    """Train the small network on drawn slices, as the bundled model was, and judge it on slices held out."""
    from rich.console import Console

    from dicom_node import training
    from dicom_node.phantom_training import train_phantoms

    with _refusals():
        typer.echo(train_phantoms(out, training.demo("cpu", epochs, start), Console()))


@train.command("corrected")
def corrected(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pairs; `l3node train` takes it as DATA.")],
    config: Config = Path("l3node.toml"),
) -> None:
    """Write the slices that reviewers of this node corrected or painted as pairs to train on; it is recorded."""
    from rich.console import Console

    from db import audit
    from dicom_node import corrections
    from dicom_node.console import bar

    now = datetime.now(UTC)
    with sessions_of(config).begin() as session:
        found = corrections.cases(session, settings_of(config).node.files)
        words = f"{len(found)} corrected cases as a training set"
        audit.record(session, "cohort", "exported", actor=getpass.getuser(), reason=words, now=now)
    with bar(Console()) as progress:
        task = progress.add_task("writing pairs", total=len(found))
        for _ in corrections.written(found, out, now):
            progress.advance(task)
    typer.echo(f"{len(found)} corrected cases in {out}")


@train.command("prepare-amos")
def prepare_amos(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="AMOS22 as downloaded and unpacked.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the slices.")] = Path("out/amos"),
) -> None:
    """Find the L3 slice of every CT of AMOS22 and write it as NIfTI, ready for labelling; print the licence found.

    AMOS has no muscle labels: draw NAME-label.nii.gz beside NAME-image.nii.gz before you train.
    """
    from rich.console import Console

    from dicom_node import amos

    try:
        found = amos.prepare(folder, out, Console())
    except amos.NoAmos as why:
        fail(str(why))
    written, sure = [one for one in found if one.index is not None], sum(one.without_doubt for one in found)
    typer.echo(f"{len(written)} of {len(found)} volumes show L3, {sure} without doubt; see {out / 'levels.csv'}")


@contextmanager
def _refusals() -> Iterator[None]:
    from dicom_node.evaluation import CannotEvaluate
    from dicom_node.training import CannotTrain
    from inference.errors import ModelRefused
    from inference.slice_files import NotASlice
    from inference.training.children import ChildFailed

    try:
        yield
    except (CannotTrain, CannotEvaluate, NotASlice, ChildFailed, ModelRefused) as why:
        fail(str(why))
