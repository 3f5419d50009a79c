"""In which language one reads questions and messages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access.web import actor_of_request, requires
from core.actions import users
from core.forms.people import ChooseLanguage
from core.reader import language
from core.views.asking import form_page


@require_http_methods(["GET", "POST"])
@requires()
def choose(request: HttpRequest) -> HttpResponse:
    """One's own choice."""
    form = ChooseLanguage(request.POST if request.method == "POST" else None, initial={"language": language()})
    if form.is_valid():
        users.choose_language(actor=actor_of_request(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Your choice is kept."))
        return redirect("core:language")
    return form_page(
        request,
        form=form,
        page_title=_("Language of questions and messages"),
        button=_("Keep"),
        cancel_url=reverse("core:home"),
    )
