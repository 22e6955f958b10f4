"""Many hosts under SIGKILL: what was received, what became of it, and how soon another host took over.

`python -m tests.chaos.hosts --studies 200 --kills 200` writes a line per kill to `results/hosts_kills.csv` and a line
of accounts to `results/hosts.csv`; `... table` prints the table of the README.
"""

import argparse
import csv
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db.schema import Analysis, Artifact, Delivery, Event, Instance, Study
from db.session import looking, open_engine, open_sessions, upgrade
from dicom_node.phantom_study import uid
from tests.chaos.destination import Destination, destination
from tests.chaos.group import STALL, Host, Nursery, make_host
from tests.chaos.scene import SLICES, make_slice, write_slice
from tests.factories import eventually, send_study
from tests.postgresql import Server, server

ROLES = ("receive", "receive", "analyse", "analyse", "analyse", "deliver", "deliver")
RESULTS = Path(__file__).parent / "results" / "hosts.csv"
KILLS = RESULTS.with_name("hosts_kills.csv")
SENDERS, PATIENCE = 2, 300.0
FROZEN = 10
"""Every so many kills a host hangs for longer than the stall time instead, and then goes on."""
STOPPED = "the node stopped while this was running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One line per kill.  `doing`: the analysis that ran there; `taken_over`: seconds until it was queued again."""

    seconds: float
    host: str
    how: str
    doing: str
    taken_over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What came out.  Times in seconds; `sent_again`: objects that came twice with the same bytes."""

    studies: int
    objects_received: int
    killed_receive: int
    killed_analyse: int
    killed_deliver: int
    frozen: int
    database_restarts: int
    lost: int
    doubled: int
    stuck: int
    left_over: int
    sent_again: int
    lost_attempts: int
    taken_over: int
    taken_over_median: float
    taken_over_longest: float
    stall: float
    seconds: float


@dataclass(kw_only=True)
class Group:
    """The hosts, the server, the destination, and what was sent."""

    folder: Path
    server: Server
    engine: Engine
    pacs: Destination
    hosts: list[Host]
    sent: list[str] = field(default_factory=list)
    kills: list[tuple[Kill, tuple[int, int] | None, datetime]] = field(default_factory=list)
    restarts: int = 0

    @property
    def shared(self) -> Path:
        """Spool and results."""
        return self.folder / "shared"

    def of(self, role: str) -> list[Host]:
        """The hosts of a role."""
        return [host for host in self.hosts if host.role == role]


@contextmanager
def group(folder: Path) -> Iterator[Group]:
    """All hosts started and ready."""
    (folder / "shared").mkdir()
    nursery = Nursery(folder / "nursery.log")
    with server("max_connections=200") as running, destination(folder) as pacs:
        url = running.url.format(name="postgres")
        upgrade(url)
        engine = open_engine(url)
        hosts = [
            make_host(folder / f"{role}-{at}", pacs.port, nursery, role=role, url=url)
            for at, role in enumerate(ROLES)
        ]
        try:
            for host in hosts:
                host.start()
            eventually(lambda: all(host.is_ready() for host in hosts), 120, "the start of all hosts")
            yield Group(folder=folder, server=running, engine=engine, pacs=pacs, hosts=hosts)
        finally:
            for host in hosts:
                host.kill()
            nursery.close()
            engine.dispose()


def send(here: Group, number: int, chance: random.Random) -> None:
    """As a PACS does: what is not answered Success is sent again, to whichever receiver answers."""
    study, series = uid("hosts", number), uid("hosts series", number)
    own = {"StudyInstanceUID": study, "SeriesInstanceUID": series, "PatientID": f"P{number}"}
    folder = here.folder / "sent" / str(number)
    folder.mkdir(parents=True)
    files = [write_slice(folder, index, make_slice(index, **own)) for index in range(SLICES)]
    ends = time.monotonic() + PATIENCE
    while not _is_sent(files, chance.choice(here.of("receive")).port):
        assert time.monotonic() < ends, "no receiver answers"
        time.sleep(0.2)
    here.sent.append(study)


def _send_when(here: Group, kills: float, number: int, chance: random.Random) -> None:
    """Studies come in for as long as hosts are killed."""
    while len(here.kills) < kills:
        time.sleep(0.05)
    send(here, number, chance)


def _is_sent(files: Sequence[Path], port: int) -> bool:
    try:
        return send_study(files, port) == [0] * len(files)
    except (AssertionError, ValueError, RuntimeError, AttributeError, OSError):
        return False


def kill(here: Group, number: int, chance: random.Random, began: float) -> None:
    """SIGKILL for a host that works, or let it hang; it comes back some time later, or hands its work over."""
    ready = [host for host in here.hosts if host.is_ready()]
    host = chance.choice(ready)
    time.sleep(chance.uniform(0, 0.5))
    doing, at = host.doing(), datetime.now(UTC)
    frozen = number % FROZEN == FROZEN - 1
    if frozen:
        host.freeze()
        time.sleep(chance.uniform(1.5, 3) * STALL)
        host.thaw()
    else:
        host.kill()
        time.sleep(chance.choice((0, 0, 0.5, 2 * STALL)))
        host.start()
        eventually(host.is_ready, 120, f"the start of {host.name}")
    ran = doing if host.role == "analyse" else None
    told = f"{ran[0]}, attempt {ran[1]}" if ran else ""
    line = Kill(
        seconds=round(time.monotonic() - began, 1),
        host=host.name,
        how="hangs" if frozen else "SIGKILL",
        doing=told,
        taken_over="",
    )
    here.kills.append((line, ran, at))


def restart_database(here: Group) -> None:
    """In the middle of everything."""
    here.server.stop()
    time.sleep(1)
    here.server.start()
    here.restarts += 1


def story(here: Group, studies: int, kills: int, seed: int) -> Accounts:
    """Send, kill, restart the database in the middle, wait until all rests, and count."""
    began = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders:
        numbered = [(at * kills / studies, at, random.Random(seed + at)) for at in range(studies)]
        sending = [senders.submit(_send_when, here, *each) for each in numbered]
        chance = random.Random(seed)
        for number in range(kills):
            kill(here, number, chance, began)
            if number == kills // 2:
                restart_database(here)
        for one in sending:
            one.result()
    stuck = _until_rest(here)
    return _accounts(here, stuck, time.monotonic() - began)


def _until_rest(here: Group) -> int:
    """Wait; the number of studies that do not come to rest."""
    ends = time.monotonic() + PATIENCE
    while (restless := _restless(here)) and time.monotonic() < ends:
        time.sleep(0.5)
    return restless


def _restless(here: Group) -> int:
    with looking(open_sessions(here.engine)) as session:
        open_ = set(session.scalars(select(Study.id).where(Study.state != "chosen")))
        running = Analysis.state.in_(("queued", "running", "failed"))
        open_ |= set(session.scalars(select(Analysis.study_id).where(running)))
        unsent = select(Analysis.study_id).join(Artifact).join(Delivery).where(Delivery.state == "pending")
        return len(open_ | set(session.scalars(unsent)))


def _accounts(here: Group, stuck: int, seconds: float) -> Accounts:
    taken = _taken_over(here)
    with looking(open_sessions(here.engine)) as session:
        verdicts = [_verdict(session, here.pacs, study) for study in here.sent]
        lost_attempts = len(
            session.scalars(select(Event.id).where(Event.reason == STOPPED, Event.to_state == "failed")).all()
        )
        received = len(session.scalars(select(Instance.id)).all())
        left_over = _left_over(session, here.shared)
    how = [(line.how, line.host.split("-")[0]) for line, _, _ in here.kills]
    return Accounts(
        studies=len(set(here.sent)),
        objects_received=received,
        killed_receive=how.count(("SIGKILL", "receive")),
        killed_analyse=how.count(("SIGKILL", "analyse")),
        killed_deliver=how.count(("SIGKILL", "deliver")),
        frozen=sum(one == "hangs" for one, _ in how),
        database_restarts=here.restarts,
        lost=verdicts.count("lost"),
        doubled=verdicts.count("doubled"),
        stuck=stuck,
        left_over=left_over,
        sent_again=sum(len(came) > 1 for came in here.pacs.came.values()),
        lost_attempts=lost_attempts,
        taken_over=len(taken),
        taken_over_median=round(statistics.median(taken), 1) if taken else 0,
        taken_over_longest=round(max(taken, default=0), 1),
        stall=STALL,
        seconds=round(seconds),
    )


def _verdict(session: Session, pacs: Destination, study: str) -> str:
    """Whether one current result of all images is at the destination, and no UID with two contents ever was."""
    row = session.scalar(select(Study).where(Study.study_instance_uid == study))
    if row is None:
        return "lost"
    images = session.scalars(select(Instance.id).where(Instance.series_id.in_([one.id for one in row.series]))).all()
    current = session.scalars(select(Analysis).where(Analysis.study_id == row.id, Analysis.is_current)).all()
    objects = [artifact for analysis in current for artifact in analysis.artifacts]
    came = [pacs.contents(one.sop_instance_uid) for one in objects]
    if len(current) > 1 or any(len(contents) > 1 for contents in came):
        return "doubled"
    return "whole" if len(images) == SLICES and len(objects) == 3 and all(came) else "lost"


def _left_over(session: Session, shared: Path) -> int:
    """Spooled images and stored objects that no row speaks for."""
    known = set(session.scalars(select(Instance.path))) | set(session.scalars(select(Artifact.path)))
    files = [str(path.relative_to(shared)) for path in shared.rglob("*.dcm")]
    return len(set(files) - known)


def _taken_over(here: Group) -> list[float]:
    """Seconds from each kill in mid-analysis until the analysis was queued again."""
    found = []
    with looking(open_sessions(here.engine)) as session:
        for at, (line, ran, when) in enumerate(here.kills):
            query = select(Event.at).where(
                Event.entity == "analysis", Event.to_state == "failed", Event.reason == STOPPED, Event.at >= when
            )
            if ran and (then := session.scalar(query.where(Event.entity_id == ran[0]).order_by(Event.id).limit(1))):
                seconds = (then - when) / timedelta(seconds=1)
                here.kills[at] = (_with(line, seconds), ran, when)
                found.append(seconds)
    return found


def _with(line: Kill, seconds: float) -> Kill:
    return Kill(**(asdict(line) | {"taken_over": f"{seconds:.1f}"}))


def write(path: Path, rows: Sequence[Kill] | Sequence[Accounts]) -> None:
    """The lines of one run."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, asdict(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(asdict, rows))


def read(path: Path = RESULTS) -> dict[str, str]:
    """The committed accounts."""
    with path.open(newline="") as file:
        (row,) = csv.DictReader(file)
        return row


TABLE = (
    ("studies sent, each of 11 images", "{studies}"),
    ("SIGKILL for a host: receivers / analysers / deliverers",
     "{killed_receive} / {killed_analyse} / {killed_deliver}"),
    ("hosts that hung for longer than the stall time, then went on", "{frozen}"),
    ("restarts of PostgreSQL in the middle", "{database_restarts}"),
    ("**lost / doubled / stuck**", "**{lost} / {doubled} / {stuck}**"),
    ("files that no row speaks for", "{left_over}"),
    ("objects sent twice, with the same bytes", "{sent_again}"),
    ("attempts that a kill cost", "{lost_attempts}"),
    ("seconds until a dead host's analysis was queued again, median / longest of {taken_over} (stall time {stall})",
     "{taken_over_median} / {taken_over_longest}"),
)  # fmt: skip


def table(row: dict[str, str]) -> str:
    """In Markdown."""
    lines = [f"| {name.format(**row)} | {value.format(**row)} |" for name, value in TABLE]
    return "\n".join(["| what | count |", "|---|---|", *lines])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("kill", "table"), default="kill")
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--kills", type=int, default=225)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.what == "table":
        print(table(read(given.out)))
        return
    with tempfile.TemporaryDirectory() as name, group(Path(name)) as here:
        accounts = story(here, given.studies, given.kills, given.seed)
        write(given.out, [accounts])
        write(given.out.with_name(f"{given.out.stem}_kills.csv"), [line for line, _, _ in here.kills])
    print(table(read(given.out)))


if __name__ == "__main__":
    main()
