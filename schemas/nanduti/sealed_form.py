"""Whether bytes have the form of a sealed dossier: looked at without any key, so that no plain file is ever taken in.

The form is age's version 1, in binary, sealed to X25519 keys and nothing else: what Debian's age and pyrage write.
Rules that stay true: every byte of the header has its place, so that no sentence fits in; a payload that reads like
text is none. Absent: any proof that what is inside is a dossier, or that it can be opened at all: that takes a key.
Whoever wants to can hide some bytes in what is random to everybody else, here as in any ciphertext.
"""

import base64
import binascii
import re
from enum import StrEnum

from msgspec import Struct

#: Keys that a dossier can be sealed to.
MOST_RECIPIENTS = 50
#: Bytes of the smallest dossier before it is sealed: what goes around its content is longer already.
LEAST = 120

_VERSION = b"age-encryption.org/v1\n"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_BASE64 = rb"[A-Za-z0-9+/]{43}"
#: One key's part: the sender's share of this file's secret, and the file key wrapped with it.
_STANZA = re.compile(rb"-> X25519 (" + _BASE64 + rb")\n(" + _BASE64 + rb")\n")
#: What pyrage adds at random so that readers learn to pass over what they do not know; age adds none.
_GREASE = re.compile(
    rb"-> [\x21-\x7e]{1,9}-grease(?: [\x21-\x7e]{1,9}){0,4}\n((?:[A-Za-z0-9+/]{64}\n){0,2}[A-Za-z0-9+/]{0,63})\n"
)
_MOST_GREASE = 100
_MAC = re.compile(rb"--- (" + _BASE64 + rb")\n")
_NONCE, _TAG, _CHUNK = 16, 16, 65_536
#: Half of a ciphertext's bytes are beyond ASCII; a text, in whatever encoding, has few.
_ASCII = bytes(range(128))
_LEAST_BEYOND = 4


class Flaw(StrEnum):
    """Why bytes are no sealed dossier."""

    EMPTY = "empty"
    PLAIN = "plain"
    ARMORED = "armored"
    OTHER_KEYS = "other_keys"
    HEADER = "header"
    CUT = "cut"


#: In Spanish, for who sends it.
WORDS = {
    Flaw.EMPTY: "El archivo está vacío.",
    Flaw.PLAIN: "El archivo no está sellado: no lo envíe así.",
    Flaw.ARMORED: "El archivo está sellado como texto; hace falta el binario (sin «--armor»).",
    Flaw.OTHER_KEYS: "El archivo está cifrado con una contraseña o para claves de otra clase, no con las de la institución.",
    Flaw.HEADER: "El encabezado del archivo sellado está dañado.",
    Flaw.CUT: "El archivo sellado está incompleto.",
}


class SealedForm(Struct, frozen=True):
    """Bytes in the form of a sealed dossier, and to how many keys."""

    recipients: int


class NotSealed(Struct, frozen=True):
    """Bytes that have not that form, and why."""

    flaw: Flaw

    @property
    def words(self) -> str:
        """The same for people, in Spanish."""
        return WORDS[self.flaw]


def looks_sealed(ciphertext: bytes) -> SealedForm | NotSealed:
    """What bytes are by their form alone."""
    if not ciphertext:
        return NotSealed(Flaw.EMPTY)
    if ciphertext.startswith(_ARMOR):
        return NotSealed(Flaw.ARMORED)
    if not ciphertext.startswith(_VERSION):
        return NotSealed(Flaw.PLAIN)
    place, recipients = len(_VERSION), 0
    while stanza := _STANZA.match(ciphertext, place):
        if not all(_is_canonical(part) for part in stanza.groups()):
            return NotSealed(Flaw.HEADER)
        place, recipients = stanza.end(), recipients + 1
    if grease := _GREASE.match(ciphertext, place):
        body = grease[1].replace(b"\n", b"")
        if not _is_canonical(body) or len(body) * 3 // 4 > _MOST_GREASE:
            return NotSealed(Flaw.HEADER)
        place = grease.end()
    mac = _MAC.match(ciphertext, place)
    if mac is None:
        is_other = ciphertext.startswith(b"-> ", place) and not ciphertext.startswith(b"-> X25519 ", place)
        if len(ciphertext) < place + 50 and not is_other:
            return NotSealed(Flaw.CUT)
        return NotSealed(Flaw.OTHER_KEYS if is_other else Flaw.HEADER)
    if not 1 <= recipients <= MOST_RECIPIENTS or not _is_canonical(mac[1]):
        return NotSealed(Flaw.HEADER)
    return _of_payload(ciphertext[mac.end() :]) or SealedForm(recipients)


def _of_payload(payload: bytes) -> NotSealed | None:
    # Each chunk has its tag, and the last one holds something.
    last = (len(payload) - _NONCE) % (_CHUNK + _TAG)
    if len(payload) < _NONCE + LEAST + _TAG or 0 < last <= _TAG:
        return NotSealed(Flaw.CUT)
    if len(payload.translate(None, _ASCII)) * _LEAST_BEYOND < len(payload):
        return NotSealed(Flaw.PLAIN)
    return None


def _is_canonical(text: bytes) -> bool:
    """Whether unpadded Base64 is the one that its bytes have: the last letter carries no bits of its own."""
    try:
        told = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return False
    return base64.b64encode(told).rstrip(b"=") == text
