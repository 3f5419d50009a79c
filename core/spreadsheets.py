"""Texts that a spreadsheet does not take for formulas. Pure: no Django.

Source: OWASP, CSV injection.
"""

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch


def guarded(text: str) -> str:
    """The text with a mark that keeps a spreadsheet from taking it for a formula; plain numbers need none."""
    return f"'{text}" if text.startswith(_FORMULA) and not _PLAIN_NUMBER(text) else text


def unguarded(text: str) -> str:
    """What ``guarded`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
