"""Whether a destination answers: C-ECHO (PS3.7 section 9.1.5), or one question to a DICOMweb service."""

from config.settings import AnyDestination, Settings, StowDestination
from dicom_node import tls
from dicom_node.deliver import send, stow

AT_A_CLICK_S = 5.0
"""Seconds for each step while somebody waits before a page: connection, association, answer."""


def why_not(settings: Settings, to: AnyDestination, context: tls.Context) -> str:
    """Ask once; empty when it answered.  Raises `tls.Unusable` when TLS is asked for and can't be had."""
    if isinstance(to, StowDestination):
        return stow.echo(to, context)
    return send.echo(to, settings.node.ae_title, context)


def at_a_click(settings: Settings, to: AnyDestination) -> str:
    """The same for a page: soon over, whatever the destination does."""
    quick = to.model_copy(update={"timeout": min(to.timeout, AT_A_CLICK_S)})
    try:
        return why_not(settings, quick, tls.Credentials(settings.tls).client_context)
    except tls.Unusable as fault:
        return f"can't be asked without TLS: {fault}"
