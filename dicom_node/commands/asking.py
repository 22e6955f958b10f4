"""The options by which every question to the cohort says which rows it means."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer

from db.questions import MEANINGS, Filter

FORMS = {"since": "YYYY-MM-DD", "until": "YYYY-MM-DD", "model": "DIGEST", "where": "EXPRESSION"}
"""How a value is written, where its type does not say so."""


def _option(name: str, kind: Any) -> Any:
    flag = [f"--{name.replace('_', '-')}"] if kind is bool else []
    return Annotated[kind, typer.Option(*flag, metavar=FORMS.get(name), help=MEANINGS[name])]


OPTIONS = {name: _option(name, kind) for name, kind in get_type_hints(Filter).items()}
"""A field of `Filter` and the option that sets it."""


_UNASKED = {"latest": False, "without_doubt": False}
"""What an option is when it is not given; else None."""


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `of: Filter` the options above instead."""
    own = inspect.signature(command)

    @functools.wraps(command)
    def run(**given: Any) -> None:
        chosen = {name: given.pop(name) for name in OPTIONS}
        command(of=Filter(**chosen), **given)

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_UNASKED.get(name), annotation=option)
        for name, option in OPTIONS.items()
    ]
    kept = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own.parameters.values() if one.name != "of"]
    parameters = [*kept, *added]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    return run
