"""Publishing what is asked: questionnaire versions."""

from collections.abc import Iterable
from datetime import datetime

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from registry import questionnaire
from registry.actions import hidden_places
from registry.actions.drafted import (
    DraftChanged,
    NotADraftVersion,
    SameEditor,
    VersionTaken,
    require_another,
    require_seen,
)
from registry.models import QuestionnaireVersion
from registry.queries import validating
from registry.questionnaire.carrying import mapping_sentences
from registry.questionnaire.drafting import Content, Edit
from registry.questionnaire.problems import Problem, problems

__all__ = ["DraftChanged", "NotADraftVersion", "SameEditor", "VersionTaken"]


class PublishedVersionDiffers(Exception):
    """A published questionnaire version never changes: give the changed one a new version."""


class DraftHasProblems(Exception):
    """This draft has troubles, so it cannot be published: its page lists them."""


class FormDoesNotPass(Exception):
    """Phones could not load the form of this draft, so it cannot be published: its page says why."""


#: Why a draft is not put in force, in a sentence for who would publish it.
NOT_PUBLISHED = (SameEditor, DraftChanged, DraftHasProblems, FormDoesNotPass, NotADraftVersion)


def load(*, content: Content, actor: Actor, at: datetime) -> QuestionnaireVersion:
    """Publish the country pack's version; the one in force until now retires. A repeat writes nothing.

    Raises:
        NotPermitted: a person would publish alone; people make drafts.
        QuestionnaireError: the version contradicts itself.
        PublishedVersionDiffers: this version is there with other content.
    """
    if not actor.is_system:
        raise NotPermitted(Permission.REGISTRY_PUBLISH_QUESTIONNAIRE)
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
        _record("questionnaire.publish", version)
        hidden_places.hide_answers(at=at)
    return version


def draft(*, content: Content, actor: Actor, at: datetime, source: str = "") -> QuestionnaireVersion:
    """Keep a new draft: a copy of another version, or what an XLSForm says. It may still have troubles.

    Raises:
        NotPermitted: the actor does not keep the questionnaire of the whole country.
        VersionTaken: the code is another version's.
    """
    _require(actor, Permission.REGISTRY_MANAGE_QUESTIONNAIRE)
    with acting(actor=actor, at=at):
        code = str(content["version"])
        if QuestionnaireVersion.objects.filter(code=code).exists():
            raise VersionTaken(f"There is a questionnaire version {code} already. Choose another code.")
        version = QuestionnaireVersion.objects.create(
            code=code,
            content=dict(content),
            digest=questionnaire.digest_of(content),
            edited_at=at,
            edited_by_id=actor.user_id,
        )
        _record("questionnaire.draft", version, source=source)
    return version


def change(*, code: str, edit: Edit, what: str, seen_digest: str, actor: Actor, at: datetime) -> QuestionnaireVersion:
    """Change a draft by one edit of ``registry.questionnaire.drafting``; an edit without effect writes nothing.

    Raises:
        NotPermitted: the actor does not keep the questionnaire of the whole country.
        NotADraftVersion: there is no such draft.
        DraftChanged: it is not the one that was seen.
        NotThere, Taken: the edit does not fit the draft.
    """
    _require(actor, Permission.REGISTRY_MANAGE_QUESTIONNAIRE)
    with acting(actor=actor, at=at):
        version = _locked_draft(code)
        require_seen(version.digest, seen_digest)
        new = edit(version.content)
        digest = questionnaire.digest_of(new)
        if digest == version.digest:
            return version
        version.content, version.digest = new, digest
        version.edited_at, version.edited_by_id = at, actor.user_id
        version.save(update_fields=["content", "digest", "edited_at", "edited_by"])
        _record("questionnaire.edit", version, what=what, seen=seen_digest)
    return version


def give_up(*, code: str, actor: Actor, at: datetime) -> None:
    """Remove a draft. A repeat writes nothing.

    Raises:
        NotPermitted: the actor does not keep the questionnaire of the whole country.
        NotADraftVersion: it was published.
    """
    _require(actor, Permission.REGISTRY_MANAGE_QUESTIONNAIRE)
    with acting(actor=actor, at=at):
        if not QuestionnaireVersion.objects.filter(code=code).exists():
            return
        version = _locked_draft(code)
        _record("questionnaire.give_up", version)
        version.delete()


def publish(*, code: str, seen_digest: str, actor: Actor, at: datetime) -> QuestionnaireVersion:
    """Put a draft in force; the version in force until now retires, and its answers stay with it.

    Locks every version. A repeat by the same publisher writes nothing.

    Raises:
        NotPermitted: the actor does not publish for the whole country.
        NotADraftVersion: there is no such draft.
        SameEditor: the actor changed it last.
        DraftChanged: it is not the one that was seen.
        DraftHasProblems: something in it is wrong.
        FormDoesNotPass: pyxform, or ODK Validate where there is a Java, refuses the form that phones would load.

    Source: separation of duties; who writes a rule does not put it in force.
    """
    _require(actor, Permission.REGISTRY_PUBLISH_QUESTIONNAIRE)
    # It takes seconds, so it is done before anything is locked; what was seen is what is judged.
    seen = QuestionnaireVersion.objects.filter(code=code, digest=seen_digest, status="draft").first()
    verdict = validating.verdict(seen) if seen else None
    with acting(actor=actor, at=at):
        versions = list(QuestionnaireVersion.objects.select_for_update(of=("self",)).order_by("id"))
        known = next((one for one in versions if one.code == code), None)
        if known and known.status == QuestionnaireVersion.Status.PUBLISHED and known.published_by_id == actor.user_id:
            return known
        version = _require_draft(known)
        require_another(version, actor)
        require_seen(version.digest, seen_digest)
        if found := troubles(version, versions):
            raise DraftHasProblems(f"{DraftHasProblems.__doc__} The first: {found[0].sentence}")
        if verdict is None or verdict.errors:
            raise FormDoesNotPass(FormDoesNotPass.__doc__)
        for old in versions:
            if old.status == QuestionnaireVersion.Status.PUBLISHED:
                old.status = QuestionnaireVersion.Status.RETIRED
                old.save(update_fields=["status"])
        version.status = QuestionnaireVersion.Status.PUBLISHED
        version.published_at, version.published_by_id = at, actor.user_id
        version.save(update_fields=["status", "published_at", "published_by"])
        _record("questionnaire.publish", version, form_checked_by="ODK Validate" if verdict.validated else "pyxform")
        hidden_places.hide_answers(at=at)
    return version


def troubles(version: QuestionnaireVersion, versions: Iterable[QuestionnaireVersion]) -> tuple[Problem, ...]:
    """All that is wrong with a draft, its mapping held against the version that it starts from."""
    mapping = version.content.get("mapping") or {}
    found = problems(version.content)
    if not mapping:
        return found
    base = next((one for one in versions if one.code == mapping.get("from")), None)
    if base is None:
        return (*found, Problem("mapping", "", "from", f"There is no version {mapping.get('from')!r} to carry over."))
    told = mapping_sentences(version.content, base.content)
    known = {problem.sentence for problem in found}
    return (*found, *(Problem("mapping", "", "mapping", sentence) for sentence in told if sentence not in known))


def _require(actor: Actor, permission: Permission) -> None:
    """The questionnaire is everybody's: a permission over a district or for one programme does not suffice."""
    actor.require_for_programme(permission, "")


def _locked_draft(code: str) -> QuestionnaireVersion:
    return _require_draft(QuestionnaireVersion.objects.select_for_update(of=("self",)).filter(code=code).first())


def _require_draft(version: QuestionnaireVersion | None) -> QuestionnaireVersion:
    if version is None or version.status != QuestionnaireVersion.Status.DRAFT:
        raise NotADraftVersion(NotADraftVersion.__doc__)
    return version


def _record(action: str, version: QuestionnaireVersion, **more: str) -> None:
    audit.record(
        action,
        subject_type="questionnaire_version",
        subject_id=version.pk,
        details={"code": version.code, "digest": version.digest, **{key: text for key, text in more.items() if text}},
    )
