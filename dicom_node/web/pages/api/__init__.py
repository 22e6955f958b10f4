"""`/api/v1` for programs, a file for each kind of thing.  What changes something is in `decide` and `jobs`."""

from dicom_node.web.pages.api import analyses, cohort, document, studies, training

ALL = (document.router, studies.router, analyses.router, cohort.router, training.router)
