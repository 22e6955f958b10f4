"""How long after its last image the results of a study lie in the PACS: Orthanc, the node, and Orthanc again.

`python -m tests.benchmarks.end_to_end` runs it and writes the raw rounds, `... end_to_end table` prints the README's
table.  The source is marked finished; what `SITES` does not say is as it comes, but the review policy.
"""

import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from db.schema import Analysis, Artifact, Event, Series
from db.session import Sessions
from dicom_node.phantom_study import uid, write_study
from inference.phantom import draw
from tests.benchmarks.ensemble import about
from tests.factories import eventually
from tests.peers import Orthanc, Served, free_port, node_config, orthanc

ROUNDS, WARM_UP, SLICES = 9, 1, 100
"""The first rounds, which pay first calls, do not count."""
KINDS = 3
POLL_S = 0.02
GOAL_S = 2.0
RESULTS = Path(__file__).parent / "results" / "end_to_end.csv"
STEPS = {
    "closed_s": "the series is closed",
    "begun_s": "a worker begins",
    "measured_s": "measured, encoded, stored by the node",
    "visible_s": "SEG, SR and key image lie in Orthanc",
}
SITES = {
    "at once": ("`study_quiet = 0`", "", "[study]\nstudy_quiet = 0\n"),
    "asking": ("`query`", 'query = {{ host = "127.0.0.1", port = {port} }}\n', ""),
}
"""Who decides that a study is complete: title, a line of the source, a section."""
Row = dict[str, str]


def main() -> None:
    """Measure, or print what was measured."""
    if sys.argv[1:] != ["table"]:
        with tempfile.TemporaryDirectory() as folder:
            write(rounds(Path(folder)))
    print(table(read()))


def rounds(folder: Path) -> list[dict[str, object]]:
    """One site after the other, one study after the other."""
    node_port, drawn, found = free_port(), draw(0, slices=SLICES), []
    with orthanc(folder / "orthanc", node_port, auto_route=False) as pacs:
        for site in SITES:
            home = folder / site
            with Served(config(home, site, node_port, pacs.port)) as node:
                eventually(lambda log=home / "node.log": "worker.ready" in log.read_text(), 300, "a warm worker")
                for number in range(-WARM_UP, ROUNDS):
                    files = write_study(drawn, home / f"ct{number}", StudyInstanceUID=uid(site, number))
                    took = one_round(pacs, node.sessions, pacs.upload(files))
                    if number >= 0:
                        found.append({"site": site, "round": number, "images": len(files)} | took)
    return found


def config(home: Path, site: str, node_port: int, pacs_port: int) -> Path:
    """Settings of a node between Orthanc and Orthanc."""
    (home / "node").mkdir(mode=0o700, parents=True)
    path = node_config(home, home / "node", node_port=node_port, pacs_port=pacs_port)
    _, line, section = SITES[site]
    finished = 'forwards = "finished"\n'
    text = path.read_text().replace("[study]\nseries_quiet = 0.5\nstudy_quiet = 0.5\n", section)
    path.write_text(text.replace(finished, finished + line.format(port=pacs_port)))
    return path


def one_round(pacs: Orthanc, sessions: Sessions, study: str) -> dict[str, object]:
    """Seconds to each step from the file of the last image, which is whole just before it is answered."""
    before = instances(pacs)
    pacs.start_routing(study)
    wait_for(lambda: instances(pacs) == before + KINDS)
    visible = datetime.now(UTC)
    last, moments = told(sessions)
    assert as_stored(pacs, sessions), "what lies in the PACS is not what the node stored"
    return {name: round((at - last).total_seconds(), 4) for name, at in (moments | {"visible_s": visible}).items()}


def told(sessions: Sessions) -> tuple[datetime, Mapping[str, datetime]]:
    """When the last image of the newest series came, and what then happened when."""
    with sessions() as session:
        series = session.scalars(select(Series).order_by(Series.id.desc()).limit(1)).one()
        analysis = session.scalars(select(Analysis).order_by(Analysis.id.desc()).limit(1)).one()
        moments = {
            name: session.scalars(
                select(func.max(Event.at)).where(
                    Event.entity == entity, Event.entity_id == row.id, Event.to_state == state
                )
            ).one()
            for name, entity, row, state in (
                ("closed_s", "series", series, "closed"),
                ("begun_s", "analysis", analysis, "running"),
                ("measured_s", "analysis", analysis, "done"),
            )
        }
    return series.last_at, moments


def instances(pacs: Orthanc) -> int:
    """How many objects the archive holds."""
    return int(pacs.rest.get("/statistics").json()["CountInstances"])


def as_stored(pacs: Orthanc, sessions: Sessions) -> bool:
    """Whether the archive holds the newest objects by the UIDs that the node remembers."""
    with sessions() as session:
        newest = select(Artifact.sop_instance_uid).where(Artifact.kind.in_(("seg", "sr", "key")))
        wanted = session.scalars(newest.order_by(Artifact.id.desc()).limit(KINDS)).all()
    looked_up = [pacs.rest.post("/tools/lookup", content=one).json() for one in wanted]
    return len(looked_up) == KINDS and all(looked_up)


def wait_for(done: Callable[[], bool], patience: float = 120.0) -> None:
    """Look often: what is waited for is what is measured."""
    ends = time.monotonic() + patience
    while not done():
        if time.monotonic() > ends:
            raise AssertionError(f"no results in {patience:g} s")
        time.sleep(POLL_S)


def write(found: list[dict[str, object]]) -> None:
    """One row a round."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*found[0], *about()])
        writer.writeheader()
        writer.writerows(row | about() for row in found)


def read() -> list[Row]:
    """The rows of the newest run."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(found: list[Row]) -> str:
    """The README's table in Markdown: median and spread."""
    titles = [title for title, *_ in SITES.values()]
    lines = [f"| seconds after the last image | {' | '.join(titles)} |", "|---|---|---|"]
    for name, title in STEPS.items():
        cells = [_spread([float(row[name]) for row in found if row["site"] == site]) for site in SITES]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    first, quick = found[0], [row for row in found if row["site"] == "at once"]
    within = sum(float(row["visible_s"]) < GOAL_S for row in quick)
    circumstances = (
        f"Median (fastest to slowest) of {len(quick)} studies of {first['images']} images; with `study_quiet = 0` "
        f"{within} of them within the goal of {GOAL_S:g} s. Node, worker and Orthanc share {first['cores']} cores; "
        f"{first['versions']}; commit {first['commit']}."
    )
    return "\n".join([*lines, "", circumstances])


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    main()
