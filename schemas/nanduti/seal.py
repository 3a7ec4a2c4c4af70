"""Sealing a dossier to the keys of the institution that receives it, and opening it there: age, with X25519.

Both happen on the members' own machines; the hub has neither content nor secret keys. Rules that stay true: what is
sealed says inside for which handoff and which receiver it is, and what says otherwise is not shown to who opens it;
nothing unfit is sealed (`htcds`); no message carries a word of a content or a secret. Absent: any proof of who sealed
it, which is in the hub's event with the file's SHA-256.

Needs the extra `seal` (pyrage) to be called, not to be imported.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from nanduti import htcds
from nanduti.public_keys import is_public_key
from nanduti.sealed_form import MOST_RECIPIENTS, NotSealed, looks_sealed
from nanduti.vocabulary import Code, RandomId, Share

#: Bytes of a dossier before it is sealed.
MOST_BYTES = 3_500_000


class Dossier(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="nanduti", tag="dossier/1"
):
    """What is sealed: whose and for whom, for which handoff, when, and the content in HTCDS's fields."""

    handoff: RandomId
    sender: Code
    receiver: Code
    share: Share
    sealed_at: datetime
    content: dict[str, Any]


class SealingError(ValueError):
    """Something cannot be sealed or opened; the text says why, in Spanish and without anything that was in it."""


class SealingAway(SealingError):
    """The package that seals is not installed."""


class UnfitContent(SealingError):
    """The content is not as it must be for this share."""

    def __init__(self, findings: Sequence[htcds.Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f"{each.path}: {each.words}" for each in findings))


class UnfitRecipients(SealingError):
    """There is no key to seal to, or one that is none."""


class WrongKey(SealingError):
    """The file is whole, as far as one can see without its key, and is sealed to others."""


class Damaged(SealingError):
    """The bytes are not those that were sealed."""


class NotADossier(SealingError):
    """It could be opened, and is no dossier of this contract."""


class NotThisHandoff(SealingError):
    """It is a dossier, but of another handoff, or for another institution."""


def new_identity() -> str:
    """A new secret key, as age writes it. It never leaves the machine that made it."""
    return str(_age().x25519.Identity.generate())


def public_key_of(identity: str) -> str:
    """The public key of a secret one.

    Raises:
        WrongKey: it is none.

    """
    return str(_identity(identity).to_public())


def seal(
    content: dict[str, Any],
    *,
    handoff: str,
    sender: str,
    receiver: str,
    share: Share,
    recipients: Sequence[str],
    at: datetime,
) -> bytes:
    """A dossier as a binary age file that the secret key of each of the recipients opens. `at` has a zone.

    Raises:
        UnfitContent, UnfitRecipients: as they say.
        NotADossier: handoff, sender or receiver is not of the contract's form.

    """
    if findings := htcds.check(content, share):
        raise UnfitContent(findings)
    keys = tuple(dict.fromkeys(recipients))
    if not keys or len(keys) > MOST_RECIPIENTS:
        raise UnfitRecipients(f"Hacen falta entre 1 y {MOST_RECIPIENTS} claves públicas.")
    for place, key in enumerate(keys, 1):
        if not is_public_key(key):
            raise UnfitRecipients(f"La clave n.º {place} no es una clave pública de age (age1...).")
    whole = {
        "nanduti": "dossier/1",
        "handoff": handoff,
        "sender": sender,
        "receiver": receiver,
        "share": share,
        "sealed_at": at.astimezone(UTC).replace(microsecond=0),
        "content": content,
    }
    try:
        dossier = msgspec.convert(whole, Dossier)
    except msgspec.ValidationError:
        raise NotADossier("La derivación o una de las instituciones no está bien escrita.") from None
    try:
        plaintext = msgspec.json.encode(dossier)
    except UnicodeEncodeError:
        raise UnfitContent([htcds.Finding("$", "Hay letras que no se pueden escribir (UTF-8).")]) from None
    if len(plaintext) > MOST_BYTES:
        raise UnfitContent([htcds.Finding("$", f"El expediente ocupa más de {MOST_BYTES} bytes.")])
    age = _age()
    sealed: bytes = age.encrypt(plaintext, [age.x25519.Recipient.from_str(key) for key in keys])
    return sealed


def open_sealed(
    ciphertext: bytes, identity: str | Sequence[str], *, handoff: str, receiver: str | None = None
) -> Dossier:
    """The dossier, by a secret key or the first of several that fits; of this handoff, and for this receiver.

    Raises:
        WrongKey, Damaged, NotADossier, NotThisHandoff: as they say.

    """
    identities = [_identity(each) for each in ([identity] if isinstance(identity, str) else identity)]
    age = _age()
    try:
        plaintext: bytes = age.decrypt(ciphertext, identities)
    except age.DecryptError as error:
        raise _why(ciphertext, str(error)) from None
    try:
        dossier = msgspec.json.decode(plaintext, type=Dossier)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # What the decoder says can name what is in it.
        raise NotADossier("El archivo se abrió, pero no contiene un expediente de Ñandutí.") from None
    if dossier.handoff != handoff:
        raise NotThisHandoff(
            "El expediente es de otra derivación: no lo use, y avise a la institución que lo envió."
        )
    if receiver is not None and dossier.receiver != receiver:
        raise NotThisHandoff(
            "El expediente fue sellado para otra institución: no lo use, y avise a la que lo envió."
        )
    return dossier


def _why(ciphertext: bytes, said: str) -> SealingError:
    form = looks_sealed(ciphertext)
    if isinstance(form, NotSealed):
        return Damaged(form.words)
    if "no matching keys" in said.lower():
        return WrongKey(
            "Ninguna de estas claves secretas abre el archivo: fue sellado para otras, o su encabezado está dañado."
        )
    return Damaged("El archivo sellado está dañado o incompleto: pida que se lo envíen de nuevo.")


def _identity(text: str) -> Any:
    age = _age()
    try:
        return age.x25519.Identity.from_str(text.strip())
    except age.IdentityError:
        raise WrongKey("Lo que se dio por clave secreta no lo es (AGE-SECRET-KEY-...).") from None


def _age() -> Any:
    try:
        import pyrage  # noqa: PLC0415  # the contract is read without it
    except ModuleNotFoundError:
        raise SealingAway("Falta el paquete para sellar: pip install 'nanduti[seal]'") from None
    return pyrage
