"""What follows from a version with no further work: dictionary, import template, XLSForm, and the form to try."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.reader import languages
from core.spreadsheets import guarded
from registry.forms import registration, relevance
from registry.forms.texts import Asked, TextsForm
from registry.intake.vocabulary import Level
from registry.models import QuestionnaireVersion
from registry.queries import questionnaires
from registry.queries.questionnaires import Section
from registry.questionnaire import Questionnaire, QuestionnaireError
from registry.questionnaire.dictionary import HEADER, Entry, entries
from registry.views.access import needs
from registry.views.questionnaires import MANAGE, PUBLISH, VIEW, both, crumbs, the_version
from registry.xlsform import sheets_of, to_xlsx
from registry.xlsform.template import import_template

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _readable(request: HttpRequest, code: str) -> tuple[QuestionnaireVersion, Questionnaire]:
    version = the_version(request, code)
    try:
        return version, questionnaires.content(version)
    except (QuestionnaireError, KeyError, ValueError) as error:
        raise Http404 from error  # a draft with troubles; its page lists them and offers no files


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@needs(VIEW, MANAGE, PUBLISH)
def dictionary(request: HttpRequest, code: str) -> HttpResponse:
    """Every column with its meaning and values."""
    version, read = _readable(request, code)
    found = entries(read)
    context = {
        "page_title": _("Data dictionary"),
        "caption": _("Questionnaire version %(code)s") % {"code": version.code},
        "crumbs": crumbs(version, _("Data dictionary")),
        "csv_url": reverse("registry:questionnaire_dictionary_csv", args=[version.code]),
        "columns": [{"label": _("Column")}, {"label": _("Meaning")}, {"label": _("Values")}, {"label": _("When")}],
        "levels": [
            {"title": title, "rows": [_line(one) for one in found if one.level is level]}
            for level, title in ((Level.HOUSEHOLD, _("Households")), (Level.PERSON, _("Persons")))
        ],
    }
    return render(request, "registry/questionnaire_dictionary.html", context)


def _line(one: Entry) -> list[str]:
    limits = (
        _("from %(least)s to %(most)s") % {"least": one.least, "most": one.greatest}
        if one.least and one.greatest
        else ""
    )
    values = " ".join(part for part in (one.type, one.values, limits, one.unit, one.mask) if part)
    when = ". ".join(part for part in (one.required, one.asked_when) if part)
    return [one.code, one.label, values, when]


@require_safe
@needs(VIEW, MANAGE, PUBLISH)
def dictionary_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a file; what a spreadsheet would take for a formula is made text."""
    version, read = _readable(request, code)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for one in entries(read):
        writer.writerow([guarded(cell) for cell in one.row()])
    return _file(out.getvalue().encode("utf-8-sig"), f"dictionary-{version.code}.csv", "text/csv; charset=utf-8")


@require_safe
@needs(VIEW, MANAGE, PUBLISH)
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The import template."""
    version, read = _readable(request, code)
    return _file(import_template(read), f"import-{version.code}.xlsx", _XLSX)


@require_safe
@needs(VIEW, MANAGE, PUBLISH)
def xlsform(request: HttpRequest, code: str) -> HttpResponse:
    """The version as XLSForm."""
    version, _read = _readable(request, code)
    sheets = sheets_of(version.content, languages=languages())
    return _file(to_xlsx(sheets.by_name()), f"xlsform-{version.code}.xlsx", _XLSX)


@both
@needs(MANAGE, PUBLISH)
def trial(request: HttpRequest, code: str) -> HttpResponse:
    """The officer's form for a version: answers decide what is asked next, and nothing is kept."""
    version, read = _readable(request, code)
    texts = {name: ";".join(values) for name, values in request.POST.lists()} if request.method == "POST" else {}
    household, member = _texts(read, Level.HOUSEHOLD, texts), _texts(read, Level.PERSON, texts)
    about = {key: texts.get(key, "") for key in ("birth_date", "sex", "relationship")}
    today = timezone.localdate()
    person = {"person_no": "1", "membership": "member", "residence": "usual"} | about | member
    values = relevance.household_values(read, household | {"interview_date": today.isoformat()}, [person])
    person_values = relevance.person_values(read, values, person, today)
    asked = [
        *_asked(questionnaires.sections(version, level="household"), values),
        *_about_member(),
        *_asked(questionnaires.sections(version, level="person"), person_values),
    ]
    form = TextsForm(request.POST if request.method == "POST" else None, asked=asked, texts={}, latest=today)
    context = {
        "page_title": _("Try the questionnaire"),
        "caption": _("Version %(code)s: nothing is kept") % {"code": version.code},
        "crumbs": crumbs(version, _("Try it")),
        "form": form,
        "groups": form.groups(),
        "cancel_url": reverse("registry:questionnaire", args=[version.code]),
        "fired": _fired(read, values, person_values) if request.method == "POST" else [],
        "all_well": request.method == "POST" and form.is_valid(),
    }
    return render(request, "registry/questionnaire_try.html", context, status=422 if form.errors else 200)


def _asked(sections: tuple[Section, ...], values: relevance.Values) -> list[Asked]:
    return [one for section in sections for one in registration.questions(section, values, titled=True)]


def _about_member() -> list[Asked]:
    """Who the tried member is: what most rules turn on."""
    wanted = ("relationship", "sex", "birth_date")
    return [one for one in registration.member([]) if one.name in wanted]


def _texts(read: Questionnaire, level: Level, texts: dict[str, str]) -> dict[str, str]:
    return {one.code: texts.get(one.code, "") for one in read.of(level)}


def _fired(read: Questionnaire, values: relevance.Values, person: relevance.Values) -> list[dict[str, Any]]:
    """The checks that speak for what was typed."""
    found = []
    for check in read.checks:
        seen = values if check.level is Level.HOUSEHOLD else person
        if relevance.fails(check.must, seen):
            tone = "bad" if check.severity == "error" else "waiting"
            found.append({"message": questionnaires.in_words(check.message), "tone": tone, "severity": check.severity})
    return found
