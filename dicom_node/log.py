"""JSON lines on standard error.  Never a patient name or ID: events carry our own row ids, codes and counts."""

import logging
import sys
import traceback
from pathlib import Path

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
            structlog.processors.ExceptionRenderer(_frames),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    logging.captureWarnings(True)
    for talker in ("pynetdicom", "pydicom", "py.warnings"):  # their messages hold attribute values
        logging.getLogger(talker).setLevel(logging.CRITICAL + 1)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _frames(exc_info: structlog.typing.ExcInfo) -> str:
    """Types and frames of a fault and of what caused it; not the messages, which may quote a name or an ID."""
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    while error:
        frames = traceback.extract_tb(error.__traceback__)
        lines += [type(error).__name__, *(f"  {Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)]
        error = error.__cause__ or error.__context__
    return "\n".join(lines)
