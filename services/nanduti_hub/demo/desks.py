"""Keeping a demo or a drill alive: cases come in, and the institutions' desks act on what waits for them.

It goes by the API, with the token of each institution, as people and their systems do: what a desk may do it learns
from the links of the answers, and what codes there are from the procedure. Now and then a desk errs, leaves something
lying or sends it to the wrong one, as people do. Every case that it opens is marked synthetic. Rule that stays true:
who calls has seen to it that this is a demo's or a drill's installation (`demo_administration`).
"""

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from random import Random
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from nanduti.cases import Facts
from nanduti.procedure import Procedure
from nanduti_hub.demo.arrivals import Arrival, arrival, drawn, either
from nanduti_hub.handoffs.calendar import ZONE
from nanduti_hub.handoffs.procedure import competent, question_of, stage_of, track_rule

#: Seconds between two looks of a desk into its inbox, and how many items it sees to at once.
LOOK_EVERY, MOST_ITEMS = 2.0, 40
#: Seconds until a desk comes to something, on average.
WAITS = {"answer": 40.0, "paper": 90.0, "seal": 45.0, "question": 30.0, "outcome": 240.0, "stage": 180.0}
#: How often a desk never comes to it, how often an offer first goes to an institution that may not have it.
SILENCE, WRONG_TURN = 0.06, 0.06
ANSWERS = {"accept": 70, "decline": 9, "redirect": 9, "ask": 12}
PREFERRED = {"minna": 9, "minmujer": 9, "mp": 14, "mtess": 9, "codeni": 3, "mdp": 4}
#: What the hub answers to whoever was too late, or wrong: the desk looks again.
REFUSED = frozenset({404, 409, 412, 422})

Item = Mapping[str, Any]


class Office(Struct):
    """The desks of all institutions that have a token, what each has planned (when, by loop time), and what was done."""

    clients: dict[str, httpx.AsyncClient]
    random: Random
    #: How fast everything goes: 2 halves all waits.
    haste: float
    done: Counter[str]
    procedures: dict[str, Procedure]
    planned: dict[tuple[Any, ...], float]


async def simulate(
    api: str,
    tokens: Mapping[str, str],
    *,
    per_minute: float,
    seconds: float | None,
    random: Random,
    haste: float = 1.0,
    done: Counter[str] | None = None,
) -> Counter[str]:
    """Have cases come in and desks act, for so long or until cancelled; answers, and counts in `done`, what was done.

    Raises:
        httpx.HTTPError: the hub does not answer.
        NobodyThere: none of the tokens is a case officer's.

    """
    office = Office({}, random, haste, Counter() if done is None else done, {}, {})
    try:
        await _enter(office, api, tokens)
        work = asyncio.gather(
            _arrivals(office, per_minute), *(_desk(office, code) for code in office.clients)
        )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(work, seconds)
    finally:
        for client in office.clients.values():
            await client.aclose()
    return office.done


class NobodyThere(RuntimeError):
    """None of the tokens is a case officer's."""


async def _enter(office: Office, api: str, tokens: Mapping[str, str]) -> None:
    for code, token in tokens.items():
        client = httpx.AsyncClient(base_url=api, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        office.clients[code] = client
        answer = await client.get("/v1/me")
        if answer.status_code != httpx.codes.OK or answer.json()["role"] != "case_officer":
            await office.clients.pop(code).aclose()
    if not office.clients:
        raise NobodyThere


async def _arrivals(office: Office, per_minute: float) -> None:
    """Cases come in, at no even pace."""
    while True:
        await asyncio.sleep(office.random.expovariate(per_minute / 60))
        came = arrival(office.random)
        opener = came.opener if came.opener in office.clients else either(office.random, [*office.clients])
        await _open(office, opener, came)


async def _open(office: Office, opener: str, came: Arrival) -> None:
    body = {
        "facts": msgspec.to_builtins(came.facts),
        "tracks": came.tracks,
        "consent": came.consent,
        "synthetic": True,
    }
    case = await _post(office, opener, "opened", "/v1/cases", body)
    if case is None:
        return
    procedure = await _procedure(office, opener, case["procedure"]["version"])
    for track in case["tracks"]:
        code = track["track"]["code"]
        right = competent(procedure, code, came.facts)
        if opener not in right or (code, opener) == ("criminal", "pn"):
            await _offer(office, opener, case["reference"], code, track["version"])


async def _offer(office: Office, by: str, reference: str, track: str, version: int) -> None:
    """Offer a track to one of those that may have it; now and then to another first."""
    here = f"/v1/cases/{reference}/tracks/{track}"
    found = await _get(office, by, f"{here}/receivers?kind=transfer")
    if found is None or not found["receivers"]:
        return
    codes = [one["institution"]["code"] for one in found["receivers"]]
    to = drawn(office.random, {code: PREFERRED.get(code, 1) for code in codes})
    wrong = [one["institution"]["code"] for one in found["others"] if one["institution"]["code"] != by]
    body = {"handoff": found["handoff"], "kind": "transfer", "share": "none"}
    body["urgency"] = drawn(office.random, {"immediate": 12, "urgent": 55, "ordinary": 33})
    if wrong and office.random.random() < WRONG_TURN:
        body["receiver"] = either(office.random, wrong)
        if await _post(office, by, "offered", f"{here}/handoffs", body, version) is not None:
            return
    await _post(office, by, "offered", f"{here}/handoffs", body | {"receiver": to}, version)


async def _desk(office: Office, code: str) -> None:
    """An institution's desk: looks what waits, and comes to each thing in its time."""
    clock = asyncio.get_running_loop().time
    while True:
        await asyncio.sleep(office.random.uniform(0.5, 1.5) * LOOK_EVERY / office.haste)
        inbox = await _get(office, code, f"/v1/inbox?limit={MOST_ITEMS}")
        for item in inbox["items"] if inbox else ():
            kind = item["kind"]
            key = (code, kind, item["my_reference"], item["track"]["code"], item["handoff"], item["question"])
            if key not in office.planned:
                office.planned[key] = clock() + _wait(office, kind)
            elif office.planned[key] <= clock():
                del office.planned[key]
                await _see_to(office, code, item)


def _wait(office: Office, kind: str) -> float:
    if office.random.random() < SILENCE:
        return float("inf")
    return office.random.expovariate(office.haste / WAITS.get(kind, 120.0))


async def _see_to(office: Office, code: str, item: Item) -> None:
    match item["kind"]:
        case "answer" | "paper":
            await _answer(office, code, item)
        case "seal":
            await _follow(office, code, item, "attach_dossier", "sealed", {"share": "none"})
        case "question":
            await _reply(office, code, item)
        case "outcome":
            rule = track_rule(await _procedure_of(office, code, item), item["track"]["code"])
            if rule is not None:
                outcome = either(office.random, rule.outcomes).code
                await _follow(office, code, item, "complete", "completed", {"outcome": outcome})
        case "stage":
            await _go_on(office, code, item)


async def _answer(office: Office, code: str, item: Item) -> None:
    """Take an offer, or not, or send it on, or ask first; for a receiver off the hub, record its paper."""
    handoff = await _get(office, code, f"/v1/handoffs/{item['handoff']}")
    if handoff is None:
        return
    links = {link["command"]: link for link in handoff["can"]}
    choice = drawn(
        office.random, {name: often for name, often in ANSWERS.items() if name in links} or {"": 1}
    )
    procedure = await _procedure_of(office, code, item)
    body: dict[str, Any] = {}
    if item["kind"] == "paper":
        choice = "accept"
        body["document"] = {
            "kind": "nota",
            "number": 1 + int(office.random.random() * 900),
            "year": _today().year,
            "day": _today().isoformat(),
        }
    match choice:
        case "decline":
            body["code"] = drawn(office.random, {"no_capacity": 4, "insufficient_information": 3})
        case "redirect":
            facts = await _facts(office, code, item["my_reference"])
            right = competent(procedure, item["track"]["code"], facts) if facts else ()
            others = [one for one in right if one not in (code, handoff["sender"]["code"])]
            choice, body = ("redirect", {"to": either(office.random, others)}) if others else ("accept", {})
        case "ask":
            body = {"question": either(office.random, procedure.questions).code}
    if choice in links:
        await _post(office, code, choice, links[choice]["href"], body, links[choice]["version"])


async def _reply(office: Office, code: str, item: Item) -> None:
    handoff = await _get(office, code, f"/v1/handoffs/{item['handoff']}")
    procedure = await _procedure_of(office, code, item)
    for asked in handoff["questions"] if handoff else ():
        question = question_of(procedure, asked["question"]["code"])
        for link in asked["can"]:
            if asked["number"] == item["question"] and question is not None:
                body = {"answer": either(office.random, question.answers).code}
                await _post(office, code, "answer", link["href"], body, link["version"])


async def _go_on(office: Office, code: str, item: Item) -> None:
    """Take a track to where it belongs, or to its next stage, or end it."""
    here = f"/v1/cases/{item['my_reference']}/tracks/{item['track']['code']}"
    track = await _get(office, code, here)
    facts = await _facts(office, code, item["my_reference"])
    procedure = await _procedure_of(office, code, item)
    name = item["track"]["code"]
    rule = track_rule(procedure, name)
    stage = rule and track and stage_of(rule, track["stage"]["code"])
    if track is None or facts is None or rule is None or not stage:
        return
    links = {link["command"]: link for link in track["can"]}
    if track["holder"]["code"] not in competent(procedure, name, facts) or (name, code) == ("criminal", "pn"):
        if "offer_transfer" in links:
            await _offer(office, code, item["my_reference"], name, track["version"])
    elif "close" in links and (not stage.next or office.random.random() < 0.5):
        outcome = either(office.random, rule.outcomes).code
        await _post(
            office, code, "closed", links["close"]["href"], {"outcome": outcome}, links["close"]["version"]
        )
    elif "advance" in links and stage.next:
        body = {"stage": either(office.random, stage.next)}
        await _post(office, code, "advanced", links["advance"]["href"], body, links["advance"]["version"])


async def _follow(
    office: Office, code: str, item: Item, command: str, called: str, body: Mapping[str, Any]
) -> None:
    """Follow the link of a handoff, if it is offered."""
    handoff = await _get(office, code, f"/v1/handoffs/{item['handoff']}")
    for link in handoff["can"] if handoff else ():
        if link["command"] == command:
            await _post(office, code, called, link["href"], body, link["version"])


async def _facts(office: Office, code: str, reference: str) -> Facts | None:
    case = await _get(office, code, f"/v1/cases/{reference}")
    if case is None:
        return None
    facts = case["facts"]
    return msgspec.convert(
        {
            "crimes": [crime["code"] for crime in facts["crimes"]],
            **{name: facts[name]["code"] for name in ("age_band", "sex", "department", "channel")},
        },
        Facts,
    )


async def _procedure_of(office: Office, code: str, item: Item) -> Procedure:
    case = await _get(office, code, f"/v1/cases/{item['my_reference']}")
    version = case["procedure"]["version"] if case else next(iter(office.procedures))
    return await _procedure(office, code, version)


async def _procedure(office: Office, code: str, version: str) -> Procedure:
    if version not in office.procedures:
        answer = await office.clients[code].get(f"/v1/procedures/{version}")
        office.procedures[version] = msgspec.json.decode(answer.content, type=Procedure)
    return office.procedures[version]


async def _get(office: Office, code: str, path: str) -> Any:
    """What an address answers; nothing where it answers no."""
    answer = await office.clients[code].get(path)
    return answer.json() if answer.status_code == httpx.codes.OK else None


async def _post(
    office: Office, code: str, called: str, path: str, body: Mapping[str, Any], version: int | None = None
) -> Any:
    """Carry out a command; nothing where it is refused."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    answer = await office.clients[code].post(path, json=body, headers=headers)
    if answer.is_success:
        office.done[called] += 1
        return answer.json()
    office.done["refused" if answer.status_code in REFUSED else "failed"] += 1
    return None


def _today() -> date:
    return datetime.now(ZONE).date()
