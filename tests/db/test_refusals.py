"""What the door turned away is counted, whatever strangers call themselves."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import refusals
from db.schema import Refusal
from tests.db.factories import LATER, NOW


def turned_away(session: Session, **changes: Any) -> None:
    told = {"kind": "association", "calling_ae": "X", "called_ae": "Y", "address": "127.0.0.1", "reason": "unknown"}
    refusals.turned_away(session, **({"now": NOW} | told | changes))


def test_the_same_refusal_is_counted_and_another_has_its_own_row(session: Session) -> None:
    turned_away(session)
    turned_away(session, now=LATER)
    turned_away(session, reason="other")
    found = session.query(Refusal).order_by(Refusal.id).all()
    assert [(row.reason, row.count, row.first_at, row.last_at) for row in found] == [
        ("unknown", 2, NOW, LATER),
        ("other", 1, NOW, NOW),
    ]


def test_strangers_who_choose_ever_new_titles_do_not_fill_the_database(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST_REFUSALS", 2)
    for number in range(6):
        turned_away(session, calling_ae=f"STRANGER{number}")
    turned_away(session, calling_ae="STRANGER1")
    counted = {row.calling_ae: row.count for row in session.scalars(select(Refusal))}
    assert counted == {"STRANGER0": 1, "STRANGER1": 2, "(many)": 4}


def test_what_a_stranger_sends_is_cut_to_the_columns_and_still_counted(session: Session) -> None:
    for _ in range(2):
        turned_away(session, calling_ae="C" * 99, called_ae="D" * 99, address="a" * 999, reason="r" * 999)
    (row,) = session.query(Refusal)
    lengths = [len(text) for text in (row.calling_ae, row.called_ae, row.address, row.reason)]
    assert (lengths, row.count) == ([16, 16, 64, 255], 2)


def test_what_no_column_takes_is_not_counted_under_it(session: Session) -> None:
    """PostgreSQL takes no zero byte, and a page no escape sequence."""
    turned_away(session, calling_ae="A\0B\x1b[2J", called_ae="\ud800")
    (row,) = session.query(Refusal)
    assert (row.calling_ae, row.called_ae) == ("A?B?[2J", "?")
