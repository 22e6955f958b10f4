"""The pages, a file for each."""

from dicom_node.web.pages import case, decide, live, sign_in, worklist

ALL = (sign_in.router, worklist.router, live.router, case.router, decide.router)
