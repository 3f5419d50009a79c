"""Pages on which a second person agrees to what somebody asked for, or refuses it with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.forms.people import Reason

Done = TypeVar("Done")


class Page(Protocol):
    """What is to be decided, as it stands now, with what stood in the way."""

    def __call__(self, *, form: Reason, refusal: str = ..., status: int = ...) -> HttpResponse: ...


def agree(
    *,
    act: Callable[[], Done],
    then: Callable[[Done], HttpResponse],
    refusals: tuple[type[Exception], ...],
    page: Page,
) -> HttpResponse:
    """Do what was asked for and answer by what ``then`` makes of it; a refusal is said on the page, with status 422."""
    try:
        done = act()
    except refusals as refusal:
        return page(form=Reason(), refusal=_(str(refusal)), status=422)
    return then(done)


def refuse(
    request: HttpRequest,
    *,
    act: Callable[[dict[str, Any]], object],
    refusals: tuple[type[Exception], ...],
    done: str,
    back_url: str,
    page: Page,
) -> HttpResponse:
    """Refuse it once a reason is given, say ``done`` and go back; else the page again, with status 422."""
    form = Reason(request.POST)
    if not form.is_valid():
        return page(form=form, status=422)
    try:
        act(form.cleaned_data)
    except refusals as refusal:
        return page(form=form, refusal=_(str(refusal)), status=422)
    messages.success(request, done)
    return redirect(back_url)
