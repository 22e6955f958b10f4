"""Every state there is; `db.states` knows which follows which, the database refuses any other word."""

from types import MappingProxyType

from sqlalchemy import CheckConstraint

STATES = MappingProxyType(
    {
        "study": ("open", "settled", "chosen"),
        "series": ("receiving", "closed", "chosen", "ignored"),
        "analysis": (
            *("queued", "running", "done", "held", "not_measured"),
            *("failed", "dead", "rejected", "expired", "superseded", "cancelled"),
        ),
        "delivery": ("pending", "sent", "verified", "dead", "cancelled"),
        "destination": ("closed", "open", "half_open"),
        "account": ("active", "disabled"),
        "activity": ("running", "paused"),
        "upload": ("queued", "running", "done", "refused"),
        "model": ("demonstration", "research", "released"),
    }
)


def known_state(table: str) -> CheckConstraint:
    """The database's own guard of a `state` column."""
    return CheckConstraint(f"state IN ({', '.join(map(repr, STATES[table]))})", name="state")
