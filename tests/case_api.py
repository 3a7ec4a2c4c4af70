"""What officers do over and over at the API of cases."""

import base64
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from msgspec import Struct

from nanduti import seal
from nanduti.vocabulary import Share

#: A synthetic child whom an inspection met: only listed codes.
FACTS = {
    "crimes": ["child_labor"],
    "age_band": "14-17",
    "sex": "female",
    "department": "PY-7",
    "channel": "inspection",
}
#: What a synthetic dossier says, in the fields of HTCDS: without identity, and with it.
PSEUDONYMOUS: dict[str, Any] = {"con_Consent": True, "py_AgeYears": 15}
CONTENTS: dict[str, dict[str, Any]] = {
    "pseudonymous": PSEUDONYMOUS,
    "full": PSEUDONYMOUS | {"prs_FirstName": "Persona", "prs_SecondName": "Sintética"},
}


class Officer(Struct, frozen=True):
    """Somebody of an institution at the API."""

    client: httpx.AsyncClient
    token: str
    scope: str

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request."""
        return await self.client.request(method, path, **options)

    async def read(self, path: str, **query: Any) -> Any:
        """The JSON of an address that must answer."""
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def opened(self, *tracks: str, **more: Any) -> Any:
        """A case that was opened with tracks."""
        body = {"facts": FACTS, "tracks": tracks or ("protection",), "synthetic": True} | more
        answer = await self.client.post("/v1/cases", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def on(
        self,
        thing: dict[str, Any],
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        **headers: str,
    ) -> Any:
        """A command on a thing at the version that it shows; the thing after it."""
        headers = {"If-Match": f'"{thing["version"]}"'} | headers
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def track(self, case: dict[str, Any], code: str) -> Any:
        """A track of a case, as it is now."""
        return await self.read(f"/v1/cases/{case['reference']}/tracks/{code}")

    async def advanced(self, case: dict[str, Any], code: str, *stages: str) -> Any:
        """A track after it was taken through stages."""
        track = await self.track(case, code)
        for stage in stages:
            path = f"/v1/cases/{case['reference']}/tracks/{code}/stage"
            track = await self.on(track, "POST", path, {"stage": stage})
        return track

    async def offered(
        self,
        case: dict[str, Any],
        code: str,
        receiver: str,
        *,
        kind: str = "transfer",
        share: str = "none",
        urgency: str = "urgent",
        content: dict[str, Any] | None = None,
        **more: Any,
    ) -> Any:
        """A handoff that was offered, with a dossier sealed to the receiver's keys if it shares anything."""
        receivers = await self.receivers(case, code, kind)
        body = {"handoff": receivers["handoff"], "kind": kind, "receiver": receiver} | more
        body |= {"urgency": urgency, "share": share}
        if share != "none":
            body["dossier"] = self.sealed(receivers, receiver, share, content)
        track = await self.track(case, code)
        path = f"/v1/cases/{case['reference']}/tracks/{code}/handoffs"
        return await self.on(track, "POST", path, body, status=201)

    async def receivers(self, case: dict[str, Any], code: str, kind: str = "transfer") -> Any:
        """To whom a track may go."""
        return await self.read(f"/v1/cases/{case['reference']}/tracks/{code}/receivers", kind=kind)

    def sealed(
        self, receivers: dict[str, Any], receiver: str, share: str, content: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """A dossier sealed to all keys that `receivers` shows of an institution."""
        (found,) = [one for one in receivers["receivers"] if one["institution"]["code"] == receiver]
        return sealed_to(found["keys"], receivers["handoff"], self.scope, receiver, share, content)

    async def did(self, handoff: dict[str, Any], below: str, body: Any = None, **headers: str) -> Any:
        """A handoff after a command on it, at the version that it has now."""
        current = await self.read(f"/v1/handoffs/{handoff['id']}")
        return await self.on(current, "POST", f"/v1/handoffs/{handoff['id']}/{below}", body, **headers)


def sealed_to(
    keys: Sequence[dict[str, Any]],
    handoff: str,
    sender: str,
    receiver: str,
    share: str,
    content: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A dossier of a synthetic person, as a request sends it."""
    ciphertext = seal.seal(
        content or CONTENTS[share],
        handoff=handoff,
        sender=sender,
        receiver=receiver,
        share=Share(share),
        recipients=[key["public_key"] for key in keys],
        at=datetime.now(UTC),
    )
    return {
        "ciphertext": base64.b64encode(ciphertext).decode(),
        "recipients": [key["fingerprint"] for key in keys],
    }


def fresh_id() -> str:
    """A random id."""
    return str(uuid.uuid4())


def commands(thing: dict[str, Any]) -> set[str]:
    """What the caller may do next with a thing."""
    return {link["command"] for link in thing["can"]}
