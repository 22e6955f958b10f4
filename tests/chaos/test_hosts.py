"""Many hosts under SIGKILL over one PostgreSQL that is restarted: nothing lost, nothing doubled, nothing stuck."""

from pathlib import Path

from tests.chaos.hosts import group, story
from tests.factories import SCALE


def test_hosts_that_are_killed_lose_nothing_double_nothing_and_leave_nothing_stuck(tmp_path: Path) -> None:
    with group(tmp_path) as here:
        counted = story(here, 10 * SCALE, 10 * SCALE, seed=7)
    assert (counted.lost, counted.doubled, counted.stuck, counted.left_over) == (0, 0, 0, 0)
    assert counted.studies == 10 * SCALE
    assert counted.database_restarts == 1
    assert counted.taken_over_longest <= counted.stall + 5
