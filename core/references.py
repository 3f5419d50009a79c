"""References shown to people: no meaning, a check character, and not to be guessed. Pure: no database.

``HH-7K3M9QX2TB-4``: a prefix, ten random characters without look-alikes, and an ISO 7064 MOD 37,36 check character.
The database makes the same with ``core_reference(prefix)`` for set-based work.
"""

import secrets

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY = 10


def new(prefix: str) -> str:
    """A fresh reference: about 49 bits from the system's source of randomness."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY))
    return f"{prefix}-{body}-{mod_37_36.calc_check_digit(prefix + body)}"


def check_character(stem: str) -> str:
    """The check character that belongs to a reference without it: ``GR-7K3M9QX2TB``."""
    return str(mod_37_36.calc_check_digit(stem.replace("-", "")))


def is_valid(text: str) -> bool:
    """Whether a reference, as typed by a person, has the right check character."""
    try:
        prefix, body, check = normalise(text).split("-")
        mod_37_36.validate(prefix + body + check)
    except (ValidationError, ValueError):
        return False
    return bool(body)


def normalise(text: str) -> str:
    """A reference as it is stored, from what a person typed: any case, blanks or hyphens, O for 0 left to the check.

    Returns the text in capitals without blanks when it cannot be a reference.
    """
    compact = "".join(character for character in text.upper() if character.isalnum())
    if len(compact) == 2 + BODY + 1:
        return f"{compact[:2]}-{compact[2:-1]}-{compact[-1]}"
    return compact
