"""Hosts that would ask differently do not work side by side."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.data_folder import CannotStart
from dicom_node.roles import LEADER, Names, agree
from tests.factories import eventually, make_settings

STALL = 5.0


@pytest.fixture
def kind() -> str:
    return "postgresql"


def test_a_host_with_other_settings_or_another_model_does_not_start_while_others_run(
    engine: Engine, tmp_path: Path
) -> None:
    first, second = Names(engine, STALL), Names(engine, STALL)
    here = make_settings(tmp_path / "one")
    agree(here, first, "model")
    agree(make_settings(tmp_path / "two", work={"workers": 4}, receive={"port": 104}), second, "model")
    second.let_go()
    for settings, model in ((here, "other model"), (make_settings(tmp_path, review={"policy": "always"}), "model")):
        with pytest.raises(CannotStart, match="other settings or another model"):
            agree(settings, second, model)
        second.let_go()
    first.let_go()
    agree(here, second, "other model")
    second.let_go()


def test_only_the_leader_is_called(engine: Engine) -> None:
    names, called = [Names(engine, STALL) for _ in range(2)], []
    for number, one in enumerate(names):
        one.take(LEADER)
        one.only(LEADER, lambda number=number: called.append(number))()
    assert called == [0]
    names[0].let_go()

    def follows() -> bool:
        names[1].keep()
        return names[1].has(LEADER)

    eventually(follows, what="the next leader, once the server has ended the connection of the first")
    names[1].let_go()
