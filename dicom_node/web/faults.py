"""How the interface says no: one sentence, and a status for each kind of fault."""

from typing import Any

from pydantic import BaseModel, Field


class Fault(BaseModel):
    """Why a request was not done."""

    detail: str | list[Any] = Field(description="one sentence; for 422 also a list of what is wrong with each field")


MEANINGS = {
    401: "nobody is signed in, and no good token was shown",
    403: "the role or the scopes of the token are not enough, or the page's own token is missing",
    404: "there is no such thing",
    409: "another was first, or the state no longer allows it",
    422: "something that was given is not understood",
    503: "the database gave no answer in time; ask for less",
}
ALWAYS = (401, 403, 422)


def faults(*more: int) -> dict[int | str, dict[str, Any]]:
    """For the `responses` of a route: what every route may answer, and `more`."""
    return {status: {"model": Fault, "description": MEANINGS[status]} for status in sorted({*ALWAYS, *more})}
