"""An ordered consumer on one stream that survives what happens to its server: the machine under `subscribe`.

Rules that stay true: deliveries come in ascending stream sequence without a repeat; what the consumer's own
dense numbers or heartbeats show to be lost is asked for again; flow control is answered only when the
reader has taken what came before, so that a slow reader slows the server and not its own memory. Absent:
what a message means.

It speaks JetStream's API in JSON over a plain nats-py subscription: nats-py's own ordered consumer is left
behind on the server when its client closes, and stays silent when the server comes back without it.
"""

import asyncio
import contextlib
import json
import logging
import ssl
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

#: The server says that it is there after so many seconds of silence,
HEARTBEAT = 1.0
#: and is taken to have lost the consumer after so many.
SILENCE = 3.5
#: The server deletes a consumer whose reader has been gone for so many seconds.
INACTIVE_THRESHOLD = 10.0
#: Seconds for a connection over TLS to be made.
HANDSHAKE = 5.0
#: Failed attempts on a connection that looks well before a new connection is made.
ATTEMPTS = 3

_API = "$JS.API"
_STREAM_NOT_FOUND = 10059
_NO_MESSAGE_FOUND = 10037
#: The stream is not there yet, consumers of a reader that was killed still are, or JetStream is starting.
_PASSING = {_STREAM_NOT_FOUND, 10026, 10008, 10023, 10039, 10076}

_logger = logging.getLogger("nanduti.subscribe")


def tls_options(ca: str | Path | None) -> dict[str, Any]:
    """What nats-py is told for TLS with the authorities in a file: not a word in the clear, not even the server's
    greeting, so that nobody on the way can talk the connection out of it. Without a file: no options.

    Raises:
        OSError: the file cannot be read, or holds no certificate.

    """
    if ca is None:
        return {}
    return {"tls": ssl.create_default_context(cafile=ca), "tls_handshake_first": True}


def is_worth_telling(record: logging.LogRecord) -> bool:
    """A filter for the logger `asyncio`: without it every connection over TLS that ends is told as a warning, of
    which nobody can make anything. nats-py hands asyncio a protocol made for connections without TLS.
    """
    return not (isinstance(record.msg, str) and record.msg.startswith("returning true from eof_received()"))


class _ClosedError(Exception):
    """The feed was closed while it waited for the server."""


class Feed:
    """One reader's connection and its consumer on a stream; `filters` are subjects, none for all."""

    def __init__(
        self,
        servers: str | Sequence[str],
        credentials: str,
        stream: str,
        filters: Sequence[str],
        ca: str | Path | None = None,
    ) -> None:
        self.stream = stream
        self.filters = tuple(filters)
        self._servers = servers if isinstance(servers, str) else list(servers)
        self._credentials = credentials
        self._tls = tls_options(ca)
        self._client: Client | None = None
        self._consumer: str | None = None
        self._subscription: Subscription | None = None
        self._queue: deque[Msg] = deque()
        self._is_lost = True
        self._is_closing = False
        self._closing: asyncio.Task[None] | None = None
        self._connecting: asyncio.Future[Client] | None = None
        self._waiter: asyncio.Future[bool] | None = None
        self._last_warning = ""

    async def deliveries(self, after: int) -> AsyncGenerator[tuple[int, Msg], None]:
        """Give each message after a sequence, with its own sequence, until closed."""
        last, dense = after, 0
        try:
            while not self._is_closing:
                if self._is_lost:
                    await self._bind(last + 1)
                    dense = 0
                elif not self._queue:
                    self._is_lost = not await self._wait(SILENCE) or self._is_lost
                else:
                    message = self._queue.popleft()
                    if message.headers is not None and not message.data and "Status" in message.headers:
                        await self._heed(message, dense)
                        continue
                    sequence, number = _sequences(message.reply)
                    if number != dense + 1:
                        # Something was lost on the way, such as what came while the connection was down.
                        self._is_lost = True
                        continue
                    dense = number
                    if sequence > last:
                        last = sequence
                        yield sequence, message
        except _ClosedError:
            pass
        finally:
            await self.close()

    async def last_sequence(self, subject: str | None = None) -> int:
        """The sequence of the stream's last message, or of the last on a subject; 0 for none."""
        if subject is None:
            answer = await self._asked(f"{_API}.STREAM.INFO.{self.stream}", {})
            return int(answer["state"]["last_seq"])
        request = {"last_by_subj": subject}
        answer = await self._asked(f"{_API}.STREAM.MSG.GET.{self.stream}", request, {_NO_MESSAGE_FOUND})
        return int(answer["message"]["seq"]) if "message" in answer else 0

    async def aclose(self) -> None:
        """Close, by the name that `contextlib.aclosing` calls."""
        await self.close()

    async def close(self) -> None:
        """Delete the consumer and close the connection. Doing it again does nothing more."""
        self._is_closing = True
        self._wake()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        # Whoever is cancelled while it waits here leaves no consumer behind all the same.
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        client, consumer = self._client, self._consumer
        if client is None:
            return
        if consumer is not None and client.is_connected:
            # If it cannot be deleted now, the server does it after INACTIVE_THRESHOLD.
            with contextlib.suppress(nats.errors.Error, OSError):
                await client.request(f"{_API}.CONSUMER.DELETE.{self.stream}.{consumer}", timeout=2)
        with contextlib.suppress(nats.errors.Error, OSError):
            await client.close()

    async def _bind(self, start: int) -> None:
        """Make a consumer that delivers from a sequence on, in the place of any that was."""
        client = await self._connected()
        await self._unbind(client)
        name, inbox, queue = f"r{token_hex(10)}", client.new_inbox(), deque[Msg]()

        async def receive(message: Msg) -> None:
            # A queue for each consumer: one that was given up cannot speak into its successor's.
            queue.append(message)
            waiter = self._waiter
            if waiter is not None and not waiter.done():
                waiter.set_result(True)

        self._subscription = await client.subscribe(inbox, cb=receive)
        self._queue, self._consumer = queue, name
        configuration: dict[str, Any] = {
            "name": name,
            "deliver_subject": inbox,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": start,
            "ack_policy": "none",
            "max_deliver": 1,
            "replay_policy": "instant",
            "flow_control": True,
            "idle_heartbeat": int(HEARTBEAT * 1e9),
            "inactive_threshold": int(INACTIVE_THRESHOLD * 1e9),
            "mem_storage": True,
            "num_replicas": 1,
        }
        if self.filters:
            configuration["filter_subjects"] = list(self.filters)
        # Cleared before asking: if the connection comes back meanwhile, the consumer must be made again.
        self._is_lost = False
        request = {"stream_name": self.stream, "config": configuration, "action": "create"}
        await self._asked(f"{_API}.CONSUMER.CREATE.{self.stream}.{name}", request, give_up_if_lost=True)

    async def _unbind(self, client: Client) -> None:
        subscription, self._subscription = self._subscription, None
        consumer, self._consumer = self._consumer, None
        with contextlib.suppress(nats.errors.Error, OSError):
            if subscription is not None:
                await subscription.unsubscribe()
            if consumer is not None:
                await client.publish(f"{_API}.CONSUMER.DELETE.{self.stream}.{consumer}")

    async def _heed(self, message: Msg, dense: int) -> None:
        """Answer flow control, and compare a heartbeat with what was delivered."""
        headers = message.headers or {}
        asked = message.reply or headers.get("Nats-Consumer-Stalled", "")
        client = self._client
        if asked and client is not None:
            with contextlib.suppress(nats.errors.Error, OSError):
                await client.publish(asked)
        elif headers.get("Nats-Last-Consumer", str(dense)) != str(dense):
            self._is_lost = True

    async def _asked(
        self,
        subject: str,
        request: dict[str, Any],
        passed_over: frozenset[int] | set[int] = frozenset(),
        *,
        give_up_if_lost: bool = False,
    ) -> dict[str, Any]:
        """Ask JetStream until it answers; refusals that pass are waited out."""
        payload = json.dumps(request).encode()
        attempts = 0
        while not self._is_closing:
            client = await self._connected()
            if give_up_if_lost and self._is_lost:
                return {}
            try:
                answer: dict[str, Any] = json.loads((await client.request(subject, payload, timeout=3)).data)
            except (nats.errors.Error, OSError) as error:
                attempts += 1
                self._warn(subject, error)
                if attempts % ATTEMPTS == 0 and client.is_connected:
                    # nats-py can be left with a connection that nobody reads.
                    await self._abandon(client)
            else:
                refusal = answer.get("error")
                if refusal is None or refusal.get("err_code") in passed_over:
                    return answer
                description = f"{refusal.get('description')} ({refusal.get('err_code')})"
                if refusal.get("err_code") not in _PASSING and refusal.get("code") != 503:
                    raise PermissionError(f"{subject}: {description}")
                self._warn(subject, description)
            await self._wait(0.2)
        raise _ClosedError

    async def _connected(self) -> Client:
        """Give a connection that is up, however long that takes."""
        while not self._is_closing:
            if self._client is None or self._client.is_closed:
                self._is_lost = True
                self._consumer = self._subscription = None
                self._connecting = asyncio.ensure_future(
                    nats.connect(
                        self._servers,
                        nkeys_seed=self._credentials,
                        max_reconnect_attempts=-1,
                        reconnect_time_wait=0.25,
                        ping_interval=20,
                        error_cb=self._on_error,
                        reconnected_cb=self._on_reconnected,
                        closed_cb=self._on_reconnected,
                        **self._tls,
                    )
                )
                try:
                    # After a first handshake that failed nats-py never tries again: it is begun anew.
                    async with asyncio.timeout(HANDSHAKE if self._tls else None):
                        self._client = await self._connecting
                except TimeoutError:
                    continue
                except asyncio.CancelledError:
                    # Closed by somebody else while there was no server: no connection may come of it later.
                    if self._is_closing:
                        raise _ClosedError from None
                    raise
            if self._client.is_connected:
                return self._client
            await self._wait(0.25)
        raise _ClosedError

    async def _abandon(self, client: Client) -> None:
        self._client = None
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
            async with asyncio.timeout(2):
                await client.close()

    async def _wait(self, seconds: float) -> bool:
        """Wait for a message or other news, and say whether there was any."""
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        alarm = asyncio.get_running_loop().call_later(seconds, _resolve, waiter, False)
        try:
            return await waiter
        finally:
            alarm.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None:
            _resolve(self._waiter, True)

    def _warn(self, subject: str, reason: Exception | str) -> None:
        text = f"{subject}: {reason}"
        if text != self._last_warning:
            self._last_warning = text
            # The reason itself goes along: whoever hears it may have words of its own for it.
            _logger.warning("%s: %s", subject, reason)

    async def _on_error(self, error: Exception) -> None:
        self._warn(self.stream, error)

    async def _on_reconnected(self) -> None:
        # What was published to the inbox meanwhile is gone, and after a restart the consumer is too.
        self._is_lost = True
        self._wake()


def _resolve(waiter: "asyncio.Future[bool]", value: bool) -> None:
    if not waiter.done():
        waiter.set_result(value)


def _sequences(reply: str) -> tuple[int, int]:
    """Stream sequence and the consumer's own dense number, from either form of an acknowledgement subject:
    `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.<stream seq>.<number>...`.
    """
    tokens = reply.split(".")
    first = 5 if len(tokens) == 9 else 7
    return int(tokens[first]), int(tokens[first + 1])
