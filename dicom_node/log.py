"""JSON lines on standard error.  Never a patient name or ID: events carry our own row ids, codes and counts."""

import logging
import sys

import structlog


def configure(level: str = "info", *, readable: bool = False) -> None:
    """Set up structlog once per process; `readable` is for a terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.captureWarnings(True)
    for talker in ("pynetdicom", "pydicom", "py.warnings"):  # their messages hold attribute values
        logging.getLogger(talker).setLevel(logging.CRITICAL + 1)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
