"""What may be asked of an address: the answer to OPTIONS.

Litestar makes such an answer by itself, but it names only the methods of the handler that came first at its path.
Absent: CORS, since no other site's page may call the hub.
"""

from litestar import Response, route
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler


def with_options(*handlers: BaseRouteHandler) -> list[BaseRouteHandler]:
    """The handlers, and for each of their paths one that answers OPTIONS with all methods that it takes."""
    methods: dict[str, set[str]] = {}
    for handler in handlers:
        if isinstance(handler, HTTPRouteHandler):
            for path in handler.paths:
                methods.setdefault(path, {"OPTIONS"}).update(handler.http_methods)
    # They come first: where a path has none yet, Litestar adds its own.
    return [*(_options(path, ", ".join(sorted(taken))) for path, taken in methods.items()), *handlers]


def _options(path: str, allow: str) -> BaseRouteHandler:
    @route(path, http_method=["OPTIONS"], include_in_schema=False, sync_to_thread=False, status_code=204)
    def answer_options() -> Response[None]:
        return Response(None, status_code=204, headers={"Allow": allow})

    return answer_options
