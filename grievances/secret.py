"""The second secret of a case, and proving that one holds it.

The secret is derived from the form's one-time key, which only that browser holds, and the server's key. So an answer
lost on a bad network is asked for again by sending the same form, while the database keeps only a slow salted hash
of the secret and a digest of the key: whoever reads the database, even with the server's key, cannot derive it.
Ten of 31 characters are about 49 bits.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.utils.crypto import salted_hmac

from core import references
from core.references import ALPHABET

LENGTH = 10
PROOF_LASTS = timedelta(minutes=30)
_SALT = "grievances.case.secret"
_PROOF_SALT = "grievances.case.proof"


class ProofExpired(Exception):
    """You waited too long. Give the reference and the secret once more."""


def secret_for(one_shot: UUID) -> str:
    """The secret that belongs to a one-time key: ``7K3M9-QX2TB``. The same key gives the same secret."""
    number = int.from_bytes(salted_hmac(_SALT, one_shot.bytes, algorithm="sha256").digest(), "big")
    characters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[place])
    text = "".join(characters)
    return f"{text[:5]}-{text[5:]}"


def normalise(text: str) -> str:
    """A secret as it was typed, in the form that is hashed."""
    compact = "".join(character for character in text.upper() if character.isalnum())[: LENGTH + 1]
    return f"{compact[:5]}-{compact[5:]}"


_ALIKE = str.maketrans("OIL", "011")


def reference_as_meant(text: str) -> str:
    """A reference as it was typed, with the check character that belongs to it where a look-alike was read."""
    reference = references.normalise(text)
    stem, _, check = reference.rpartition("-")
    if not stem:
        return reference
    right = references.check_character(stem)
    return f"{stem}-{right}" if check.translate(_ALIKE) == right.translate(_ALIKE) else reference


def digest_of(one_shot: UUID) -> bytes:
    return hashlib.sha256(one_shot.bytes).digest()


@dataclass(frozen=True, slots=True)
class Proof:
    """That somebody just gave the right secret for a case. Travels in a hidden field, signed, for half an hour."""

    reference: str
    at: datetime

    def signed(self) -> str:
        return signing.dumps([self.reference, self.at.timestamp()], salt=_PROOF_SALT)


def reference_proved(token: str, *, at: datetime) -> str:
    """The reference that a signed proof is for.

    Raises:
        ProofExpired: it is older than half an hour, or not one of ours.
    """
    try:
        reference, proved = signing.loads(token, salt=_PROOF_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise ProofExpired(ProofExpired.__doc__) from error
    if not 0 <= at.timestamp() - proved <= PROOF_LASTS.total_seconds():
        raise ProofExpired(ProofExpired.__doc__)
    return str(reference)
