"""Passphrases: which are good enough, and how they are kept (Argon2id).

Length decides and nothing else, after NIST SP 800-63B: no rules about digits, no expiry. Rules that stay true:
comparing a passphrase with no account takes as long as with one; two are computed at a time, outside the event
loop, and who would have to wait for many is sent away. Absent: a list of leaked passphrases, which would be
either a download or a call to the outside.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import nacl.exceptions
from msgspec import Struct
from nacl.pwhash import argon2id

from nanduti_hub.refusal import Refusal, Refused

T = TypeVar("T")

FEWEST, MOST = 14, 256
#: Waiting for the two threads: beyond it, whoever comes is told to come again; who is known has as many more.
MOST_WAITING = 30
OPERATIONS = argon2id.OPSLIMIT_INTERACTIVE
MEMORY = argon2id.MEMLIMIT_INTERACTIVE
#: What is compared with where there is no account: the hash of nothing that anybody knows.
_NOBODYS = "$argon2id$v=19$m=65536,t=2,p=1$XDcd09Yg6zO+tJHbrGOyPA$Wl4Ske0Zve8Sqn5EdfDrWREWLJWEASd0lw6LCqVBxg4"


class Hasher(Struct):
    """The two threads, and how many wait for them."""

    threads: ThreadPoolExecutor
    waiting: int = 0


def new_hasher() -> Hasher:
    """A hasher; its threads begin with the first passphrase."""
    return Hasher(ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2id"))


def check_passphrase(text: str, login: str, name: str) -> None:
    """Refuse what is too short, or what anybody would try first.

    Raises:
        Refused: `passphrase_short`, `passphrase_obvious`.

    """
    plain = _normal(text)
    if not FEWEST <= len(plain) <= MOST:
        raise Refused(Refusal("passphrase_short", {"fewest": FEWEST, "most": MOST}))
    # What is left when everything obvious is taken out must still be something.
    left = _bare(plain)
    words = {_bare(word) for word in (login, *login.split("@"), *name.split(), "nanduti")}
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 2:
            left = left.replace(word, "")
    if len(set(left)) < 4:
        raise Refused(Refusal("passphrase_obvious"))


async def hash_passphrase(hasher: Hasher, text: str) -> str:
    """What is kept of a passphrase; who chooses one has shown a link.

    Raises:
        Refused: `busy`.

    """
    return await _in_thread(hasher, 2 * MOST_WAITING, _hash, _normal(text))


async def is_passphrase(hasher: Hasher, text: str, kept: str | None, *, is_known: bool) -> bool:
    """Whether a passphrase is the one that was kept; of no account, none is, and it takes as long.

    `is_known`: asked by a device that has been let in before, for which strangers leave places in the queue.

    Raises:
        Refused: `busy`.

    """
    plain = _normal(text)
    most = 2 * MOST_WAITING if is_known else MOST_WAITING
    same = await _in_thread(hasher, most, _verify, plain[:MOST], kept or _NOBODYS)
    return same and kept is not None and len(plain) <= MOST


async def _in_thread(hasher: Hasher, most: int, work: Callable[..., T], *arguments: str) -> T:
    if hasher.waiting >= most:
        raise Refused(Refusal("busy"))
    hasher.waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(hasher.threads, work, *arguments)
    finally:
        hasher.waiting -= 1


def _hash(text: str) -> str:
    kept: bytes = argon2id.str(text.encode(), opslimit=OPERATIONS, memlimit=MEMORY)
    return kept.decode()


def _verify(text: str, kept: str) -> bool:
    try:
        return bool(argon2id.verify(kept.encode(), text.encode()))
    except nacl.exceptions.InvalidkeyError:
        return False


def _bare(text: str) -> str:
    """Letters without their marks, small."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _normal(text: str) -> str:
    """The same letters are the same bytes, whatever keyboard they come from."""
    return unicodedata.normalize("NFKC", text)
