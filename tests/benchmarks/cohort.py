"""Questions to 1,000,000 results of drawn people: SQLite, PostgreSQL, and DuckDB on the exported Parquet.

`python -m tests.benchmarks.cohort [rows]` writes the raw rounds; `... cohort table` prints the README's table.
"""

import csv
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from db import results
from db.questions import Filter, looking
from db.schema import Analysis, Series, Study
from db.session import open_engine, upgrade
from dicom_node.cohort.export import export
from dicom_node.cohort.privacy import Privacy
from dicom_node.console import bar
from tests.benchmarks.ensemble import commit
from tests.postgresql import make_database, postgresql
from tests.synthetic import NOW, fill

RESULTS = Path(__file__).parent / "results" / "cohort.csv"
ROWS, ROUNDS, WRITES = 1_000_000, 7, 40
Row = dict[str, Any]
NUMBERS = "study_date, patient_sex, patient_age_years, smi_m29_150_cm2_m2, total_area_m29_150_cm2"
QUESTIONS = {
    "one result by its study": f"SELECT {NUMBERS} FROM cohort WHERE study_instance_uid = '{{uid}}'",
    "newest 50": f"SELECT {NUMBERS} FROM cohort ORDER BY analysis_id DESC LIMIT 50",
    "filter + mean": "SELECT count(*), avg(smi_m29_150_cm2_m2) FROM cohort"
    " WHERE patient_sex = 'F' AND patient_age_years BETWEEN 60 AND 70",
    "by decade and sex": "SELECT patient_sex, floor(patient_age_years / 10) AS decade, count(*),"
    " avg(smi_m29_150_cm2_m2) FROM cohort GROUP BY 1, 2",
    "latest per patient": "SELECT count(*), avg(smi_m29_150_cm2_m2) FROM cohort WHERE is_latest",
}
GOALS_MS = {"one result by its study": 5, "newest 50": 5, "filter + mean": 200, "latest per patient": 250}
GOALS_MS |= {"export to Parquet": 15_000, "one result written": 10}
IN_DUCKDB = {
    "newest 50": QUESTIONS["newest 50"].replace("study_date", "study_year").replace("analysis_id", "study_year")
}
SECRET = b"bench" * 7


@dataclass(frozen=True)
class Place:
    """A filled database."""

    name: str
    url: str
    engine: Engine


def main(rows: int) -> None:
    """Fill, ask in turn, write the rounds."""
    made: list[Row] = []
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        places = list(_places(stack, Path(folder), rows))
        made += [_timed(place.name, "export to Parquet", 0, _export(place, Path(folder))) for place in places]
        with duckdb.connect() as quack:
            quack.execute(f"CREATE VIEW cohort AS SELECT * FROM '{folder}/SQLite.parquet'")
            asked = {place.name: _asks(place.engine) for place in places} | {"DuckDB on Parquet": _quacks(quack)}
            for number in range(ROUNDS):
                for question, sql in QUESTIONS.items():
                    for name, ask in asked.items():
                        made.append(_timed(name, question, number, lambda a=ask, q=question, s=sql: a(q, s, rows)))
        for place in places:
            writes = _writes(place.engine, rows)
            made += [_timed(place.name, "one result written", number, write) for number, write in enumerate(writes)]
    _save([{"commit": commit(), "rows": rows, "cores": os.cpu_count()} | row for row in made])
    print(table(read()))


def _places(stack: ExitStack, folder: Path, rows: int) -> Iterator[Place]:
    server = stack.enter_context(postgresql("shared_buffers=512MB", "max_wal_size=8GB"))
    urls = {"SQLite": f"sqlite:///{folder / 'bench.sqlite'}", "PostgreSQL": make_database(server, "bench")}
    for name, url in urls.items():
        upgrade(url)
        engine = open_engine(url)
        stack.callback(engine.dispose)
        with bar(Console(stderr=True)) as progress:
            task = progress.add_task(f"filling {name}", total=rows)
            fill(engine, rows, tell=lambda done, b=progress, t=task: b.advance(t, done))  # type: ignore[misc]
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE" if name == "PostgreSQL" else "ANALYZE"))
        yield Place(name, url, engine)


def _export(place: Place, folder: Path) -> Callable[[], object]:
    def run() -> object:
        with looking(place.url, 3600) as connection:
            target = folder / f"{place.name}.parquet"
            return export(connection, Filter(), Privacy(secret=SECRET, identified=False), target, lambda _rows: None)

    return run


def _asks(engine: Engine) -> Callable[[str, str, int], object]:
    def ask(_question: str, sql: str, rows: int) -> object:
        asked = text(sql.replace("{uid}", f"2.25.{rows // 2}").replace(":", r"\:"))
        with engine.execution_options(looking=True).connect() as connection:
            return connection.execute(asked).all()

    return ask


def _quacks(quack: duckdb.DuckDBPyConnection) -> Callable[[str, str, int], object]:
    (known,) = quack.execute("SELECT study_instance_uid FROM cohort LIMIT 1").fetchall()[0]

    def ask(question: str, sql: str, _rows: int) -> object:
        sql = IN_DUCKDB.get(question, sql.replace("study_date", "study_year"))
        return quack.execute(sql.replace("{uid}", known)).fetchall()

    return ask


def _writes(engine: Engine, rows: int) -> Iterator[Callable[[], object]]:
    """One result each, with its event and what is current, in one transaction with full sync."""
    for number in range(WRITES):
        with Session(engine) as session, session.begin():
            study = Study(study_instance_uid=f"2.25.9.{number}", state="chosen", first_at=NOW, last_at=NOW)
            series = Series(study=study, series_instance_uid=f"2.25.9.{number}.1", first_at=NOW, last_at=NOW)
            digests = dict.fromkeys(("content_digest", "identity_digest", "model_digest", "analysis_digest"), "x")
            key = f"write {number} {rows}"
            analysis = Analysis(
                study=study,
                series=series,
                request_key=key,
                state="running",
                attempt=1,
                due_at=NOW,
                asked_at=NOW,
                **digests,
            )
            session.add(analysis)
            session.flush()
            known = analysis.id
        yield lambda known=known: _finished(engine, known)


def _finished(engine: Engine, analysis_id: int) -> None:
    facts = {"patient_key": f"{analysis_id:032d}", "total_area_m29_150_cm2": 120.0, "study_date": "20260301"}
    sent = results.Disposition(held=None, destinations=())
    with Session(engine) as session, session.begin():
        assert results.finish_measured(session, analysis_id, 1, facts, [], sent, NOW)


def _timed(place: str, question: str, number: int, run: Callable[[], object]) -> Row:
    began = time.perf_counter()
    run()
    seconds = round(time.perf_counter() - began, 6)
    return {"place": place, "question": question, "round": number, "seconds": seconds}


def _save(rows: list[Row]) -> None:
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read() -> list[Row]:
    """The committed rounds."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(rows: list[Row]) -> str:
    """Median (minimum to maximum) in ms, a row a question."""
    places = list(dict.fromkeys(row["place"] for row in rows))
    places.sort(key=["SQLite", "PostgreSQL", "DuckDB on Parquet"].index)
    lines = [f"| ms | {' | '.join(places)} | goal |", f"|---|{'---|' * (len(places) + 1)}"]
    for question in [*QUESTIONS, "export to Parquet", "one result written"]:
        cells = [
            _cell([row for row in rows if (row["place"], row["question"]) == (place, question)]) for place in places
        ]
        lines.append(f"| {question} | {' | '.join(cells)} | {GOALS_MS.get(question, '')} |")
    first = rows[0]
    told = (
        f"{int(first['rows']):,} results of drawn people, median (minimum to maximum) of {ROUNDS} rounds "
        f"({WRITES} writes, 1 export); {first['cores']} shared cores; commit {first['commit']}."
    )
    return "\n".join([*lines, "", told])


def _cell(rows: list[Row]) -> str:
    found = [1000 * float(row["seconds"]) for row in rows]
    if not found:
        return ""
    if len(found) == 1:
        return f"{found[0]:,.0f}"
    return f"{statistics.median(found):.1f} ({min(found):.1f} to {max(found):.1f})"


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else str(ROWS)
    print(table(read())) if asked == "table" else main(int(asked))
