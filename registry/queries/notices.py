"""The texts that people are told about their data: in force, to come, over, and drafts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.hooks import PrivacyText
from core.pack import about
from registry.models import PrivacyNotice
from registry.queries.questionnaires import in_words, notice_in_force
from registry.questionnaire import digest_of as digest_of_content

Words = tuple[tuple[str, str], ...]


def keeps(actor: Actor) -> bool:
    """Whether the actor drafts and publishes notices."""
    return actor.may_for_programme(Permission.PRIVACY_NOTICES, "")


def published() -> list[PrivacyNotice]:
    """Every version that people are told, were told or will be told; newest first."""
    found = PrivacyNotice.objects.filter(status=PrivacyNotice.Status.PUBLISHED)
    return list(found.select_related("edited_by", "published_by").order_by("-in_force_from", "-id"))


def drafts(*, actor: Actor, by_others: bool = False) -> QuerySet[PrivacyNotice]:
    """Drafts, newest first, for who keeps the notices; ``by_others``: only those that the actor may publish."""
    if not keeps(actor):
        return PrivacyNotice.objects.none()
    found = PrivacyNotice.objects.filter(status=PrivacyNotice.Status.DRAFT)
    if by_others:
        found = found.filter(~Q(edited_by_id=actor.user_id))
    return found.select_related("edited_by").order_by("-id")


def notice(*, actor: Actor, version: str) -> PrivacyNotice | None:
    """A version that the actor may see: drafts only for who keeps the notices."""
    states = [PrivacyNotice.Status.PUBLISHED, *([PrivacyNotice.Status.DRAFT] if keeps(actor) else [])]
    found = PrivacyNotice.objects.filter(version=version, status__in=states)
    return found.select_related("edited_by", "published_by").first()


def digest_of(notice: PrivacyNotice) -> str:
    """A digest of all that the version says, so that nothing is published but what was seen."""
    keys = ("version", "texts", "legal_bases", "purposes", "in_force_from")
    return digest_of_content({key: getattr(notice, key) for key in keys})


def purposes_of(notice: PrivacyNotice) -> Words:
    """What a household may agree to under this text: code and words in the reader's language.

    A text that names none is older than the purposes in it: the country pack's are meant.
    """
    told = notice.purposes or about()["data_protection"]["purposes"]
    return tuple((str(one["code"]), in_words(one["label"])) for one in told)


def words_of_purposes(told: Sequence[PrivacyNotice]) -> dict[str, str]:
    """What may be agreed to under any of these texts (newest first): words by code, the newest ones of each."""
    return {code: label for one in reversed(told) for code, label in purposes_of(one)}


def legal_bases_of(notice: PrivacyNotice) -> Words:
    """Why data may be held under this text: code and words in the reader's language."""
    return tuple((str(one["code"]), in_words(one["label"])) for one in notice.legal_bases)


def told_to_everybody(on: date) -> PrivacyText | None:
    """The text in force, for the page that is open to everybody."""
    found = notice_in_force(on=on)
    return PrivacyText(found.version, found.texts) if found else None
