"""What people are told about their data: the versions, one as people see it, drafting and publishing another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access.permissions import Permission
from core.reader import languages
from core.views.asking import ask, form_page
from core.views.errors import conflict
from registry.actions import notices as act
from registry.forms import words
from registry.forms.notices import ChangeNoticeForm, NewNoticeForm
from registry.forms.questionnaire import PublishForm
from registry.models import PrivacyNotice
from registry.queries import notices, questionnaires
from registry.views.access import actor_of, needs

VIEW, KEEP = Permission.REGISTRY_VIEW, Permission.PRIVACY_NOTICES
both = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs(VIEW, KEEP)
def versions(request: HttpRequest) -> HttpResponse:
    """Every version of the text, newest first; drafts for who keeps them."""
    actor, today = actor_of(request), timezone.localdate()
    current = questionnaires.notice_in_force(on=today)
    told = [*notices.drafts(actor=actor), *notices.published()]
    context = {
        "page_title": _("What households are told about their data"),
        "columns": [{"label": _("Version")}, {"label": _("State")}, {"label": _("From")}, {"label": _("Changed by")}],
        "rows": [
            [
                {"text": one.version, "url": reverse("registry:notice", args=[one.version])},
                _state(one, current),
                words.day(one.in_force_from),
                _changed(one),
            ]
            for one in told
        ],
        "current": _shown(current) if current else None,
        "new_url": reverse("registry:notice_new") if notices.keeps(actor) else "",
    }
    return render(request, "registry/notices.html", context)


def _state(one: PrivacyNotice, current: PrivacyNotice | None) -> dict[str, str]:
    if one.status == PrivacyNotice.Status.DRAFT:
        return {"text": _("Draft"), "tone": "waiting"}
    if current is not None and one.pk == current.pk:
        return {"text": _("In force"), "tone": "good"}
    if one.in_force_from > timezone.localdate():
        return {"text": _("To come"), "tone": "progress"}
    return {"text": _("Over"), "tone": "neutral"}


def _changed(one: PrivacyNotice) -> str:
    if one.edited_at is None or one.edited_by is None:
        return _("The country pack")
    day = words.day(timezone.localdate(one.edited_at))
    return _("%(name)s, %(day)s") % {"day": day, "name": one.edited_by.full_name}


def _shown(one: PrivacyNotice) -> dict[str, Any]:
    """The version as people see or hear it."""
    names = languages()
    return {
        "version": one.version,
        "texts": [
            {"language": names.get(code, code), "code": code, "paragraphs": _paragraphs(one.texts[code])}
            for code in [*names, *sorted(set(one.texts) - set(names))]
            if one.texts.get(code)
        ],
        "legal_bases": [label for _code, label in notices.legal_bases_of(one)],
        "purposes": [label for _code, label in notices.purposes_of(one)],
    }


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


@require_safe
@needs(VIEW, KEEP)
def page(request: HttpRequest, version: str) -> HttpResponse:
    """One version as people see it, and what it changes against the one before it."""
    one, actor = _found(request, version), actor_of(request)
    keeps = notices.keeps(actor)
    drafted = one.status == PrivacyNotice.Status.DRAFT
    mine = one.edited_by_id == actor.user_id
    against = _against(one)
    context = {
        "page_title": _("Privacy notice %(version)s") % {"version": one.version},
        "crumbs": _crumbs(one.version),
        "state": _state(one, questionnaires.notice_in_force(on=timezone.localdate())),
        "summary": [
            {"key": _("In force from"), "value": words.day(one.in_force_from)},
            {"key": _("Changed by"), "value": _changed(one)},
            *([{"key": _("Published by"), "value": one.published_by.full_name}] if one.published_by else []),
        ],
        "shown": _shown(one),
        "against": against,
        "changes": _changes(against, one) if against else [],
        "change_url": reverse("registry:notice_change", args=[one.version]) if keeps and drafted else "",
        "give_up_url": reverse("registry:notice_give_up", args=[one.version]) if keeps and drafted else "",
        "publish_url": reverse("registry:notice_publish", args=[one.version]) if keeps and drafted and not mine else "",
        "waits_for_other": keeps and drafted and mine,
    }
    return render(request, "registry/notice.html", context)


def _against(one: PrivacyNotice) -> PrivacyNotice | None:
    """What it is compared with: a draft with the version in force, a published one with the one before it."""
    if one.status == PrivacyNotice.Status.DRAFT:
        return questionnaires.notice_in_force(on=timezone.localdate())
    return questionnaires.notice_in_force(on=one.in_force_from - timedelta(days=1))


def _changes(old: PrivacyNotice, new: PrivacyNotice) -> list[dict[str, str]]:
    """What differs, one line for each language and list."""
    before, after = _shown(old), _shown(new)
    names = languages() | {code: code for code in {**old.texts, **new.texts} if code not in languages()}
    pairs = [(name, old.texts.get(code, ""), new.texts.get(code, "")) for code, name in names.items()]
    for label, key in ((_("Why the data may be held"), "legal_bases"), (_("May be agreed to"), "purposes")):
        pairs.append((label, "; ".join(before[key]), "; ".join(after[key])))
    return [
        {"label": label, "before": left or "–", "after": right or "–"} for label, left, right in pairs if left != right
    ]


@both
@needs(KEEP)
def new(request: HttpRequest) -> HttpResponse:
    """A draft, beginning with the text in force."""
    _keeps(request)
    today = timezone.localdate()
    form = NewNoticeForm(
        request.POST if request.method == "POST" else None,
        shown=questionnaires.notice_in_force(on=today),
        today=today,
        initial={"in_force_from": today + timedelta(days=30)},
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data["version"]
        try:
            act.draft(version=told, content=form.content, actor=actor_of(request), at=timezone.now())
        except act.VersionTaken as error:
            form.add_error("version", _(str(error)))
        else:
            messages.success(request, _("The draft is kept. Somebody else publishes it."))
            return redirect("registry:notice", told)
    return form_page(
        request,
        form=form,
        page_title=_("Draft a new text"),
        crumbs=_crumbs(_("New draft")),
        cancel_url=reverse("registry:notices"),
        button=_("Keep the draft"),
    )


@both
@needs(KEEP)
def change(request: HttpRequest, version: str) -> HttpResponse:
    """A draft is changed; whoever does cannot publish it then."""
    one = _draft(request, version)
    back = reverse("registry:notice", args=[one.version])
    form = ChangeNoticeForm(
        request.POST if request.method == "POST" else None,
        shown=one,
        today=timezone.localdate(),
        initial={"in_force_from": one.in_force_from, "seen": notices.digest_of(one)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            act.change(
                version=one.version,
                content=form.content,
                seen_digest=form.cleaned_data["seen"],
                actor=actor_of(request),
                at=timezone.now(),
            )
        except (act.DraftChanged, act.NotADraftVersion) as error:
            return conflict(request, sentence=_(str(error)), back_url=back)
        messages.success(request, _("The draft is kept. Somebody else publishes it."))
        return redirect(back)
    return form_page(
        request,
        form=form,
        page_title=_("Change the draft"),
        caption=_("Privacy notice %(version)s") % {"version": one.version},
        crumbs=_crumbs(_("Change"), one),
        cancel_url=back,
        button=_("Keep the draft"),
    )


@both
@needs(KEEP)
def publish(request: HttpRequest, version: str) -> HttpResponse:
    """Publish a draft, after what people will be told was read."""
    one = _found(request, version)
    _keeps(request)
    back = reverse("registry:notice", args=[one.version])
    form = PublishForm(request.POST or None, initial={"seen": notices.digest_of(one)})
    if request.method == "POST" and form.is_valid():
        try:
            act.publish(
                version=one.version,
                seen_digest=form.cleaned_data["seen"],
                actor=actor_of(request),
                at=timezone.now(),
            )
        except (act.NotADraftVersion, act.DraftChanged) as error:
            return conflict(request, sentence=_(str(error)), back_url=back)
        except (act.SameEditor, act.TooSoon, act.DayTaken, act.TextMissing) as error:
            form.add_error(None, _(str(error)))
        else:
            day = words.day(one.in_force_from)
            messages.success(request, _("Published. People are told this text from %(day)s.") % {"day": day})
            return redirect(back)
    if one.status != PrivacyNotice.Status.DRAFT:
        raise Http404
    against = _against(one)
    return form_page(
        request,
        form=form,
        template="registry/notice_publish.html",
        page_title=_("Publish the privacy notice %(version)s?") % {"version": one.version},
        crumbs=_crumbs(_("Publish"), one),
        day=words.day(one.in_force_from),
        shown=_shown(one),
        against=against,
        changes=_changes(against, one) if against else [],
        cancel_url=back,
    )


@both
@needs(KEEP)
def give_up(request: HttpRequest, version: str) -> HttpResponse:
    """Put a draft away."""
    one = _draft(request, version)
    return ask(
        request,
        act=lambda data: act.give_up(version=one.version, actor=actor_of(request), at=timezone.now()),
        overtaken=(act.NotADraftVersion,),
        done=_("The draft is given up."),
        back_url=reverse("registry:notices"),
        context={
            "page_title": _("Give up the draft %(version)s?") % {"version": one.version},
            "question": _("Nobody was told it. Its code cannot be used again."),
            "confirm_label": _("Yes, give it up"),
            "danger": True,
            "cancel_url": reverse("registry:notice", args=[one.version]),
        },
    )


def _keeps(request: HttpRequest) -> None:
    """The notices are the whole country's: who keeps them for a part alone finds nothing here."""
    if not notices.keeps(actor_of(request)):
        raise Http404


def _found(request: HttpRequest, version: str) -> PrivacyNotice:
    found = notices.notice(actor=actor_of(request), version=version)
    if found is None:
        raise Http404
    return found


def _draft(request: HttpRequest, version: str) -> PrivacyNotice:
    found = _found(request, version)
    if found.status != PrivacyNotice.Status.DRAFT:
        raise Http404
    return found


def _crumbs(last: str, one: PrivacyNotice | None = None) -> list[dict[str, str]]:
    found = [{"label": _("Privacy notices"), "url": reverse("registry:notices")}]
    if one is not None:
        found.append({"label": one.version, "url": reverse("registry:notice", args=[one.version])})
    return [*found, {"label": last}]
