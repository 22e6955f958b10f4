"""Images per second and server CPU of receivers beside each other, in alternating rounds; raw rounds kept as CSV.

`make bench GROUP=receive`.  Nothing here is a gate.  A round starts each receiver anew, warms it up, sends with one
and with four associations, and compares every stored dataset with what was sent.
"""

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from math import ceil
from pathlib import Path

from dicom_node.data_folder import file_system
from tests.benchmarks.blast import IMAGES_PER_SERIES, SIDE, Stencil, Told, ct
from tests.benchmarks.receivers import Receiver, Running, receivers, running
from tests.benchmarks.table import RECEIVE, SUSTAINED, text
from tests.factories import REPOSITORY

ASSOCIATIONS = (1, 4)
WARM_UP = 20
"""Images before the clock runs: imports, first folder, first row."""
LOOK, PATIENCE = 0.02, 300
"""Seconds between two looks for rows, and until they are given up."""
WAVE = 4 * IMAGES_PER_SERIES
"""Images of a sustained run between two looks at memory: four new associations, a series each."""


def main() -> None:
    """Measure as told, append the raw rounds, print the table."""
    here = {one.name: one for one in receivers()}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=500, help="of one measurement")
    parser.add_argument("--side", type=int, default=SIDE, help="rows and columns of an image; 512: 525 KB")
    parser.add_argument("--only", nargs="*", default=list(here), choices=here, metavar="RECEIVER", help=f"{[*here]}")
    parser.add_argument(
        "--sustained", type=int, default=0, metavar="N", help="at least N images into the node, memory watched"
    )
    parser.add_argument("--folder", type=Path, help="where receivers write; a local disk, or nothing is durable")
    told = parser.parse_args()
    chosen = [here[name] for name in told.only]
    with tempfile.TemporaryDirectory(dir=told.folder) as folder:
        place = Path(folder)
        if told.sustained:
            node = next(one for one in chosen if one.rows)
            append(SUSTAINED, [sustained(node, place, told.sustained, told.side)])
        else:
            for number in range(told.rounds):
                for receiver in chosen:
                    append(RECEIVE, one_round(receiver, place, number, told.images, told.side))
    print(text())


def one_round(receiver: Receiver, place: Path, number: int, images: int, side: int) -> list[dict[str, object]]:
    """Rows of one receiver, a row for each number of associations."""
    rows = []
    with tempfile.TemporaryDirectory(dir=place) as folder, running(receiver, Path(folder) / receiver.name) as server:
        list(send(server, WARM_UP, 1, 0, side))
        first = WARM_UP
        for associations in ASSOCIATIONS:
            row = measured(server, images, associations, first, side)
            print(f"round {number + 1}: {receiver.name}, {associations}: {images / float(row['answered_s']):.0f}/s")
            rows.append({"round": number, **row})
            first += images
        compare(server, first, side)
    return [whole(server, side) | row for row in rows]


def measured(server: Running, images: int, associations: int, first: int, side: int) -> dict[str, object]:
    """Seconds until the last answer (and `sync`, where it belongs to it) and the last row; CPU seconds until then."""
    os.sync()
    before = server.cpu()
    (told,) = send(server, images, associations, first, side)
    if server.receiver.sync:
        os.sync()
    answered = time.monotonic() if server.receiver.sync else told.ended
    rows_s = round(registered(server, first + images) - told.began, 4) if server.receiver.rows else ""
    return {
        "associations": associations,
        "images": images,
        "answered_s": round(answered - told.began, 4),
        "rows_s": rows_s,
        "cpu_s": round(server.cpu() - before, 2),
        "sender_cpu_s": round(told.cpu, 3),
    }


def send(server: Running, images: int, associations: int, first: int, side: int, waves: int = 1) -> Iterator[Told]:
    """Images from a process of their own, so that nothing of it counts as the server's; what each wave took."""
    words = {"images": images, "associations": associations, "first": first, "side": side, "waves": waves}
    command = [sys.executable, "-m", "tests.benchmarks.blast", str(server.port)]
    command += [word for name, value in words.items() for word in (f"--{name}", str(value))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as sender:
        assert sender.stdout
        for line in sender.stdout:
            yield Told(**json.loads(line))
    assert sender.returncode == 0, f"the sender failed against {server.receiver.name}"


def registered(server: Running, count: int) -> float:
    """Monotonic seconds at which all rows are there; a look takes a lock from the node, so there are few."""
    ends = time.monotonic() + PATIENCE
    while server.count() < count:
        assert time.monotonic() < ends, f"{server.count()} of {count} rows"
        time.sleep(LOOK)
    return time.monotonic()


def compare(server: Running, count: int, side: int) -> None:
    """Every dataset is stored as it was sent; raises AssertionError."""
    dataset = ct(side)
    stencil = Stencil(dataset)
    wanted = {hash(bytes(stencil.numbered(number))) for number in range(count)}
    stored = {hash(path.read_bytes()[-len(dataset) :]) for path in server.files()}
    assert wanted <= stored, f"{server.receiver.name} changed or lost {len(wanted - stored)} of {count} datasets"


def sustained(node: Receiver, place: Path, images: int, side: int) -> dict[str, object]:
    """Series after series over four associations; resident memory of the node after the first wave and later."""
    waves = ceil(images / WAVE)
    with running(node, place / "sustained") as server:
        before, told, memory = server.cpu(), [], []
        for wave in send(server, WAVE, 4, 0, side, waves):
            told.append(wave)
            memory.append(server.rss() / 1e6)
            print(f"{WAVE * len(told)} images, {WAVE / (wave.ended - wave.began):.0f}/s, {memory[-1]:.0f} MB")
        rows_s = registered(server, waves * WAVE) - told[0].began
        return whole(server, side) | {
            "images": waves * WAVE,
            "batch": WAVE,
            "answered_s": round(told[-1].ended - told[0].began, 2),
            "rows_s": round(rows_s, 2),
            "cpu_s": round(server.cpu() - before, 2),
            "rss_first_mb": round(memory[0], 1),
            "rss_max_mb": round(max(memory), 1),
            "rss_last_mb": round(memory[-1], 1),
        }


def whole(server: Running, side: int) -> dict[str, object]:
    """What every row says: who was measured, what with, and where."""
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "commit": commit(),
        "receiver": server.receiver.name,
        "version": server.receiver.version(),
        "command": server.command,
        "image_bytes": len(ct(side)),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "disk": file_system(server.folder),
    }


@cache
def commit() -> str:
    """The commit that is measured, marked when what runs differs from it; results and README do not run."""
    named = _git("rev-parse", "--short", "HEAD").strip()
    changed = _git("status", "--porcelain", "-uno", "--", ":!tests/benchmarks/results", ":!README.md")
    return f"{named}-dirty" if changed else named


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, cwd=REPOSITORY, check=True).stdout


def append(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """Add rows to a CSV, made with its header when new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    for row in rows:
        with path.open("a", newline="") as file:
            table = csv.DictWriter(file, list(row), lineterminator="\n")
            if new:
                table.writeheader()
                new = False
            table.writerow(row)


if __name__ == "__main__":
    main()
