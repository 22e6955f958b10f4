"""`l3node patient merge` and `l3node study relink`: whom results belong to, corrected by an administrator."""

import getpass
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.commands.common import Config, fail, sessions_of, settings_of

patient = typer.Typer(no_args_is_help=True, help="Patients: two numbers that are one person.")
study = typer.Typer(no_args_is_help=True, help="Studies: whom they belong to.")
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Issuer = Annotated[str | None, typer.Option("--issuer", help="IssuerOfPatientID of the new number.")]


@patient.command("merge")
def patient_merge(
    old: Annotated[str, typer.Argument(help="PatientID that is given up.")],
    new: Annotated[str, typer.Argument(help="PatientID that stays.")],
    issuer: Issuer = None,
    yes: Yes = False,
    config: Config = Path("l3node.toml"),
) -> None:
    """File every study of OLD under NEW: one person had two numbers.

    Name and birth date stay as they are.  Each measured study gets a revision under the new number, encoded from what
    was measured; nothing more leaves under the old one.
    """
    from db import forgetting

    with sessions_of(config)() as session:
        studies = forgetting.studies_of_patient(session, old)
    if not studies:
        fail("nothing is known of the old PatientID")
    if not yes:
        typer.confirm(f"File {len(studies)} studies under the new PatientID?", abort=True)
    told = {"PatientID": new} | ({"IssuerOfPatientID": issuer} if issuer else {})
    _revise(config, studies, told, "an administrator merged two patients", same_person=True)


@study.command("relink")
def study_relink(
    uid: Annotated[str, typer.Argument(metavar="STUDY", help="StudyInstanceUID.")],
    patient_id: Annotated[str | None, typer.Option("--patient", help="PatientID it belongs to.")] = None,
    issuer: Issuer = None,
    name: Annotated[str | None, typer.Option("--name", help="PatientName, Family^Given.")] = None,
    birth_date: Annotated[str | None, typer.Option("--birth-date", help="PatientBirthDate, YYYYMMDD.")] = None,
    sex: Annotated[str | None, typer.Option("--sex", help="PatientSex: M, F or O.")] = None,
    accession: Annotated[str | None, typer.Option("--accession", help="AccessionNumber.")] = None,
    yes: Yes = False,
    config: Config = Path("l3node.toml"),
) -> None:
    """File a study under another patient or accession number: it was sent under a wrong one.

    Of another patient nothing of the old one stays: give name, birth date and sex as well.
    """
    from db import forgetting

    given = {
        "PatientID": patient_id,
        "IssuerOfPatientID": issuer,
        "PatientName": name,
        "PatientBirthDate": birth_date,
        "PatientSex": sex,
        "AccessionNumber": accession,
    }
    told = {keyword: value for keyword, value in given.items() if value}
    with sessions_of(config)() as session:
        studies = forgetting.study_of(session, uid)
    if not studies or not told:
        fail("nothing is known of this study" if told else "say what is another: --patient, --accession ...")
    if not yes:
        typer.confirm(f"Give the study another {', '.join(told)}?", abort=True)
    _revise(config, studies, told, "an administrator relinked the study", same_person=False)


def _revise(config: Path, studies: Sequence[int], told: Mapping[str, str], why: str, *, same_person: bool) -> None:
    from dicom_node import relinking

    for decided in relinking.relink(
        sessions_of(config), settings_of(config), studies, told, why, getpass.getuser(), same_person=same_person
    ):
        typer.echo(decided)
