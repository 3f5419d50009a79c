"""One's own registration on paper, to be checked and signed by the household."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from registry.intake.hiding import is_hidden
from registry.models import Submission
from registry.queries import questionnaires, submissions
from registry.queries.masking import masked
from registry.views.access import actor_of, needs
from registry.views.register import REGISTER
from registry.views.sending import blocks, person_block
from registry.views.steps import Draft

_STATUS = Submission.Status
# Paper lies about: numbers stand on it as on pages that others see.
_MASKED = frozenset(
    {"national_id", "phone", "account_number", "nominee_national_id", "nominee_phone", "other_id_number"}
)


@require_safe
@needs(REGISTER)
def printed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One's own registration on paper, for the household to check and sign, sent or not."""
    actor, today = actor_of(request), timezone.localdate()
    found = submissions.own(actor=actor, uuid=uuid)
    if found is None or found.status == _STATUS.DISCARDED or is_hidden(found):
        raise Http404
    audit.read(
        actor=actor, at=timezone.now(), page="submission_print", subject_type="submission", subject_ids=[found.pk]
    )
    is_draft = found.status == _STATUS.DRAFT
    draft = Draft.in_force(found) if is_draft else Draft(found)
    told = questionnaires.notice(version=draft.household.get("privacy_notice", ""))
    notice = told or questionnaires.notice_in_force(on=today)
    parts = [*blocks(draft), *(person_block(draft, member) for member in draft.members)]
    for row in (row for part in parts for row in part["rows"]):  # paper has no links, and shows no number in full
        row.pop("action_url", None)
        if row.pop("column", "") in _MASKED:
            row["value"] = masked(row["value"])
    context = {
        "page_title": _head(draft),
        "caption": _("Registration of a household"),
        "state": _("Not sent yet") if is_draft else found.get_status_display(),
        "serial": _serial(found),
        "blocks": parts,
        "notice": questionnaires.in_words(notice.texts) if notice else "",
        "notice_version": notice.version if notice else "",
        "consent": _("The household agreed that this data is held.") if draft.household.get("consent") == "yes" else "",
        "back_url": reverse("registry:draft" if is_draft else "registry:submission", args=[uuid]),
        "printed_at": timezone.now(),
    }
    return render(request, "registry/draft_print.html", context)


def _head(draft: Draft) -> str:
    members = draft.members
    head = next((one for one in members if one.get("relationship") == "reference"), members[0] if members else {})
    return f"{head.get('given_names', '')} {head.get('surname', '')}".strip() or _("Household without members")


def _serial(found: Submission) -> str:
    """What paper and screen have in common before there is a household: the end of the registration's number."""
    digits = found.uuid.hex[-12:].upper()
    return "-".join(digits[place : place + 4] for place in (0, 4, 8))
