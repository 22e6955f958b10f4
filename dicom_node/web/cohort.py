"""Questions to the cohort as pages and programs put them: the filters of `l3node cohort` in an address."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_type_hints

from fastapi import HTTPException
from pydantic import ConfigDict, Field, create_model, model_validator
from sqlalchemy import Connection

from db.questions import MEANINGS, Filter, looking
from db.where import Refused, TooSlow
from dicom_node.web.room import Room

SECONDS = 20.0
"""What the database gets for one answer, so that a question can't keep the pages busy."""
BOUNDS: dict[str, dict[str, Any]] = {
    "since": {"pattern": r"^\d{4}-\d\d-\d\d$"},
    "until": {"pattern": r"^\d{4}-\d\d-\d\d$"},
    "where": {"max_length": 4000},
}
UNASKED = {"latest": False, "without_doubt": False}


def _fields() -> dict[str, Any]:
    return {
        name: (kind, Field(UNASKED.get(name), description=MEANINGS[name], **BOUNDS.get(name, {})))
        for name, kind in get_type_hints(Filter).items()
    }


class Asked(create_model("_Asked", **_fields())):  # type: ignore[misc]
    """Which results; the same as the options of `l3node cohort`."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, given: Any) -> Any:
        """A form sends what was left empty too."""
        return {name: value for name, value in given.items() if value != ""} if isinstance(given, dict) else given

    @property
    def filter(self) -> Filter:
        """As the questions take it."""
        return Filter(**{name: getattr(self, name) for name in Filter.__slots__})


@contextmanager
def asking(room: Room, *, identified: bool = False) -> Iterator[Connection]:
    """A guarded connection; raises 422 for a question that is refused, 503 for one that takes too long."""
    try:
        with looking(room.settings.database_url, SECONDS, identified=identified) as connection:
            yield connection
    except TooSlow:
        raise HTTPException(503, f"no answer within {SECONDS:g} s; ask for less") from None
    except Refused as why:
        raise HTTPException(422, str(why).replace("--where", "the expression")) from None
