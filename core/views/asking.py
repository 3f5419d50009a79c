"""A page that asks before something is done: the question, perhaps a reason, one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def ask(
    request: HttpRequest,
    *,
    act: Callable[[dict[str, Any]], object],
    refusals: tuple[type[Exception], ...],
    done: str,
    back_url: str,
    context: dict[str, Any],
    form: type[forms.Form] = forms.Form,
) -> HttpResponse:
    """GET asks; POST does it once the form is right, says ``done`` and goes back.

    What the action refuses with one of ``refusals`` is shown above the form, with status 422. ``context`` is that of
    ``core/confirm.html``.
    """
    bound = form()
    if request.method == "POST":
        bound = form(request.POST)
        if bound.is_valid():
            try:
                act(bound.cleaned_data)
            except refusals as refusal:
                bound.add_error(None, str(refusal))
            else:
                messages.success(request, done)
                return redirect(back_url)
    page = {"form": bound, "cancel_url": back_url, **context}
    return render(request, "core/confirm.html", page, status=422 if bound.errors else 200)
