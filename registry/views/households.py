"""The page of one household: who it is, what it answered, how it is paid, and what happened to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from core import audit
from core.access.permissions import Permission
from core.hooks import household_tabs
from core.views.reads import saw_households
from registry.forms import words
from registry.forms.reasons import ReasonForm
from registry.models import ChangeRequest, Household, Membership, Person
from registry.queries import changes, households, questionnaires, whereabouts
from registry.queries.people import names_of_users
from registry.queries.questionnaires import Section
from registry.views import consents, photos, shown
from registry.views.access import actor_of, needs


@require_safe
@needs(Permission.REGISTRY_VIEW)
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Summary, members, answers, payment; the look is logged before the answer leaves."""
    household = _seen(request, reference, page="household")
    actor, today = actor_of(request), timezone.localdate()
    members = households.members(household=household)
    links = households.links(actor=actor, household=household, person_ids=[row.person_id for row in members])
    account, nominee = households.account(household=household), households.nominee(household=household)
    person_sections = questionnaires.sections(household.questionnaire, level="person")
    pictures = photos.addresses(
        _told(household, members), lambda one: reverse("registry:household_photo", args=[household.reference, one])
    )
    registered_by = names_of_users([household.registered_by_id]).get(household.registered_by_id or 0, "")
    context = _frame(request, household, current="summary") | {
        "merged_url": _merged_url(household),
        "summary": shown.household_rows(household, actor=actor, today=today, registered_by=registered_by),
        "members": shown.member_rows(household, members, links, actor=actor),
        "payment": shown.account_rows(household, account, nominee, actor=actor),
        "consent": consents.rows(household),
        "groups": shown.answer_groups(
            questionnaires.sections(household.questionnaire, level="household"), household.answers, photos=pictures
        ),
        "persons": [
            {
                "name": str(row.person),
                "anchor": f"person-{row.person.reference.lower()}",
                "particulars": shown.particulars(row.person),
                "groups": shown.answer_groups(person_sections, row.person.answers, photos=pictures),
            }
            for row in members
        ],
        "former": [
            {"text": str(row.person), "until": words.day(row.until_on)}
            for row in households.former_members(household=household)
        ],
        "print_url": reverse("registry:household_print", args=[household.reference]),
        "open_changes": [
            {"label": words.change(row.kind), "url": reverse("registry:change", args=[row.uuid])}
            for row in changes.of_household(household=household)
            if row.status == ChangeRequest.Status.REQUESTED
        ],
        "change_url": reverse("registry:change_start", args=[household.reference])
        if actor.may_in(Permission.REGISTRY_REGISTER, area_path=household.area.path)
        else "",
    }
    return render(request, "registry/household.html", context)


def _told(household: Household, members: list[Membership]) -> list[tuple[tuple[Section, ...], dict[str, Any]]]:
    """All answers of a household with the sections that they belong to."""
    of_person = questionnaires.sections(household.questionnaire, level="person")
    of_household = questionnaires.sections(household.questionnaire, level="household")
    return [(of_household, household.answers), *((of_person, row.person.answers) for row in members)]


@require_safe
@needs(Permission.REGISTRY_VIEW)
def photo(request: HttpRequest, reference: str, number: UUID) -> HttpResponseBase:
    """A photograph that this household's record names."""
    household = _seen(request, reference, page="household_photo")
    return photos.shown(str(number), _told(household, households.members(household=household)))


@require_safe
@needs(Permission.REGISTRY_VIEW)
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """The summary on paper, for the household to check and sign."""
    household = _seen(request, reference, page="household_print")
    actor, today = actor_of(request), timezone.localdate()
    members = households.members(household=household)
    account, nominee = households.account(household=household), households.nominee(household=household)
    notice = household.privacy_notice
    context: dict[str, Any] = {
        "page_title": _("Household %(reference)s") % {"reference": household.reference},
        "household": household,
        "summary": shown.household_rows(household, actor=actor, today=today, registered_by=""),
        "members": shown.member_rows(household, members, [], actor=actor),
        "payment": shown.account_rows(household, account, nominee, actor=actor),
        "groups": shown.answer_groups(
            questionnaires.sections(household.questionnaire, level="household"), household.answers
        ),
        "notice": questionnaires.in_words(notice.texts),
        "notice_version": notice.version,
        "consent": _("The household agreed that this data is held.") if household.consent else "",
        "serial": household.reference,
        "back_url": reverse("registry:household", args=[household.reference]),
        "printed_at": timezone.now(),
    }
    for row in [*context["summary"], *context["payment"]]:  # paper has no "Show"
        _without_link(row)
    return render(request, "registry/household_print.html", context)


def _without_link(row: dict[str, Any]) -> None:
    if "masked" in row:
        row["value"] = row.pop("masked")["value"]


@require_safe
@needs(Permission.REGISTRY_VIEW)
def later_stage(request: HttpRequest, reference: str, index: int) -> HttpResponse:
    """A tab that another package fills: its fragment is asked for here, so that it works without script."""
    household = _seen(request, reference, page="household_tab")
    tabs = _later_tabs(request, household)
    if index >= len(tabs):
        raise Http404
    match = resolve(tabs[index].url.partition("?")[0])
    given: tuple[Any, ...] = match.args
    request.META["HTTP_HX_REQUEST"] = "true"  # the part, not a page within a page
    request.__dict__.pop("headers", None)  # read once and kept: read them again
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    answer = match.func(request, *given, **match.kwargs)
    if hasattr(answer, "render") and not getattr(answer, "is_rendered", True):
        answer.render()
    if answer.status_code != 200:
        return answer
    if b"<html" in answer.content:  # a page of its own after all
        return redirect(tabs[index].url)
    context = _frame(request, household, current=f"later-{index}") | {"fragment": answer.content.decode()}
    return render(request, "registry/household_tab.html", context)


@require_POST
@needs(Permission.REGISTRY_UNMASK)
def show(request: HttpRequest, reference: str, field: str) -> HttpResponse:
    """One of the household's numbers in full, for a reason that is kept."""
    household = _unmaskable(request, reference)
    account, nominee = households.account(household=household), households.nominee(household=household)
    safe = whereabouts.safe_place(actor=actor_of(request), household=household)
    numbers = {
        "whereabouts": (_("Address"), f"{safe.village.name}: {safe.address}" if safe else ""),
        "phone": (_("Telephone"), household.phone),
        "account": (_("Account number"), account.number if account else ""),
        "nominee_national_id": (_("Nominee's national ID"), nominee.national_id if nominee else ""),
        "nominee_phone": (_("Nominee's telephone"), nominee.phone if nominee else ""),
    }
    if field not in numbers or not numbers[field][1]:
        raise Http404
    label, number = numbers[field]
    return _shown(request, household, field=field, label=label, number=number)


@require_POST
@needs(Permission.REGISTRY_UNMASK)
def show_of_member(request: HttpRequest, reference: str, person_reference: str, field: str) -> HttpResponse:
    """A member's national ID in full, for a reason that is kept."""
    household = _unmaskable(request, reference)
    person = next(
        (row.person for row in households.members(household=household) if row.person.reference == person_reference),
        None,
    )
    if person is None or field != "national_id" or not person.national_id:
        raise Http404
    return _shown(request, household, field=field, label=_("National ID"), number=person.national_id, person=person)


def _shown(
    request: HttpRequest, household: Household, *, field: str, label: str, number: str, person: Person | None = None
) -> HttpResponse:
    form = ReasonForm(request.POST)
    line = shown.hidden(household=household, field=field, label=label, number=number, may_show=True, person=person)
    valid = form.is_valid()
    if valid:
        audit.read(
            actor=actor_of(request),
            at=timezone.now(),
            page=f"unmask.{field}",
            subject_type="person" if person else "household",
            subject_ids=[person.pk if person else household.pk],
            reason=form.cleaned_data["reason"],
        )
        line |= {"shown": number}
    else:
        line |= {"error": form.errors["reason"][0]}
    htmx = bool(getattr(request, "htmx", False))
    template = "core/_components/_masked.html" if htmx else "registry/shown.html"
    context = {
        "masked": line,
        "page_title": line["label"],
        "caption": household.reference,
        "back_url": reverse("registry:household", args=[household.reference]),
    }
    return render(request, template, context, status=200 if valid else 422)


def _seen(request: HttpRequest, reference: str, *, page: str) -> Household:
    """The household, if the actor may see it; the look is in the log before anything is shown."""
    actor = actor_of(request)
    household = households.household(actor=actor, reference=reference)
    if household is None:
        raise Http404
    saw_households(request, page, [household.pk])
    return household


def _unmaskable(request: HttpRequest, reference: str) -> Household:
    household = households.household(
        actor=actor_of(request), reference=reference, permission=Permission.REGISTRY_UNMASK
    )
    if household is None:
        raise Http404
    return household


def _merged_url(household: Household) -> str:
    other = household.merged_into
    return reverse("registry:household", args=[other.reference]) if other else ""


def _later_tabs(request: HttpRequest, household: Household) -> list[Any]:
    actor = actor_of(request)
    return [item for function in household_tabs.functions for item in function(actor, household.pk)]


def _frame(request: HttpRequest, household: Household, *, current: str) -> dict[str, Any]:
    """What all pages of one household share: heading, breadcrumb, tabs."""
    reference = household.reference
    own = [
        ("summary", _("Household"), reverse("registry:household", args=[reference])),
        ("history", _("History"), reverse("registry:household_history", args=[reference])),
    ]
    later = [
        (f"later-{index}", item.label, reverse("registry:household_tab", args=[reference, index]))
        for index, item in enumerate(_later_tabs(request, household))
    ]
    names = households.heads(household_ids=[household.pk])
    return {
        "household": household,
        "page_title": names.get(household.pk) or _("Household without a reference person"),
        "caption": reference,
        "crumbs": [
            {"label": _("Households"), "url": reverse("registry:search")},
            {"label": reference},
        ],
        "tabs": [
            {"label": label, "url": url, "current": key == current} for key, label, url in [own[0], *later, own[1]]
        ],
    }
