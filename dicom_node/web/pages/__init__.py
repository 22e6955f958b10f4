"""The pages, a file for each."""

from dicom_node.web.pages import (
    api,
    case,
    cohort,
    decide,
    jobs,
    live,
    metrics,
    sign_in,
    single,
    system,
    worklist,
)

ALL = (
    sign_in.router,
    worklist.router,
    live.router,
    case.router,
    decide.router,
    jobs.router,
    single.pages,
    single.api,
    system.router,
    metrics.router,
    cohort.router,
    *api.ALL,
)
