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
from registry.forms.interests import InterestForm
from registry.queries.interests import mine as declared
from registry.views.access import actor_of, needs


@require_http_methods(["GET", "HEAD", "POST"])
@needs()
def mine(request: HttpRequest) -> HttpResponse:
    """What I declared, and a form for one more. It shows nothing of a household but the reference that was typed."""
    actor = actor_of(request)
    form = InterestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            interests.declare(**form.cleaned_data, actor=actor, at=timezone.now())
        except interests.NoSuchHousehold as error:
            form.add_error("reference", str(error))
        else:
            messages.success(request, _("Declared. Somebody else will decide about this household."))
            return redirect("registry:interests")
    context = {
        "page_title": _("My interests"),
        "form": form,
        "columns": [{"label": _("Household")}, {"label": _("Whose")}, {"label": _("Declared on")}],
        "rows": [
            [row.household.reference, row.get_kind_display(), words.day(timezone.localdate(row.declared_at))]
            for row in declared(actor=actor)
        ],
    }
    return render(request, "registry/interests.html", context, status=422 if form.errors else 200)
