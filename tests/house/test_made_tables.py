"""The README's tables of kills, of waiting work and of many hosts are those of the committed CSV."""

import pytest

from tests.chaos.matrix import CELLS, read
from tests.house.made_tables import README, TABLES, shown


@pytest.mark.parametrize("marks", list(TABLES), ids=["kills", "work", "hosts", "bench of hosts"])
def test_the_readme_shows_the_table_of_the_committed_lines(marks: tuple[str, str]) -> None:
    assert shown(README.read_text(), *marks).strip() == TABLES[marks]()


def test_every_cell_of_the_crash_matrix_was_met() -> None:
    assert {(row["point"], row["process"]) for row in read()} == set(CELLS)
