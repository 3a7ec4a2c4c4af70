"""The OpenAPI document: paths and parameters are Litestar's, the rest is what the routes say of themselves.

Schemas are msgspec's, which are what decodes. A body that is sent is closed: no field that its type does not have, no
control characters, as `reception` refuses them. An answer is open, so that readers tolerate what a later contract
adds. Made from the code alone, once, when it is first asked for. Absent: what any route takes and answers.
"""

import importlib.resources
import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute
from litestar.serialization import encode_json
from msgspec import Struct

from nanduti.generation import portable
from nanduti_hub.documented import JSON, NDJSON, XLSX, Answered, Takes

PROBLEM = "application/problem+json"
#: Texts that are sent have no control characters but tabs and line ends.
PLAIN = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$"
#: What is bytes is sent so, whole: JSON Schema's word for it binds nobody.
BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
#: Headers of answers: description, schema, and whether they always come.
HEADERS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "ETag": (
        (
            "The version, the day (a draft's: what it was compared with) and the language of this answer. "
            "If-Match wants it back."
        ),
        {"type": "string", "pattern": r'^"[0-9]+\.([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9a-f]{16})\.(es|en)"$'},
        True,
    ),
    "Location": ("Where the thing is.", {"type": "string", "format": "uri-reference"}, True),
    "Preference-Applied": ("It was asked for and is done.", {"const": "respond-async"}, True),
    "Link": ('The following page, rel="next"; absent on the last.', {"type": "string"}, False),
    "Set-Cookie": ("The session.", {"type": "string"}, True),
    "Content-Disposition": ("The name to save it as.", {"type": "string"}, True),
    "Idempotency-Replayed": ("The answer is the one that this key had before.", {"const": "true"}, False),
    "Retry-After": ("Seconds to wait (429, 503).", {"type": "integer", "minimum": 0}, False),
    "WWW-Authenticate": ("How to say who you are (401).", {"type": "string"}, False),
    "Nanduti-Register": (
        "The number of the register that this answer stands for, where a moment was asked for.",
        {"type": "integer", "minimum": 1},
        False,
    ),
    "Content-Language": ("The language of the sentences.", {"enum": ["es", "en"]}, True),
}
_TAG = r'^"[0-9]{1,9}(\.[^"]*)?"$'
_REQUEST_HEADERS: dict[str, dict[str, Any]] = {
    "Language": {
        "name": "Accept-Language",
        "in": "header",
        "description": "Spanish, unless English is asked for first.",
        "schema": {"type": "string"},
        "examples": {"es": {"value": "es-PY"}, "en": {"value": "en"}},
    },
    "Version": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what you saw, or its version alone. Without it 428, of an old one 412.",
        "schema": {"type": "string", "pattern": _TAG},
        "example": '"1"',
    },
    "VersionIfThere": {
        "name": "If-Match",
        "in": "header",
        "description": "As elsewhere, where the entry is there already: a new one needs none.",
        "schema": {"type": "string"},
        "examples": {"first": {"value": '"1"'}},
    },
    "SameSite": {
        "name": "X-CSRF-Token",
        "in": "header",
        "description": "The session's `csrf`; needed where its cookie alone says who calls.",
        "schema": {"type": "string"},
    },
    "Known": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETags that you have: 304 where one of them still holds.",
        "schema": {"type": "string"},
    },
    "Later": {
        "name": "Prefer",
        "in": "header",
        "description": "`respond-async`: answer at once (202), and read the workbook afterwards.",
        "schema": {"type": "string"},
        "examples": {"later": {"value": "respond-async"}},
    },
    "Once": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes a repetition safe: the same key and request get the same answer, done once.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "[^ \\t]"},
    },
}
_WORKBOOK_BODY = {
    "required": True,
    "description": "The workbook itself, or a form with it as `file`; at most 20 MB.",
    "content": {
        XLSX: {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
    },
}


class Problem(Struct, frozen=True, kw_only=True):
    """Why something could not be done (RFC 9457). `code` is for programs and stable; a problem may have more
    members, which are the values that its sentences name.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str


class Documented(Struct, frozen=True):
    """A route of the application, and what it says of itself."""

    path: str
    method: str
    handler: HTTPRouteHandler
    answered: dict[int, Answered]

    @property
    def takes(self) -> Takes:
        """What the route takes, as its first answer notes it."""
        return next((answer.takes for answer in self.answered.values()), Takes())

    @property
    def sent(self) -> Any:
        """The type of the body that is sent, None where there is none."""
        data = self.handler.parsed_fn_signature.parameters.get("data")
        return None if data is None else data.annotation

    @property
    def needs_body(self) -> bool:
        """Whether the body must be sent."""
        return bool(self.handler.parsed_fn_signature.parameters["data"].is_required)


def documented(application: Litestar) -> Iterator[Documented]:
    """All routes that stand in the document."""
    for route in application.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if not handler.resolve_include_in_schema():
                    continue
                for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                    specs = handler.responses or {}
                    answered = {code: spec for code, spec in specs.items() if isinstance(spec, Answered)}
                    yield Documented(route.path_format, method.lower(), handler, answered)


def complete(application: Litestar) -> dict[str, Any]:
    """The OpenAPI document of an application, whole."""
    document: dict[str, Any] = application.openapi_schema.to_schema()
    routes = list(documented(application))
    schemas = _Schemas.of(routes)
    golden = _golden()
    of_parameters = document.get("components", {}).get("schemas", {})
    for route in routes:
        operation = document["paths"][route.path][route.method]
        # HEAD is GET without a body.
        document["paths"][route.path].pop("head", None)
        operation["operationId"] = route.handler.fn.__name__
        operation["description"] = inspect.getdoc(route.handler.fn) or ""
        operation["parameters"] = _parameters(operation, route)
        for name in re.findall(r"#/components/schemas/(\w+)", repr(operation["parameters"])):
            schemas.components.setdefault(name, of_parameters[name])
        if route.sent is not None:
            content = {"schema": schemas.sent[_key(route.sent)]}
            if (example := route.handler.opt.get("example") or _example(route.sent, golden)) is not None:
                content["example"] = example
            operation["requestBody"] = {"required": route.needs_body, "content": {JSON: content}}
        if route.takes.workbook:
            operation["requestBody"] = _WORKBOOK_BODY
        operation["responses"] = {
            **{str(status): _response(answer, schemas, routes) for status, answer in route.answered.items()},
            "default": {"$ref": "#/components/responses/Problem"},
        }
    components = document.setdefault("components", {})
    components["schemas"] = schemas.components
    components["parameters"] = _REQUEST_HEADERS
    components["headers"] = {
        name: {"description": text, "schema": schema, "required": always}
        for name, (text, schema, always) in HEADERS.items()
    }
    components["responses"] = {"Problem": _problem(schemas)}
    # As it is read: defaults that are tuples here are arrays there.
    whole: dict[str, Any] = portable(msgspec.json.decode(encode_json(document)))
    return whole


class Document(JsonRenderPlugin):
    """Serves the document, made once."""

    _made: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        """The document as JSON."""
        if self._made is None:
            self._made = msgspec.json.encode(complete(request.app))
        return self._made


class _Schemas(Struct, frozen=True):
    """The schemas of all types, by `_key`, and the components that they refer to."""

    sent: dict[str, Any]
    answered: dict[str, Any]
    components: dict[str, Any]

    @classmethod
    def of(cls, routes: Sequence[Documented]) -> "_Schemas":
        sent_types = {_key(route.sent): route.sent for route in routes if route.sent is not None}
        bodies = (answer.body for route in routes for answer in route.answered.values())
        answered_types = {_key(body): body for body in bodies if body is not None}
        answered_types[_key(Problem)] = Problem
        sent, inputs = _components(sent_types)
        answered, components = _components(answered_types)
        inputs = {name: _closed(schema) for name, schema in inputs.items()}
        renamed = {
            name: f"{name}Input" for name in inputs if components.get(name, inputs[name]) != inputs[name]
        }
        for name, schema in inputs.items():
            components[renamed.get(name, name)] = _referring(schema, renamed)
        return cls(_referring(sent, renamed), answered, components)


def _key(kind: Any) -> str:
    return repr(kind)


def _components(types: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    found, components = msgspec.json.schema_components(
        types.values(), ref_template="#/components/schemas/{name}"
    )
    # `PageOf[ActionView]` comes as `PageOf_ActionView_`.
    names = {name: name.replace("_", "") for name in components if re.search(r"_\Z", name)}
    schemas = {names.get(name, name): _referring(schema, names) for name, schema in components.items()}
    return {key: _referring(schema, names) for key, schema in zip(types, found, strict=True)}, schemas


def _referring(schema: Any, renamed: Mapping[str, str]) -> Any:
    """A schema whose references follow new names."""
    match schema:
        case {"$ref": str(target)}:
            head, _, name = target.rpartition("/")
            return {**schema, "$ref": f"{head}/{renamed.get(name, name)}"}
        case dict():
            return {name: _referring(value, renamed) for name, value in schema.items()}
        case list():
            return [_referring(value, renamed) for value in schema]
    return schema


def _closed(schema: Any) -> Any:
    """A schema as `reception` holds a body to it: no other fields, no control characters."""
    match schema:
        case dict():
            closed = {name: _closed(value) for name, value in schema.items()}
            if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
                closed["additionalProperties"] = False
            is_text = schema.get("type") == "string" and not schema.keys() & {"format", "enum"}
            if is_text and schema.get("contentEncoding") == "base64":
                closed["pattern"] = BASE64
            # A pattern that begins with ^ names the characters that it takes, and those of ours are plain.
            if is_text and not closed.get("pattern", "").startswith("^"):
                closed |= {"allOf": [{"pattern": PLAIN}]} if "pattern" in schema else {"pattern": PLAIN}
            return closed
        case list():
            return [_closed(value) for value in schema]
    return schema


def _golden() -> list[dict[str, Any]]:
    """The things that the contract's golden messages are about: all of it synthetic."""
    messages = importlib.resources.files("nanduti").joinpath("examples").iterdir()
    events = [json.loads(each.read_bytes())["data"] for each in sorted(messages, key=lambda file: file.name)]
    return [thing for data in events for thing in data.values() if isinstance(thing, dict)]


def _example(sent: Any, golden: Sequence[dict[str, Any]]) -> Any:
    """What a body can look like: the golden thing that has all that it needs, and the most in common with it."""
    fields = msgspec.structs.fields(sent)
    needed = {field.encode_name for field in fields if field.required}
    cut = [
        {field.encode_name: thing[field.encode_name] for field in fields if field.encode_name in thing}
        for thing in golden
        if needed <= thing.keys()
    ]
    return max((each for each in cut if each and _fits(each, sent)), key=len, default=None)


def _fits(example: dict[str, Any], sent: Any) -> bool:
    try:
        msgspec.convert(example, sent)
    except msgspec.ValidationError:
        return False
    return True


def _parameters(operation: dict[str, Any], route: Documented) -> list[Any]:
    parameters = [_parameter(parameter) for parameter in operation.get("parameters", [])]
    takes = route.takes
    wanted = ["Language"]
    if route.method != "get" and not route.handler.opt.get("open"):
        wanted.append("SameSite")
    if takes.version is not None:
        wanted.append("Version" if takes.version else "VersionIfThere")
    taken = (("Known", takes.known), ("Once", takes.once), ("Later", takes.later))
    wanted += [name for name, is_taken in taken if is_taken]
    return parameters + [{"$ref": f"#/components/parameters/{name}"} for name in wanted]


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter without the null that no address can carry, and with what its texts must be."""
    schema = dict(parameter["schema"])
    kinds = schema.pop("oneOf", None)
    if kinds is not None:
        (kind,) = (kind for kind in kinds if kind != {"type": "null"})
        schema = kind if "$ref" in kind else kind | schema
    if schema.get("type") == "string" and not schema.keys() & {"pattern", "format", "enum", "anyOf"}:
        schema["pattern"] = PLAIN
        if parameter["in"] == "path":
            schema["minLength"] = 1
    kept = {name: parameter[name] for name in ("name", "in", "description", "required") if name in parameter}
    return kept | {"schema": schema}


def _response(answer: Answered, schemas: _Schemas, routes: Sequence[Documented]) -> dict[str, Any]:
    headers = [*answer.headers, *(["Idempotency-Replayed"] if answer.takes.once else [])]
    response: dict[str, Any] = {
        "description": "Not modified" if not answer.media_type else "What was asked for",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
    }
    if answer.body is not None or answer.media_type != JSON:
        schema = schemas.answered[_key(answer.body)] if answer.body is not None else {"type": "string"}
        content: dict[str, Any] = {"schema": schema}
        if answer.media_type == NDJSON:
            # OpenAPI 3.1 has no word for lines: each is such an object.
            content = {"schema": {"type": "string", "description": "One object a line"}, "x-line": schema}
        if answer.example is not None:
            content["example"] = msgspec.to_builtins(answer.example)
        if answer.media_type:
            response["content"] = {answer.media_type: content}
    if links := _links(answer, routes):
        response["links"] = links
    return response


def _links(answer: Answered, routes: Sequence[Documented]) -> dict[str, Any]:
    """For each route under the paths that an answer leads to, how its parameters come out of the answer."""
    links: dict[str, Any] = {}
    for beginning, pointer in answer.leads:
        names = re.findall(r"{(\w+)}", beginning)
        for route in routes:
            if route.path != beginning and not route.path.startswith(f"{beginning}/"):
                continue
            parameters = {f"path.{names[-1]}": f"$response.body#{pointer}"}
            if "ETag" in answer.headers and route.takes.version is not None:
                parameters["header.If-Match"] = "$response.header.ETag"
            operation = route.handler.fn.__name__
            links[operation] = {"operationId": operation, "parameters": parameters}
    return links


def _problem(schemas: _Schemas) -> dict[str, Any]:
    return {
        "description": "A problem: what is the matter and what to do",
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in ("Content-Language", "Retry-After", "WWW-Authenticate")
        },
        "content": {PROBLEM: {"schema": schemas.answered[_key(Problem)]}},
    }
