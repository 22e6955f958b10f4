"""What a page offers to do to an analysis: nothing but to an administrator."""

from collections.abc import Collection

from db import jobs
from db.accounts import Role
from db.jobs import Deed
from db.schema import Analysis
from dicom_node.web.visitor import Visitor


class Offers:
    """Called by the templates, once for each row."""

    def __init__(self, visitor: Visitor) -> None:
        self.any = visitor.may(Role.ADMINISTRATOR)

    def __call__(self, row: Analysis | None, newest: Analysis | None, sent: Collection[str] = ()) -> tuple[Deed, ...]:
        """What does something now; `newest` is the last one of the study, `sent` are states of the row's parcels."""
        return jobs.deeds(row, newest, sent) if self.any and row and newest else ()
