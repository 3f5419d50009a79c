"""What publishing a questionnaire does, said before somebody does it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.hooks import RuleUse
from core.views.wording import counted
from registry.forms.questionnaire import TYPES
from registry.queries import publishing
from registry.queries.questionnaires import in_words
from registry.questionnaire import QuestionType
from registry.questionnaire.losing import How, Loss


def told(effects: publishing.Effects) -> dict[str, Any]:
    """The page's part about effects: rules that stop, questions that go, what is under way."""
    return {
        "refused": [_refused(use) for use in effects.uses if use.refused],
        "loss_columns": [
            {"label": label} for label in (_("Question"), _("What becomes of it"), _("Rules that read it"))
        ],
        "loss_rows": [_loss(loss, effects.used_by(loss)) for loss in effects.losses],
        "under_way": _under_way(effects),
    }


def _refused(use: RuleUse) -> dict[str, str]:
    return {"label": use.label, "url": use.url, "why": use.refused}


def _loss(loss: Loss, uses: list[RuleUse]) -> list[Any]:
    rules = ", ".join(use.label for use in uses)
    return [
        f"{in_words(loss.question.label)} ({loss.question.code})",
        _becomes(loss),
        {"text": rules, "tone": "bad"} if rules else _("None"),
    ]


def _becomes(loss: Loss) -> str:
    match loss.how:
        case How.GONE:
            return _("No longer asked")
        case How.RENAMED:
            return _("Asked as %(code)s; answers follow") % {"code": loss.now}
        case How.TYPE:
            kinds = {"before": TYPES[loss.question.type], "after": TYPES[QuestionType(loss.now)]}
            return _("Another kind of answer: %(before)s before, %(after)s now") % kinds
        case _:
            return _("No longer offered: %(choices)s") % {"choices": loss.now}


def _under_way(effects: publishing.Effects) -> list[str]:
    """A sentence about each thing that is under way; one says so where nothing is."""
    now = effects.under_way
    found = [_drafts(now), *_phones(now), *_files(now, effects)]
    return [said for said in found if said] or [_("Nothing is under way that asks the version in force.")]


def _drafts(now: publishing.UnderWay) -> str:
    told = counted(
        now.drafts,
        "%(n)s draft of a registration is open. Its answers are carried over when its officer opens it.",
        "%(n)s drafts of registrations are open. Their answers are carried over when their officers open them.",
    )
    touched = counted(
        now.drafts_touched,
        "%(n)s of them holds an answer to a question named above, which is asked again.",
        "%(n)s of them hold answers to questions named above, which are asked again.",
    )
    return f"{told} {touched}".strip() if told else ""


def _phones(now: publishing.UnderWay) -> list[str]:
    return [
        counted(
            now.phones,
            "%(n)s phone has the old form until its user fetches the new one. What is filled in on it meanwhile is "
            "taken in as the old version asks.",
            "%(n)s phones have the old form until their users fetch the new one. What is filled in on them "
            "meanwhile is taken in as the old version asks.",
        ),
        counted(
            now.forms,
            "%(n)s form of a phone is not taken in yet. It is read as the version that it was filled in by.",
            "%(n)s forms of phones are not taken in yet. They are read as the version that they were filled in by.",
        ),
    ]


def _files(now: publishing.UnderWay, effects: publishing.Effects) -> list[str]:
    """Files are read by the version in force on the day that they come."""
    found = [
        counted(
            now.imports,
            "%(n)s import waits or is being checked. What is not read yet is read by the new version.",
            "%(n)s imports wait or are being checked. What is not read yet is read by the new version.",
        ),
        counted(
            now.to_correct,
            "%(n)s file of rows to correct has not run out. It has the old columns.",
            "%(n)s files of rows to correct have not run out. They have the old columns.",
        ),
        counted(
            now.files_out,
            "%(n)s prefilled file for visits was taken along in three months. It has the old columns.",
            "%(n)s prefilled files for visits were taken along in three months. They have the old columns.",
        ),
    ]
    if any(loss.how in (How.GONE, How.RENAMED) for loss in effects.losses):
        found.append(
            _("An import template or file with a column that is no longer asked is refused whole: fetch new templates.")
        )
    if effects.required:
        names = ", ".join(f"{in_words(one.label)} ({one.code})" for one in effects.required)
        found.append(_("Old templates and files lack what must be answered from now on: %(names)s.") % {"names": names})
    return found
