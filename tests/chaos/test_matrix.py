"""The crash matrix in small: SIGKILL of each process at step boundaries spread over the whole way."""

from collections import Counter
from pathlib import Path

from tests.chaos.matrix import cells, kill
from tests.chaos.scene import PROCESSES, scene
from tests.chaos.verdict import GOOD
from tests.factories import SCALE

KILLS = 40


def test_whoever_is_killed_at_whatever_step_nothing_is_lost_doubled_or_left_behind(tmp_path: Path) -> None:
    (tmp_path / "node").mkdir(mode=0o700)
    with scene(tmp_path, tmp_path / "node") as here:
        kills = [kill(here, process, point, n) for n, (point, process) in enumerate(cells(KILLS * SCALE))]
    assert [one for one in kills if one.outcome not in GOOD] == []
    assert set(Counter(one.process for one in kills)) == set(PROCESSES)


def test_a_build_that_commits_before_it_sends_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "node").mkdir(mode=0o700)
    with scene(tmp_path, tmp_path / "node", wrong=True) as here:
        told = kill(here, "node", "sent, not answered", 1)
    assert told.outcome.startswith(("LOST", "DOUBLE"))
