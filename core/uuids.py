"""Numbers that nobody else gives (UUIDs of version 7), drawn together for set-based work. Pure: no database.

The database draws one by one (``core_uuid7``), and asks the system for random bytes each time.
"""

import secrets
from datetime import datetime

LENGTH = 16


def draw(count: int, at: datetime) -> bytes:
    """That many fresh UUIDs of a moment, one after the other: its milliseconds, and 74 random bits (RFC 9562)."""
    moment = int(at.timestamp() * 1000).to_bytes(6)
    drawn = bytearray(secrets.token_bytes(LENGTH * count))
    drawn[6::LENGTH] = bytes(0x70 | byte & 0x0F for byte in drawn[6::LENGTH])
    drawn[8::LENGTH] = bytes(0x80 | byte & 0x3F for byte in drawn[8::LENGTH])
    for place, byte in enumerate(moment):
        drawn[place::LENGTH] = bytes([byte]) * count
    return bytes(drawn)
