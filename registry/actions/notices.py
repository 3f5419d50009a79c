"""What people are told about their data: drafting a new text, and putting one in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.pack import about
from registry.actions.drafted import (
    DraftChanged,
    NotADraftVersion,
    SameEditor,
    VersionTaken,
    require_another,
    require_seen,
)
from registry.models import PrivacyNotice
from registry.queries.notices import digest_of

__all__ = ["DraftChanged", "NotADraftVersion", "SameEditor", "VersionTaken"]


class NoticeDiffers(Exception):
    """A privacy notice that people were read never changes: give the changed one a new version."""


class TooSoon(Exception):
    """A new text counts from tomorrow at the earliest: what people were read today stays what they were read."""


class DayTaken(Exception):
    """Another text begins on this day already."""


class TextMissing(Exception):
    """Every language of the country has its text, or somebody would be told nothing."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says: ``texts`` by language; ``legal_bases`` and ``purposes`` as the country pack writes them."""

    texts: Mapping[str, str]
    legal_bases: Sequence[Mapping[str, Any]]
    purposes: Sequence[Mapping[str, Any]]
    in_force_from: date

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "texts": dict(self.texts),
            "legal_bases": list(self.legal_bases),
            "purposes": list(self.purposes),
            "in_force_from": self.in_force_from,
        }


def load(*, version: str, content: Content, actor: Actor, at: datetime) -> PrivacyNotice:
    """Put a text of the country pack in force. A repeat writes nothing.

    Raises:
        NotPermitted: a person would publish alone; people make drafts.
        NoticeDiffers: this version has another text.
        DayTaken: another version begins on the same day.
    """
    if not actor.is_system:
        raise NotPermitted(Permission.PRIVACY_NOTICES)
    with acting(actor=actor, at=at):
        if known := PrivacyNotice.objects.filter(version=version).first():
            if known.texts != dict(content.texts) or known.status != PrivacyNotice.Status.PUBLISHED:
                raise NoticeDiffers(
                    f"The privacy notice {version} has another text; people were read it, so it never changes. "
                    "Give the changed one a new version."
                )
            return known
        _require_free(version, content.in_force_from)
        notice = PrivacyNotice.objects.create(
            version=version, status=PrivacyNotice.Status.PUBLISHED, published_at=at, **content.columns
        )
        _record("privacy_notice.publish", notice)
    return notice


def draft(*, version: str, content: Content, actor: Actor, at: datetime) -> PrivacyNotice:
    """Keep a new draft; nobody is told it before it is published.

    Raises:
        NotPermitted: the actor does not keep the notices of the whole country.
        VersionTaken: the code is another version's, given up or not.
    """
    _require(actor)
    with acting(actor=actor, at=at):
        if PrivacyNotice.objects.filter(version=version).exists():
            raise VersionTaken(f"There is a privacy notice {version} already. Choose another code.")
        notice = PrivacyNotice.objects.create(
            version=version, edited_at=at, edited_by_id=actor.user_id, **content.columns
        )
        _record("privacy_notice.draft", notice)
    return notice


def change(*, version: str, content: Content, seen_digest: str, actor: Actor, at: datetime) -> PrivacyNotice:
    """Change a draft; whoever does becomes the one who changed it last. The same content again writes nothing.

    Locks the draft.

    Raises:
        NotPermitted: the actor does not keep the notices of the whole country.
        NotADraftVersion: there is no such draft.
        DraftChanged: it is not the one that was seen.
    """
    _require(actor)
    with acting(actor=actor, at=at):
        notice = _locked(version)
        require_seen(digest_of(notice), seen_digest)
        for name, value in content.columns.items():
            setattr(notice, name, value)
        if digest_of(notice) == seen_digest:
            return notice
        notice.edited_at, notice.edited_by_id = at, actor.user_id
        notice.save(update_fields=[*content.columns, "edited_at", "edited_by"])
        _record("privacy_notice.edit", notice)
    return notice


def give_up(*, version: str, actor: Actor, at: datetime) -> None:
    """Put a draft away. A repeat writes nothing; the code stays taken.

    Raises:
        NotPermitted: the actor does not keep the notices of the whole country.
        NotADraftVersion: it was published, or is not there.
    """
    _require(actor)
    with acting(actor=actor, at=at):
        if PrivacyNotice.objects.filter(version=version, status=PrivacyNotice.Status.GIVEN_UP).exists():
            return
        notice = _locked(version)
        notice.status = PrivacyNotice.Status.GIVEN_UP
        notice.save(update_fields=["status"])
        _record("privacy_notice.give_up", notice)


def publish(*, version: str, seen_digest: str, actor: Actor, at: datetime) -> PrivacyNotice:
    """Publish a draft: from its day on, every door has people told this text.

    Locks the draft. A repeat by the same publisher writes nothing.

    Raises:
        NotPermitted: the actor does not keep the notices of the whole country.
        NotADraftVersion: there is no such draft.
        SameEditor: the actor changed it last.
        DraftChanged: it is not the one that was seen.
        TextMissing: a language has no text.
        TooSoon: its day is today or over.
        DayTaken: another version begins on the same day.

    Source: data protection law on what people are told; separation of duties.
    """
    _require(actor)
    with acting(actor=actor, at=at):
        notice = PrivacyNotice.objects.select_for_update(of=("self",)).filter(version=version).first()
        if (
            notice is not None
            and notice.status == PrivacyNotice.Status.PUBLISHED
            and notice.published_by_id == actor.user_id
        ):
            return notice
        notice = _require_draft(notice)
        require_another(notice, actor)
        require_seen(digest_of(notice), seen_digest)
        if missing := [one["name"] for one in about()["languages"] if not notice.texts.get(one["code"])]:
            raise TextMissing(f"The text in {' and '.join(missing)} is missing.")
        if notice.in_force_from <= timezone.localdate(at):
            raise TooSoon(TooSoon.__doc__)
        _require_free(version, notice.in_force_from)
        notice.status = PrivacyNotice.Status.PUBLISHED
        notice.published_at, notice.published_by_id = at, actor.user_id
        notice.save(update_fields=["status", "published_at", "published_by"])
        _record("privacy_notice.publish", notice)
    return notice


def _require(actor: Actor) -> None:
    """People everywhere are told the same: a permission over a district or for one programme does not suffice."""
    actor.require_for_programme(Permission.PRIVACY_NOTICES, "")


def _require_free(version: str, day: date) -> None:
    begun = PrivacyNotice.objects.filter(status=PrivacyNotice.Status.PUBLISHED, in_force_from=day)
    if other := begun.exclude(version=version).first():
        raise DayTaken(f"Version {other.version} begins on this day already. Choose another day.")


def _locked(version: str) -> PrivacyNotice:
    return _require_draft(PrivacyNotice.objects.select_for_update(of=("self",)).filter(version=version).first())


def _require_draft(notice: PrivacyNotice | None) -> PrivacyNotice:
    if notice is None or notice.status != PrivacyNotice.Status.DRAFT:
        raise NotADraftVersion(NotADraftVersion.__doc__)
    return notice


def _record(action: str, notice: PrivacyNotice) -> None:
    audit.record(
        action,
        subject_type="privacy_notice",
        subject_id=notice.pk,
        details={
            "version": notice.version,
            "digest": digest_of(notice),
            "in_force_from": notice.in_force_from.isoformat(),
        },
    )
