"""What became of every request: sent, held, rejected, not measured, by coded reason."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.schema import Analysis

SHOWN = ("done", "held", "rejected", "expired", "not_measured", "dead")
"""States in which a request has come to rest; a superseded one is told by what replaced it."""
LONGEST_CODE = 40


def outcomes(session: Session) -> list[tuple[str, str, int]]:
    """(state, code of the reason, number), the most frequent first; a result that was sent has no reason."""
    place = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    head = func.substr(func.coalesce(Analysis.reason, ""), 1, LONGEST_CODE)
    code = func.substr(head, 1, place(head + ":", ":") - 1)
    query = select(Analysis.state, code, func.count()).where(Analysis.state.in_(SHOWN)).group_by(Analysis.state, code)
    found = [(state, told if state != "done" else "", number) for state, told, number in session.execute(query)]
    return sorted(found, key=lambda row: (-row[2], row[0], row[1]))
