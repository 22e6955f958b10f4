"""Cut-off panels: numbers of the literature as data files, with where they were read, and what they say of a result.

A panel states whether a number lies below a cut-off, never what a patient has: strength was not measured.
"""

from reporting.panels.judge import Answer, Subject, Verdict, answers, overall
from reporting.panels.panel import PANELS, detectable

__all__ = ["PANELS", "Answer", "Subject", "Verdict", "answers", "detectable", "overall"]
