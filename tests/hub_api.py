"""What journeys do over and over at the API of a running hub."""

from typing import Any

import httpx
from msgspec import Struct
from nats_server import Bus

from nanduti_hub.hub import Running

PLAN = {
    "platform": "conaeti",
    "title": "Plan sintético de prueba",
    "term_from": "2026-01-01",
    "term_to": "2026-12-31",
}
ACTION = {
    "title": "Capacitar a inspectores de trabajo (acción sintética)",
    "axis": "DET",
    "lead": "mtess",
    "kind": "training",
    "departments": ["PY-7"],
    "start": "2026-03-01",
    "end": "2026-06-30",
    "indicators": [{"number": 1, "text": "Inspectores capacitados", "unit": "personas", "target": 40}],
    "budget": 12500000,
}
CONFIRMATION = {"act": "Acta sintética 1/2026", "act_date": "2026-02-01"}


class Journey(Struct, frozen=True):
    """A running hub, its bus, and where its API is."""

    running: Running
    bus: Bus
    url: str


class Api(Struct, frozen=True):
    """A caller at the API."""

    client: httpx.AsyncClient
    token: str

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request."""
        return await self.client.request(method, path, **options)

    async def read(self, path: str, **query: Any) -> Any:
        """The JSON of an address that must answer."""
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def made(self, path: str, body: Any, **headers: str) -> Any:
        """The JSON of what a POST must make."""
        answer = await self.client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def added(self, plan: str, **changes: Any) -> Any:
        """A synthetic action that was added to a plan."""
        return await self.made(f"/v1/plans/{plan}/actions", ACTION | changes)

    async def changed(self, method: str, action: dict[str, Any], below: str, body: Any) -> Any:
        """An action after a command on it at the version that it shows."""
        answer = await self.call(
            method,
            f"/v1/actions/{action['id']}{below}",
            json=body,
            headers={"If-Match": f'"{action["version"]}"'},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pages(self, path: str, **query: Any) -> list[Any]:
        """All items of a list, page after page, by its links."""
        items: list[Any] = []
        following: str | None = str(self.client.base_url.join(path).copy_merge_params(query))
        while following:
            answer = await self.client.get(following)
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            following = answer.links.get("next", {}).get("url")
            assert (following is None) == (answer.json()["next"] is None)
        return items


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
        answer.text
    )
    body: dict[str, Any] = answer.json()
    assert (body["code"], body["status"], body["type"]) == (code, status, f"urn:nanduti:problem:{code}")
    assert body["title"]
    assert body["detail"]
    return body
