"""What a route takes and answers, said where the route is: `responses=answers(...)` in its decorator.

Handlers answer bytes, so that what was stored is not encoded again: the OpenAPI document cannot be read off their
types, and Litestar is told no schema. `openapi` writes what is said here into the document. The rule: it says what
the routes do, as exactly as JSON Schema can; a fuzzer holds them to each other. Absent: the handling of any request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

T = TypeVar("T")

JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PageOf(Struct, Generic[T], frozen=True, kw_only=True):
    """A list, or one page of it; `next` is the cursor of the following page, null on the last."""

    items: tuple[T, ...]
    next: str | None


class Takes(Struct, frozen=True, kw_only=True):
    """What a route takes beside its parameters and body.

    `version` is If-Match: needed (True), needed only where the thing exists (False), or not read (None). `known`
    is If-None-Match, `once` Idempotency-Key, `workbook` a body that is a workbook or a form with one, `later`
    Prefer: respond-async.
    """

    version: bool | None = None
    known: bool = False
    once: bool = False
    workbook: bool = False
    later: bool = False


#: A change to something that has a version.
CHANGE = Takes(version=True, once=True)
#: A command that makes something anew.
MAKE = Takes(once=True)


@dataclass
class Answered(ResponseSpec):
    """One answer of a route, as `answers` notes it. Litestar itself gets no schema: `openapi` writes it."""

    body: Any = None
    headers: Sequence[str] = ()
    takes: Takes = Takes()  # noqa: RUF009  # frozen
    leads: Sequence[tuple[str, str]] = ()
    example: Any = None


def answers(
    status: int,
    body: Any = None,
    *,
    media_type: str = JSON,
    headers: Sequence[str] = (),
    takes: Takes = Takes(),  # noqa: B008  # frozen
    leads: Sequence[tuple[str, str]] = (),
    example: Any = None,
    also: Mapping[int, Any] | None = None,
) -> dict[int, ResponseSpec]:
    """What a route answers when all is well, for its decorator's `responses`.

    `body` is the type of a JSON answer, or of a line of NDJSON; None is no body, or text of `media_type`. `headers`
    are names of `HEADERS`. `leads` are pairs of a path's beginning and a JSON pointer: the id that stands there in
    the answer is the last parameter of the beginning, in all routes that begin so. `also` are the bodies of
    other answers that are no problems.
    """
    found: dict[int, ResponseSpec] = {
        status: Answered(
            None, media_type=media_type, body=body, headers=headers, takes=takes, leads=leads, example=example
        )
    }
    if takes.known:
        found[304] = Answered(None, media_type="", headers=("ETag",))
    for other, other_body in (also or {}).items():
        found[other] = Answered(None, media_type=JSON, body=other_body)
    return found
