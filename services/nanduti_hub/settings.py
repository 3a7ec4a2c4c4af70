"""What an installation on the ministry's own servers is told, by environment variables.

A secret can be given as a file instead: `NANDUTI_APP_DSN_FILE` holds what `NANDUTI_APP_DSN` would.
"""

import functools
import ipaddress
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct


class SettingMissing(RuntimeError):
    """A setting that has no default was not given."""


class SettingWrong(SettingMissing):
    """A setting was given, and cannot be what is meant. Caught wherever a missing one is."""


class OidcSettings(Struct, frozen=True, kw_only=True):
    """The identity provider of the ministry's own, where there is one.

    Browser sign-in needs `client_id`, bearer tokens need `audience`; either may be empty. `claims` is the file
    of rules. `timeout` is for one answer of the provider, `leeway` for clocks that differ; both in seconds.
    """

    issuer: str
    claims: Path
    client_id: str = ""
    client_secret: str = ""
    audience: str = ""
    redirect_uri: str = ""
    name_claim: str = "preferred_username"
    scopes: str = "openid profile"
    ca: str = ""
    timeout: float = 5.0
    leeway: int = 60

    def __repr__(self) -> str:
        """Without the secret."""
        return (
            f"OidcSettings(issuer={self.issuer!r}, client_id={self.client_id!r}, audience={self.audience!r})"
        )


class Settings(Struct, frozen=True, kw_only=True):
    """Where the servers are and what this installation is called.

    `keys` is the directory of the bus's seeds, `state` that of the file of the last acknowledged number. `url` is
    where people find the hub (links and redirects begin with it), without a slash at its end. `proxies` are the
    addresses of the reverse proxies that are believed about who calls. With `tls_cert` and `tls_key` the API
    speaks TLS itself. `requests_per_second` is for one caller, for as long as it likes.
    """

    app_dsn: str
    worker_dsn: str
    nats_url: str
    keys: Path
    state: Path
    source: str
    host: str = "127.0.0.1"
    port: int = 8000
    nats_ca: Path | None = None
    proxies: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    requests_per_second: float = 100.0
    url: str = ""
    oidc: OidcSettings | None = None

    def __repr__(self) -> str:
        """Without the passwords."""
        return f"Settings(source={self.source!r}, host={self.host!r}, port={self.port})"

    @property
    def scheme(self) -> str:
        """How the API itself is spoken to."""
        return "https" if self.tls_cert else "http"

    def listening_at(self, port: int) -> str:
        """The address of the API itself, as somebody on this machine opens it."""
        host = "localhost" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  # it is compared with
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of `nanduti-hub serve`.

    Raises:
        SettingMissing: names the variable; `SettingWrong` where it cannot be what it says.

    """

    read = functools.partial(_read, environment)
    return Settings(
        app_dsn=read("NANDUTI_APP_DSN"),
        worker_dsn=read("NANDUTI_WORKER_DSN"),
        nats_url=read("NANDUTI_NATS_URL"),
        keys=Path(read("NANDUTI_KEYS")),
        state=Path(read("NANDUTI_STATE")),
        source=read("NANDUTI_SOURCE"),
        host=read("NANDUTI_HOST", "127.0.0.1"),
        port=int(read("NANDUTI_PORT", "8000")),
        nats_ca=Path(ca) if (ca := environment.get("NANDUTI_NATS_CA")) else None,
        **doors_from(environment),
    )


def _read(environment: Mapping[str, str], name: str, default: str | None = None) -> str:
    if path := environment.get(f"{name}_FILE"):
        return Path(path).read_text("utf-8").strip()
    value = environment.get(name, default)
    if value is None:
        raise SettingMissing(f"Falta la variable {name} (o {name}_FILE).")
    return value


def doors_from(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What is said of the API's door, for `up` too: where people find it, the identity provider, proxies, TLS, and
    how often one caller may ask.

    Raises:
        SettingMissing: names the variable; `SettingWrong` where it cannot be what it says.

    """
    read = functools.partial(_read, environment)
    url = read("NANDUTI_URL", "").rstrip("/")
    proxies = ",".join(
        part.strip() for part in environment.get("NANDUTI_PROXIES", "").split(",") if part.strip()
    )
    cert, key = environment.get("NANDUTI_TLS_CERT"), environment.get("NANDUTI_TLS_KEY")
    if bool(cert) != bool(key):
        raise SettingWrong("NANDUTI_TLS_CERT y NANDUTI_TLS_KEY van juntas.")
    try:
        for part in proxies.split(",") if proxies else ():
            ipaddress.ip_network(part)
    except ValueError as error:
        raise SettingWrong(
            "NANDUTI_PROXIES debe ser una lista de direcciones IP o redes (10.0.0.5,10.1.0.0/16), sin nombres ni «*»."
        ) from error
    try:
        often = float(environment.get("NANDUTI_REQUESTS_PER_SECOND", "100"))
    except ValueError:
        often = 0.0
    if not often > 0:
        raise SettingWrong("NANDUTI_REQUESTS_PER_SECOND debe ser un número mayor que cero.")
    return {
        "proxies": proxies,
        "tls_cert": Path(cert) if cert else None,
        "tls_key": Path(key) if key else None,
        "requests_per_second": often,
        "url": url,
        "oidc": _oidc(read, url),
    }


def _oidc(read: Callable[..., str], url: str) -> OidcSettings | None:
    """The identity provider's settings, if one is named."""
    if not (issuer := read("NANDUTI_OIDC_ISSUER", "")):
        return None
    client_id, audience = read("NANDUTI_OIDC_CLIENT_ID", ""), read("NANDUTI_OIDC_AUDIENCE", "")
    if not is_safe_address(issuer):
        raise SettingWrong(
            "NANDUTI_OIDC_ISSUER debe empezar con https:// (http:// solo en esta misma máquina)."
        )
    if not client_id and not audience:
        raise SettingWrong(
            "Con NANDUTI_OIDC_ISSUER hace falta NANDUTI_OIDC_CLIENT_ID (ingreso con el navegador), "
            "NANDUTI_OIDC_AUDIENCE (tokens de sistemas), o ambas."
        )
    if client_id == audience:
        # Else an ID token, which the provider makes for the browser's sign-in, would do as an access token.
        raise SettingWrong("NANDUTI_OIDC_AUDIENCE debe ser otra que NANDUTI_OIDC_CLIENT_ID.")
    if client_id and not url:
        raise SettingWrong(
            "Con NANDUTI_OIDC_CLIENT_ID hace falta NANDUTI_URL, la dirección pública del centro."
        )
    return OidcSettings(
        issuer=issuer,
        claims=Path(read("NANDUTI_OIDC_CLAIMS")),
        client_id=client_id,
        client_secret=read("NANDUTI_OIDC_CLIENT_SECRET", ""),
        audience=audience,
        redirect_uri=f"{url}/v1/session/oidc/callback",
        name_claim=read("NANDUTI_OIDC_NAME_CLAIM", "preferred_username"),
        scopes=read("NANDUTI_OIDC_SCOPES", "openid profile"),
        ca=read("NANDUTI_OIDC_CA", ""),
    )


def is_safe_address(url: str) -> bool:
    """Whether nobody on the way reads or changes what goes there: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in {"localhost", "127.0.0.1", "::1"})
    )
