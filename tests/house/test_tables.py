"""The tables of the README are those of the raw rounds that are committed."""

import pytest

from tests.benchmarks import bundled, cohort, doubts, end_to_end, ensemble, l3, pipeline, worklist
from tests.factories import REPOSITORY


@pytest.mark.parametrize(
    "bench", [bundled, cohort, doubts, end_to_end, ensemble, l3, pipeline, worklist], ids=lambda bench: bench.__name__
)
def test_the_readme_shows_the_table_of_the_committed_rounds(bench: object) -> None:
    assert bench.table(bench.read()) in (REPOSITORY / "README.md").read_text()  # type: ignore[attr-defined]
