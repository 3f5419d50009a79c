"""A hidden key in each form, so that the same form sent twice has one effect.

The action stores the key under a unique constraint; the second arrival finds it and answers with the first's result.
"""

from __future__ import annotations

import uuid

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

FIELD_NAME = "one_shot"


class OneShotMissing(Exception):
    """The form came without its one-time key. Open the page again and send it once more."""


class OneShotForm(forms.Form):
    """A form with the one-time key as its hidden field ``one_shot``; cleans to a ``uuid.UUID``."""

    one_shot = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={
            "required": _("Open the page again: this form came without its one-time key."),
            "invalid": _("Open the page again: this form's one-time key is damaged."),
        },
    )


def one_shot_key(request: HttpRequest) -> uuid.UUID:
    """The key that a posted form carries, for views without a ``OneShotForm``.

    Raises:
        OneShotMissing: there is none, or it is not a UUID.
    """
    try:
        return uuid.UUID(request.POST.get(FIELD_NAME, ""))
    except ValueError as error:
        raise OneShotMissing(OneShotMissing.__doc__) from error
