"""The requests of the matrix about cases: the Ministry of Labor's, whose officer is the column `case`.

In that directory nobody else is on the hub, so that others answer on paper: what only two on the hub can do (ask, and
fetch a dossier) is refused as such, which only who may do it learns.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from case_api import FACTS, Officer
from matrix_world import Make, Sent, World, plain

OPEN = {"facts": FACTS, "tracks": ["protection"], "synthetic": True}
OFFER = {"kind": "transfer", "receiver": "codeni", "urgency": "urgent", "share": "none"}
Prepared = Callable[[Officer], Awaitable[tuple[str, int]]]


def officer(world: World) -> Officer:
    """The officer of the Ministry of Labor."""
    return Officer(world.callers["case"], "", "mtess")


def paper() -> dict[str, Any]:
    """A paper of today's."""
    today = datetime.now(ZoneInfo("America/Asuncion")).date()
    return {"kind": "nota", "number": 12, "year": today.year, "day": today.isoformat()}


async def a_case(desk: Officer) -> tuple[str, int]:
    """A case that was just opened."""
    case = await desk.opened()
    return f"/v1/cases/{case['reference']}", case["version"]


async def a_track(desk: Officer) -> tuple[str, int]:
    """Its track."""
    path, _ = await a_case(desk)
    return f"{path}/tracks/protection", 1


async def an_ending(desk: Officer) -> tuple[str, int]:
    """A track that can be closed."""
    case = await desk.opened()
    track = await desk.advanced(case, "protection", "attention", "follow_up")
    return f"/v1/cases/{case['reference']}/tracks/protection", track["version"]


async def an_end(desk: Officer) -> tuple[str, int]:
    """A track that was closed."""
    path, version = await an_ending(desk)
    closed = await desk.on({"version": version}, "POST", f"{path}/close", {"outcome": "safe_with_family"})
    return path, closed["version"]


async def an_offer(desk: Officer) -> tuple[str, int]:
    """A handoff to an institution off the hub."""
    handoff = await desk.offered(await desk.opened(), "protection", "codeni")
    return f"/v1/handoffs/{handoff['id']}", handoff["version"]


async def an_accepted(desk: Officer) -> tuple[str, int]:
    """One that it has accepted on paper."""
    path, version = await an_offer(desk)
    taken = await desk.on({"version": version}, "POST", f"{path}/accept", {"document": paper()})
    return path, taken["version"]


async def a_redirected(desk: Officer) -> tuple[str, int]:
    """One that is to be sealed for another."""
    path, version = await an_offer(desk)
    body = {"to": "minna", "document": paper()}
    redirected = await desk.on({"version": version}, "POST", f"{path}/redirect", body)
    following = await desk.read(f"/v1/handoffs/{redirected['following']}")
    return f"/v1/handoffs/{following['id']}", following["version"]


async def a_joined(desk: Officer) -> tuple[str, int]:
    """A case that was joined to another."""
    path, version = await a_case(desk)
    other = await desk.opened()
    joined = await desk.on({"version": version}, "POST", f"{path}/same-as", {"into": other["reference"]})
    return path, joined["version"]


async def a_group(desk: Officer) -> tuple[str, int]:
    """A group of two cases."""
    answer = await desk.call("POST", "/v1/groups", json={"cases": [OPEN, OPEN]})
    assert answer.status_code == 201, answer.text
    return f"/v1/groups/{answer.json()['id']}", answer.json()["version"]


def of(prepared: Prepared, below: str = "", *, missing: bool = False, **sent: Any) -> Make:
    """A request about something that is just made for it; `missing` where it finds nothing for anybody."""

    async def make(world: World) -> Sent:
        path, version = await prepared(officer(world))
        headers = {"headers": {"If-Match": f'"{version}"'}, **sent}
        return Sent(f"{path}{below}", headers, f"{path}{below}" if missing else "")

    return make


async def a_joining(world: World) -> Sent:
    """A request that joins two cases."""
    path, version = await a_case(officer(world))
    other = await officer(world).opened()
    return Sent(
        f"{path}/same-as",
        {"headers": {"If-Match": f'"{version}"'}, "json": {"into": other["reference"]}},
    )


async def an_offering(world: World) -> Sent:
    """A request that offers a track."""
    path, version = await a_track(officer(world))
    receivers = await officer(world).read(f"{path}/receivers", kind="transfer")
    body = OFFER | {"handoff": receivers["handoff"]}
    return Sent(f"{path}/handoffs", {"headers": {"If-Match": f'"{version}"'}, "json": body})


async def offers_of(desk: Officer) -> tuple[str, dict[str, Any]]:
    """The path of a group, and what offers its cases."""
    path, _ = await a_group(desk)
    offers = [
        {
            "reference": reference,
            "track_version": 1,
            "handoff": (await desk.receivers({"reference": reference}, "protection"))["handoff"],
        }
        for reference in (await desk.read(path))["cases"]
    ]
    return f"{path}/handoffs", OFFER | {"track": "protection", "offers": offers}


async def a_group_offering(world: World) -> Sent:
    """A request that offers a group."""
    path, body = await offers_of(officer(world))
    return Sent(path, {"json": body})


def of_bundle(below: str, **more: Any) -> Make:
    """A request that answers a bundle on paper."""

    async def make(world: World) -> Sent:
        path, body = await offers_of(officer(world))
        answer = await officer(world).call("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        offered = answer.json()
        named = [{"handoff": one["id"], "version": one["version"]} for one in offered["handoffs"]]
        sent = {"handoffs": named, "document": paper()} | more
        return Sent(f"/v1/bundles/{offered['bundle']}/{below}", {"json": sent})

    return make


ON_PAPER = {"json": {"document": paper()}}
CASE_REQUESTS: dict[tuple[str, str], Make] = {
    **{("GET", f"/v1/cases{end}"): plain(f"/v1/cases{end}") for end in ("", ".ndjson", ".csv", ".xlsx")},
    **{
        ("GET", f"/v1/{name}{end}"): plain(f"/v1/{name}{end}")
        for name in ("handoffs", "inbox")
        for end in ("", ".ndjson", ".csv", ".xlsx", ".ics")
    },
    ("POST", "/v1/cases"): plain("/v1/cases", json=OPEN),
    ("GET", "/v1/cases/{reference}"): of(a_case),
    ("PATCH", "/v1/cases/{reference}/facts"): of(a_case, "/facts", json={"age_band": "0-13"}),
    ("PUT", "/v1/cases/{reference}/consent"): of(a_case, "/consent", json={"consent": "granted"}),
    ("POST", "/v1/cases/{reference}/tracks"): of(a_case, "/tracks", json={"track": "labor"}),
    ("POST", "/v1/cases/{reference}/same-as"): a_joining,
    ("DELETE", "/v1/cases/{reference}/same-as"): of(a_joined, "/same-as"),
    ("GET", "/v1/cases/{reference}/tracks/{track}"): of(a_track),
    ("GET", "/v1/cases/{reference}/tracks/{track}/custody"): of(a_track, "/custody"),
    ("GET", "/v1/cases/{reference}/tracks/{track}/receivers"): of(a_track, "/receivers?kind=transfer"),
    ("POST", "/v1/cases/{reference}/tracks/{track}/stage"): of(
        a_track, "/stage", json={"stage": "attention"}
    ),
    ("POST", "/v1/cases/{reference}/tracks/{track}/close"): of(
        an_ending, "/close", json={"outcome": "safe_with_family"}
    ),
    ("POST", "/v1/cases/{reference}/tracks/{track}/reopen"): of(
        an_end, "/reopen", json={"code": "new_facts"}
    ),
    ("POST", "/v1/cases/{reference}/tracks/{track}/handoffs"): an_offering,
    ("GET", "/v1/handoffs/{handoff_id}"): of(an_offer),
    ("POST", "/v1/handoffs/{handoff_id}/withdraw"): of(an_offer, "/withdraw", json={"code": "error"}),
    ("GET", "/v1/handoffs/{handoff_id}/dossier"): of(an_offer, "/dossier", missing=True),
    ("POST", "/v1/handoffs/{handoff_id}/dossier"): of(a_redirected, "/dossier", json={"share": "none"}),
    ("POST", "/v1/handoffs/{handoff_id}/accept"): of(an_offer, "/accept", **ON_PAPER),
    ("POST", "/v1/handoffs/{handoff_id}/decline"): of(
        an_offer, "/decline", json={"code": "no_capacity", "document": paper()}
    ),
    ("POST", "/v1/handoffs/{handoff_id}/redirect"): of(
        an_offer, "/redirect", json={"to": "minna", "document": paper()}
    ),
    ("POST", "/v1/handoffs/{handoff_id}/questions"): of(
        an_offer, "/questions", json={"question": "immediate_risk"}
    ),
    ("POST", "/v1/handoffs/{handoff_id}/questions/{number}/answer"): of(
        an_offer, "/questions/1/answer", missing=True, json={"answer": "yes"}
    ),
    ("POST", "/v1/handoffs/{handoff_id}/complete"): of(
        an_accepted, "/complete", json={"outcome": "safe_with_family"}
    ),
    ("GET", "/v1/handoffs/{handoff_id}/oficio.pdf"): of(an_offer, "/oficio.pdf"),
    ("GET", "/v1/handoffs/{handoff_id}/constancia.pdf"): of(an_offer, "/constancia.pdf"),
    ("POST", "/v1/groups"): plain("/v1/groups", json={"cases": [OPEN]}),
    ("GET", "/v1/groups/{group_id}"): of(a_group),
    ("POST", "/v1/groups/{group_id}/cases"): of(a_group, "/cases", json={"cases": [OPEN]}),
    ("POST", "/v1/groups/{group_id}/handoffs"): a_group_offering,
    ("POST", "/v1/bundles/{bundle_id}/accept"): of_bundle("accept"),
    ("POST", "/v1/bundles/{bundle_id}/decline"): of_bundle("decline", code="no_capacity"),
}
