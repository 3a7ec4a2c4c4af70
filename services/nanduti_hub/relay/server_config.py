"""The nats-server's configuration: one account for the hub, one for each member, and what crosses between.

Rules that stay true: LEDGER's API is open to nobody but the hub; no account holds both LEDGER and a member's
user (a reply subject or a push consumer writes past permissions); the hub's account imports nothing; a
member publishes nothing but requests about its own three streams. What it can do beside, by naming its own
account's API as the place for an answer that has no body, is to delete its own copies, which the hub makes again.
Absent: keys' secrets, files, reloading.
"""

import json
from collections.abc import Iterator, Sequence

from msgspec import Struct

from nanduti_hub.relay.streams import (
    COPIES,
    HUB_API,
    KV_ACTIONS,
    LEDGER,
    MAX_CONSUMERS,
    OUT_REGISTER,
    Member,
    account,
    delivery_subject,
    origin,
    staging_of,
)

API = "$JS.API"


class PublicKeys(Struct, frozen=True, kw_only=True):
    """Public nkeys of the users. `keepers` and `members` are by member code: the hub's own key in each
    member's account, and the member's.
    """

    sys: str
    keeper: str
    relay: str
    keepers: dict[str, str]
    members: dict[str, str]


class Certificate(Struct, frozen=True):
    """The files of the server's certificate and its key, on the server's own machine."""

    certificate: str
    key: str


def server_config(
    *,
    listen_host: str,
    listen_port: int,
    store_dir: str,
    members: Sequence[Member],
    keys: PublicKeys,
    server_name: str = "nanduti",
    hub_max_file: str = "20G",
    member_max_file: str = "2G",
    tls: Certificate | None = None,
) -> str:
    """Write the configuration of one nats-server 2.15 or later. The same arguments give the same text.

    A member that `keys` has no key of keeps its account and its copies, and nobody is let in. A new account's
    imports work only after a second reload of the same text; `keeper` waits for them.
    """
    accounts = "\n".join(_member_account(member, keys, member_max_file) for member in members)
    return f"""listen: {json.dumps(f"{listen_host}:{listen_port}")}
server_name: {json.dumps(server_name)}
max_payload: 1M
{_tls(tls)}# The second form of acknowledgement subjects breaks nats-py 2.16, and its default is to change.
feature_flags {{ js_ack_fc_v2: false }}
jetstream {{
  store_dir: {json.dumps(store_dir)}
  # An acknowledged event is on the disk; the default would be so up to two minutes later.
  sync_interval: always
  max_file: 100G
  max_mem: 64M
}}
system_account: SYS
accounts {{
  SYS {{ users: [ {{ nkey: {keys.sys} }} ] }}
  HUB {{
    jetstream: {{ max_file: {hub_max_file}, max_mem: 0 }}
    users: [
      {{ nkey: {keys.keeper}, permissions: {{ publish: {{ deny: ["nanduti.>"] }} }} }}
      {{ nkey: {keys.relay}, permissions: {{
          publish: {{ allow: {json.dumps(list(_relay_subjects()))} }},
          subscribe: {{ allow: ["_INBOX.>"] }} }} }}
    ]
    exports: {_listed(_exports(members))}
  }}
{accounts}
}}
"""


def _tls(tls: Certificate | None) -> str:
    if tls is None:
        return ""
    # The handshake may come first, so that a client can refuse to say a word in the clear.
    return f"""tls {{
  cert_file: {json.dumps(tls.certificate)}
  key_file: {json.dumps(tls.key)}
  handshake_first: auto
}}
"""


def _member_account(member: Member, keys: PublicKeys, max_file: str) -> str:
    member_user = (
        f"{{ nkey: {keys.members[member.code]}, permissions: {{\n"
        f"          publish: {{ allow: {json.dumps(list(_member_subjects()))} }},\n"
        f'          subscribe: {{ allow: ["_INBOX.>"] }} }} }}'
        if member.code in keys.members
        else ""
    )
    return f"""  {account(member)} {{
    jetstream: {{ max_mem: 0, max_file: {max_file}, max_streams: {len(COPIES)}, max_consumers: {MAX_CONSUMERS}, max_ack_pending: 1000 }}
    limits: {{ max_connections: 8, max_subscriptions: 100, max_payload: 64K, max_leafnodes: 0 }}
    users: [
      {{ nkey: {keys.keepers[member.code]} }}  # the hub's own key here: it makes the copies
      {member_user}
    ]
    imports: {_listed(_imports(member))}
  }}"""


def _relay_subjects() -> Iterator[str]:
    yield "nanduti.v1.>"
    yield f"{API}.INFO"
    for call in ("STREAM.INFO", "STREAM.MSG.GET"):
        yield f"{API}.{call}.{LEDGER}"


def _member_subjects() -> Iterator[str]:
    for call in ("INFO", "STREAM.NAMES", "STREAM.LIST"):
        yield f"{API}.{call}"
    for name in COPIES:
        for call in ("STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET"):
            yield f"{API}.{call}.{name}"
        yield f"{API}.DIRECT.GET.{name}.>"
        yield f"{API}.CONSUMER.CREATE.{name}"
        yield f"{API}.CONSUMER.CREATE.{name}.>"
        for call in ("CONSUMER.NAMES", "CONSUMER.LIST"):
            yield f"{API}.{call}.{name}"
        for call in ("DURABLE.CREATE", "DELETE", "INFO", "MSG.NEXT"):
            yield f"{API}.CONSUMER.{call}.{name}.*"
        # Acknowledgements and flow control have a second form, with domain and account first.
        for kind in ("ACK", "FC"):
            yield f"$JS.{kind}.{name}.>"
            yield f"$JS.{kind}.*.*.{name}.>"


def _crossing(stream: str) -> Iterator[str]:
    """What a mirror of `stream` in another account needs of the hub. Without the flow control subjects all
    is well in a small test, and a copy stalls at about 1,000 messages.
    """
    yield f"{API}.CONSUMER.CREATE.{stream}"
    yield f"$JS.FC.{stream}.>"
    yield f"$JS.FC.*.*.{stream}.>"


def _exports(members: Sequence[Member]) -> Iterator[str]:
    everyone = ", ".join(account(member) for member in members)
    # An empty list of accounts would export to all of them.
    for stream in (OUT_REGISTER, KV_ACTIONS) if members else ():
        for subject in _crossing(stream):
            yield f'{{ service: "{subject}", accounts: [{everyone}] }}'
    for member in members:
        for subject in _crossing(staging_of(member)):
            yield f'{{ service: "{subject}", accounts: [{account(member)}] }}'
        yield f'{{ stream: "{delivery_subject(member)}.>", accounts: [{account(member)}] }}'


def _imports(member: Member) -> Iterator[str]:
    for copy in COPIES:
        create, *flow = _crossing(origin(copy, member))
        to = create.replace(API, HUB_API, 1)
        yield f'{{ service: {{ account: HUB, subject: "{create}" }}, to: "{to}" }}'
        for subject in flow:
            yield f'{{ service: {{ account: HUB, subject: "{subject}" }} }}'
    yield f'{{ stream: {{ account: HUB, subject: "{delivery_subject(member)}.>" }} }}'


def _listed(lines: Iterator[str]) -> str:
    return "[\n      " + "\n      ".join(lines) + "\n    ]"
