"""`l3node check`: everything that can be wrong before the first image arrives, told at once."""

import importlib.metadata
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from config.settings import AnyDestination, Settings, StowDestination
from db.session import is_current, journal_mode, open_engine
from dicom_node import echo, roles, tls, worker
from dicom_node.data_folder import NETWORK_FILE_SYSTEMS, CannotStart, file_system, is_owned
from dicom_node.pacs.query import NoAnswer, count_images
from dicom_node.role import ROLES
from inference.errors import ModelRefused

PACKAGES = ("dicom_node", "db", "reporting", "inference", "config")
GIGABYTE = 10**9
RENEW_BEFORE = 30
"""Days of a certificate's life below which the check fails."""
NOBODYS_STUDY = "2.25.0"
"""A UID to ask for when only the answer counts."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was looked at, whether it is good, and what was seen."""

    name: str
    good: bool
    seen: str


def check(settings: Settings) -> Iterator[Check]:
    """All checks, one at a time as they are done."""
    looks: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        _folder,
        _hosts,
        _disk,
        _database,
        _model,
        _device,
        _packages,
        _ports,
        _tls,
        _peers,
        _queries,
    )
    for look in looks:
        yield from look(settings)


def _folder(settings: Settings) -> Iterator[Check]:
    data = settings.node.data
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        yield Check("data folder", False, f"{data}: {fault.strerror}")
        return
    rights = data.stat().st_mode & 0o777
    private = rights & 0o077 == 0
    yield Check("data folder", private and os.access(data, os.W_OK), f"{data}, mode {rights:o} (700 needed)")
    kind = file_system(data)
    yield Check("file system", kind not in NETWORK_FILE_SYSTEMS, kind or "unknown")


def _hosts(settings: Settings) -> Iterator[Check]:
    """Whether this host can be one of many."""
    if settings.work.engine == "embedded" and settings.node.shared is None:
        return
    try:
        roles.check(settings, ROLES)
    except CannotStart as why:
        yield Check("many hosts", False, str(why))
    else:
        shared = settings.node.files
        kind = file_system(shared) or "unknown"
        yield Check("many hosts", os.access(shared, os.W_OK), f"spool and results in {shared}, {kind}")


def _disk(settings: Settings) -> Iterator[Check]:
    data = settings.node.data
    existing = next(path for path in (data, *data.parents) if path.is_dir())
    free, needed = shutil.disk_usage(existing).free, settings.receive.minimum_free_bytes
    seen = f"{free / GIGABYTE:.1f} GB free, objects are refused below {needed / GIGABYTE:.1f} GB"
    yield Check("disk", free > needed, seen)


def _database(settings: Settings) -> Iterator[Check]:
    url = settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        yield Check("database", True, "will be made at the first start")
        return
    try:
        engine = open_engine(url)
        good = is_current(engine)
        engine.dispose()
    except (SQLAlchemyError, ImportError) as fault:
        yield Check("database", False, f"[database] url can't be opened: {type(fault).__name__}")
    else:
        mode = f"SQLite, journal {journal_mode()}" if url.startswith("sqlite") else "PostgreSQL"
        yield Check("database", good, mode if good else f"{mode}; old schema, run `l3node db upgrade`")


def _model(settings: Settings) -> Iterator[Check]:
    try:
        card = worker.model_folder(settings.analysis).card
    except ModelRefused as refused:
        yield Check("model", False, str(refused))
    else:
        yield Check("model", True, f"{card.name} {card.version}, {card.status}, folds {card.folds}")
    try:
        vertebrae = worker.vertebra_folder(settings.analysis)
    except ModelRefused as refused:
        yield Check("vertebra model", False, str(refused))
    else:
        if vertebrae:
            yield Check("vertebra model", True, f"labels {', '.join(sorted(vertebrae.names.values()))}")


def _device(settings: Settings) -> Iterator[Check]:
    if settings.work.device == "cuda":
        import torch

        gpus, workers = torch.cuda.device_count(), settings.work.workers
        seen = f"{gpus} GPUs for {workers} workers" if gpus else 'cuda is not available here; [work] device = "cpu"'
        yield Check("device", gpus >= workers, seen)


def _ports(settings: Settings) -> Iterator[Check]:
    """A port in use is a fault unless it is this node that runs already."""
    for name, section in (("receive", settings.receive), ("web", settings.web)):
        if name == "web" and not settings.web.enabled:
            continue
        try:
            socket.create_server((section.host, section.port)).close()
        except OSError as fault:
            runs = is_owned(settings.node.data)
            seen = "in use by the node that runs" if runs else f"[{name}] {section.port}: {fault.strerror}"
            yield Check(f"port of {name}", runs, seen)
        else:
            yield Check(f"port of {name}", True, f"{section.host}:{section.port} is free")


def _tls(settings: Settings) -> Iterator[Check]:
    """Whether the files of [tls] are good, and for how long."""
    if not settings.uses_tls:
        return
    try:
        trusted = tls.Credentials(settings.tls).server_context().cert_store_stats()["x509"]
    except tls.Unusable as why:
        yield Check("TLS", False, str(why))
        return
    ends = tls.valid_until(settings.tls.certificate)
    days = (ends - datetime.now(UTC)).days
    seen = f"certificate expires {ends:%Y-%m-%d} (in {days} days), {trusted} trusted"
    yield Check("TLS", days >= RENEW_BEFORE, seen if days >= RENEW_BEFORE else f"{seen}; renew it")


def _packages(_settings: Settings) -> Iterator[Check]:
    """Five plain names: another distribution of the same name would be imported instead of ours."""
    home = Path(__file__).resolve().parent.parent
    owners = importlib.metadata.packages_distributions()
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        where = Path(spec.origin).resolve().parent.parent if spec and spec.origin else None
        others = sorted(set(owners.get(name, [])) - {"l3node"})
        if where != home or others:
            yield Check(f"package {name}", False, f"shadowed: {where}, also owned by {others}")
            return
    yield Check("packages", True, f"ours, Python {sys.version_info.major}.{sys.version_info.minor}")


def _peers(settings: Settings) -> Iterator[Check]:
    if not settings.source:
        yield Check("sources", False, "no [[source]]: every association will be refused")
    context = tls.Credentials(settings.tls).client_context
    for destination in settings.destination:
        try:
            where, answered, why_not = _answers(settings, destination, context)
        except tls.Unusable:
            where, answered, why_not = "", "", "can't be asked without TLS"
        yield Check(f"destination {destination.name}", not why_not, f"{where} {why_not or answered}".strip())
    if not settings.destination:
        yield Check("destinations", False, "no [[destination]]: results stay in the database")


def _answers(settings: Settings, to: AnyDestination, context: tls.Context) -> tuple[str, str, str]:
    """Where a destination is, what it answers to, and why it does not."""
    why_not = echo.why_not(settings, to, context)
    if isinstance(to, StowDestination):
        return to.url, "answers QIDO-RS", why_not
    return f"{to.host}:{to.port}", "answers C-ECHO", why_not


def _queries(settings: Settings) -> Iterator[Check]:
    """Whether every source that is to be asked answers."""
    context = tls.Credentials(settings.tls).client_context
    for source in settings.source:
        if source.query:
            try:
                count_images(NOBODYS_STUDY, source.query, source.ae_title, settings.node.ae_title, context)
                why_not = ""
            except NoAnswer as silence:
                why_not = str(silence)
            where = f"{source.query.host}:{source.query.port}"
            yield Check(f"query of source {source.ae_title}", not why_not, f"{where} {why_not or 'answers C-FIND'}")
