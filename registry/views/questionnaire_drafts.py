"""Changing a draft of the questionnaire: sections, questions, checks, the mapping."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.views.asking import form_page
from core.views.errors import conflict
from registry.actions import questionnaires as act
from registry.forms.questionnaire import CheckForm, DraftForm, MappingForm, QuestionForm, SectionForm
from registry.models import QuestionnaireVersion
from registry.questionnaire.drafting import Edit, NotThere, Taken, find, move, put, put_mapping, remove
from registry.views.access import actor_of, needs
from registry.views.questionnaires import MANAGE, both, crumbs, the_draft

FORMS: dict[str, type[DraftForm]] = {"section": SectionForm, "question": QuestionForm, "check": CheckForm}


def _title(kind: str, *, new: bool) -> str:
    titles = {
        "section": (_("Add a section"), _("Change a section")),
        "question": (_("Add a question"), _("Change a question")),
        "check": (_("Add a check"), _("Change a check")),
    }
    return titles[kind][0 if new else 1]


def _page(request: HttpRequest, code: str, kind: str, item: str = "") -> HttpResponse:
    """The form of one thing of a draft; what is wrong is said at its field, and nothing is kept then."""
    version = the_draft(request, code)
    raw = _found(version, kind, item) if item else None
    initial = {"section": request.GET.get("section", "")} if kind == "question" and not item else {}
    form: Any = FORMS[kind](
        request.POST if request.method == "POST" else None,
        content=version.content,
        digest=version.digest,
        raw=raw,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        edit = put(kind, form.raw, instead_of=item)
        return _changed(
            request, version, edit, f"{kind} {form.raw['code']}", form.cleaned_data["seen"], kind, form.raw["code"]
        )
    more = {}
    if item:
        more["move_url"] = reverse(f"registry:questionnaire_{kind}_move", args=[code, item])
        more["remove_url"] = reverse(f"registry:questionnaire_{kind}_remove", args=[code, item])
    return _show(request, version, _title(kind, new=not item), form, **more)


def _found(version: QuestionnaireVersion, kind: str, item: str) -> dict[str, Any]:
    try:
        return find(version.content, kind, item)
    except NotThere as error:
        raise Http404 from error


def _show(request: HttpRequest, version: QuestionnaireVersion, title: str, form: Any, **more: str) -> HttpResponse:
    return form_page(
        request,
        form=form,
        template="registry/questionnaire_form.html",
        page_title=title,
        caption=_("Draft %(code)s") % {"code": version.code},
        crumbs=crumbs(version, title),
        digest=version.digest,
        cancel_url=reverse("registry:questionnaire", args=[version.code]),
        button=_("Save"),
        **more,
    )


def _changed(
    request: HttpRequest, version: QuestionnaireVersion, edit: Edit, what: str, seen: str, kind: str, item: str = ""
) -> HttpResponse:
    back = reverse("registry:questionnaire", args=[version.code])
    try:
        act.change(
            code=version.code, edit=edit, what=what, seen_digest=seen, actor=actor_of(request), at=timezone.now()
        )
    except (act.DraftChanged, act.NotADraftVersion, NotThere, Taken) as error:
        return conflict(request, sentence=str(error), back_url=back)
    messages.success(request, _("The draft is kept."))
    return redirect(f"{back}#{kind}-{item}" if item else back)


def _act(request: HttpRequest, code: str, edit: Edit, what: str, kind: str, item: str = "") -> HttpResponse:
    version = the_draft(request, code)
    return _changed(request, version, edit, what, request.POST.get("seen", ""), kind, item)


def _by(request: HttpRequest) -> int:
    return -1 if request.POST.get("way") == "up" else 1


@both
@needs(MANAGE)
def section_add(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code, "section")


@both
@needs(MANAGE)
def section(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _page(request, code, "section", item)


@require_POST
@needs(MANAGE)
def section_move(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _act(request, code, move("section", item, by=_by(request)), f"move section {item}", "section", item)


@require_POST
@needs(MANAGE)
def section_remove(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _act(request, code, remove("section", item), f"remove section {item}", "section")


@both
@needs(MANAGE)
def question_add(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code, "question")


@both
@needs(MANAGE)
def question(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _page(request, code, "question", item)


@require_POST
@needs(MANAGE)
def question_move(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _act(request, code, move("question", item, by=_by(request)), f"move question {item}", "question", item)


@require_POST
@needs(MANAGE)
def question_remove(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _act(request, code, remove("question", item), f"remove question {item}", "question")


@both
@needs(MANAGE)
def check_add(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code, "check")


@both
@needs(MANAGE)
def check(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _page(request, code, "check", item)


@require_POST
@needs(MANAGE)
def check_move(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _act(request, code, move("check", item, by=_by(request)), f"move check {item}", "check", item)


@require_POST
@needs(MANAGE)
def check_remove(request: HttpRequest, code: str, item: str) -> HttpResponse:
    return _act(request, code, remove("check", item), f"remove check {item}", "check")


@both
@needs(MANAGE)
def mapping(request: HttpRequest, code: str) -> HttpResponse:
    """How answers of the earlier version are carried over."""
    version = the_draft(request, code)
    form = MappingForm(
        request.POST if request.method == "POST" else None, content=version.content, digest=version.digest
    )
    if request.method == "POST" and form.is_valid():
        return _changed(request, version, put_mapping(form.mapping), "mapping", form.cleaned_data["seen"], "mapping")
    return _show(request, version, _("Answers of the earlier version"), form)
