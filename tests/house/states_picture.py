"""README's picture of the states, made from the table by which rows move.

`python -m tests.house.states_picture` writes it into the README; a test compares the two.
"""

from db.schema import STATES
from db.states import RESTS, TRANSITIONS, Entity
from tests.factories import REPOSITORY

README = REPOSITORY / "README.md"
BEGIN, END = "<!-- made by tests/house/states_picture.py -->\n", "<!-- end of the states -->"
SHOWN = (Entity.STUDY, Entity.SERIES, Entity.ANALYSIS, Entity.DELIVERY)


def picture(entity: Entity) -> str:
    """One entity as a Mermaid diagram; where a row rests is marked."""
    first = STATES[entity][0]
    order = STATES[entity].index
    moves = sorted(TRANSITIONS[entity], key=lambda move: (order(move[0]), order(move[1])))
    edges = [f"    {frm} --> {to}" for frm, to in moves]
    rests = [f"    class {', '.join(RESTS[entity])} rest"]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    direction LR", "    classDef rest font-weight:bold"]) + (
        "\n" + "\n".join([f"    [*] --> {first}", *edges, *rests, "```"])
    )


def text() -> str:
    """All pictures, and what it means when a row rests."""
    parts = []
    for entity in SHOWN:
        rests = "\n".join(f"- `{state}`: {why}" for state, why in RESTS[entity].items())
        parts.append(f"**{entity.capitalize()}**\n\n{picture(entity)}\n\n{rests}")
    return "\n\n".join(parts)


def shown(readme: str) -> str:
    """What the README shows between its two marks."""
    return readme.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    """Write the picture anew."""
    readme = README.read_text()
    README.write_text(readme.replace(BEGIN + shown(readme) + END, f"{BEGIN}\n{text()}\n\n{END}"))


if __name__ == "__main__":
    main()
