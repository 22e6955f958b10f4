"""What rows cost while much waits: enqueue, claim, sweep and close on SQLite, with none and with 300,000 waiting.

`make bench GROUP=work` writes raw rounds to CSV; `python -m tests.benchmarks.work table` prints README's table.
"""

import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert

from config.settings import StudySettings
from db import results
from db.schema import Analysis, Series, Study
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node.rounds import Rounds
from dicom_node.work.embedded import Embedded
from tests.db.factories import NOW, make_asked

RESULTS = Path(__file__).parent / "results" / "work.csv"
FIELDS = ("commit", "round", "waiting", "what", "count", "seconds")
WAITING, ROUNDS, EACH, RECEIVING = (0, 300_000), 7, 20, 20
SETUP_AT_ONCE = 10_000
TITLES = {
    "enqueue": "ask for one analysis, committed",
    "claim": "find the most urgent one and begin it, committed",
    "sweep": "one sweep of the clock (twice a second)",
    "close": f"one look at {RECEIVING} series that are being received",
}


def main() -> None:
    """Measure and write, or print the table."""
    if sys.argv[1:] == ["table"]:
        print(table(read()))
        return
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder, RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for waiting in WAITING:
            sessions = filled(Path(folder) / f"{waiting}.sqlite", waiting)
            for number in range(ROUNDS):
                for what, count, seconds in one_round(sessions, number):
                    writer.writerow((commit, number, waiting, what, count, f"{seconds:.6f}"))
                    print(waiting, number, what, f"{1000 * seconds / count:.2f} ms", flush=True)
    print(table(read()))


def filled(path: Path, waiting: int) -> Sessions:
    """A database with `waiting` queued analyses, each of its own study, and some series that are being received."""
    url = f"sqlite:///{path}"
    upgrade(url)
    sessions = open_sessions(open_engine(url))
    for first in range(0, waiting + RECEIVING, SETUP_AT_ONCE):
        numbers = range(first, min(first + SETUP_AT_ONCE, waiting + RECEIVING))
        with sessions.begin() as session:
            for table, row in ((Study, _study), (Series, _series), (Analysis, _analysis)):
                rows = [row(number, waiting) for number in numbers if table is not Analysis or number < waiting]
                if rows:
                    session.execute(insert(table), rows)
    return sessions


def _study(number: int, waiting: int) -> dict[str, Any]:
    state = "chosen" if number < waiting else "open"
    return {"id": number + 1, "study_instance_uid": f"1.{number}", "state": state, "first_at": NOW, "last_at": NOW}


def _series(number: int, waiting: int) -> dict[str, Any]:
    own = {"study_id": number + 1, "series_instance_uid": f"2.{number}", "interrupted": number >= waiting}
    state = "chosen" if number < waiting else "receiving"
    return own | {"id": number + 1, "state": state, "first_at": NOW, "last_at": NOW}


def _analysis(number: int, _waiting: int) -> dict[str, Any]:
    digests = dict.fromkeys(("content_digest", "identity_digest", "model_digest", "analysis_digest"), "0" * 64)
    own = {"study_id": number + 1, "series_id": number + 1, "request_key": f"{number:064d}", "state": "queued"}
    return digests | own | {"asked_at": NOW, "due_at": NOW, "priority": 10 * (number % 100 == 0)}


def one_round(sessions: Sessions, number: int) -> Iterator[tuple[str, int, float]]:
    """Each of the four, so that slow moments of the machine meet all of them."""
    told = SimpleNamespace(study=StudySettings(), source=())
    rounds = Rounds(
        settings=told,  # type: ignore[arg-type]
        sessions=sessions,
        engine=Embedded(),
        card=None,  # type: ignore[arg-type]
        now=lambda: NOW + timedelta(seconds=1),
        busy_series=frozenset,
    )
    asked = iter(_new_series(sessions, number))
    yield "enqueue", EACH, timed(lambda: _enqueue(sessions, *next(asked)))
    yield "claim", EACH, timed(lambda: _claim(sessions))
    yield "sweep", EACH, timed(rounds.sweep)
    yield "close", EACH, timed(rounds.close)


def timed(call: Callable[[], object]) -> float:
    """Seconds of `EACH` calls."""
    began = time.perf_counter()
    for _ in range(EACH):
        call()
    return time.perf_counter() - began


def _new_series(sessions: Sessions, number: int) -> list[tuple[int, int]]:
    """Studies with a series each, of which nothing was asked yet."""
    seen = {"state": "chosen", "first_at": NOW, "last_at": NOW}
    with sessions.begin() as session:
        studies = [Study(study_instance_uid=f"3.{number}.{one}", **seen) for one in range(EACH)]
        new = [Series(study=one, series_instance_uid=f"4.{one.study_instance_uid}", **seen) for one in studies]
        session.add_all(new)
        session.flush()
        return [(series.study_id, series.id) for series in new]


def _enqueue(sessions: Sessions, study_id: int, series_id: int) -> None:
    with sessions.begin() as session:
        assert results.ask(session, study_id, series_id, make_asked(f"new {series_id}"), now=NOW)


def _claim(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for analysis_id, _ in results.due(session, NOW, 1):
            assert results.take(session, analysis_id, NOW)


def read() -> list[dict[str, str]]:
    """The committed rounds."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(rows: list[dict[str, str]]) -> str:
    """Median (minimum to maximum) of the rounds, in Markdown."""
    lines = ["| ms for one | nothing waits | 300,000 wait |", "|---|---|---|"]
    for what, title in TITLES.items():
        lines.append(f"| {title} | {' | '.join(_cell(rows, what, waiting) for waiting in WAITING)} |")
    told = f"Median (minimum to maximum) of {ROUNDS} rounds of {EACH}, SQLite with `synchronous=FULL`, a busy machine"
    return "\n".join([*lines, "", f"{told}; commit {rows[0]['commit']}."])


def _cell(rows: list[dict[str, str]], what: str, waiting: int) -> str:
    own = [row for row in rows if row["what"] == what and row["waiting"] == str(waiting)]
    found = [1000 * float(row["seconds"]) / int(row["count"]) for row in own]
    return f"{statistics.median(found):.1f} ({min(found):.1f} to {max(found):.1f})"


if __name__ == "__main__":
    main()
