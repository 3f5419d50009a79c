"""Pages with one form: one that is filled in, and one that asks before something is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.views.errors import conflict


def form_page(
    request: HttpRequest, *, form: forms.BaseForm, template: str = "core/form.html", **context: Any
) -> HttpResponse:
    """A form with its button; shown again with status 422 where something in it is wrong.

    ``context`` is that of ``core/form.html``: ``page_title``, ``button``, ``cancel_url``; perhaps ``caption``,
    ``crumbs``, ``multipart``.
    """
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def ask(
    request: HttpRequest,
    *,
    act: Callable[[dict[str, Any]], object],
    refusals: tuple[type[Exception], ...] = (),
    overtaken: tuple[type[Exception], ...] = (),
    back_url: str,
    context: dict[str, Any],
    done: str = "",
    form: type[forms.Form] = forms.Form,
) -> HttpResponse:
    """GET asks; POST does it once the form is right, says ``done`` and goes back.

    What the action refuses with one of ``refusals`` is shown above the form, with status 422; one of ``overtaken``
    says that somebody else was faster, with status 409. ``context`` is that of ``core/confirm.html``.
    """
    bound = form()
    if request.method == "POST":
        bound = form(request.POST)
        if bound.is_valid():
            try:
                act(bound.cleaned_data)
            except overtaken as error:
                return conflict(request, sentence=_(str(error)), back_url=back_url)
            except refusals as refusal:
                bound.add_error(None, _(str(refusal)))
            else:
                if done:
                    messages.success(request, done)
                return redirect(back_url)
    return form_page(request, form=bound, template="core/confirm.html", **{"cancel_url": back_url, **context})
