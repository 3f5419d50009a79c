"""What a check found, in words. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the household; a warning or a possible duplicate sends it to a person."""

    ERROR = "error"
    WARNING = "warning"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding.

    ``path`` names what it is about: ``household/rooms``, ``persons/2/birth_date`` (the second member). ``location``
    says where it stands in a file, and is empty where there was none: ``persons.csv, row 34, column birth_date``.
    """

    code: str
    severity: Severity
    path: str
    message: str
    location: str = ""

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message
