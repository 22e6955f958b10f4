"""How far the node's doubts follow its errors, on drawn L3 slices that the model never saw: raw rows as CSV.

`python -m tests.benchmarks.doubts` segments them (minutes), `... doubts table` prints the README's table from the
rows and draws error against agreement.  Thresholds were chosen on the seeds of TUNING, the table speaks of REPORTED.
"""

import csv
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from config.settings import AnalysisSettings
from dicom_node.doubts import doubts
from dicom_node.worker import model_folder
from inference.ct import CtSlice
from inference.ensemble import segment
from inference.l3.level import L3Level, LevelStatus
from inference.labels import LabelMap, Tissue
from inference.members import FoldMember, open_members
from inference.phantom.pathology import AILMENTS, hard_slice, slice_at_l3
from tests.benchmarks.ensemble import commit

TUNING, REPORTED = range(2000, 2016), range(3000, 3024)
ORDINARY = "ordinary"
GOOD_DICE = 0.85
RESULTS = Path(__file__).parent / "results" / "doubts.csv"
PLOT = Path(__file__).parents[2] / ".pictures" / "doubts.png"
SCORES = {"agreement": "folds' agreement over all muscle", "least_agreement": "agreement on the worst muscle"}
GIVEN = L3Level(status=LevelStatus.GIVEN, index=0, z_mm=0.0, confidence=1.0, reason="drawn")
Row = dict[str, str]


def main() -> None:
    """Measure, or print what was measured."""
    if sys.argv[1:] == ["table"]:
        print(table(read()))
        plot(read())
        return
    rules = AnalysisSettings()
    with tempfile.TemporaryDirectory() as cache, RESULTS.open("w", newline="") as file:
        members = open_members(model_folder(rules), cache=Path(cache), device="cpu", threads=os.cpu_count() or 1)
        writer: csv.DictWriter[str] | None = None
        for row in rows(members, rules):
            writer = writer or csv.DictWriter(file, list(row))
            if file.tell() == 0:
                writer.writeheader()
            writer.writerow(row)
            file.flush()


def rows(members: tuple[FoldMember, ...], rules: AnalysisSettings) -> Iterator[dict[str, object]]:
    """One row a slice."""
    measured = commit()
    for name, seeds in (("tuning", TUNING), ("reported", REPORTED)):
        for seed in seeds:
            for kind in (ORDINARY, *AILMENTS):
                ct, truth = slice_at_l3(seed) if kind == ORDINARY else hard_slice(seed, kind)
                about = {"commit": measured, "set": name, "seed": seed, "kind": kind}
                yield about | judged(ct, truth, members, rules)


def judged(
    ct: CtSlice, truth: LabelMap, members: tuple[FoldMember, ...], rules: AnalysisSettings
) -> dict[str, object]:
    """Dice against the truth, error of the area, and everything that could have told."""
    found = segment(ct, members, rules.ensemble)
    assert found.agreement is not None
    per_tissue = {tissue: dice(found.labels == tissue, truth == tissue) for tissue in Tissue}
    pixel_cm2 = ct.spacing_mm[0] * ct.spacing_mm[1] / 100
    told = doubts(GIVEN, ct, found.labels, found.agreement, rules, source_changed=False)
    return {
        "dice": round(statistics.fmean(per_tissue.values()), 4),
        **{f"dice_{tissue.name.lower()}": round(value, 4) for tissue, value in per_tissue.items()},
        "area_error_cm2": round((np.count_nonzero(found.labels) - np.count_nonzero(truth)) * pixel_cm2, 2),
        "agreement": round(found.agreement.overall, 4),
        "least_agreement": round(min(found.agreement.per_tissue.values()), 4),
        "area_spread": round(found.agreement.area_spread, 4),
        "entropy": round(found.agreement.entropy or 0.0, 4),
        "doubts": " ".join(sorted({doubt.partition(":")[0] for doubt in told})),
    }


def dice(one: np.ndarray, other: np.ndarray) -> float:
    """Of two masks."""
    total = np.count_nonzero(one) + np.count_nonzero(other)
    return 2 * np.count_nonzero(one & other) / total if total else 1.0


def read() -> list[Row]:
    """The rows of the newest run."""
    with RESULTS.open(newline="") as file:
        return list(csv.DictReader(file))


def table(found: list[Row]) -> str:
    """The README's table in Markdown."""
    reported = [row for row in found if row["set"] == "reported"]
    lines = [
        "| slices | Dice, mean (min) | Dice < .85 | held | held of Dice < .85 | agreement, mean |",
        "|---|---|---|---|---|---|",
        *(_line(kind, [row for row in reported if row["kind"] == kind]) for kind in (ORDINARY, *AILMENTS)),
        _line("all", reported),
        "",
    ]
    for name, told in SCORES.items():
        own, chosen = auroc(reported, name), auroc(_of(found, "tuning"), name)
        lines.append(
            f"AUROC of the {told} for Dice < .85: {own:.2f} ({chosen:.2f} on the slices of the thresholds).  "
        )
    return "\n".join(lines)


def auroc(found: list[Row], name: str) -> float:
    """Chance that a bad slice has less agreement than a good one."""
    bad = [float(row[name]) for row in found if float(row["dice"]) < GOOD_DICE]
    good = [float(row[name]) for row in found if float(row["dice"]) >= GOOD_DICE]
    pairs = [(b < g) + 0.5 * (b == g) for b in bad for g in good]
    return statistics.fmean(pairs) if pairs else float("nan")


def plot(found: list[Row]) -> None:
    """Error against agreement, a point a slice."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for kind in (ORDINARY, *AILMENTS):
        own = [row for row in _of(found, "reported") if row["kind"] == kind]
        axes.scatter([float(r["agreement"]) for r in own], [1 - float(r["dice"]) for r in own], s=12, label=kind)
    axes.axhline(1 - GOOD_DICE, color="grey", linewidth=0.5)
    axes.axvline(AnalysisSettings().minimum_agreement, color="grey", linewidth=0.5)
    axes.set(xlabel="agreement of the folds (mean pairwise Dice)", ylabel="error (1 - Dice)")
    axes.legend(fontsize="small")
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PLOT, dpi=120, bbox_inches="tight")


def _of(found: list[Row], name: str) -> list[Row]:
    return [row for row in found if row["set"] == name]


def _line(kind: str, found: list[Row]) -> str:
    dices = [float(row["dice"]) for row in found]
    bad = [row for row in found if float(row["dice"]) < GOOD_DICE]
    held, caught = sum(bool(row["doubts"]) for row in found), sum(bool(row["doubts"]) for row in bad)
    agreement = statistics.fmean(float(row["agreement"]) for row in found)
    cells = (
        f"{kind} ({len(found)})",
        f"{statistics.fmean(dices):.3f} ({min(dices):.3f})",
        str(len(bad)),
        f"{held} ({100 * held / len(found):.0f} %)",
        f"{caught} of {len(bad)}",
        f"{agreement:.3f}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
