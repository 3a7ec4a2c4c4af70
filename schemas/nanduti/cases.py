"""Cases as the hub tells itself of them: private events of cases, their tracks and groups.

They travel as `nanduti.v1.case.<event>` to no member at all; what members are told is in `handoffs`. Rules that
stay true: listed codes, numbers, days and random ids only, never a name, a narrative or a place narrower than a
department; everything that a state needs is in them, but ciphertext. Absent: what a dossier says.
"""

from msgspec import Struct

from nanduti.vocabulary import AgeBand, Channel, Crime, DepartmentCode, Sex


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a case decides who is competent. A case is one person."""

    crimes: tuple[Crime, ...]
    age_band: AgeBand
    sex: Sex
    department: DepartmentCode
    channel: Channel
