"""The DICOM conformance statement says what the code does."""

import re
from collections.abc import Sequence

from pydicom.sr.coding import Code
from pydicom.uid import UID

from config.settings import ReceiveSettings
from db.circuit import MOST_AT_ONCE
from db.outbox import BURIED_AFTER
from dicom_node.deliver.fate import HTTP, OTHER_HTTP, OTHER_STATUS, STATUSES, Answer, Fate
from dicom_node.receive.listener import STRANGERS
from dicom_node.receive.pdu import LONGEST_PDU as LONGEST_TAKEN
from dicom_node.receive.server import LONGEST_PDU, PATIENCE, REJECTIONS, STORAGE, SYNTAXES, WATERMARK
from dicom_node.receive.spool import IMPLEMENTATION_CLASS_UID
from dicom_node.status import MEANING
from reporting import codes
from reporting.envelope import MODALITIES, SERIES_NUMBERS
from tests.factories import REPOSITORY

STATEMENT = (REPOSITORY / "dicom_node" / "CONFORMANCE.md").read_text()


def rows_of(title: str) -> set[tuple[str, ...]]:
    """The cells of the tables in one section of the conformance statement."""
    section = STATEMENT.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return {tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines}


def test_the_conformance_statement_names_every_status_as_the_code_means_it() -> None:
    told = {row for row in rows_of("C-STORE responses") if re.fullmatch("0x[0-9A-F]{4}", row[0])}
    assert told == {(f"0x{status:04X}", meaning) for status, meaning in MEANING.items()}


def subsection(title: str) -> set[tuple[str, ...]]:
    """The cells of the table below a smaller heading."""
    text = STATEMENT.split(f"\n### {title}\n")[1].split("\n#")[0]
    return {
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in text.splitlines() if line[:2] == "| "
    }


def test_the_conformance_statement_tells_what_every_answer_means_for_a_parcel() -> None:
    def told(answers: Sequence[Answer], other: Answer, code: str) -> set[tuple[str, ...]]:
        named = {("-".join(dict.fromkeys((format(a.first, code), format(a.last, code)))), a) for a in answers}
        return {(name, str(a.fate), a.meaning) for name, a in {*named, ("other", other)}}

    heads = {("status", "fate", "meaning"), ("code", "fate", "meaning")}
    statuses = subsection("Status of a C-STORE response, FailureReason of STOW-RS") - heads
    assert {(name.replace("0x", ""), *rest) for name, *rest in statuses} == told(STATUSES, OTHER_STATUS, "04X")
    assert subsection("HTTP status of STOW-RS") - heads == told(HTTP, OTHER_HTTP, "d")
    assert {row[0] for row in rows_of("Storage SCU: what an answer means")} >= set(Fate)
    assert f"dead after {BURIED_AFTER.days} days" in STATEMENT
    assert f"({MOST_AT_ONCE} at most)" in STATEMENT


def test_the_conformance_statement_names_every_rejection() -> None:
    told = rows_of("Who is let in") - {("result", "source", "reason", "words")}
    assert told == {tuple(map(str, rejection)) for rejection in REJECTIONS}


def test_the_conformance_statement_names_every_transfer_syntax_and_storage_class() -> None:
    heads = {("UID", "name")}
    assert rows_of("Transfer syntaxes of the Storage SCP") - heads == {(uid, uid.name) for uid in SYNTAXES}
    assert rows_of("SOP classes of the Storage SCP") - heads == {(uid, UID(uid).name) for uid in STORAGE}


def test_the_conformance_statement_tells_the_limits_and_their_defaults() -> None:
    told, defaults = dict(row for row in rows_of("Application entity") if len(row) == 2), ReceiveSettings()
    assert told["connections that have not asked for an association"].startswith(f"{STRANGERS};")
    assert told["TLS handshake, then A-ASSOCIATE-RQ (ARTIM)"].startswith(f"{PATIENCE:g} s each")
    assert told["longest P-DATA-TF asked for; taken"] == f"{LONGEST_PDU} bytes; {LONGEST_TAKEN} bytes"
    assert told["associations at once"] == f"`max_associations` ({defaults.max_associations})"
    assert told["silence within an association"].startswith(f"`network_timeout` ({defaults.network_timeout:g} s)")
    assert told["free disk"].endswith(f"below {WATERMARK} times that")
    assert IMPLEMENTATION_CLASS_UID in STATEMENT


def test_the_conformance_statement_names_every_object_and_every_private_code() -> None:
    told = {row[0].strip("`"): row[1:] for row in rows_of("Objects that the node sends")}
    for kind, number in SERIES_NUMBERS.items():
        assert told[kind][1:] == (MODALITIES[kind], str(number))
    known = [*vars(codes).values(), *codes.LEVEL_STATES.values()]
    private = {code for code in known if isinstance(code, Code) and code.scheme_designator == codes.SCHEME}
    assert {code.value: told[code.value] for code in private} == {code.value: (code.meaning,) for code in private}
    assert codes.SCHEME_UID in STATEMENT
