"""Pages about the service itself, open to everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import pack
from core.hooks import privacy_notice
from core.reader import in_language


def _privacy_sections() -> list[dict[str, Any]]:
    return [
        {
            "title": _("What is kept about you"),
            "paragraphs": [
                _("Who lives in your household, how you live, and what support you receive or asked for."),
                _("Your identity number, telephone number and account are hidden from most officers."),
            ],
        },
        {
            "title": _("What for"),
            "paragraphs": [
                _("To find out who can receive support, to pay it, and to answer complaints. For nothing else."),
                _("A person, never the computer alone, decides whether you receive support."),
            ],
        },
        {
            "title": _("Who sees it"),
            "paragraphs": [
                _("Officers who need it for their work in your area. Each look at personal data is recorded."),
                _("Other public bodies and payment providers receive only what an agreement allows."),
            ],
        },
        {
            "title": _("Your rights"),
            "paragraphs": [
                _("You may see what is kept about you, have mistakes corrected, and complain."),
                _("Ask at the district office. It costs nothing, and asking never harms your application."),
            ],
        },
    ]


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What the service keeps about people: the notice in force, then the same in plain words."""
    protection = pack.about().get("data_protection", {})
    told = (function(timezone.localdate()) for function in privacy_notice.functions)
    notice = next((one for one in told if one is not None), None)
    sections = _privacy_sections()
    if notice:
        sections.insert(0, {"title": _("The notice read to you"), "paragraphs": [in_language(notice.texts)]})
    if protection.get("controller"):
        who = {"title": _("Who is responsible"), "paragraphs": [in_language(protection["controller"])]}
        sections.append(who)
    context = {"page_title": _("Privacy notice"), "sections": sections, "version": notice.version if notice else ""}
    return render(request, "core/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What people with disabilities can expect, and what does not work yet."""
    return render(request, "core/accessibility.html", {"page_title": _("Accessibility")})
