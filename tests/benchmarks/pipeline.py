"""Seconds of each step of one warm analysis of a drawn CT, 100 slices of 512 x 512: raw rounds as CSV, medians shown.

Run by `make bench`; nothing here is a gate.
"""

import csv
import os
import platform
import statistics
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.settings import AnalysisSettings
from dicom_node.phantom_study import write_study
from dicom_node.pipeline import Measured, analyse
from dicom_node.worker import Opening, opened, phantom_job
from inference.phantom import draw

ROUNDS = 7
OUT = Path("out/bench/pipeline.csv")


def main() -> None:
    """Measure, write the raw rounds, print the medians."""
    rules = AnalysisSettings()
    with tempfile.TemporaryDirectory() as folder:
        models = opened(Opening(rules=rules, cache=Path(folder) / "cache", device="cpu", threads=os.cpu_count() or 1))
        files = write_study(draw(0), Path(folder) / "ct")
        job = replace(phantom_job(Path(folder) / "cache"), files=tuple(files), asked_at=datetime.now(UTC))
        analyse(job, models, rules)
        rounds = [analyse(job, models, rules) for _ in range(ROUNDS)]
    seconds: dict[str, list[float]] = defaultdict(list)
    for outcome in rounds:
        assert isinstance(outcome, Measured), outcome
        for step, took in outcome.seconds.items():
            seconds[step].append(took)
        seconds["all"].append(sum(outcome.seconds.values()))
    write(seconds)
    for step, took in seconds.items():
        print(f"{step:14} {statistics.median(took):.3f} s  ({min(took):.3f} to {max(took):.3f}, {ROUNDS} rounds)")


def write(seconds: dict[str, list[float]]) -> None:
    """One row a step and round."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with OUT.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["step", "round", "seconds", "python", "cpus"])
        for step, took in seconds.items():
            rows.writerows([step, n, s, platform.python_version(), os.cpu_count()] for n, s in enumerate(took))


if __name__ == "__main__":
    main()
