"""Names that processes hold: one holder at a time, free when its connection is gone or it hangs."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from db.held import Group, Held, is_contradicted
from tests.factories import eventually

STALL = 0.5


@pytest.fixture
def kind() -> str:
    return "postgresql"


@pytest.fixture
def both(engine: Engine) -> Iterator[tuple[Held, Held]]:
    one, other = Held(engine, "leader", STALL), Held(engine, "leader", STALL)
    yield one, other
    one.close()
    other.close()


def test_one_holds_a_name_until_it_lets_it_go(both: tuple[Held, Held]) -> None:
    one, other = both
    assert [one.keep(), other.keep(), one.keep()] == [True, False, True]
    one.close()
    assert [other.keep(), one.keep()] == [True, False]


def test_other_names_are_free(both: tuple[Held, Held], engine: Engine) -> None:
    third = Held(engine, "receiver", STALL)
    assert [both[0].keep(), third.keep()] == [True, True]
    third.close()


def test_a_name_is_lost_with_the_connection_and_taken_again(both: tuple[Held, Held], engine: Engine) -> None:
    one, other = both
    assert [one.keep(), other.keep()] == [True, False]
    with engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    assert one.keep() is False  # it learns of it and leads no more
    eventually(one.keep, 10)


def test_a_name_is_taken_from_who_gives_no_sign_of_life(both: tuple[Held, Held]) -> None:
    one, other = both
    assert one.keep()
    eventually(lambda: one.keep() and not other.keep(), 10)
    eventually(other.keep, 10)
    assert one.keep() is False


def test_processes_that_work_by_other_settings_are_noticed_while_they_live(engine: Engine) -> None:
    one, two = (Held(engine, "settings", STALL, Group.SETTINGS) for _ in range(2))
    assert [one.keep(), two.keep()] == [True, True]
    assert not is_contradicted(engine, "settings")
    assert is_contradicted(engine, "others")
    one.close()
    assert is_contradicted(engine, "others")
    two.close()
    eventually(lambda: not is_contradicted(engine, "others"), 10)
