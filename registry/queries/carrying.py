"""The way from an earlier questionnaire version to a later one, as the versions between them declare it."""

from __future__ import annotations

from registry.models import QuestionnaireVersion
from registry.queries import questionnaires
from registry.questionnaire.carrying import Step


def way(*, old: QuestionnaireVersion, new: QuestionnaireVersion) -> tuple[Step, ...]:
    """The steps from ``old`` to ``new``; none where they are the same. One statement where they differ.

    Each version that declares a mapping names the one before it. Where no chain of them leads back to ``old``, it is
    one step without a mapping: what keeps its code keeps its answer.
    """
    if old.pk == new.pk:
        return ()
    known = {one.code: one for one in QuestionnaireVersion.objects.exclude(status=QuestionnaireVersion.Status.DRAFT)}
    steps: list[Step] = []
    at = new
    while at.pk != old.pk:
        mapping = at.content.get("mapping") or {}
        before = known.pop(str(mapping.get("from") or ""), None)
        if before is None:
            return (Step({}, questionnaires.content(old), questionnaires.content(new)),)
        steps.insert(0, Step(mapping, questionnaires.content(before), questionnaires.content(at)))
        at = before
    return tuple(steps)
