"""`l3node forget` and `l3node optout`: what a patient may ask of the site."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.commands.common import Config, fail, sessions_of, settings_of

optout = typer.Typer(no_args_is_help=True, help="Patients whose images are answered and not kept.")
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Patient = Annotated[str, typer.Argument(help="PatientID, of whatever issuer.")]


def forget(
    what: Annotated[str, typer.Argument(metavar="PATIENT|STUDY", help="A PatientID, or a StudyInstanceUID.")],
    issuer: Annotated[str | None, typer.Option("--issuer", help="Only patients of this issuer.")] = None,
    yes: Yes = False,
    config: Config = Path("l3node.toml"),
) -> None:
    """Delete every row, image and result of a patient or a study here; the audit keeps a keyed hash.

    What was sent to a PACS stays there.  Images that are sent again are new: see `l3node optout add`.
    """
    from dicom_node import forgetting

    sessions, data = sessions_of(config), settings_of(config).node.files
    whom = forgetting.find(sessions, what, issuer)
    if not whom.studies:
        fail("nothing is known of this patient or study")
    if not yes:
        typer.confirm(f"Delete {len(whom.studies)} studies with all images and results for ever?", abort=True)
    try:
        gone = forgetting.forget(sessions, data, whom, getpass.getuser(), datetime.now(UTC))
    except forgetting.Busy as why:
        fail(str(why))
    typer.echo(f"forgotten: {gone.studies} studies, {gone.images} images, {len(gone.results)} analyses")


@optout.command("add")
def optout_add(
    patient: Patient,
    why: Annotated[str | None, typer.Option("--why", help="Reason for the record, without names.")] = None,
    config: Config = Path("l3node.toml"),
) -> None:
    """From now on answer images of this patient with success and keep nothing; what is here: `l3node forget`."""
    from db import optout as rows

    with sessions_of(config).begin() as session:
        new = rows.add(session, _key(config, patient), why, getpass.getuser(), datetime.now(UTC))
    typer.echo("opted out; what is already here stays until `l3node forget`" if new else "opted out before")


@optout.command("list")
def optout_list(config: Config = Path("l3node.toml")) -> None:
    """Who opted out, as keyed hashes: since when, why, and how many objects were dropped."""
    from db import optout as rows

    with sessions_of(config)() as session:
        for one in rows.listed(session):
            typer.echo(
                f"{one.patient_key[:16]}  {one.at:%Y-%m-%d}  {one.dropped} dropped  {one.reason or ''}".rstrip()
            )


@optout.command("remove")
def optout_remove(patient: Patient, yes: Yes = False, config: Config = Path("l3node.toml")) -> None:
    """Take images of this patient again."""
    from db import optout as rows

    if not yes:
        typer.confirm("Take images of this patient again?", abort=True)
    with sessions_of(config).begin() as session:
        if not rows.remove(session, _key(config, patient)):
            fail("this patient did not opt out")
    typer.echo("images of this patient are taken again")


def _key(config: Path, patient: str) -> str:
    from dicom_node.optouts import key_of_patient
    from dicom_node.site_secret import site_secret

    return key_of_patient(site_secret(settings_of(config).node.files), patient)
