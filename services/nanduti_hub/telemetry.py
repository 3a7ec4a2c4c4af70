"""How the hub is watched: structured logs on standard error, and traces that travel in `traceparent`.

No personal data, no bodies, no tokens in a log line or a span: they carry names, counts and codes.
"""

import logging
import sys
import traceback
from pathlib import Path

import structlog
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from nanduti.feed import is_worth_telling


def where(error: BaseException) -> list[str]:
    """The frames through which an error came, the innermost last: for a log line.

    Neither its message nor any variable is in it: both can hold what somebody sent.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-12:]]


class _FromLibraries(logging.Handler):
    """What a library logs, as a line of ours: which library, the first line of its text as it stands in the
    library, and the kind of error. Neither the values in the text nor an error's message: both can hold what
    somebody sent.
    """

    def emit(self, record: logging.LogRecord) -> None:
        text = (
            record.msg.partition("\n")[0][:200] if isinstance(record.msg, str) else type(record.msg).__name__
        )
        error = record.exc_info[1] if record.exc_info else None
        more = {} if error is None else {"error": type(error).__name__, "at": where(error)[-5:]}
        log = structlog.get_logger(record.name)
        log.log(min(record.levelno, logging.ERROR), "library_logged", source=record.name, text=text, **more)


def configure(*, level: str = "info", readable: bool | None = None) -> None:
    """Set up logs and traces for this process, once, from the composition root.

    `readable` writes for people instead of JSON; by default where standard error is a terminal. Spans are
    made, so that events carry their `traceparent`, and exported only where the operator adds an exporter.
    """
    people = sys.stderr.isatty() if readable is None else readable
    renderer = structlog.dev.ConsoleRenderer() if people else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.getLogger().handlers[:] = [_FromLibraries()]
    logging.getLogger("nats").setLevel(logging.ERROR)
    logging.getLogger("asyncio").addFilter(is_worth_telling)
    trace.set_tracer_provider(TracerProvider(resource=Resource.create({"service.name": "nanduti-hub"})))
