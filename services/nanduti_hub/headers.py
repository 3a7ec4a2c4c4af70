"""What every answer tells a browser: not to guess, frame, keep or send on anything.

Added to all answers, errors and unknown addresses among them. What a route has said itself stays. Absent: CORS.
No other site's page may call the hub, and programs need no permission.
"""

from litestar.types import Message, Scope

from nanduti_hub.exercising import is_exercise

#: Nothing of an answer of the API is ever run or shown as a page.
API_POLICY = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: Pages load from here alone, and nothing inline.
PAGE_POLICY = (
    b"default-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
)
#: Two years, as browsers ask for; subdomains are other people's.
TRANSPORT = (b"strict-transport-security", b"max-age=63072000")

#: In an installation of drills, so that no program takes what it says for true.
EXERCISE = (b"nanduti-exercise", b"1")


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the headers to the head of an answer, before it is sent."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    present = {name.lower(): value for name, value in headers}
    is_page = present.get(b"content-type", b"").startswith(b"text/html")
    policy = (b"content-security-policy", PAGE_POLICY if is_page else API_POLICY)
    headers += (header for header in (*ALWAYS, policy) if header[0] not in present)
    if _is_drill(scope):
        headers.append(EXERCISE)
    if scope["scheme"] == "https":
        headers.append(TRANSPORT)
    if b"cache-control" not in present:
        headers.append((b"cache-control", _keeping(scope, message["status"])))
    message["headers"] = headers


def _is_drill(scope: Scope) -> bool:
    hub = getattr(scope["litestar_app"].state, "hub", None)
    return hub is not None and is_exercise(hub.ledger.source)


def _keeping(scope: Scope, status: int) -> bytes:
    """Who may keep an answer: nobody what a command made, its secrets among it; a browser only what it asks about."""
    if scope.get("method") not in ("GET", "HEAD") or status >= 400:
        return b"no-store"
    return b"no-cache" if scope.get("user") is None else b"private, no-cache"
