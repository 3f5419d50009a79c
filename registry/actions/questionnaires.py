"""Publishing what is asked: questionnaire versions and privacy notices."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from registry import questionnaire
from registry.models import PrivacyNotice, QuestionnaireVersion


class PublishedVersionDiffers(Exception):
    """A published questionnaire version never changes: give the changed one a new version."""


def publish(*, content: Mapping[str, Any], actor: Actor, at: datetime) -> QuestionnaireVersion:
    """Publish a questionnaire version; the one in force until now retires. A repeat writes nothing.

    Raises:
        NotPermitted: the actor may not keep rules.
        QuestionnaireError: the version contradicts itself.
        PublishedVersionDiffers: this version is published with other content.
    """
    actor.require(Permission.ELIGIBILITY_MANAGE_RULES)
    read = questionnaire.read(content)
    digest = questionnaire.digest_of(content)
    with acting(actor=actor, at=at):
        versions = QuestionnaireVersion.objects.select_for_update(of=("self",)).order_by("id")
        if known := versions.filter(code=read.code).first():
            if known.digest != digest:
                raise PublishedVersionDiffers(
                    f"The questionnaire version {read.code} is published with other content; "
                    "a published version never changes, so give the changed one a new version."
                )
            return known
        versions.filter(status=QuestionnaireVersion.Status.PUBLISHED).update(status=QuestionnaireVersion.Status.RETIRED)
        version = QuestionnaireVersion.objects.create(
            code=read.code,
            content=dict(content),
            digest=digest,
            status=QuestionnaireVersion.Status.PUBLISHED,
            published_at=at,
        )
        audit.record(
            "questionnaire.publish",
            subject_type="questionnaire_version",
            subject_id=version.pk,
            details={"code": read.code, "digest": digest},
        )
    return version


class NoticeDiffers(Exception):
    """A privacy notice that people were read never changes: give the changed one a new version."""


def publish_notice(
    *, version: str, texts: Mapping[str, str], legal_bases: list[Any], in_force_from: date, actor: Actor, at: datetime
) -> PrivacyNotice:
    """Put a version of the privacy notice in force. A repeat writes nothing.

    Raises:
        NotPermitted: the actor may not keep rules.
        NoticeDiffers: this version has another text.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    with acting(actor=actor, at=at):
        if known := PrivacyNotice.objects.filter(version=version).first():
            if known.texts != dict(texts):
                raise NoticeDiffers(
                    f"The privacy notice {version} has another text; people were read it, so it never changes. "
                    "Give the changed one a new version."
                )
            return known
        notice = PrivacyNotice.objects.create(
            version=version, texts=dict(texts), legal_bases=legal_bases, in_force_from=in_force_from
        )
        audit.record(
            "privacy_notice.publish", subject_type="privacy_notice", subject_id=notice.pk, details={"version": version}
        )
    return notice
