"""How much may come in, in which form, from where; and what the database refuses where the code did not."""

import gzip
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import structlog
import trustme
from databases import Database
from hub_api import Api, problem
from own_door import OPERATOR, answer_to, client, served, token_of

from nanduti_hub.caller import Role
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.settings import SettingWrong, doors_from


async def test_a_body_has_a_largest_size_however_it_is_sent(ledger: Ledger) -> None:
    """Declared, undeclared, or declared wrong."""
    token = await token_of(ledger, Role.COORDINATOR, "conaeti")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3_000):
            yield b" " * 1_000

    async with served(ledger) as port, client(port, token) as known:
        problem(await known.post("/v1/plans", content=b" " * 1_000_001), 413, "too_large")
        problem(await known.post("/v1/plans", content=pieces()), 413, "too_large")
        head = f"POST /v1/plans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n".encode()
        for declared, status in (
            (b"Content-Length: 5000000000\r\n", b"413"),
            (b"Content-Length: -1\r\n", b"400"),
            (b"Content-Length: 1x\r\n", b"400"),
            (b"Content-Length: 2\r\nContent-Length: 3\r\n", b"400"),
            (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"400"),
            (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"400"),
        ):
            got = await answer_to(port, head + declared + b"Connection: close\r\n\r\n{}", pause=0.1, end=True)
            assert got.startswith(b"HTTP/1.1 " + status), (declared, got)
        # Less than was declared, and then nothing more: nothing is made of it.
        got = await answer_to(port, head + b"Content-Length: 100\r\n\r\n{}", pause=0.1, end=True)
        assert not got.startswith(b"HTTP/1.1 2"), got
        assert (await known.get("/v1/me")).status_code == 200


async def test_a_compressed_body_is_refused(ledger: Ledger) -> None:
    """A few bytes of it can be gigabytes."""
    token = await token_of(ledger, Role.COORDINATOR, "conaeti")
    async with served(ledger) as port, client(port, token) as known:
        for path in ("/v1/plans", "/v1/plans/x/imports"):
            for encoding in ("gzip", "deflate", "br", "identity, gzip"):
                answer = await known.post(
                    path, content=gzip.compress(b"{}"), headers={"Content-Encoding": encoding}
                )
                problem(answer, 415, "encoding_refused")
        answer = await known.post("/v1/plans", content=b"{}", headers={"Content-Encoding": "identity"})
        problem(answer, 400, "invalid")


PARTS = (
    (b"zzz", b"x"),
    (b"utf-8", b"\xff"),
    (b"idna", b"\xff"),
    (b"zlib", b"x"),
    (b"\xff", b"x"),
    (b"base64", b"x"),
)


@pytest.mark.parametrize(("charset", "content"), PARTS)
async def test_a_form_in_parts_that_cannot_be_read_is_refused(
    conaeti: Api, anyone: httpx.AsyncClient, open_plan: str, charset: bytes, content: bytes
) -> None:
    """Also by the charset that a part says it has. Pages take plain forms alone."""
    for name, path, caller in (
        (b"account", "/entrar", anyone),
        (b"file", f"/v1/plans/{open_plan}/imports", conaeti.client),
    ):
        body = (
            b'--a\r\nContent-Disposition: form-data; name="%b"\r\n'
            b"Content-Type: text/plain; charset=%b\r\n\r\n%b\r\n--a--\r\n" % (name, charset, content)
        )
        for kind in ("multipart/form-data; boundary=a", "Multipart/Form-Data; boundary=a"):
            problem(await caller.post(path, content=body, headers={"Content-Type": kind}), 400, "invalid")


async def test_a_plain_form_is_read_whatever_its_bytes(anyone: httpx.AsyncClient) -> None:
    """What cannot be an account or a code is told at its field."""
    for body in (
        b"account=\xff%ff",
        b"account=%ED%A0%80@hub&passphrase=%ED%A0%80&code=123456",
        b"=&&=&account",
    ):
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=zzz"}
        assert (await anyone.post("/entrar", content=body, headers=kind)).status_code == 422


# From where, and how -------------------------------------------------------------------------------------------


async def _address_seen(ledger: Ledger, forwarded: str, **settings: Any) -> str:
    token = await token_of(ledger)
    async with served(ledger, **settings) as port, client(port, token) as known:
        await known.post("/v1/plans", json={}, headers={"X-Forwarded-For": forwarded})
    async with transaction(ledger.database, OPERATOR) as connection:
        return str(await connection.fetchval("SELECT address FROM audit ORDER BY id DESC LIMIT 1"))


async def test_who_calls_behind_a_proxy_is_believed_to_a_known_proxy_alone(ledger: Ledger) -> None:
    """Of a chain the last that is no proxy of ours: what comes before it anybody can write."""
    assert await _address_seen(ledger, "203.0.113.7") == "127.0.0.1"
    assert await _address_seen(ledger, "203.0.113.7", proxies="192.0.2.1") == "127.0.0.1"
    assert await _address_seen(ledger, "203.0.113.7", proxies="127.0.0.1") == "203.0.113.7"
    chain = "198.51.100.1, 203.0.113.7, 10.1.2.3"
    assert await _address_seen(ledger, chain, proxies="127.0.0.1,10.1.0.0/16") == "203.0.113.7"


async def test_an_encrypted_connection_says_so_to_the_browser(ledger: Ledger, tmp_path: Path) -> None:
    """TLS of the API's own, and TLS at a known proxy; an unknown one's word counts for nothing."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.private_key_pem.write_to_path(key)
    for piece in certificate.cert_chain_pems:
        piece.write_to_path(cert, append=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with (
        served(ledger, tls_cert=cert, tls_key=key) as port,
        httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=context) as known,
    ):
        answer = await known.get("/healthz")
        assert answer.status_code == 200
        assert int(answer.headers["strict-transport-security"].partition("=")[2]) > 31_000_000
    for proxies, is_told in (("", False), ("127.0.0.1", True)):
        async with served(ledger, proxies=proxies) as port, client(port) as known:
            answer = await known.get("/healthz", headers={"X-Forwarded-Proto": "https"})
            assert ("strict-transport-security" in answer.headers) == is_told


WRONG = [
    {"NANDUTI_PROXIES": "*"},
    {"NANDUTI_PROXIES": "proxy.example.org"},
    {"NANDUTI_PROXIES": "10.0.0.1/8"},
    {"NANDUTI_TLS_CERT": "cert.pem"},
    {"NANDUTI_TLS_KEY": "key.pem"},
    {"NANDUTI_REQUESTS_PER_SECOND": "muchos"},
    {"NANDUTI_REQUESTS_PER_SECOND": "0"},
    {"NANDUTI_REQUESTS_PER_SECOND": "nan"},
]


@pytest.mark.parametrize("environment", WRONG, ids=str)
def test_a_setting_of_the_door_that_cannot_be_meant_is_refused_by_its_name(
    environment: dict[str, str],
) -> None:
    """Rather than be an open door."""
    with pytest.raises(SettingWrong, match=next(iter(environment))):
        doors_from(environment)


async def test_what_the_database_refuses_where_the_code_did_not_is_403_and_somebody_is_told(
    ledger: Ledger, database: Database
) -> None:
    """Never 500, and nothing of what was asked."""
    token = await token_of(ledger)
    owner = await asyncpg.connect(database.dsn("superuser"))
    await owner.execute("REVOKE SELECT ON register_action FROM nanduti_app")
    await owner.close()
    async with served(ledger) as port, client(port, token) as known:
        with structlog.testing.capture_logs() as logs:
            answer = await known.get("/v1/actions?q=secreto")
    problem(answer, 403, "not_allowed")
    (told,) = [one for one in logs if one["event"] == "row_refused"]
    assert (told["log_level"], told["act"]) == ("error", "register.read")
    assert "secreto" not in str(logs)
