"""The crash matrix: kill a process of the node while it stands at a step boundary, and see what becomes of the study.

`python -m tests.chaos.matrix --kills 528` appends one line per kill to `results/crashes.csv`; `... table` prints the
table of the README; `--real` analyses with the bundled model instead of stub members.
"""

import argparse
import csv
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice, product
from pathlib import Path

from dicom_node.phantom_study import uid
from tests.chaos.points import POINTS, arm, disarm, is_reached
from tests.chaos.scene import PATIENCE, PROCESSES, Scene, Sender, kill_process, scene, study_of, web_answers
from tests.chaos.verdict import GOOD, outcome_of, state_of
from tests.factories import eventually

CELLS = tuple(product(POINTS, PROCESSES))
RESULTS = Path(__file__).parent / "results" / "crashes.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One line of the CSV; `state` is where the study's rows stood, committed, when the process was killed."""

    process: str
    point: str
    state: str
    member: str
    outcome: str
    seconds: float


def kill(here: Scene, process: str, point: str, number: int) -> Kill:
    """Send a study, kill `process` while somebody stands at `point`, and tell what became of the study."""
    began = time.monotonic()
    files = study_of(here, number)
    study = uid("crash", str(here.folder), number)
    eventually(lambda: (here.faults / "worker").exists(), 5 * PATIENCE, "a warm worker")
    arm(here.faults, point)
    sender = Sender(here.node.settings.receive.port, files)
    eventually(lambda: is_reached(here.faults), PATIENCE, f"the point {point!r}")
    state = state_of(here, study)
    kill_process(here, process)
    disarm(here.faults)
    if process in ("node", "host"):
        here.node.bury()
        here.node.start()
    answered = sender.wait()
    outcome = outcome_of(here, study, files, answered, number)
    if process == "web":
        eventually(lambda: web_answers(here), PATIENCE, "the web process")
    member = "stub" if here.stub else "bundled model"
    seconds = round(time.monotonic() - began, 1)
    return Kill(process=process, point=point, state=state, member=member, outcome=outcome, seconds=seconds)


def cells(count: int, first: int = 0, whom: Collection[str] = PROCESSES) -> Iterator[tuple[str, str]]:
    """`count` cells in turn, spread over points and processes: 31 shares no factor with their number."""
    spread = [CELLS[number * 31 % len(CELLS)] for number in range(len(CELLS))]
    return islice(cycle(cell for cell in spread if cell[1] in whom), first, first + count)


def write(kills: Iterable[Kill], path: Path) -> None:
    """Append lines to the CSV, one as soon as it is known."""
    path.parent.mkdir(exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, Kill.__slots__, lineterminator="\n")
        if new:
            writer.writeheader()
        for one in kills:
            writer.writerow(asdict(one))
            file.flush()


def read(path: Path = RESULTS) -> list[dict[str, str]]:
    """The committed lines."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def table(rows: Sequence[dict[str, str]]) -> str:
    """Kills per fault point and process, and what became of them, in Markdown."""
    lines = [f"| killed while ... | {' | '.join(PROCESSES)} |", "|---|" + "---|" * len(PROCESSES)]
    count = Counter((row["point"], row["process"]) for row in rows)
    lines += [f"| {point} | {' | '.join(str(count[point, one]) for one in PROCESSES)} |" for point in POINTS]
    outcomes = Counter(row["outcome"] for row in rows)
    members = Counter(row["member"] for row in rows)
    told = "; ".join(f"{number} x {outcome}" for outcome, number in outcomes.most_common())
    good = sum(row["outcome"] in GOOD for row in rows)
    seconds = sorted(float(row["seconds"]) for row in rows)
    by = ", ".join(f"{number} with {member}" for member, number in members.most_common())
    return "\n".join(
        [
            *lines,
            "",
            f"{len(rows)} kills ({by}), {good} of them without loss, double or leftover: {told}. "
            f"Median {seconds[len(seconds) // 2]:g} s from the first image to the last receipt, "
            "kill and restart included.",
        ]
    )


def run(turns: Iterable[tuple[str, str]], path: Path, *, stub: bool) -> None:
    """Kill on and on; prints one line per kill and the counts per cell."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "node"
        data.mkdir(mode=0o700)
        with scene(Path(name), data, stub=stub) as here:
            for number, (point, process) in enumerate(turns):
                try:
                    one = kill(here, process, point, number)
                except AssertionError as fault:
                    state = str(fault)[:200].replace("\n", " ")
                    one = Kill(process=process, point=point, state=state, member="", outcome="HARNESS", seconds=0)
                    disarm(here.faults)
                    here.node.kill()
                    (here.faults / "worker").unlink(missing_ok=True)
                    here.node.start()
                write([one], path)
                print(number, one, flush=True)
    print(table(read(path)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("kill", "table"), default="kill")
    parser.add_argument("--kills", type=int, default=len(CELLS))
    parser.add_argument("--first", type=int, default=0, help="cell to begin with")
    parser.add_argument("--whom", nargs="+", choices=PROCESSES, default=PROCESSES, help="kill only these")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--real", action="store_true", help="the bundled model instead of stub members")
    given = parser.parse_args()
    if given.what == "table":
        print(table(read(given.out)))
    else:
        run(cells(given.kills, given.first, given.whom), given.out, stub=not given.real)


if __name__ == "__main__":
    main()
