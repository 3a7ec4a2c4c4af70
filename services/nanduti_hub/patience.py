"""How long the hub waits for a client: what uvicorn has no option for.

A head that does not end, a body that does not go on, an answer that nobody takes: each is cut, so that a handful
of slow connections cannot keep the hub from others. Timing is looked at once a `look`, by one timer a connection,
so that a request costs nothing. What waits on us is never cut: while we do not read, the client's time stands still.
Where too many are connected, who comes takes the place of the one that has been asking nothing for longest, so that
connections alone cannot shut the hub.
"""

import asyncio
from typing import Any

import msgspec
from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Patience(Struct, frozen=True, kw_only=True):
    """Seconds for a request's head; without progress of a body, and for the whole of it; for taking an answer.

    Beside them, how many connections may be open, and how many bytes a head may have.
    """

    head: float = 15
    pause: float = 30
    body: float = 120
    taking: float = 60
    connections: int = 900
    head_bytes: int = 65_536
    look: float = 1


def _raw(status: str, code: str, title: str) -> bytes:
    """An answer below the application: its languages and headers are not known here."""
    problem = {
        "type": f"urn:nanduti:problem:{code}",
        "title": title,
        "status": int(status[:3]),
        "code": code,
    }
    body = msgspec.json.encode(problem)
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
        "cache-control: no-store\r\nx-content-type-options: nosniff\r\nretry-after: 5\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


TOO_SLOW = _raw("408 Request Timeout", "too_slow", "El pedido llegó demasiado despacio.")
HEAD_TOO_LARGE = _raw(
    "431 Request Header Fields Too Large", "head_too_large", "El encabezado del pedido es demasiado largo."
)
FULL = _raw(
    "503 Service Unavailable", "full", "El centro atiende demasiadas conexiones; repita en unos segundos."
)


class PatientProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, with the limits of a `Patience`."""

    def __init__(self, patience: Patience, **options: Any) -> None:
        super().__init__(**options)
        self._patience = patience
        self._look: asyncio.TimerHandle | None = None
        now = self.loop.time()
        #: Since when a head or a body is being received, and when a byte came last; None: neither is.
        self._head_since: float | None = now
        self._body_since: float | None = None
        self._heard = now
        self._head_bytes = 0
        #: Since when the client does not take what is sent.
        self._stuck_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A client has come."""
        super().connection_made(transport)
        if len(self.connections) > self._patience.connections and not self._make_room():
            transport.write(FULL)
            transport.close()
            return
        self._look = self.loop.call_later(self._patience.look, self._looked)

    def waits(self) -> tuple[bool, float] | None:
        """Whether it waits for a body of its client's, and since when for whatever it waits; None: the client's
        request is being worked on or answered.
        """
        is_in_body = self._body_since is not None
        if not is_in_body and self.cycle is not None and not self.cycle.response_complete:
            return None
        since = self._body_since if is_in_body else self._head_since
        return is_in_body, since if since is not None else self._heard

    def _make_room(self) -> bool:
        """Cut another connection: one without a request, else one whose request is not whole; the oldest of them."""
        waiting = [
            (waits, other.transport)
            for other in self.connections
            if isinstance(other, PatientProtocol)
            and other is not self
            and not other.transport.is_closing()
            and (waits := other.waits()) is not None
        ]
        if not waiting:
            return False
        min(waiting, key=lambda one: one[0])[1].abort()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self._heard = self.loop.time()
        if self._head_since is None and self._body_since is None:
            # Also what is not yet the beginning of a request: an idle connection waits for nothing for ever.
            self._head_since, self._head_bytes = self._heard, 0
        if self._head_since is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_since is not None and self._head_bytes > self._patience.head_bytes:
            self._cut(HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A head begins."""
        if self._head_since is None:
            self._head_since = self._heard
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole; its body begins."""
        self._head_since, self._body_since = None, self._heard
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._body_since = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client takes less than is sent."""
        self._stuck_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has taken what was sent."""
        self._stuck_since = None
        super().resume_writing()

    def _looked(self) -> None:
        if self.transport.is_closing():
            # What was sent last is given a while to be taken; then the connection ends without it.
            self._look = self.loop.call_later(self._patience.taking, self.transport.abort)
            return
        now, patience = self.loop.time(), self._patience
        if self._stuck_since is not None and now - self._stuck_since > patience.taking:
            self.transport.abort()
            return
        if self.flow.read_paused and self._body_since is not None:
            self._body_since += now - self._heard
            self._heard = now
        is_head_late = self._head_since is not None and now - self._head_since > patience.head
        is_body_late = self._body_since is not None and (
            now - self._heard > patience.pause or now - self._body_since > patience.body
        )
        if is_head_late or is_body_late:
            self._cut(TOO_SLOW)
        self._look = self.loop.call_later(patience.look, self._looked)

    def _cut(self, answer: bytes) -> None:
        """Close, with an answer where none has begun."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(answer)
        self.transport.close()
