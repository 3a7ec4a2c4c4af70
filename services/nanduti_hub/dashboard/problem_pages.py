"""Problems as pages: what a browser shows a person where a program gets a problem document.

The document is made first, by `problems`, and told again as a page: so both say the same, and what is logged or
recorded does not depend on who asks. The API answers documents whoever asks, but where a person is sent through
it: to the identity provider's pages, and back.
"""

from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from nanduti_hub.accounts.entering import gone_cookie
from nanduti_hub.dashboard import words
from nanduti_hub.dashboard.rendering import here, language, page, redirect, wants_page
from nanduti_hub.problems import on_failure, on_http_exception, on_refused
from nanduti_hub.refusal import Refused
from nanduti_hub.serving import RequestOf

#: Who calls is not known, or not any more: a person is sent to sign in.
_NOT_IN = {"token_missing": "antes", "session_ended": "fin"}
#: Refusals that a page tells in words of its own, where the document's are for programs.
_OWN_WORDS = {"not_found": "no_page", "csrf_refused": "stale"}
_API, _THROUGH_API = "/v1/", "/v1/session/oidc"


def on_any_refused(request: RequestOf, error: Refused) -> Response[bytes]:
    """Answer a refusal."""
    document = on_refused(request, error)
    if not _is_for_a_person(request):
        return document
    code = error.refusal.code
    if code in _NOT_IN:
        # Signing out twice is signing out.
        notice = "salida" if request.scope["path"] == "/cuenta/salir" else _NOT_IN[code]
        answer = redirect(here(request, "/entrar", aviso=notice))
        if code == "session_ended":
            answer.set_cookie(gone_cookie())
        return answer
    if code == "invitation_invalid":
        return page(request, "gone.html", 404)
    return _page_of(request, document)


def on_any_http_exception(request: RequestOf, error: HTTPException) -> Response[bytes]:
    """Answer what Litestar itself refuses."""
    document = on_http_exception(request, error)
    return _page_of(request, document) if _is_for_a_person(request) else document


def on_any_failure(request: RequestOf, error: Exception) -> Response[bytes]:
    """Answer a failure."""
    document = on_failure(request, error)
    return _page_of(request, document) if _is_for_a_person(request) else document


def _is_for_a_person(request: RequestOf) -> bool:
    path = request.scope["path"]
    return wants_page(request) and (not path.startswith(_API) or path.startswith(_THROUGH_API))


def _page_of(request: RequestOf, document: Response[bytes]) -> Response[bytes]:
    values = msgspec.json.decode(document.content)
    if (own := _OWN_WORDS.get(values["code"])) is not None:
        chosen = language(request)
        title, detail = words.said(chosen, f"{own}_title"), words.said(chosen, f"{own}_detail")
    else:
        title, detail = words.told_in(language(request), values["code"], values)
    kept = {
        name: value for name, value in document.headers.items() if name.lower() in ("retry-after", "allow")
    }
    return page(request, "problem.html", values["status"], kept, title=title, detail=detail)


#: For the application.
HANDLERS: Any = {Refused: on_any_refused, HTTPException: on_any_http_exception, Exception: on_any_failure}
