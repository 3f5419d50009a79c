"""What households are read against, taken from the database: places, notices, the questionnaire in force."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from core import pack, statements
from core.access.actor import Actor
from core.access.permissions import Permission
from registry import questionnaire
from registry.intake.identity import formats
from registry.intake.reading import Place, Surroundings
from registry.models import QuestionnaireVersion

# Its content is large, and read once a process.
_PUBLISHED = "SELECT id, code, status, digest FROM registry_questionnaireversion WHERE status = 'published'"
_CONTENT = "SELECT content::text FROM registry_questionnaireversion WHERE id = %(version)s"
# Villages, and the texts that may have been read out by today: published, and begun.
_AROUND = """
SELECT id, code, path, district_id FROM core_area WHERE level = 'village' AND district_id IS NOT NULL{of_codes}
UNION ALL
SELECT id, version, NULL, NULL FROM registry_privacynotice WHERE status = 'published' AND in_force_from <= %(today)s
"""
_OF_ALL = _AROUND.format(of_codes="")
_OF_SOME = _AROUND.format(of_codes=" AND code = ANY(%(codes)s)")


class NoQuestionnaire(Exception):
    """No questionnaire is published yet: load the country pack first."""


def published() -> QuestionnaireVersion:
    """The version in force.

    Raises:
        NoQuestionnaire: there is none.
    """
    for row in statements.look_up(_PUBLISHED, {}):
        return QuestionnaireVersion.from_db(DEFAULT_DB_ALIAS, ("id", "code", "status", "digest"), row)
    raise NoQuestionnaire("No questionnaire is published yet: load the country pack first.")


@lru_cache(maxsize=8)
def _read(version_id: int, digest: str) -> questionnaire.Questionnaire:
    ((content,),) = statements.look_up(_CONTENT, {"version": version_id})
    return questionnaire.read(json.loads(content))


def questionnaire_of(version: QuestionnaireVersion) -> questionnaire.Questionnaire:
    """A version as typed data; read once a process, since a published one never changes."""
    return _read(version.pk, version.digest)


def load(
    *,
    version: QuestionnaireVersion,
    actor: Actor,
    permission: Permission,
    at: datetime,
    area_codes: Collection[str] | None = None,
    photos: Collection[str] = (),
) -> Surroundings:
    """Everything that reading needs; with ``area_codes`` only those places are fetched.

    ``photos`` are the numbers of the photographs that came along: no answer names another.
    """
    about, today = pack.about(), timezone.localdate(at)
    with statements.cursor() as cursor:
        cursor.execute(_OF_ALL if area_codes is None else _OF_SOME, {"codes": list(area_codes or ()), "today": today})
        found = cursor.fetchall()
    return Surroundings(
        questionnaire=questionnaire_of(version),
        formats=formats(about),
        places={
            code: Place(pk, district_id, actor.may_in(permission, area_path=path))
            for pk, code, path, district_id in found
            if path is not None
        },
        notices={version: pk for pk, version, path, _district_id in found if path is None},
        today=today,
        adult_from=int(about["ages"]["adult_from"]),
        photos=frozenset(photos),
    )
