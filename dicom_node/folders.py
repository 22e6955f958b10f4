"""Where the files of a result lie.  Reads names only: the web process finds its files here."""

from pathlib import Path

from db.schema import Analysis
from dicom_node import basis


def result_folder(data: Path, key: str) -> Path:
    """Where the objects of the request with `key` lie."""
    return data / "results" / key[:2] / key


def kept_folder(data: Path, key: str) -> Path:
    """Where the recorded result of the request with `key` lies: among many hosts each attempt has its own folder."""
    folder = result_folder(data, key)
    attempts = sorted(child for child in folder.glob("*/") if child.name.isdigit())
    return attempts[-1] if attempts else folder


def folder_of(data: Path, result: Analysis) -> Path | None:
    """Where the files of a result lie, or what a person chooses from where none was measured; None without any."""
    if result.artifacts:
        return (data / result.artifacts[0].path).parent
    folder = kept_folder(data, result.request_key)
    return folder if result.state == "not_measured" and (folder / basis.NAME).is_file() else None
