"""What a household told in the words of an earlier questionnaire, in those of a later one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.questionnaire.carrying import Step, carry_texts


@dataclass(frozen=True, slots=True)
class CarriedPayload:
    """The payload under the new codes; ``left`` are old codes whose answers found no place, each once."""

    payload: dict[str, Any]
    left: tuple[str, ...]


def carried(payload: Mapping[str, Any], steps: Sequence[Step]) -> CarriedPayload:
    """The same household and members, every answer carried along ``steps``."""
    household = carry_texts(payload.get("household") or {}, steps)
    members = [carry_texts(member, steps) for member in payload.get("members") or []]
    left = dict.fromkeys([*household.left, *(code for member in members for code in member.left)])
    return CarriedPayload(
        {"household": dict(household.answers), "members": [dict(member.answers) for member in members]}, tuple(left)
    )
