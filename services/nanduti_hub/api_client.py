"""What the command line needs of the API: plain HTTP, by the standard library."""

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from msgspec import Struct


class ApiProblem(RuntimeError):
    """The hub said no, or could not be found; the text is for the person."""


class HubAddress(Struct, frozen=True):
    """Where a hub is and with which token it is called."""

    api: str
    token: str

    @classmethod
    def from_home(cls, home: Path, platform: str, token: str | None) -> "HubAddress":
        """The hub that runs on a home.

        Raises:
            ApiProblem: none does, or there is no token for the platform.

        """
        try:
            file = json.loads((home / "hub.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ApiProblem(f"No hay un hub en marcha en {home}: inícielo con `nanduti-hub up`.") from error
        chosen = token or file["tokens"].get(platform)
        if chosen is None:
            raise ApiProblem(f"No hay token para «{platform}»: indíquelo con --token.")
        return cls(file["api"], chosen)


def import_workbook(
    address: HubAddress, file: Path, platform: str, plan: str | None, act: str, act_date: str
) -> str:
    """Upload a workbook to its plan and confirm it; answers what happened, in a sentence.

    Raises:
        ApiProblem: the hub refused, with its reason.

    """
    plan_id = plan or _only_plan(address, platform)
    query = urllib.parse.urlencode({"file_name": file.name})
    draft = _call(address, "POST", f"/v1/plans/{plan_id}/imports?{query}", file.read_bytes())
    if draft["outcome"] == "rejected":
        errors = [finding for finding in draft["findings"] if finding["severity"] == "error"]
        raise ApiProblem(
            "\n".join(f"{e['sheet']}!{e['cell']}: {e['message']} {e['suggestion']}" for e in errors)
        )
    body = json.dumps({"act": act, "act_date": act_date}).encode()
    done = _call(address, "POST", f"/v1/imports/{draft['id']}/confirm", body)
    revision = done["revision"]
    if done["already"]:
        return f"Sin cambios: este archivo ya es la revisión {revision['number']} del plan."
    return (
        f"Revisión {revision['number']} publicada: {revision['added']} nuevas, {revision['changed']} cambiadas, "
        f"{revision['unchanged']} sin cambios."
    )


def _only_plan(address: HubAddress, platform: str) -> str:
    plans = _call(address, "GET", f"/v1/plans?platform={urllib.parse.quote(platform)}")["items"]
    if len(plans) != 1:
        listed = "; ".join(f"{plan['id']} ({plan['title']})" for plan in plans) or "ninguno"
        raise ApiProblem(
            f"La plataforma «{platform}» tiene {len(plans)} planes: elija uno con --plan. Son: {listed}."
        )
    found: str = plans[0]["id"]
    return found


def _call(address: HubAddress, method: str, path: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310  # the address is the operator's own
        address.api + path, data=body, method=method, headers={"Authorization": f"Bearer {address.token}"}
    )
    if body is not None:
        request.add_header(
            "Content-Type", "application/octet-stream" if body[:2] == b"PK" else "application/json"
        )
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        raise ApiProblem(f"{problem.get('title', '')} {problem.get('detail', '')}".strip()) from error
    except urllib.error.URLError as error:
        raise ApiProblem(f"El hub no responde en {address.api} ({error.reason}).") from error
