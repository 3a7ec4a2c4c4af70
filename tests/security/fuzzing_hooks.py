"""What schemathesis must know of our media types, numbers and its own tokens: loaded by it, not by pytest."""

import os
from typing import Any

import schemathesis
from hypothesis import strategies
from small_workbook import ROWS, workbook

#: Ids of the tokens with which it calls.
SPARED = os.environ["NANDUTI_FUZZ_SPARED"].split(",")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What a workbook can be is `tests/decisions/workbook`'s; here it is one, or anything.
schemathesis.openapi.media_type(
    WORKBOOK, strategies.binary(min_size=1, max_size=200) | strategies.just(workbook(ROWS))
)


@schemathesis.hook
def map_body(_context: schemathesis.HookContext, body: Any) -> Any:
    """Write 2.0 as 2: JSON Schema takes both for an integer and cannot say that only the second is one to us."""
    match body:
        case float() if body.is_integer():
            return int(body)
        case dict():
            return {name: map_body(_context, value) for name, value in body.items()}
        case list():
            return [map_body(_context, value) for value in body]
    return body


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case, **_options: Any) -> None:
    """Let it not revoke the tokens with which it calls, and write the code of an entry twice alike.

    It would be nobody from then on; and JSON Schema cannot say that address and body name the same entry.
    """
    if case.path_parameters.get("token_id") in SPARED:
        case.path_parameters["token_id"] = "0"  # no token has that id
    is_good = case.meta is None or case.meta.generation.mode.is_positive
    if (
        case.meta is not None
        and case.meta.phase.name.value == "stateful"
        and case.method == "GET"
        and is_good
    ):
        # What is to be followed must be found: a list that made-up filters narrow is empty.
        case.query = {}
    if case.method == "PUT" and is_good and isinstance(case.body, dict):
        match case.path.split("/"):
            case ["", "v1", "institutions" | "platforms", "{code}"]:
                case.path_parameters["code"] = case.body["code"]
            case ["", "v1", "procedures", "{version}"]:
                case.path_parameters["version"] = case.body["version"]
            case ["", "v1", "seats", "{name}"]:
                case.path_parameters["name"] = f"{case.body['platform']}-{case.body['institution']}"
