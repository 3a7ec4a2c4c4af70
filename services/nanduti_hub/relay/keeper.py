"""The keeper makes LEDGER, what is staged and the members' copies, and says where each copy should end.

Rules that stay true: doing it twice changes nothing; nothing is ever deleted or purged; a difference that
the server cannot take is an error that names it. After LEDGER was lost and made again no member's stream
is touched: a mirror goes on from its own last number. Absent: reloading the server, and refilling LEDGER.

JetStream's API is spoken as it is, in JSON: nats-py has no fields for mirrors with transforms, atomic
batches or persistence.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any

import nats.errors
from nats.aio.client import Client

from nanduti_hub.relay import streams
from nanduti_hub.relay.streams import Configuration, Member

API = "$JS.API"
#: How long a missing answer is asked for again; around a reload a request may find nobody.
PATIENCE = 20.0
#: Members that are provisioned at the same time.
AT_ONCE = 8
STREAM_NOT_FOUND = 10059
_NO_MESSAGE_FOUND = 10037

ConnectAs = Callable[[str], Awaitable[Client]]


class ApiError(RuntimeError):
    """JetStream refused a request."""

    def __init__(self, subject: str, code: int, description: str) -> None:
        super().__init__(f"{subject}: {description} ({code})")
        self.code = code
        self.description = description


class ConfigurationConflict(RuntimeError):
    """A stream differs from what it should be in a way that cannot be changed while it exists."""

    def __init__(self, stream: str, fields: Sequence[str], reason: str) -> None:
        super().__init__(f"stream {stream}: {', '.join(fields)} cannot be changed: {reason}")
        self.stream = stream
        self.fields = tuple(fields)


async def provision(hub: Client, connect_as: ConnectAs, members: Sequence[Member]) -> None:
    """Make what is missing, and update what differs.

    `hub` is the keeper's connection; `connect_as` connects as `keeper:<member>`.

    Raises:
        ConfigurationConflict: a stream exists that cannot become what it should be.
        ApiError: JetStream refused for another reason.
        TimeoutError: no answer within `PATIENCE` (after a reload, a second one may be missing).

    """
    await ensure_ledger(hub)
    for configuration in streams.staging():
        await ensure_stream(hub, configuration)
    await bounded(_provision_member(hub, connect_as, member) for member in members)


async def ensure_ledger(hub: Client) -> bool:
    """Make LEDGER if it is not there, and say whether that was so."""
    return await ensure_stream(hub, streams.ledger())


async def ensure_stream(nc: Client, configuration: Configuration) -> bool:
    """Make a stream if it is not there (and say whether that was so), or update what differs in it."""
    name = configuration["name"]
    try:
        actual = (await call(nc, f"STREAM.INFO.{name}"))["config"]
    except ApiError as error:
        if error.code != STREAM_NOT_FOUND:
            raise
        await call(nc, f"STREAM.CREATE.{name}", configuration)
        return True
    # How many replicas a cluster keeps is its operator's, once the stream is there.
    wanted = configuration | {"num_replicas": actual["num_replicas"]}
    fields = [field for field, value in wanted.items() if not _same(value, actual.get(field))]
    if fields:
        try:
            await call(nc, f"STREAM.UPDATE.{name}", {**actual, **wanted})
        except ApiError as error:
            raise ConfigurationConflict(name, fields, error.description) from error
    return False


async def expected_ends(hub: Client, members: Sequence[Member]) -> dict[tuple[Member, str], int]:
    """Where each copy should end, by what LEDGER holds now. To be asked before the copies are, so that one that
    is current is never taken for late.
    """
    wanted = {(member, copy): streams.filters(copy, member) for member in members for copy in streams.COPIES}
    distinct = sorted({subject for subjects in wanted.values() for subject in subjects})
    last = dict(
        zip(distinct, await bounded(last_sequence(hub, subject) for subject in distinct), strict=True)
    )
    return {key: max(last[subject] for subject in subjects) for key, subjects in wanted.items()}


async def last_sequence(hub: Client, subject: str) -> int:
    """The sequence of the last message in LEDGER on a subject, which may have wildcards; 0 for none."""
    try:
        answer = await call(hub, f"STREAM.MSG.GET.{streams.LEDGER}", {"last_by_subj": subject})
    except ApiError as error:
        if error.code == _NO_MESSAGE_FOUND:
            return 0
        raise
    return int(answer["message"]["seq"])


async def call(
    nc: Client, subject: str, body: object = None, *, patience: float = PATIENCE
) -> dict[str, Any]:
    """Ask JetStream's API, again while nobody answers, for `patience` seconds, and give its answer."""
    payload = b"" if body is None else json.dumps(body).encode()
    answer = await _answered(nc, f"{API}.{subject}", payload, patience)
    if "error" in answer:
        error = answer["error"]
        raise ApiError(subject, error.get("err_code", 0), error.get("description", ""))
    return answer


async def _provision_member(hub: Client, connect_as: ConnectAs, member: Member) -> None:
    try:
        await _made_for(hub, connect_as, member)
    except Exception as error:
        error.add_note(f"member {member.code}")
        raise


async def _made_for(hub: Client, connect_as: ConnectAs, member: Member) -> None:
    for configuration in streams.staging(member):
        await ensure_stream(hub, configuration)
    keeper = await connect_as(f"keeper:{member.code}")
    try:
        # A mirror that is made while its account's imports are dead waits long before it tries again. Any
        # answer will do: this request is refused, having no configuration.
        for copy in streams.COPIES:
            probe = f"{streams.HUB_API}.CONSUMER.CREATE.{streams.origin(copy, member)}"
            await _answered(keeper, probe, b"{}")
        for configuration in streams.copies(member):
            await ensure_stream(keeper, configuration)
    finally:
        await keeper.close()


async def _answered(nc: Client, subject: str, payload: bytes, patience: float = PATIENCE) -> dict[str, Any]:
    try:
        async with asyncio.timeout(patience):
            while True:
                try:
                    answer = await nc.request(subject, payload, timeout=5)
                except (nats.errors.NoRespondersError, nats.errors.TimeoutError):
                    # Every request here may be made twice: around a reload or a restart some get lost.
                    await asyncio.sleep(0.1)
                    continue
                decoded: dict[str, Any] = json.loads(answer.data)
                return decoded
    except TimeoutError:
        raise TimeoutError(f"nobody answered {subject} within {patience:g} s") from None


async def bounded(tasks: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Do all of it, `AT_ONCE` at a time, and raise the first failure, if any, when all has come to an end."""
    semaphore, all_of_them = asyncio.Semaphore(AT_ONCE), list(tasks)

    async def one(task: Coroutine[Any, Any, Any]) -> Any:
        async with semaphore:
            return await task

    try:
        # None may go on unwatched.
        results = await asyncio.gather(*(one(task) for task in all_of_them), return_exceptions=True)
    finally:
        for task in all_of_them:
            task.close()  # those whose turn never came
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def _same(wanted: object, actual: object) -> bool:
    """Whether a field is as wanted. The server leaves out what is false, empty or zero, and adds fields."""
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(
            _same(value, actual.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(actual, list) and len(wanted) == len(actual) and all(map(_same, wanted, actual))
    return wanted == actual or not (wanted or actual)
