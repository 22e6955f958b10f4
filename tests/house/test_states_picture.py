"""The README's picture of the states is the table by which rows move."""

from db.schema import STATES
from db.states import RESTS, TRANSITIONS, Entity
from tests.house.states_picture import README, picture, shown, text


def test_the_readme_shows_the_states_of_the_table() -> None:
    assert shown(README.read_text()).strip() == text()


def test_a_picture_has_an_arrow_for_every_move_and_no_other() -> None:
    for entity in Entity:
        arrows = {line.strip() for line in picture(entity).splitlines() if "-->" in line and "[*]" not in line}
        assert arrows == {f"{frm} --> {to}" for frm, to in TRANSITIONS[entity]}


def test_every_state_without_a_way_on_is_explained_as_a_place_to_rest() -> None:
    for entity in Entity:
        ends = set(STATES[entity]) - {frm for frm, _ in TRANSITIONS[entity]}
        assert ends <= set(RESTS[entity]) <= set(STATES[entity])
