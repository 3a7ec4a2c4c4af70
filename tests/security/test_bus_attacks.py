"""A member with a right credential turns against another and the hub: everything is refused, and nobody notices.

On a real server with the generated configuration; the victim reads its notices all the while, and the streams of
all are compared before and after. What is refused is refused in the server's own words.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import nats
import nats.errors
import pytest
from nats_server import Bus, running_bus, until
from security.bus_attacks import API, A, Attacker, B, Scene, on_the_scene

from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.relay.admission import Roll, Site, configuration, prove_out, reload, system
from nanduti_hub.relay.connection import Address, Reception, knock
from nanduti_hub.relay.credentials import public_key, retired, revoke
from nanduti_hub.relay.keeper import call, provision
from nanduti_hub.relay.streams import COPIES

#: All of it together takes some seconds.
pytestmark = pytest.mark.slow

#: Subjects that belong to the hub, to another, or to the server.
NOT_ITS_OWN = (
    "nanduti.v1.action.joint.planned.x",
    f"nanduti.v1.handoff.{A.code}.offered",
    f"nanduti.v1.handoff.{B.code}.offered",
    "nanduti.v1.case.opened",
    "$KV.actions.x",
    f"copy.{A.code}.x",
    f"copy.{B.code}.x",
    "HUB.API.CONSUMER.CREATE.OUT_REGISTER",
    "HUB.API.CONSUMER.CREATE.LEDGER",
    f"HUB.API.CONSUMER.CREATE.OUT_{B.code}",
    "$JS.FC.OUT_REGISTER.a.b",
    f"$JS.FC.OUT_{B.code}.a.b",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.SERVER.PING.RELOAD",
    f"$SYS.REQ.ACCOUNT.M_{B.code}.CONNZ",
    "$SYS.REQ.USER.INFO",
    "_INBOX.somebody",
    "anything.else",
)
#: What JetStream would do to streams, its own too, and to others' consumers.
NOT_ITS_TO_DO = (
    *("STREAM.CREATE.EVIL", "STREAM.RESTORE.EVIL", "ACCOUNT.PURGE.M_mtess", "SERVER.REMOVE", "META.LEADER.STEPDOWN"),
    *(
        f"STREAM.{what}.{stream}"
        for what in ("UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "LEADER.STEPDOWN")
        for stream in (*COPIES, "LEDGER")
    ),
    *(
        f"{what}.{stream}"
        for what in ("STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET", "CONSUMER.NAMES", "CONSUMER.LIST")
        for stream in ("LEDGER", "OUT_REGISTER", f"OUT_{A.code}", f"OUT_{B.code}")
    ),
    *(
        f"CONSUMER.{what}.{stream}.x"
        for what in ("CREATE", "DURABLE.CREATE", "DELETE", "INFO", "MSG.NEXT", "PAUSE", "UNPIN")
        for stream in ("LEDGER", f"OUT_{B.code}")
    ),
    *(f"CONSUMER.{what}.{stream}.x" for what in ("PAUSE", "UNPIN") for stream in COPIES),
)  # fmt: skip
NOT_ITS_TO_HEAR = (
    ">", "*.>", "nanduti.>", f"nanduti.v1.handoff.{B.code}.>", f"copy.{A.code}.>", f"copy.{B.code}.>", "$JS.>",
    "$JS.ACK.>", "$JS.API.>", "$JS.EVENT.ADVISORY.>", "$SYS.>", "$KV.>", "HUB.API.>",
)  # fmt: skip


@pytest.fixture
async def scene(ledger: Ledger, tmp_path: Path) -> AsyncIterator[Scene]:
    """Two members, the relay at work, the victim reading; at its end the victim must have noticed nothing."""
    async with running_bus(tmp_path, (A, B)) as bus, on_the_scene(bus, ledger, tmp_path) as scene:
        yield scene


async def test_what_is_not_its_own_is_refused(scene: Scene) -> None:
    """Publishing, asking and listening: every subject by itself."""
    before, attacker = await scene.states(), await scene.attacker()
    for subject in (*NOT_ITS_OWN, *(f"{API}.{what}" for what in NOT_ITS_TO_DO)):
        await attacker.refused_to_publish(subject, b"{}", reply="_INBOX.none")
    for subject in NOT_ITS_TO_HEAR:
        await attacker.refused_to_subscribe(subject)
    assert await scene.states() == before


async def test_the_services_of_the_hub_may_do_no_more_than_they_need(scene: Scene) -> None:
    """The relay publishes and looks, and destroys nothing; the keeper makes streams and writes no event."""
    before = await scene.states()
    relay, keeper = await scene.attacker("relay"), await scene.attacker("keeper")
    for what in (
        *("STREAM.DELETE.LEDGER", "STREAM.PURGE.LEDGER", "STREAM.UPDATE.LEDGER", "STREAM.MSG.DELETE.LEDGER"),
        *(
            "STREAM.CREATE.EVIL",
            "STREAM.INFO.OUT_mtess",
            "CONSUMER.CREATE.LEDGER.x",
            "STREAM.SNAPSHOT.LEDGER",
        ),
    ):
        await relay.refused_to_publish(f"{API}.{what}", b"{}", reply="_INBOX.none")
    for subject in ("$KV.actions.x", "copy.mtess.x", "$SYS.REQ.SERVER.PING"):
        await relay.refused_to_publish(subject)
    for subject in (">", "nanduti.>", "$JS.>", "copy.>"):
        await relay.refused_to_subscribe(subject)
    await keeper.refused_to_publish("nanduti.v1.action.joint.planned.x", b"{}")
    for what, body in (("PURGE", None), ("MSG.DELETE", {"seq": 1})):
        answer = await keeper.asks(f"STREAM.{what}.LEDGER", body)
        assert "not permitted" in answer["error"]["description"]
    member_keeper = await scene.attacker(f"keeper:{A.code}")
    answer = await member_keeper.asks("STREAM.NAMES")
    assert sorted(answer["streams"]) == sorted(COPIES)
    with pytest.raises(nats.errors.NoRespondersError):
        await member_keeper.client.request("HUB.API.CONSUMER.CREATE.LEDGER", b"{}", timeout=5)
    assert await scene.states() == before


async def test_another_members_inbox_is_out_of_hearing(scene: Scene) -> None:
    """In its own account it hears its own, which shows that it listens; of another's, nothing."""
    attacker, victim = await scene.attacker(), await scene.attacker(B.code)
    heard: list[str] = []

    async def hear(message: nats.aio.msg.Msg) -> None:
        heard.append(message.subject)

    await attacker.client.subscribe("_INBOX.>", cb=hear)
    await attacker.client.flush()
    await victim.asks("STREAM.INFO.HANDOFF")
    await victim.asks("STREAM.MSG.GET.HANDOFF", {"seq": 4})
    await attacker.client.publish(f"{API}.INFO", b"", reply="_INBOX.mine")
    await until(lambda: "_INBOX.mine" in heard)
    assert heard == ["_INBOX.mine"]


async def test_nobody_acknowledges_or_deletes_for_another(scene: Scene) -> None:
    """Under the same names: what is sent reaches the attacker's own account, where there is no such thing."""
    attacker, victim = await scene.attacker(), await scene.attacker(B.code)
    reading = await victim.client.jetstream().pull_subscribe("", "desk", stream="HANDOFF")
    (held,) = await reading.fetch(1)
    before = await scene.states()
    assert ("desk", 1, 0) in before[f"keeper:{B.code} HANDOFF"][2]

    with pytest.raises(nats.errors.NoRespondersError):
        await attacker.client.request(held.reply, b"+ACK", timeout=5)
    second_form = f"$JS.ACK._.M_{B.code}.HANDOFF.{held.reply.partition('HANDOFF.')[2]}"
    with pytest.raises(nats.errors.NoRespondersError):
        await attacker.client.request(second_form, b"+ACK", timeout=5)
    for what in ("DELETE", "INFO", "MSG.NEXT"):
        if what == "MSG.NEXT":
            with pytest.raises(nats.errors.NoRespondersError):
                await attacker.asks(f"CONSUMER.{what}.HANDOFF.desk", {"batch": 1})
            continue
        answer = await attacker.asks(f"CONSUMER.{what}.HANDOFF.desk")
        assert answer["error"]["description"] == "consumer not found"
    assert await scene.states() == before
    await held.ack_sync()


async def ask_for_answers_at(attacker: Attacker, target: str, place: int) -> None:
    """Have the server answer and deliver to a subject, in every way that a member has: answers in JSON, answers
    of the very form of a request for a consumer, events, and statuses without a body.
    """

    async def ask(what: str, body: object) -> None:
        await attacker.client.publish(f"{API}.{what}", json.dumps(body).encode(), reply=target)

    for name in COPIES:
        for what in ("STREAM.INFO", "CONSUMER.LIST", "CONSUMER.NAMES"):
            await ask(f"{what}.{name}", {})
        for what in ("STREAM.MSG.GET", "DIRECT.GET"):
            for seq in (1, 4, 999):
                await ask(f"{what}.{name}", {"seq": seq})
        for consumer, more in (
            (f"push{place}", {"deliver_subject": target, "ack_policy": "none"}),
            (
                f"beat{place}",
                {"deliver_subject": target, "ack_policy": "none", "idle_heartbeat": 100_000_000},
            ),
            (f"pull{place}", {"ack_policy": "explicit"}),
        ):
            request = {"stream_name": name, "config": {"name": consumer, **more}}
            await ask(f"CONSUMER.CREATE.{name}.{consumer}", request)
            await ask(f"CONSUMER.CREATE.{name}", {"stream_name": name, "config": more})
        await attacker.client.flush()
        for body in ({"batch": 10, "no_wait": True}, {"batch": 10, "no_wait": True}, {"bad": 1}):
            await ask(f"CONSUMER.MSG.NEXT.{name}.pull{place}", body)
    await attacker.client.flush()
    for name in COPIES:
        made = {f"push{place}", f"beat{place}", f"pull{place}"}
        seen: set[str] = set()

        async def all_there_and_gone(name: str = name, made: set[str] = made, seen: set[str] = seen) -> bool:
            # They were asked for without waiting, and come one by one; together they could use up the account's.
            listed = [it["name"] for it in (await attacker.asks(f"CONSUMER.LIST.{name}"))["consumers"]]
            seen.update(listed)
            if not made <= seen:
                return False
            for consumer in listed:
                await attacker.asks(f"CONSUMER.DELETE.{name}.{consumer}")
            return listed == []

        await until(all_there_and_gone)


async def test_the_server_is_no_deputy_of_whoever_asks_it(scene: Scene) -> None:
    """It answers and delivers where it is told to; what arrives there does nothing, in any account."""
    attacker, before = await scene.attacker(), await scene.states()
    targets = (
        "nanduti.v1.action.joint.planned.x",
        f"nanduti.v1.handoff.{B.code}.offered",
        "$KV.actions.x",
        *(f"{API}.STREAM.PURGE.{name}" for name in (*COPIES, "LEDGER")),
        *(f"{API}.STREAM.{what}.LEDGER" for what in ("DELETE", "CREATE", "UPDATE")),
        *(
            f"HUB.API.CONSUMER.CREATE.{name}"
            for name in ("LEDGER", "OUT_REGISTER", "OUT_mtess", "KV_actions")
        ),
        "HUB.API.CONSUMER.CREATE.OUT_conaeti",
        f"{API}.ACCOUNT.PURGE.M_{B.code}",
        "$SYS.REQ.SERVER.PING.RELOAD",
        f"copy.{B.code}.x",
        f"$JS.FC.OUT_{B.code}.x.y",
        "_INBOX.victim",
    )
    for place, target in enumerate(targets):
        await ask_for_answers_at(attacker, target, place)
    assert await scene.states() == before
    keeper = (await scene.attacker("keeper")).client
    for name in ("LEDGER", "OUT_REGISTER", f"OUT_{B.code}", "KV_actions"):
        # Only mirrors' own consumers are there.
        for consumer in (await call(keeper, f"CONSUMER.LIST.{name}"))["consumers"]:
            assert consumer["config"].get("direct") is True, consumer
    # The server took what came for what it is not, and says so.
    assert f"Invalid JetStream request 'HUB > {API}.CONSUMER.CREATE.KV_actions'" in scene.bus.server.log


async def test_a_member_that_deletes_its_own_copy_by_a_deputy_is_alone_with_it(scene: Scene) -> None:
    """The one thing that a deputy does: an answer without a body reaches its own account's API. The keeper makes
    the copy again, with the numbers that it had.
    """
    attacker, before = await scene.attacker(), await scene.states()
    await attacker.client.publish(
        f"{API}.DIRECT.GET.REGISTER", b'{"seq":999}', reply=f"{API}.STREAM.DELETE.REGISTER"
    )
    await attacker.client.flush()

    async def gone() -> bool:
        return "REGISTER" not in (await attacker.asks("STREAM.NAMES"))["streams"]

    await until(gone)
    await provision(await scene.bus.connect_as("keeper"), scene.bus.connect_as, scene.bus.members)

    async def back() -> bool:
        found = await attacker.asks("STREAM.INFO.REGISTER")
        return "state" in found and found["state"]["last_seq"] == 3

    await until(back)
    after = await scene.states()
    assert {name for name in before if before[name] != after[name]} == {f"keeper:{A.code} REGISTER"}
    # All but the instant at which it was made is as it was.
    assert after[f"keeper:{A.code} REGISTER"][:3] == before[f"keeper:{A.code} REGISTER"][:3]


def test_no_event_could_be_taken_for_a_request() -> None:
    """A body that the server delivers into an API must have nothing of a request at its top."""
    examples = [path for path in (files("nanduti") / "examples").iterdir() if path.name.endswith(".json")]
    assert len(examples) > 10
    for path in examples:
        assert not {"stream_name", "config", "action"} & json.loads(path.read_text("utf-8")).keys(), path


async def test_a_member_can_use_up_only_its_own(scene: Scene) -> None:
    """Consumers, subscriptions, payload, connections: each ends in the server's refusal, and in its own account."""
    before, attacker = await scene.states(), await scene.attacker()
    made = 0
    while "error" not in (answer := await attacker.makes_consumer("HANDOFF", f"c{made}")):
        made += 1
    assert (made, answer["error"]["description"]) == (20, "maximum consumers limit reached")
    for number in range(made):
        await attacker.asks(f"CONSUMER.DELETE.HANDOFF.c{number}")

    async def cut_off(attacker: Attacker, words: str) -> None:
        """The server says why, to it or in its own log, as there is none to tell once it is cut off."""
        await until(lambda: not attacker.client.is_connected, 5)
        await until(lambda: any(words in said.lower() for said in (*attacker.said, scene.bus.server.log)), 5)

    greedy = await scene.attacker(allow_reconnect=False)
    for number in range(120):
        await greedy.client.subscribe(f"_INBOX.{number}")
    await cut_off(greedy, "maximum subscriptions exceeded")
    large = await scene.attacker(allow_reconnect=False)
    with contextlib.suppress(nats.errors.Error):
        await large.client.publish(f"{API}.INFO", b" " * 70_000)
        await large.client.flush(2)
    await cut_off(large, "maximum payload")

    await greedy.client.close()
    await large.client.close()
    crowd = []
    address, seed = Address(scene.bus.server.url), Path(scene.bus.credentials(A.code))
    while (met := await knock(address, seed)).client is not None:
        crowd.append(met.client)
        assert len(crowd) < 20
    assert met.reception is Reception.FULL
    assert "maximum account active connections exceeded" in met.reason
    for client in crowd:
        await client.close()
    assert await scene.states() == before


async def test_a_flood_of_questions_delays_and_breaks_nothing(scene: Scene) -> None:
    """There is no limit on how often one asks; what is entered meanwhile arrives all the same."""
    before, attackers = await scene.states(), [await scene.attacker() for _ in range(3)]
    for _ in range(20):
        for attacker in attackers:
            for _ in range(100):
                await attacker.client.publish(f"{API}.STREAM.INFO.REGISTER", b"", reply="_INBOX.none")
            await attacker.client.flush()
        await scene.notify()
    await scene.settled()
    after = await scene.states()
    assert after[f"keeper:{A.code} REGISTER"] == before[f"keeper:{A.code} REGISTER"]


async def test_copies_that_fill_one_account_leave_the_others_going(ledger: Ledger, tmp_path: Path) -> None:
    """The disk of an account is bounded: over it the server stops that account's copies, and says so."""
    async with running_bus(tmp_path, (A, B)) as bus:
        text = bus.configuration(bus.members)
        head, _, rest = text.partition(f"M_{A.code} {{")
        small = f"{head}M_{A.code} {{{rest.replace('max_file: 2G', 'max_file: 100K', 1)}"
        (bus.server.directory / "nats.conf").write_text(small)
        async with system(Address(bus.server.url), bus.keyring) as client:
            await reload(client)
        async with on_the_scene(bus, ledger, tmp_path) as scene:
            await scene.act(10, 400)
            keeper = (await scene.attacker("keeper")).client
            victim = (await scene.attacker(B.code)).client

            async def follows() -> bool:
                return (await call(victim, "STREAM.INFO.REGISTER"))["state"]["messages"] == 403

            await until(follows)
            end = (await call(keeper, "STREAM.INFO.LEDGER"))["state"]["last_seq"]
            attacker = await scene.attacker()
            own = await attacker.asks("STREAM.INFO.REGISTER")
            used = (await attacker.asks("INFO"))["storage"]
            assert used <= 100 * 1_024
            assert own["state"]["last_seq"] < end
            assert "limit" in scene.bus.server.log.lower()


async def test_a_revoked_credential_is_cut_off_and_refused(scene: Scene) -> None:
    """At once, by a reload that says that it was taken; the victim's reading goes on through it."""
    bus, attacker = scene.bus, await scene.attacker(allow_reconnect=False)
    before = await scene.states()
    assert public_key(bus.keyring, A.code) in bus.configuration(bus.members)
    revoke(bus.keyring, A.code)
    site = Site("127.0.0.1", bus.server.port, str(bus.server.directory / "js"))
    text = configuration(site, bus.keyring, Roll(tuple(bus.members)))
    (bus.server.directory / "nats.conf").write_text(text)
    (old,) = retired(bus.keyring, A.code)
    async with system(Address(bus.server.url), bus.keyring) as client:
        await reload(client)
        await prove_out(client, Address(bus.server.url), [old])
    await until(lambda: not attacker.client.is_connected)
    met = await knock(Address(bus.server.url), old)
    assert (met.reception, "authorization violation" in met.reason.lower()) == (Reception.REFUSED, True)
    await scene.notify()
    await scene.settled()
    after = await scene.states()
    assert after[f"keeper:{A.code} HANDOFF"] == before[f"keeper:{A.code} HANDOFF"]
    assert 'authentication error - Nkey "' in bus.server.log


async def test_without_a_key_nobody_is_let_in(scene: Scene, tmp_path: Path) -> None:
    """Neither with none, nor with one that the configuration does not name."""
    stranger = Bus(scene.bus.server, type(scene.bus.keyring)(tmp_path / "strangers"), ())
    (tmp_path / "strangers").mkdir()
    for seed in (None, Path(stranger.credentials("conaeti"))):
        met = await knock(Address(scene.bus.server.url), seed)
        assert met.reception is Reception.REFUSED
        assert "authorization violation" in met.reason.lower()
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.bus.server.port)
    await reader.readline()
    writer.write(b'CONNECT {"verbose":true}\r\nPUB nanduti.v1.case.opened 2\r\n{}\r\n')
    assert b"Authorization Violation" in await reader.readline()
    writer.close()
