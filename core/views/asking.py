"""Pages with one form: one that is filled in, and one that asks before something is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.views.errors import conflict

Done = TypeVar("Done")


def form_page(
    request: HttpRequest, *, form: forms.BaseForm, template: str = "core/form.html", **context: Any
) -> HttpResponse:
    """A form with its button; shown again with status 422 where something in it is wrong.

    ``context`` is that of ``core/form.html``: ``page_title``, ``button``, ``cancel_url``; perhaps ``caption``,
    ``crumbs``, ``multipart``.
    """
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def fill_in(
    request: HttpRequest,
    *,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], Done],
    then: Callable[[Done], HttpResponse],
    refusals: tuple[type[Exception], ...] = (),
    overtaken: tuple[type[Exception], ...] = (),
    back_url: str,
    **context: Any,
) -> HttpResponse:
    """Do it once the form is right, and answer by what ``then`` makes of it; else the form, as ``form_page`` shows it.

    What the action refuses with one of ``refusals`` is shown above the form, with status 422, and where ``act`` raises
    a ``ValidationError`` at the fields that it names; one of ``overtaken`` says that somebody else was faster, with
    status 409.
    """
    if form.is_valid():
        try:
            done = act(form.cleaned_data)
        except overtaken as error:
            return conflict(request, sentence=_(str(error)), back_url=back_url)
        except ValidationError as error:
            form.add_error(None, error)
        except refusals as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            return then(done)
    return form_page(request, form=form, **{"cancel_url": back_url, **context})


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

    What is refused is shown as ``fill_in`` shows it. ``context`` is that of ``core/confirm.html``.
    """

    def back(_done: object) -> HttpResponse:
        if done:
            messages.success(request, done)
        return redirect(back_url)

    return fill_in(
        request,
        form=form(request.POST if request.method == "POST" else None),
        act=act,
        then=back,
        refusals=refusals,
        overtaken=overtaken,
        back_url=back_url,
        template="core/confirm.html",
        **context,
    )
