"""`l3node cohort`: questions to all current results."""

import typer

cohort = typer.Typer(no_args_is_help=True, help="Questions to all current results: the view `cohort`.")


@cohort.command("columns")
def columns() -> None:
    """The data dictionary: every column of the view, its type, unit and meaning, and what an export does with it."""
    from rich.console import Console
    from rich.table import Table

    from db.cohort import COLUMNS

    table = Table("column", "type", "unit", "meaning", "de-identified export", box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_row(column.name, column.type.__name__, column.unit, column.meaning, column.private or "as it is")
    Console().print(table)
