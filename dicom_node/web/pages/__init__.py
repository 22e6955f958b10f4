"""The pages, a file for each."""

from dicom_node.web.pages import api, case, cohort, decide, jobs, live, metrics, sign_in, system, worklist

ALL = (
    sign_in.router,
    worklist.router,
    live.router,
    case.router,
    decide.router,
    jobs.router,
    system.router,
    metrics.router,
    cohort.router,
    *api.ALL,
)
