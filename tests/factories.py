"""Makers with keyword overrides: settings, phantoms, series on disk, peers."""

import os
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydicom import dcmread
from pydicom.dataset import FileDataset
from pynetdicom import AE
from sqlalchemy import select

from config.settings import Settings
from db.schema import Analysis, Base, Delivery, Study
from db.session import Sessions
from dicom_node.calling import AS_REQUESTOR
from dicom_node.phantom_study import write_study
from inference.phantom import Phantom, draw

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
SCALE = int(os.environ.get("L3NODE_TEST_SCALE", "1"))
SENDER = "SCANNER"
SMALL_PHANTOM_SEED = 1
"""Of the phantom that warms a worker up."""
COARSE: dict[str, Any] = {"slices": 72, "spacing_mm": (5.0, 1.56, 1.56), "size": 256}

Found = TypeVar("Found")


@cache
def phantom(seed: int = 0, *, bottom_mm: float = -78.0, slices: int = 72) -> Phantom:
    """A coarse phantom that the finder is sure of; drawn once per run."""
    return draw(seed, bottom_mm=bottom_mm, **(COARSE | {"slices": slices}))


def study_files(folder: Path, seed: int = 0, *, drawn: Phantom | None = None, **attributes: Any) -> list[Path]:
    """The phantom's CT series on disk; `attributes` replace what stands in its headers."""
    return write_study(drawn or phantom(seed), folder, **attributes)


def make_settings(data: Path, **sections: Any) -> Settings:
    """Free ports, short waits, everything sent; a section given by keyword is merged into these."""
    base: dict[str, dict[str, Any]] = {
        "node": {"data": data, "time_zone": "Europe/Berlin"},
        "receive": {"port": 0, "minimum_free_bytes": 0},
        "study": {"series_quiet": 0.5, "study_quiet": 0.5},
        "review": {"policy": "never"},
        "web": {"port": 0, "enabled": False},
    }
    lists = {"source": [{"ae_title": SENDER, "forwards": "finished"}], "destination": []}
    merged = {name: base.get(name, {}) | section for name, section in sections.items() if isinstance(section, dict)}
    given = {name: section for name, section in sections.items() if not isinstance(section, dict)}
    return Settings.model_validate(base | lists | merged | given)


def destination(title: str, port: int, **fields: Any) -> dict[str, Any]:
    """A destination on loopback that takes demonstration results."""
    return {"ae_title": title, "host": "127.0.0.1", "port": port, "accept_demo": True, "timeout": 5} | fields


def send_study(files: Iterable[Path], port: int, *, calling: str = SENDER, called: str = "L3NODE") -> list[int]:
    """C-STORE files over one association, released at the end; the statuses."""
    datasets = [dcmread(path) for path in files]
    ae = AE(calling)
    for sop_class, syntax in sorted(
        {(str(one.SOPClassUID), str(one.file_meta.TransferSyntaxUID)) for one in datasets}
    ):
        ae.add_requested_context(sop_class, syntax)
    association = ae.associate("127.0.0.1", port, ae_title=called, evt_handlers=list(AS_REQUESTOR))
    assert association.is_established
    try:
        return [association.send_c_store(dataset).Status for dataset in datasets]
    finally:
        association.release()


def eventually(look: Callable[[], Found | None], seconds: float = 60.0, what: str = "it") -> Found:
    """What `look` finds as soon as it finds something true; fails in words when time is up."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds:g} s")


def rows(sessions: Sessions, table: type[Base], **where: Any) -> list[Any]:
    """Rows of a table, oldest first."""
    with sessions() as session:
        return list(session.scalars(select(table).filter_by(**where)))


def analyses(sessions: Sessions, *states: str) -> list[Analysis]:
    """Analyses in one of `states`, all without any."""
    return [row for row in rows(sessions, Analysis) if not states or row.state in states]


def all_sent(sessions: Sessions, count: int = 3) -> bool:
    """Whether `count` parcels exist and all of them are sent."""
    found = rows(sessions, Delivery)
    return len(found) == count and all(parcel.state == "sent" for parcel in found)


def chosen(sessions: Sessions) -> Study | None:
    """The first study once a series of it was chosen or refused."""
    return next(iter(rows(sessions, Study, state="chosen")), None)


def read(path: Path) -> FileDataset:
    """A DICOM file, whole."""
    return dcmread(path)
