"""Questionnaire versions: listed, read in words, compared, copied, published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.views.asking import ask, form_page
from core.views.errors import conflict
from registry.actions import questionnaires as act
from registry.forms import words
from registry.forms.questionnaire import CopyForm, PublishForm, UploadForm
from registry.models import QuestionnaireVersion
from registry.queries import questionnaires, validating
from registry.queries.publishing import effects
from registry.questionnaire.comparing import Difference, compare
from registry.questionnaire.drafting import copy_of
from registry.views.access import actor_of, needs
from registry.views.publishing import told
from registry.views.questionnaire_shown import checks_shown, sections_shown
from registry.xlsform import XLSFormError, read_xlsform

VIEW = Permission.REGISTRY_VIEW
MANAGE = Permission.REGISTRY_MANAGE_QUESTIONNAIRE
PUBLISH = Permission.REGISTRY_PUBLISH_QUESTIONNAIRE
_TONES = {"draft": "waiting", "published": "good", "retired": "neutral"}
both = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs(VIEW, MANAGE, PUBLISH)
def versions(request: HttpRequest) -> HttpResponse:
    """Every version, newest first."""
    actor = actor_of(request)
    context = {
        "page_title": _("Questionnaire"),
        "columns": [{"label": _("Version")}, {"label": _("Name")}, {"label": _("State")}, {"label": _("Changed")}],
        "rows": [
            [
                {"text": row.code, "url": reverse("registry:questionnaire", args=[row.code])},
                questionnaires.in_words(row.content.get("label")),
                {"text": row.get_status_display(), "tone": _TONES[row.status]},
                _changed(row),
            ]
            for row in questionnaires.versions(actor=actor)
        ],
        "upload_url": reverse("registry:questionnaire_upload") if may(request, MANAGE) else "",
    }
    return render(request, "registry/questionnaires.html", context)


def may(request: HttpRequest, permission: Permission) -> bool:
    """Whether the actor holds it for the whole country and every programme."""
    return actor_of(request).may_for_programme(permission, "")


def _changed(row: QuestionnaireVersion) -> str:
    if row.edited_at is None:
        return _("With the country pack")
    by = row.edited_by.full_name if row.edited_by else ""
    return _("%(day)s by %(name)s") % {"day": words.day(row.edited_at.date()), "name": by}


def the_version(request: HttpRequest, code: str) -> QuestionnaireVersion:
    """The version of the address, if the actor may see it."""
    found = questionnaires.version(actor=actor_of(request), code=code)
    if found is None:
        raise Http404
    return found


def the_draft(request: HttpRequest, code: str) -> QuestionnaireVersion:
    """The draft of the address; a published version cannot be changed."""
    found = the_version(request, code)
    if found.status != QuestionnaireVersion.Status.DRAFT:
        raise Http404
    return found


def crumbs(version: QuestionnaireVersion, last: str = "") -> list[dict[str, str]]:
    """The way back."""
    found = [{"label": _("Questionnaire"), "url": reverse("registry:questionnaires")}]
    if not last:
        return [*found, {"label": version.code}]
    return [
        *found,
        {"label": version.code, "url": reverse("registry:questionnaire", args=[version.code])},
        {"label": last},
    ]


@require_safe
@needs(VIEW, MANAGE, PUBLISH)
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Sections, questions, choices and checks of a version, rules in words; a draft with what is wrong in it."""
    version = the_version(request, code)
    drafted = version.status == QuestionnaireVersion.Status.DRAFT
    editing = drafted and may(request, MANAGE)
    all_versions = questionnaires.versions(actor=actor_of(request))
    context = {
        "page_title": questionnaires.in_words(version.content.get("label")) or version.code,
        "caption": _("Questionnaire version %(code)s") % {"code": version.code},
        "crumbs": crumbs(version),
        "version": version,
        "state": version.get_status_display(),
        "tone": _TONES[version.status],
        "editing": editing,
        "sections": sections_shown(version, editing=editing),
        "checks": checks_shown(version, editing=editing),
        "problems": act.troubles(version, all_versions) if drafted else (),
        "others": [other for other in all_versions if other.pk != version.pk],
        "may_copy": may(request, MANAGE),
        "may_publish": drafted and may(request, PUBLISH) and version.edited_by_id != actor_of(request).user_id,
        "waits_for_other": drafted and may(request, PUBLISH) and version.edited_by_id == actor_of(request).user_id,
        "changed": _changed(version),
    }
    return render(request, "registry/questionnaire.html", context)


@both
@needs(MANAGE)
def copy(request: HttpRequest, code: str) -> HttpResponse:
    """Make a draft that asks the same as this version."""
    version = the_version(request, code)
    form = CopyForm(request.POST or None, initial={"label": questionnaires.in_words(version.content.get("label"))})
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data
        content = copy_of(version.content, code=new["code"], label={"en": new["label"]})
        try:
            made = act.draft(content=content, actor=actor_of(request), at=timezone.now(), source=version.code)
        except act.VersionTaken as error:
            form.add_error("code", str(error))
        else:
            return redirect("registry:questionnaire", made.code)
    return form_page(
        request,
        form=form,
        page_title=_("Make a draft"),
        caption=_("From version %(code)s") % {"code": version.code},
        crumbs=crumbs(version, _("Make a draft")),
        cancel_url=reverse("registry:questionnaire", args=[version.code]),
        button=_("Make the draft"),
    )


@both
@needs(MANAGE)
def upload(request: HttpRequest) -> HttpResponse:
    """Make a draft from an XLSForm; what could not be carried over is listed."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            read = read_xlsform(form.cleaned_data["file"].read(), code=form.cleaned_data["code"])
            made = act.draft(content=read.content, actor=actor_of(request), at=timezone.now(), source="xlsform")
        except XLSFormError as error:
            form.add_error("file", str(error))
        except act.VersionTaken as error:
            form.add_error("code", str(error))
        else:
            for note in read.notes[:20]:
                messages.warning(request, note)
            return redirect("registry:questionnaire", made.code)
    return form_page(
        request,
        form=form,
        page_title=_("Make a draft from an XLSForm"),
        cancel_url=reverse("registry:questionnaires"),
        button=_("Send the form"),
        multipart=True,
    )


@both
@needs(PUBLISH)
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Put a draft in force, after what changes against the version in force was read."""
    version = the_version(request, code)
    back = reverse("registry:questionnaire", args=[version.code])
    form = PublishForm(request.POST or None, initial={"seen": version.digest})
    if request.method == "POST" and form.is_valid():
        try:
            act.publish(code=code, seen_digest=form.cleaned_data["seen"], actor=actor_of(request), at=timezone.now())
        except act.NOT_PUBLISHED as error:
            return conflict(request, sentence=str(error), back_url=back)
        messages.success(request, _("The questionnaire %(code)s is in force.") % {"code": code})
        return redirect(back)
    if version.status != QuestionnaireVersion.Status.DRAFT:
        raise Http404
    old = questionnaires.published()
    context = {
        "page_title": _("Publish the questionnaire %(code)s?") % {"code": version.code},
        "crumbs": crumbs(version, _("Publish")),
        "old": old,
        "differences": differences(compare(old.content, version.content)),
        "form": form,
        "cancel_url": back,
        **_effects(request, old, version),
    }
    return render(request, "registry/questionnaire_publish.html", context)


def _effects(request: HttpRequest, old: QuestionnaireVersion, new: QuestionnaireVersion) -> dict[str, Any]:
    """What publishing would do; nothing for a draft with troubles, which cannot be published."""
    if act.troubles(new, questionnaires.versions(actor=actor_of(request))):
        return {"troubled": True}
    now = timezone.now()
    found = effects(actor=actor_of(request), old=old, new=new, on=timezone.localdate(now), at=now)
    return told(found) | {"form_of_phones": validating.verdict(new)}


@both
@needs(MANAGE)
def give_up(request: HttpRequest, code: str) -> HttpResponse:
    """Remove a draft."""
    version = the_draft(request, code)
    return ask(
        request,
        act=lambda data: act.give_up(code=code, actor=actor_of(request), at=timezone.now()),
        overtaken=(act.NotADraftVersion,),
        back_url=reverse("registry:questionnaires"),
        context={
            "page_title": _("Remove the draft %(code)s?") % {"code": version.code},
            "question": _("Nobody was asked with it, so nothing else changes."),
            "confirm_label": _("Yes, remove the draft"),
            "danger": True,
            "cancel_url": reverse("registry:questionnaire", args=[version.code]),
        },
    )


@require_safe
@needs(VIEW, MANAGE, PUBLISH)
def comparison(request: HttpRequest, code: str) -> HttpResponse:
    """What a version adds, removes and changes against another."""
    version = the_version(request, code)
    old = the_version(request, request.GET.get("with", code))
    context = {
        "page_title": _("What %(new)s changes against %(old)s") % {"new": version.code, "old": old.code},
        "crumbs": crumbs(version, _("Comparison")),
        "differences": differences(compare(old.content, version.content)),
    }
    return render(request, "registry/questionnaire_compare.html", context)


def differences(found: tuple[Difference, ...]) -> list[dict[str, Any]]:
    """Differences ready to show."""
    kinds = {"section": _("Section"), "question": _("Question"), "check": _("Check")}
    how = {"added": _("added"), "removed": _("removed"), "changed": _("changed"), "moved": _("order changed")}
    tones = {"added": "good", "removed": "bad", "changed": "waiting", "moved": "neutral"}
    return [
        {
            "kind": kinds[one.kind],
            "how": how[one.how],
            "tone": tones[one.how],
            "label": one.label,
            "code": one.code,
            "changes": [
                {"label": KEYS.get(change.key, change.key), "before": change.before, "after": change.after}
                for change in one.changes
            ],
        }
        for one in found
    ]


KEYS = {
    "level": gettext_lazy("Asked about"),
    "section": gettext_lazy("Section"),
    "type": gettext_lazy("Kind of answer"),
    "label": gettext_lazy("Words"),
    "hint": gettext_lazy("Hint"),
    "choices": gettext_lazy("Choices"),
    "unit": gettext_lazy("Unit"),
    "min": gettext_lazy("Least value"),
    "max": gettext_lazy("Greatest value"),
    "mask": gettext_lazy("Form of the text"),
    "required": gettext_lazy("Must be answered"),
    "required_when": gettext_lazy("Must be answered when"),
    "relevant_when": gettext_lazy("Asked only when"),
    "place": gettext_lazy("Tells where the household lives"),
    "severity": gettext_lazy("Severity"),
    "must": gettext_lazy("What must hold"),
    "message": gettext_lazy("Message"),
    "path": gettext_lazy("Points to"),
    "order": gettext_lazy("Order"),
}
