"""National IDs and telephone numbers as the country pack writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_MOST_ZEROS = 4


@dataclass(frozen=True)
class NumberFormat:
    """How one kind of number is normalised and what it looks like then. Leading zeros are kept: it is text."""

    mask: str
    hint: str
    strip: str = " -./"
    upper: bool = True

    @cached_property
    def _matches(self) -> Any:
        return re.compile(self.mask).fullmatch

    @cached_property
    def _dropped(self) -> dict[int, None]:
        return {ord(character): None for character in self.strip}

    def normalise(self, text: str) -> str:
        """The number without what people put between its digits. Doing it twice changes nothing."""
        bare = text.translate(self._dropped)
        if not self.upper or bare.isascii():
            return bare.upper() if self.upper else bare
        # Changing the case of a letter may bring forth another (the German sharp s), so only ASCII is changed.
        return "".join(c.upper() if c.isascii() else c for c in bare)

    def fits(self, normal: str) -> bool:
        return self._matches(normal) is not None and normal.isascii()

    def zeros_lost(self, normal: str) -> int:
        """How many leading zeros would make it fit, as a spreadsheet drops them from a number; 0 if none would."""
        if not (normal.isascii() and normal.isdigit()):
            return 0
        return next((n for n in range(1, _MOST_ZEROS + 1) if self.fits("0" * n + normal)), 0)


@dataclass(frozen=True, slots=True)
class NumberFormats:
    """The country's formats."""

    national_id: NumberFormat
    phone: NumberFormat
    country_code: str
    interim_prefix: str

    def normal_phone(self, text: str) -> str:
        """A telephone number without the country's own code."""
        bare = self.phone.normalise(text)
        for prefix in (self.country_code, "00" + self.country_code.lstrip("+")):
            if prefix and bare.startswith(prefix):
                return bare[len(prefix) :]
        return bare


def formats(pack: Mapping[str, Any]) -> NumberFormats:
    """The formats that ``pack.yaml`` sets."""
    ids, phone = pack["national_id"], pack["phone"]
    normalise = ids.get("normalise") or {}
    return NumberFormats(
        national_id=NumberFormat(
            mask=ids["mask"],
            hint=ids["mask_hint"]["en"],
            strip=normalise.get("strip", " -./"),
            upper=bool(normalise.get("upper", True)),
        ),
        phone=NumberFormat(mask=phone["mask"], hint=phone["mask_hint"]["en"], strip=" -./()", upper=False),
        country_code=phone["country_code"],
        interim_prefix=ids["interim_prefix"],
    )
