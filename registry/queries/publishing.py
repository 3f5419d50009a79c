"""What is under way in the words of the questionnaire in force, before another replaces it. Counts, of the country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q

from core.access.actor import Actor
from core.access.permissions import Permission
from core.hooks import RuleUse, question_uses
from core.models import DeviceSignIn, ReadEntry
from registry.models import DeviceForm, ImportBatch, QuestionnaireVersion
from registry.queries import device_forms, questionnaires
from registry.questionnaire import Question
from registry.questionnaire.losing import Loss, losses, newly_required

#: Files that were taken along longer ago have come back or never will.
FILES_OUT = timedelta(days=90)

_DRAFTS = """
SELECT count(*), count(*) FILTER (WHERE told -> 'household' ?| %(household)s OR EXISTS (
    SELECT FROM jsonb_array_elements(coalesce(told -> 'members', '[]')) AS member WHERE member ?| %(person)s))
FROM (SELECT payload::jsonb AS told FROM registry_submission WHERE status = 'draft') drafts
"""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How much is under way.

    ``drafts_touched`` hold an answer that is lost, at least in part. ``forms`` came from phones and are not taken in;
    ``phones`` have a sign-in that is good. ``imports`` wait or are being checked. ``to_correct`` are files of rows to
    correct that are still kept. ``files_out`` were prefilled for visits within the last ``FILES_OUT``.
    """

    drafts: int
    drafts_touched: int
    forms: int
    phones: int
    imports: int
    to_correct: int
    files_out: int


@dataclass(frozen=True, slots=True)
class Effects:
    """What publishing a draft would do."""

    under_way: UnderWay
    losses: tuple[Loss, ...]
    required: tuple[Question, ...]
    uses: tuple[RuleUse, ...]

    def used_by(self, loss: Loss) -> list[RuleUse]:
        """The rules that read the question."""
        level, code = loss.key
        return [use for use in self.uses if (level.value, code) in use.questions]


def effects(*, actor: Actor, old: QuestionnaireVersion, new: QuestionnaireVersion, on: date, at: datetime) -> Effects:
    """What putting ``new`` in force instead of ``old`` would do to what is under way and to rules.

    Raises:
        NotPermitted: the actor does not publish for the whole country, so its counts are not theirs.
        QuestionnaireError: ``new`` cannot be read as it stands.
    """
    actor.require_for_programme(Permission.REGISTRY_PUBLISH_QUESTIONNAIRE, "")
    before, after, mapping = questionnaires.content(old), questionnaires.content(new), new.content.get("mapping") or {}
    lost = losses(before, after, mapping=mapping)
    uses = [use for function in question_uses.functions for use in function(old.content, new.content, on)]
    return Effects(
        under_way=_under_way(lost, on, at),
        losses=lost,
        required=newly_required(before, after, mapping=mapping),
        uses=tuple(uses),
    )


def _under_way(lost: Sequence[Loss], on: date, at: datetime) -> UnderWay:
    drafts, touched = _drafts(lost)
    phones = DeviceSignIn.objects.filter(Q(revoked_at__isnull=True), expires_at__gt=at)
    forms = DeviceForm.objects.filter(status__in=device_forms.UNDER_WAY)
    imports = ImportBatch.objects.filter(status__in=[ImportBatch.Status.RECEIVED, ImportBatch.Status.CHECKING])
    open_ones = ImportBatch.objects.filter(corrected_file__erased_at__isnull=True, corrected_file__retain_until__gte=on)
    files = ReadEntry.objects.filter(page="due_prefilled", at__gte=at - FILES_OUT)
    return UnderWay(
        drafts=drafts,
        drafts_touched=touched,
        forms=forms.count(),
        phones=phones.count(),
        imports=imports.count(),
        to_correct=open_ones.count(),
        files_out=files.count(),
    )


def _drafts(lost: Sequence[Loss]) -> tuple[int, int]:
    codes: dict[str, list[str]] = {"household": [], "person": []}
    for loss in lost:
        if not loss.keeps_answers:
            codes[loss.question.level.value].append(loss.question.code)
    with connection.cursor() as cursor:
        cursor.execute(_DRAFTS, codes)
        every, touched = cursor.fetchone()
        return every, touched
