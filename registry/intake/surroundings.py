"""What households are read against, taken from the database: places, notices, the questionnaire in force."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone

from core import pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Area
from registry import questionnaire
from registry.intake.identity import formats
from registry.intake.reading import Place, Surroundings
from registry.models import PrivacyNotice, QuestionnaireVersion


class NoQuestionnaire(Exception):
    """No questionnaire is published yet: load the country pack first."""


def published() -> QuestionnaireVersion:
    """The version in force.

    Raises:
        NoQuestionnaire: there is none.
    """
    # Its content is large, and read once a process.
    in_force = QuestionnaireVersion.objects.filter(status=QuestionnaireVersion.Status.PUBLISHED)
    version = in_force.defer("content").first()
    if version is None:
        raise NoQuestionnaire("No questionnaire is published yet: load the country pack first.")
    return version


@lru_cache(maxsize=8)
def _read(version_id: int, digest: str) -> questionnaire.Questionnaire:
    return questionnaire.read(QuestionnaireVersion.objects.get(pk=version_id).content)


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
    areas = Area.objects.filter(level=Area.Level.VILLAGE)
    if area_codes is not None:
        areas = areas.filter(code__in=list(area_codes))
    about = pack.about()
    return Surroundings(
        questionnaire=questionnaire_of(version),
        formats=formats(about),
        places={
            code: Place(pk, district_id, actor.may_in(permission, area_path=path))
            for pk, code, path, district_id in areas.values_list("id", "code", "path", "district_id")
            if district_id is not None
        },
        notices=_notices(timezone.localdate(at)),
        today=timezone.localdate(at),
        adult_from=int(about["ages"]["adult_from"]),
        photos=frozenset(photos),
    )


def _notices(today: date) -> dict[str, int]:
    """The texts that may have been read out by today: published, and begun."""
    begun = PrivacyNotice.objects.filter(status=PrivacyNotice.Status.PUBLISHED, in_force_from__lte=today)
    return dict(begun.values_list("version", "id"))
