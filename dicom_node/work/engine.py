"""What an engine is: it hands work over and knows nothing of states; our rows are the truth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Literal, Protocol, TypeAlias

from sqlalchemy.orm import Session

Kind: TypeAlias = Literal["choose", "analyse", "segment", "send", "verify"]


@dataclass(frozen=True, slots=True, order=True)
class Work:
    """A row that wants doing.

    `id` is a study (choose), an analysis (analyse), an upload (segment) or a destination (send, verify).
    """

    kind: Kind
    id: int


Perform: TypeAlias = Callable[[Work], None]
GiveUp: TypeAlias = Callable[[Work, Exception], None]


class Engine(Protocol):
    """Hands work to whoever runs it; at least once, and again by the sweep: performing is guarded by the rows."""

    def hand_over(self, session: Session, work: Work, priority: int = 0) -> None:
        """Hand over when the caller's transaction commits; what waits already only moves up with its priority."""

    def known(self, session: Session) -> Mapping[Work, int]:
        """What waits here or is being done by somebody alive, with its priority; nothing begins meanwhile."""

    def run(self, perform: Perform, give_up: GiveUp, kind: Kind, stop: Event) -> None:
        """Perform work of `kind` in this thread until `stop`; `give_up` records what `perform` raised."""
