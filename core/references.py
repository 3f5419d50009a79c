"""References shown to people: no meaning, a check character, and not to be guessed. Pure: no database.

``HH-7K3M9QX2TB-4``: a prefix, ten random characters without look-alikes, and an ISO 7064 MOD 37,36 check character.
The database makes the same with ``core_reference(prefix)`` for set-based work.
"""

import secrets
import string

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY = 10

_NUMERALS = string.digits + string.ascii_uppercase
_LEFT_OUT = bytes(range(256 // len(ALPHABET) * len(ALPHABET), 256))
_LETTERS = bytes(ord(ALPHABET[number % len(ALPHABET)]) for number in range(256))
# ISO 7064 MOD 37,36: what the sum becomes with the next character.
_STEPS = [
    {character: ((total + worth - 1) % 36 + 1) * 2 % 37 for worth, character in enumerate(_NUMERALS)}
    for total in range(37)
]


def new(prefix: str) -> str:
    """A fresh reference: about 49 bits from the system's source of randomness."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY))
    return f"{prefix}-{body}-{mod_37_36.calc_check_digit(prefix + body)}"


def draw(prefix: str, count: int) -> str:
    """That many fresh references without prefix and hyphens, one after the other: ``BODY`` characters and the check.

    For set-based work: a thousand at once cost a tenth of what ``core_reference`` takes.
    """
    bodies = ""
    while len(bodies) < count * BODY:
        # Bytes beyond a multiple of 31 are left out, so that all characters are equally likely.
        bodies += secrets.token_bytes(count * BODY + 64).translate(_LETTERS, _LEFT_OUT).decode("ascii")
    start = 36
    for character in prefix:
        start = _STEPS[start][character]
    drawn = []
    for place in range(0, count * BODY, BODY):
        body = bodies[place : place + BODY]
        total = start
        for character in body:
            total = _STEPS[total][character]
        drawn.append(body + _NUMERALS[(37 - total) % 36])
    return "".join(drawn)


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
