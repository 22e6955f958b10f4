"""The steps between the rooms: what is done for each kind of work.

Each step reads rows, lets the world happen outside any transaction, and writes the outcome in one transaction.
"""

from pydicom.dataset import Dataset

from dicom_node.deliver.commitment import read_report
from dicom_node.job import Outcome
from dicom_node.steps import analysing, choosing, faults, segmenting, sending, verifying
from dicom_node.steps.desk import Desk
from dicom_node.work.bench import Workbench
from dicom_node.work.engine import Work

__all__ = ["Desk", "Steps"]


class Steps(Desk):
    """A step for each kind of work, and what to do when one fails unforeseen."""

    __slots__ = ()

    def choose(self, work: Work) -> None:
        """Judge the closed series of a settled study and ask for the analysis of the best."""
        choosing.choose(self, work)

    def analyse(self, bench: Workbench[Outcome], work: Work) -> None:
        """One attempt at one request, in a worker process."""
        analysing.analyse(self, bench, work)

    def segment(self, ask: segmenting.Segment, work: Work) -> None:
        """One attempt at one uploaded slice; `ask` has a worker do it."""
        segmenting.segment(self, ask, work)

    def send(self, work: Work) -> None:
        """Send the due parcels of one destination, over one association."""
        sending.send(self, work)

    def verify(self, work: Work) -> None:
        """Ask one destination whether what it accepted is there."""
        verifying.verify(self, work)

    def reported(self, destination: str, information: Dataset) -> bool:
        """A destination reports a storage commitment; whether it was asked for."""
        return verifying.report(self, destination, read_report(information))

    def give_up(self, work: Work, fault: Exception) -> None:
        """Record a fault of a step in its row."""
        faults.give_up(self, work, fault)
