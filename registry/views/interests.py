"""My interests: the page on which everybody declares their own and their relatives' households."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registry.actions import interests
from registry.forms import words
from registry.forms.interests import InterestForm, NumberForm
from registry.queries.interests import mine as declared
from registry.queries.interests import my_numbers
from registry.queries.masking import masked
from registry.views.access import actor_of, needs


@require_http_methods(["GET", "HEAD", "POST"])
@needs()
def mine(request: HttpRequest) -> HttpResponse:
    """What I declared, and forms for one more household or number. It shows nothing but what was typed here."""
    actor, now = actor_of(request), timezone.now()
    by_number = f"{NumberForm.prefix}-national_id" in request.POST
    posted = request.POST if request.method == "POST" else None
    form = InterestForm(None if by_number else posted)
    number = NumberForm(posted if by_number else None)
    told = number if by_number else form
    try:
        if told.is_valid():
            if by_number:
                interests.declare_number(**told.cleaned_data, actor=actor, at=now)
            else:
                interests.declare(**told.cleaned_data, actor=actor, at=now)
            messages.success(request, _("Declared. Somebody else will decide about this household."))
            return redirect("registry:interests")
    except interests.NoSuchHousehold as error:
        form.add_error("reference", str(error))
    except interests.NotANumber as error:
        number.add_error("national_id", str(error))
    context = {
        "page_title": _("My interests"),
        "form": form,
        "number": number,
        "columns": [{"label": _("Household or number")}, {"label": _("Whose")}, {"label": _("Declared on")}],
        "rows": [
            [row.household.reference, row.get_kind_display(), words.day(timezone.localdate(row.declared_at))]
            for row in declared(actor=actor)
        ]
        + [
            [masked(row.national_id), row.get_kind_display(), words.day(timezone.localdate(row.declared_at))]
            for row in my_numbers(actor=actor)
        ],
    }
    return render(request, "registry/interests.html", context, status=422 if told.errors else 200)
