"""`l3node body`: height and weight that headers lack; `l3node panels`: what they are compared with."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.commands.common import Config, fail, sessions_of, settings_of

body = typer.Typer(no_args_is_help=True, help="Height and weight of patients, where the images do not state them.")


@body.command("import")
def import_csv(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV with a line of heads.")],
    source: Annotated[str, typer.Option("--source", help="Where it comes from; stands in the reports.")] = "",
    config: Config = Path("l3node.toml"),
) -> None:
    """Take heights and weights from a CSV file, for the analyses that follow.

    Columns: patient_id; issuer if the site has several; height_m or height_cm; weight_kg; measured_on (YYYY-MM-DD).
    Lines that can't be a person's are told by number and left out.  `l3node cohort reanalyse` brings results that
    stand up to date.
    """
    from dicom_node.bodies import Unreadable, take
    from dicom_node.site_secret import site_secret

    settings = settings_of(config)
    try:
        with sessions_of(config).begin() as session:
            found = take(
                session,
                file,
                site_secret(settings.node.files),
                source=source or f"CSV {file.name}",
                actor=getpass.getuser(),
                now=datetime.now(UTC),
            )
    except Unreadable as why:
        fail(str(why))
    for line in found.refused:
        typer.echo(line, err=True)
    typer.echo(f"{found.taken:,} lines taken, {len(found.refused):,} refused")


def panels() -> None:
    """The cut-off panels: every number, for whom it is meant, and where it was read."""
    from dicom_node.bodies import panel_table

    panel_table()
