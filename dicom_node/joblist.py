"""Analyses as an operator sees them: a table, one in full, or JSON.  No patient's name or ID."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.orm import Session

from db import activities, jobs
from db.priority import Priority
from db.schema import Analysis, columns

SHOWN = ("id", "state", "attempt", "priority", "revision", "study", "asked_at", "due_at", "finished_at", "reason")
COLOURS: Mapping[str, str] = {"dead": "red", "held": "yellow", "not_measured": "yellow", "done": "green"}
Found = dict[str, Any]


def look(session: Session, states: Sequence[str], limit: int) -> Found:
    """What is paused, and the newest analyses."""
    return {"paused": activities.paused(session), "jobs": [_row(one) for one in jobs.jobs(session, states, limit)]}


def look_at(session: Session, analysis_id: int) -> Found:
    """One analysis with its events and parcels; raises `db.jobs.Refused` when there is none."""
    row = jobs.job(session, analysis_id)
    keep = ("request_key", "content_digest", "model_digest", "slice_index", "supersedes_id", "is_current", "log")
    return (
        _row(row)
        | {name: getattr(row, name) for name in keep}
        | {
            "events": [columns(event) for event in jobs.events(session, analysis_id)],
            "deliveries": [columns(parcel) for parcel in jobs.deliveries(session, analysis_id)],
        }
    )


def as_json(found: Found) -> str:
    """Times in ISO 8601, UTC."""
    return json.dumps(found, default=lambda value: value.isoformat(), indent=1)


def show(found: Found, console: Console) -> None:
    """A table, below what is paused."""
    for name, why in found["paused"].items():
        console.print(Text(f"{name} is paused: {why}", style="bold yellow"))
    table = Table("id", "state", "attempt", "priority", "study", "asked", "reason", title="Analyses")
    for row in found["jobs"]:
        told = (row["attempt"], row["priority"], row["study"], _moment(row["asked_at"]))
        reason = Text((row["reason"] or "").partition("\n")[0])
        table.add_row(str(row["id"]), Text(row["state"], COLOURS.get(row["state"], "")), *map(str, told), reason)
    console.print(table)


def show_one(found: Found, console: Console) -> None:
    """Everything of one analysis."""
    for name, value in found.items():
        if name not in ("events", "deliveries", "log") and value is not None:
            console.print(Text(f"{name:<16}{_moment(value) if isinstance(value, datetime) else value}"))
    moves = Table("when", "from", "to", "by", "why", title="What happened")
    for event in found["events"]:
        told = (event["from_state"] or "", event["to_state"], event["actor"], event["reason"] or "")
        moves.add_row(_moment(event["at"]), *map(Text, told))
    console.print(moves)
    parcels = Table("destination", "state", "attempt", "reason", title="Parcels")
    for parcel in found["deliveries"]:
        told = (parcel["destination"], parcel["state"], str(parcel["attempt"]), parcel["reason"] or "")
        parcels.add_row(*map(Text, told))
    console.print(parcels)
    if found["log"]:
        console.print(Text(found["log"]))


def _row(row: Analysis) -> Found:
    known = {name: getattr(row, name) for name in SHOWN if name not in ("study", "priority")}
    found = known | {"study": row.study.study_instance_uid, "priority": _urgency(row.priority)}
    return {name: found[name] for name in SHOWN}


def _urgency(priority: int) -> str:
    return {one.value: one.name.lower() for one in Priority}.get(priority, str(priority))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
