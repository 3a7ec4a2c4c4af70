"""How an operator's own server was last asked to be set up, and what its operator runs to have it take a change.

Rule that stays true: what is said to be run asks for the very same set-up again; nothing of it, TLS least of all, is
lost by not being said again. Absent: a server of the hub's own, which needs no operator.
"""

import shlex
from pathlib import Path

import msgspec
from msgspec.structs import replace

from nanduti_hub import private_files
from nanduti_hub.relay.admission import Site
from nanduti_hub.relay.credentials import Keyring
from nanduti_hub.relay.server_config import Certificate

#: The set-up of a server of which nothing was ever said.
DEFAULT_SITE = Site("0.0.0.0", 4222, "/var/lib/nats/jetstream")  # noqa: S104  # members are on other machines


def kept_site(keyring: Keyring) -> Site | None:
    """The set-up that `bus config` was last asked for, None if it never was.

    Raises:
        msgspec.DecodeError: the file is not one of ours.

    """
    try:
        return msgspec.json.decode(_file(keyring).read_bytes(), type=Site)
    except FileNotFoundError:
        return None


def keep_site(keyring: Keyring, site: Site) -> None:
    """Keep a set-up beside the keys."""
    private_files.replace(_file(keyring), msgspec.json.encode(site))


def asked_for(
    kept: Site | None,
    listen: tuple[str, int] | None,
    store_dir: str | None,
    tls: Certificate | None,
    ca: Path | None,
    *,
    without_tls: bool,
) -> Site:
    """The set-up that is asked for: what is said, and for the rest what was asked for last."""
    site = kept or DEFAULT_SITE
    if listen is not None:
        site = replace(site, listen_host=listen[0], listen_port=listen[1])
    if store_dir is not None:
        site = replace(site, store_dir=store_dir)
    if without_tls:
        return replace(site, tls=None, ca=None)
    if tls is not None:
        site = replace(site, tls=tls)
    return site if ca is None or site.tls is None else replace(site, ca=str(ca.resolve()))


def authority(site: Site | None, given: Path | None) -> Path | None:
    """The authorities that members' contexts name; `given` are those that the hub itself goes by."""
    if site is None:
        return given
    if site.tls is None:
        return None
    return Path(site.ca) if site.ca is not None else given


def recipe(keyring: Keyring) -> list[str]:
    """The commands, each whole, that have the server take what directory and keyring say, and prove it."""
    options: list[str] = []
    try:
        site = kept_site(keyring)
    except msgspec.DecodeError:
        site = None  # `bus config` itself refuses to guess
    if site is not None:
        options = ["--listen", f"{site.listen_host}:{site.listen_port}", "--store-dir", site.store_dir]
        if site.tls is not None:
            options += ["--tls-cert", site.tls.certificate, "--tls-key", site.tls.key]
        if site.tls is not None and site.ca is not None:
            options += ["--tls-ca", site.ca]
    return [
        f"{shlex.join(['nanduti-hub', 'bus', 'config', *options])} > nats.conf.nuevo",
        "nats-server -t -c nats.conf.nuevo && mv nats.conf.nuevo nats.conf",
        "nats-server --signal reload; sleep 1; nats-server --signal reload",
        "nanduti-hub bus probe",
    ]


def _file(keyring: Keyring) -> Path:
    return keyring.directory / "site.json"
