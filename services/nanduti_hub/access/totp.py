"""The second factor: six digits every thirty seconds (RFC 6238), one step early or late.

Which step a code belongs to is told here; that no step is used twice is the database's business. The clock is
an argument.
"""

import hmac
import io

import pyotp
import segno

STEP = 30
ISSUER = "Ñandutí"
#: What is compared with where there is no account.
NOBODYS = "A" * 32


def new_secret() -> str:
    """A new secret, as a person would type it in: 160 bits in base32."""
    return pyotp.random_base32()


def uri_of(secret: str, account: str) -> str:
    """What an authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: float) -> int | None:
    """The step that a code belongs to, if it is one of the three that count now."""
    totp = pyotp.TOTP(secret)
    current = int(now) // STEP
    found = None
    # All three are compared, whichever it is.
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def picture_of(uri: str) -> str:
    """The URI as a QR code: SVG, to be put into a page."""
    out = io.BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False, nl=False)
    return out.getvalue().decode()
