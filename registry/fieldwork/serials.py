"""Serial numbers of paper forms: ``PF-00000123-X``, eight digits and an ISO 7064 MOD 37,36 check character. Pure.

Source: ISO 7064, the check character of the house's references.
"""

from __future__ import annotations

from core.references import check_character

PREFIX, DIGITS = "PF", 8
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


class NotASerial(Exception):
    """This is no serial number of a paper form: look at each character again. It is printed like PF-00000123-X."""


def serial(number: int) -> str:
    """The serial number of the form of this number (from 1)."""
    stem = f"{PREFIX}-{number:0{DIGITS}d}"
    return f"{stem}-{check_character(stem)}"


def read(text: str) -> str:
    """A serial number as it is kept, from what a person typed: any case, blanks and hyphens, letters for like digits.

    Raises:
        NotASerial: it is none, or a character is wrong.
    """
    compact = "".join(character for character in text.upper() if character.isalnum())
    digits = compact.removeprefix(PREFIX)[:-1].translate(_ALIKE)
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS and int(digits)):
        raise NotASerial(NotASerial.__doc__)
    found = serial(int(digits))
    if found[-1] != compact[-1]:
        raise NotASerial(NotASerial.__doc__)
    return found


def number(text: str) -> int:
    """The number of a serial number as a person typed it.

    Raises:
        NotASerial: it is none.
    """
    return int(read(text).split("-")[1])
