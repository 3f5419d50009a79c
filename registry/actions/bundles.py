"""Bundles of households from partner systems: through the one pipeline, once for each key."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from core import audit, statements
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.actions import repeats
from registry.api.decoding import pointer
from registry.intake import pipeline, surroundings
from registry.intake.numbers import array
from registry.intake.reading import Reader
from registry.intake.staging import Arrival, Arrived
from registry.models import Submission

_TOLD = """
SELECT s.id, s.uuid, s.status, h.reference, i.code, i.severity, i.path, i.message
FROM registry_submission s LEFT JOIN registry_household h ON h.id = s.household_id
LEFT JOIN registry_submissionissue i ON i.submission_id = s.id
WHERE s.id = ANY(%(ids)s) ORDER BY s.id, i.id
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of each household, in the order of the bundle; ``repeat``: it was answered before."""

    results: list[dict[str, Any]]
    repeat: bool = False


def receive(*, key: UUID, body: bytes, payloads: Sequence[Mapping[str, Any]], actor: Actor, at: datetime) -> Answered:
    """Take in some households in one transaction: each is accepted, waits for review, or is refused for itself.

    ``payloads`` is what ``body`` says, as the pipeline takes it. The same key with the same body is answered as before
    and changes nothing. The number of statements does not depend on the number of households.

    Raises:
        NotPermitted: the actor may not register households.
        KeyUsedOtherwise: the key came with another body.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    with acting(actor=actor, at=at, few_rows=len(payloads) == 1):
        if known := repeats.kept(key=key, body=body, actor=actor):
            return Answered(known["results"], repeat=True)
        version = surroundings.published()
        codes = {str(one["household"].get("area_code", "")).strip() for one in payloads}
        around = surroundings.load(
            version=version, actor=actor, permission=Permission.REGISTRY_REGISTER, at=at, area_codes=codes
        )
        reader, namespace = Reader(around), uuid5(key, str(actor.user_id))
        arrived = [Arrived(reader.read(one), uuid5(namespace, str(n))) for n, one in enumerate(payloads)]
        arrival = Arrival(
            door=Submission.Door.API,
            batch_id=None,
            questionnaire_id=version.pk,
            submitted_by_id=actor.user_id,
            at=at,
        )
        taken = pipeline.take_in(arrived=arrived, arrival=arrival, around=around)
        results = _results(taken.ids)
        repeats.keep(key=key, body=body, answer={"results": results}, actor=actor, at=at)
        audit.record(
            "bundle.receive",
            subject_type="submission",
            subject_id=taken.ids[0],
            details={"key": str(key), "first": taken.ids[0], "last": taken.ids[-1], **taken.counts},
            digest=hashlib.sha256("\n".join(f"{one.uuid}" for one in arrived).encode()).digest(),
        )
    return Answered(results)


def _results(ids: Sequence[int]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    place = {pk: index for index, pk in enumerate(ids)}
    for pk, uuid, status, reference, code, severity, path, message in statements.look_up(_TOLD, {"ids": array(ids)}):
        told = {"submission": str(uuid), "status": status, "reference": reference, "issues": []}
        issues = found.setdefault(pk, told)["issues"]
        if code is not None:
            issues.append({"code": code, "severity": severity, "pointer": pointer(place[pk], path), "message": message})
    return [found[pk] for pk in ids]
