"""What an installation on the ministry's own servers is told, by environment variables.

A secret can be given as a file instead: `NANDUTI_APP_DSN_FILE` holds what `NANDUTI_APP_DSN` would.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


class SettingMissing(RuntimeError):
    """A setting that has no default was not given."""


class Settings(Struct, frozen=True, kw_only=True):
    """Where the servers are and what this installation is called.

    `keys` is the directory of the bus's seeds, `state` that of the file of the last acknowledged number.
    """

    app_dsn: str
    worker_dsn: str
    nats_url: str
    keys: Path
    state: Path
    source: str
    host: str = "127.0.0.1"
    port: int = 8000


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of `nanduti-hub serve`.

    Raises:
        SettingMissing: names the variable.

    """

    def read(name: str, default: str | None = None) -> str:
        if path := environment.get(f"{name}_FILE"):
            return Path(path).read_text("utf-8").strip()
        value = environment.get(name, default)
        if value is None:
            raise SettingMissing(f"Falta la variable {name} (o {name}_FILE).")
        return value

    return Settings(
        app_dsn=read("NANDUTI_APP_DSN"),
        worker_dsn=read("NANDUTI_WORKER_DSN"),
        nats_url=read("NANDUTI_NATS_URL"),
        keys=Path(read("NANDUTI_KEYS")),
        state=Path(read("NANDUTI_STATE")),
        source=read("NANDUTI_SOURCE"),
        host=read("NANDUTI_HOST", "127.0.0.1"),
        port=int(read("NANDUTI_PORT", "8000")),
    )
