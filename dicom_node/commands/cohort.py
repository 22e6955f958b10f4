"""`l3node cohort`: questions to all current results."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dicom_node.commands.asking import filtered
from dicom_node.commands.common import Config, fail, sessions_of, settings_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from db.questions import Filter

cohort = typer.Typer(no_args_is_help=True, help="Questions to all current results: the view `cohort`.")
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows at most, the newest first.")]
Wait = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds that the database may take for an answer.")]
SHOWN = (
    *("study_date", "patient_sex", "patient_age_years", "total_area_m29_150_cm2", "total_hu_m29_150_mean"),
    *("smi_m29_150_cm2_m2", "l3_confidence", "fold_dice", "contrast_phase", "model_name"),
)
"""Columns of `show` where none are named."""
DEFAULT = Path("l3node.toml")


@cohort.command("columns")
def columns() -> None:
    """The data dictionary: every column of the view, its type, unit and meaning, and what an export does with it."""
    from dicom_node.cohort import telling

    telling.dictionary()


@cohort.command("show")
@filtered
def show(
    of: "Filter",
    column: Annotated[list[str] | None, typer.Option("--column", help="A column to show; may be repeated.")] = None,
    limit: Limit = 20,
    timeout: Wait = 30.0,
    config: Config = DEFAULT,
) -> None:
    """Show the newest rows."""
    from db.cohort import NAMES
    from db.questions import count, newest
    from dicom_node.cohort import telling

    names = column or list(SHOWN)
    if unknown := [name for name in names if name not in NAMES]:
        fail(f"no column {unknown[0]!r}; `l3node cohort columns` tells them")
    with _looking(settings_of(config), timeout) as connection:
        telling.rows(names, connection.execute(newest(of, names, limit)).all(), count(connection, of))


@cohort.command("summary")
@filtered
def summary(
    of: "Filter",
    plots: Annotated[Path | None, typer.Option(help="Folder for a figure per quantity.", file_okay=False)] = None,
    form: Annotated[Literal["png", "svg"], typer.Option("--format", help="Form of the figures.")] = "png",
    timeout: Wait = 120.0,
    config: Config = DEFAULT,
) -> None:
    """Counts and distributions by sex and decade, what is missing, and what became of all requests."""
    from db.outcomes import outcomes
    from dicom_node.cohort import telling
    from dicom_node.cohort.summary import summarise

    settings = settings_of(config)
    with _looking(settings, timeout) as connection:
        found = summarise(connection, of)
    telling.summary(found, of)
    with sessions_of(config)() as session:
        telling.outcomes(outcomes(session))
    for path in telling.plots(found, of, plots, form) if plots else ():
        typer.echo(path)


@cohort.command("compare")
def compare(
    models: Annotated[
        list[str] | None, typer.Argument(help="Two digests (their beginnings): reference, then the other.")
    ] = None,
    corrected: Annotated[bool, typer.Option("--corrected", help="The model against what people corrected.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Agreement of two models on the same series, or of the model with what people made of its labels.

    Mean absolute error, bias with 95 % limits of agreement and Pearson's r; differences are the other (or the model)
    less the reference (or the person).
    """
    from db import twins
    from dicom_node.cohort import telling

    if corrected == bool(models) or (models and len(models) != 2):
        fail("name two models by their digests (`l3node model list`), or give --corrected")
    with sessions_of(config)() as session:
        telling.agreement(list(twins.of_models(session, *models) if models else twins.corrections(session)))


@cohort.command("change")
@filtered
def change(of: "Filter", timeout: Wait = 120.0, limit: Limit = 50, config: Config = DEFAULT) -> None:
    """Change per year between comparable examinations of a patient: same phase, kV, thickness class and model.

    Called a change only above the smallest detectable difference and the limits on the model's card.
    """
    from dicom_node.cohort import following, telling
    from reporting.panels import detectable

    settings = settings_of(config)
    with sessions_of(config)() as session:
        limits = following.known_limits(session)
    with _looking(settings, timeout) as connection:
        telling.changes(list(following.followed(connection, of, limits, detectable())), limit)


@cohort.command("export")
@filtered
def export(
    of: "Filter",
    to: Annotated[Path, typer.Argument(help="File to write: .parquet or .csv.", dir_okay=False)],
    dates: Annotated[
        Literal["year", "shift"], typer.Option(help="The year only, or moved back by days, the same for a patient.")
    ] = "year",
    pairs: Annotated[
        Path | None, typer.Option(help="Also copy slice and labels as NIfTI pairs to this folder.", file_okay=False)
    ] = None,
    identified: Annotated[bool, typer.Option("--identified", help="With UIDs, dates and patient IDs.")] = False,
    reason: Annotated[str, typer.Option(help="Why an identified export is needed; recorded.")] = "",
    timeout: Wait = 60.0,
    config: Config = DEFAULT,
) -> None:
    """Write rows to a file, de-identified: keyed hashes for UIDs, no dates but the year, ages to 90, no free text.

    What the file is (snapshot id, filter, data dictionary) stands in FILE.json.  --identified needs the owner of the
    data folder (or root) and a reason; either way the export is recorded in `event`.
    """
    from db.where import Refused
    from dicom_node.cohort import exporting
    from dicom_node.cohort.export import ExportFault
    from dicom_node.cohort.privacy import Privacy
    from dicom_node.site_secret import site_secret

    settings = settings_of(config)
    if identified:
        _may_identify(settings, reason)
    privacy = Privacy(secret=site_secret(settings.node.files), dates=dates, identified=identified)
    try:
        written = exporting.run(settings, of, privacy, to, pairs, timeout)
    except (ExportFault, Refused, OSError) as fault:
        fail(str(fault))
    _record(config, f"{written.rows} rows, snapshot {written.snapshot}, {_how(identified, reason)}: {of}")
    typer.echo(f"{written.rows:,} rows in {to}; snapshot {written.snapshot}")


def _may_identify(settings: "Settings", reason: str) -> None:
    if os.geteuid() not in (0, settings.node.data.stat().st_uid):
        fail("an identified export is the administrator's: the user who owns the data folder, or root")
    if not reason.strip():
        fail("--identified needs --reason; it is recorded with your name")


def _how(identified: bool, reason: str) -> str:
    return f"IDENTIFIED because {reason.strip()}" if identified else "de-identified"


def _record(config: Path, what: str) -> None:
    from db import audit

    with sessions_of(config).begin() as session:
        audit.record(session, "cohort", "exported", actor=getpass.getuser(), reason=what, now=datetime.now(UTC))


@contextmanager
def _looking(settings: "Settings", seconds: float) -> "Iterator[Connection]":
    """The guarded connection; a question that is refused ends the command with one line."""
    from db.questions import looking
    from db.where import Refused

    try:
        with looking(settings.database_url, seconds) as connection:
            yield connection
    except Refused as why:
        fail(str(why))
