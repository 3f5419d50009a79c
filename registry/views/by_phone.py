"""What a reviewer sees of the phone that a submission came by."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.forms import words
from registry.models import Submission
from registry.queries import device_forms


def phone_rows(found: Submission) -> list[dict[str, str]]:
    """By which phone it came, and the forms that it follows."""
    form = device_forms.of_submission(submission=found)
    if form is None:
        return []
    rows = [
        {"key": _("Phone"), "value": form.sign_in.name, "url": reverse("registry:field_form", args=[form.uuid])},
        {"key": _("Carried by"), "value": form.user.full_name},
        {"key": _("Number of the device"), "value": form.device_id},
    ]
    for other in device_forms.followed(form=form):
        known = other.submission
        if known is None or known.district_id != found.district_id:
            continue
        rows.append(
            {
                "key": _("Follows the form of %(day)s") % {"day": words.day(timezone.localdate(other.received_at))},
                "value": f"{known.get_status_display()} {known.household.reference if known.household else ''}".strip(),
                "url": reverse("registry:review_submission", args=[known.uuid]),
            }
        )
    return rows
