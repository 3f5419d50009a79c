"""A page with every component on it, for the tests in a browser."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import path

from config import urls
from core.jobs.progress import Progress
from tests.pages.test_forms import Registration

AT = datetime(2026, 3, 4, 14, 5)
MASKED = {"key": "7", "label": "national ID", "value": "•••• •••• 0123", "url": "/gallery/reveal/"}
CHANGES = [{"label": "Village", "before": "Ha Mohale", "after": "Ha Foso"}]
CONTEXT: dict[str, Any] = {
    "page_title": "Every component",
    "caption": "HH-2K4-77",
    "crumbs": [{"label": "Home", "url": "/"}, {"label": "Here"}],
    "columns": [{"label": "Reference"}, {"label": "Members", "numeric": True}, {"label": "State"}],
    "rows": [[{"text": f"HH-{n}", "url": "/x"}, n, {"text": "In review", "tone": "waiting"}] for n in range(5)],
    "total": ["Total", 10, ""],
    "summary": [
        {"key": "Head", "value": "Palesa Mokoena", "action_url": "/c"},
        {"key": "National ID", "masked": MASKED},
        {"key": "State", "value": "Accepted", "tone": "good"},
    ],
    "events": [{"title": "Moved", "by": "Mpho Letsie", "at": AT, "changes": CHANGES}],
    "changes": CHANGES,
    "tasks": [{"label": "To review", "count": 12, "url": "/r", "hint": "Warnings", "urgent": True}],
    "tabs": [{"label": "Members", "url": "/m", "current": True}, {"label": "History", "url": "/h", "count": 2}],
}
PAGE = """
{% extends "core/base.html" %}{% load furniture %}
{% block errors %}{% error_summary form %}{% endblock %}
{% block content %}
{% include "core/_components/_tabs.html" %}
{% include "core/_components/_count_cards.html" %}
{% include "core/_components/_filter.html" with open=True clear_url="/" form=filter %}
{% include "core/_components/_table.html" with caption="Households" %}
{% include "core/_components/_pagination.html" with previous_url="?a" next_url="?b" position="Page 2 of 13" %}
{% include "core/_components/_empty.html" with title="Nothing" text="Try fewer words." %}
{% include "core/_components/_summary_list.html" with rows=summary title="Who" %}
{% include "core/_components/_warning.html" with text="Two persons share this number." %}
{% include "core/_components/_changes.html" %}
{% include "core/_components/_timeline.html" %}
{% include "core/_components/_print_button.html" %}
{% include "core/jobs/_progress.html" %}
<form method="post" novalidate enctype="multipart/form-data">{% csrf_token %}{% govuk_form form %}
<button class="govuk-button">Save</button></form>
{% endblock %}
"""


def progress(status: str) -> Progress:
    return Progress(
        id=5, label="Assessment", status=status, parts_done=31, parts_total=50, percent=62, eta_seconds=95,
        counts={"assessed": 3100}, error="", url="/gallery/progress/", page_url="/gallery/",
    )  # fmt: skip


def gallery(request: HttpRequest) -> HttpResponse:
    from django import forms

    class Filter(forms.Form):
        mark_optional = False
        q = forms.CharField(label="Name or reference", required=False)

    wrong = Registration({"born_day": "31", "born_month": "2", "born_year": "2001"}, auto_id="wrong_%s")
    context = {**CONTEXT, "form": wrong, "filter": Filter(), "job": progress("running")}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


def reveal(request: HttpRequest) -> HttpResponse:
    """Shows the number for a reason, as a view of the registry would."""
    if not request.POST.get("reason"):
        masked, status = {**MASKED, "error": "Say why you need it."}, 422
    else:
        masked, status = {"key": "7", "label": "national ID", "shown": "012301230123"}, 200
    return render(request, "core/_components/_masked.html", {"masked": masked}, status=status)


def done(request: HttpRequest) -> HttpResponse:
    return render(request, "core/jobs/_progress.html", {"job": progress("done")})


def confirm(request: HttpRequest) -> HttpResponse:
    context = {"page_title": "Merge?", "question": "Two become one.", "changes": CHANGES, "danger": True}
    return render(request, "core/confirm.html", {**context, "warning": "Hard to undo.", "cancel_url": "/"})


def finished(request: HttpRequest) -> HttpResponse:
    context = {"page_title": "Complaint received", "text": "Your reference", "reference": "GR-8Q2-11"}
    return render(request, "core/done.html", context)


def paper(request: HttpRequest) -> HttpResponse:
    return render(request, "core/print.html", {"page_title": "Household", "printed_at": AT, "back_url": "/"})


urlpatterns = [
    *urls.urlpatterns,
    path("gallery/", gallery),
    path("gallery/reveal/", reveal),
    path("gallery/progress/", done),
    path("gallery/confirm/", confirm),
    path("gallery/done/", finished),
    path("gallery/print/", paper),
]
handler403, handler404, handler500 = urls.handler403, urls.handler404, urls.handler500
