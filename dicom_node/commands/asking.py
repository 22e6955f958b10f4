"""The options by which every question to the cohort says which rows it means."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

Told = Annotated
OPTIONS: dict[str, Any] = {
    "sex": Told[str | None, typer.Option(help="PatientSex: F, M or O.")],
    "min_age": Told[float | None, typer.Option(help="Years, included.")],
    "max_age": Told[float | None, typer.Option(help="Years, included.")],
    "since": Told[str | None, typer.Option(metavar="YYYY-MM-DD", help="First StudyDate, included.")],
    "until": Told[str | None, typer.Option(metavar="YYYY-MM-DD", help="Last StudyDate, included.")],
    "model": Told[str | None, typer.Option(metavar="DIGEST", help="The beginning of a model's digest.")],
    "model_status": Told[str | None, typer.Option(help="demonstration, research or released.")],
    "phase": Told[str | None, typer.Option(help="Contrast phase: native, arterial, portal venous, delayed.")],
    "kvp": Told[float | None, typer.Option(help="Tube voltage, kV.")],
    "min_thickness": Told[float | None, typer.Option(help="SliceThickness, mm, included.")],
    "max_thickness": Told[float | None, typer.Option(help="SliceThickness, mm, included.")],
    "latest": Told[bool, typer.Option("--latest", help="Only the latest examination of each patient.")],
    "without_doubt": Told[bool, typer.Option("--without-doubt", help="Only results with nothing in doubt.")],
    "where": Told[
        str | None,
        typer.Option(
            metavar="EXPRESSION", help='More, over columns: "smi_m29_150_cm2_m2 < 40 AND kvp IN (100, 120)".'
        ),
    ],
}
"""A field of `Filter` and the option that sets it."""


_UNASKED = {"latest": False, "without_doubt": False}
"""What an option is when it is not given; else None."""


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `of: Filter` the options above instead."""
    own = inspect.signature(command)

    @functools.wraps(command)
    def run(**given: Any) -> None:
        from db.questions import Filter

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
