"""One payroll: where it stands, what happens next and by whom, its figures, lines and files."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.files import FileGone, stored_path
from core.jobs.progress import progress_of
from core.views.paging import key_asked
from core.views.reads import saw_households
from payments.forms import LineFilter
from payments.models import Exclusion, Instruction, Payroll, ProviderFile
from payments.queries import payrolls as queries
from payments.queries.moves import moves_of
from payments.returns import REASONS
from payments.views.shared import columns, crumbs, day, figure, money, payroll_or_404, tag

_WHY = {**REASONS, **dict(Exclusion.Reason.choices)}


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def page(request: HttpRequest, payroll_id: int) -> HttpResponse:
    """The payroll's state, signatures, totals, controls, exclusions and files."""
    actor = actor_of_request(request)
    payroll = payroll_or_404(request, payroll_id)
    context = {
        "page_title": _("Payroll %(reference)s") % {"reference": payroll.reference},
        "caption": f"{payroll.cycle.programme.name}, {payroll.cycle.code}",
        "crumbs": crumbs((payroll.reference, "")),
        "tabs": tabs(payroll, "page"),
        "payroll": payroll,
        "state": tag(payroll.status, payroll.get_status_display()),
        "moves": [
            {"move": move, "url": reverse("payments:move", args=[payroll.pk, move.name])}
            for move in moves_of(payroll, actor=actor)
        ],
        "job": _work(payroll, timezone.now()),
        "summary": _summary(payroll),
        "controls": [
            [control["label"], {"text": _(control["outcome"]).capitalize(), "tone": tone}, control["text"]]
            for control in payroll.controls
            for tone in [tag(control["outcome"], "")["tone"]]
        ],
        "control_columns": columns(_("Control"), _("Finding"), _("What it says")),
        "left_out": [[_WHY[reason], figure(count)] for reason, count in payroll.exclusions.items()],
        "left_out_columns": columns(_("Left out because"), _("Beneficiaries"), numeric=(1,)),
        "figure_columns": columns(_("District"), _("Lines"), _("Amount"), numeric=(1, 2)),
        "districts": _rows(queries.by_district(actor=actor, payroll=payroll), payroll),
        "amount_columns": columns(_("Amount of a line"), _("Lines"), _("Together"), numeric=(1, 2)),
        "amounts": [
            [money(payroll.currency, int(row.label)), figure(row.count), money(payroll.currency, row.minor)]
            for row in queries.by_amount(actor=actor, payroll=payroll)
        ],
        "file_columns": columns(_("File"), _("Lines"), _("Amount"), numeric=(1, 2)),
        "files": _files(request, payroll),
        "may_download": _may_download(request, payroll),
    }
    return render(request, "payments/payroll.html", context)


def tabs(payroll: Payroll, current: str) -> list[dict[str, Any]]:
    """The parts of a payroll's pages."""
    parts = [
        ("page", _("Overview"), reverse("payments:payroll", args=[payroll.pk])),
        ("lines", _("Lines"), reverse("payments:lines", args=[payroll.pk])),
        ("left_out", _("Left out"), reverse("payments:left_out", args=[payroll.pk])),
    ]
    if payroll.status in ("released", "reconciled", "closed"):
        parts.append(("returns", _("Returns"), reverse("payments:returns", args=[payroll.pk])))
    return [{"label": label, "url": url, "current": name == current} for name, label, url in parts]


def _work(payroll: Payroll, at: datetime) -> Any:
    job = queries.work_on(payroll)
    if job is None:
        return None
    page_url = reverse("payments:payroll", args=[payroll.pk])
    url = reverse("core:job_progress", args=[job.pk])
    return progress_of(job, at=at, url=url, page_url=page_url, result_url=page_url, result_label=_("Show the payroll"))


def _summary(payroll: Payroll) -> list[dict[str, Any]]:
    rows = [
        {"key": _("Lines"), "value": figure(payroll.line_count)},
        {"key": _("Amount"), "value": money(payroll.currency, payroll.total_minor)},
    ]
    if payroll.withheld_count:
        withheld = f"{figure(payroll.withheld_count)}, {money(payroll.currency, payroll.withheld_minor)}"
        rows.append({"key": _("Withheld at release"), "value": withheld})
    rows.append({"key": _("Budget"), "value": f"{payroll.budget.code}"})
    for key, who, when in (
        (_("Prepared by"), payroll.prepared_by, payroll.prepared_at),
        (_("Submitted by"), payroll.submitted_by, payroll.submitted_at),
        (_("Approved by"), payroll.approved_by, payroll.approved_at),
        (_("Released by"), payroll.released_by, payroll.released_at),
    ):
        if who:
            rows.append({"key": key, "value": ", ".join(filter(None, [str(who), day(when)]))})
    if payroll.reason:
        rows.append({"key": _("Sent back because"), "value": payroll.reason})
    if payroll.seal:
        rows.append({"key": _("Seal"), "value": payroll.seal})
    return rows


def _rows(found: list[queries.Figures], payroll: Payroll) -> list[list[str]]:
    return [[row.label, figure(row.count), money(payroll.currency, row.minor)] for row in found]


def _may_download(request: HttpRequest, payroll: Payroll) -> bool:
    actor, code = actor_of_request(request), payroll.cycle.programme.code
    return any(
        actor.may_for_programme(permission, code)
        for permission in (Permission.PAYMENTS_RELEASE, Permission.PAYMENTS_RECONCILE)
    )


def _files(request: HttpRequest, payroll: Payroll) -> list[list[Any]]:
    may = _may_download(request, payroll)
    return [
        [
            {"text": file.get_kind_display(), "url": reverse("payments:file", args=[payroll.pk, file.kind])}
            if may
            else file.get_kind_display(),
            figure(file.line_count),
            money(payroll.currency, file.total_minor),
        ]
        for file in payroll.files.order_by("kind")
    ]


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def lines(request: HttpRequest, payroll_id: int) -> HttpResponse:
    """The payroll's lines, a page at a time, with filters. Names are read: the read is logged."""
    actor = actor_of_request(request)
    payroll = payroll_or_404(request, payroll_id)
    districts = sorted(
        queries.lines(actor=actor, payroll=payroll).order_by().values_list("district_id", "district__name").distinct(),
        key=lambda row: row[1],
    )
    form = LineFilter(request.GET or None, districts=[(str(pk), name) for pk, name in districts])
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    after = key_asked(request, "after") or 0
    rows, following = queries.page_of_lines(actor=actor, payroll=payroll, wanted=wanted, after=after)
    saw_households(request, "payments.lines", [line.household_id for line in rows])
    url = reverse("payments:lines", args=[payroll.pk])
    kept = {name: value for name, value in wanted.items() if value}
    context = {
        "page_title": _("Lines of payroll %(reference)s") % {"reference": payroll.reference},
        "crumbs": crumbs((payroll.reference, reverse("payments:payroll", args=[payroll.pk])), (_("Lines"), "")),
        "tabs": tabs(payroll, "lines"),
        "filter_form": form,
        "list_url": url,
        "columns": columns(
            _("Reference"),
            _("Beneficiary"),
            _("Receives"),
            _("How"),
            _("District"),
            _("Amount"),
            _("State"),
            numeric=(5,),
        ),
        "rows": [_line(line) for line in rows],
        "next_url": f"{url}?{urlencode({**kept, 'after': following})}" if following else "",
        "previous_url": f"{url}?{urlencode(kept)}" if after else "",
    }
    return render(request, "payments/lines.html", context)


def _line(line: Instruction) -> list[Any]:
    where = line.pay_point.name if line.pay_point else f"{line.provider.name} …{line.account_number[-4:]}"
    state = line.get_status_display()
    if line.status_reason:
        state = f"{state}: {_WHY.get(line.status_reason, line.status_reason).lower()}"
    return [
        line.reference,
        f"{line.beneficiary_name} ({line.household.reference})",
        f"{line.recipient_name}, {line.get_recipient_kind_display().lower()}",
        where,
        line.district.name,
        money(line.currency, line.amount_minor),
        tag(line.status, state),
    ]


@require_safe
@requires(Permission.PAYMENTS_VIEW)
def left_out(request: HttpRequest, payroll_id: int) -> HttpResponse:
    """Who was left out, and why."""
    actor = actor_of_request(request)
    payroll = payroll_or_404(request, payroll_id)
    after = key_asked(request, "after") or 0
    found = queries.left_out(actor=actor, payroll=payroll, after=after)
    saw_households(request, "payments.left_out", [row.enrolment.household_id for row in found])
    url = reverse("payments:left_out", args=[payroll.pk])
    context = {
        "page_title": _("Left out of payroll %(reference)s") % {"reference": payroll.reference},
        "crumbs": crumbs((payroll.reference, reverse("payments:payroll", args=[payroll.pk])), (_("Left out"), "")),
        "tabs": tabs(payroll, "left_out"),
        "columns": columns(_("Enrolment"), _("Household"), _("District"), _("Reason")),
        "rows": [
            [row.enrolment.reference, row.enrolment.household.reference, row.district.name, row.get_reason_display()]
            for row in found
        ],
        "next_url": f"{url}?after={found[-1].pk}" if len(found) == queries.PAGE else "",
        "previous_url": url if after else "",
    }
    return render(request, "payments/lines.html", context)


@require_safe
@requires(Permission.PAYMENTS_RELEASE, Permission.PAYMENTS_RECONCILE)
def file(request: HttpRequest, payroll_id: int, kind: str) -> HttpResponseBase:
    """A provider's file, for those who release or reconcile. The download is logged as a read."""
    actor = actor_of_request(request)
    payroll = payroll_or_404(request, payroll_id)
    if not _may_download(request, payroll):
        actor.require_for_programme(Permission.PAYMENTS_RELEASE, payroll.cycle.programme.code)
    found = ProviderFile.objects.filter(payroll=payroll, kind=kind).select_related("stored").first()
    if found is None:
        raise Http404
    audit.read(
        actor=actor, at=timezone.now(), page=f"payments.file.{kind}", subject_type="payroll", subject_ids=[payroll.pk]
    )
    try:
        path = stored_path(found.stored)
    except FileGone as error:
        raise Http404 from error
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=found.stored.name, content_type=found.stored.media_type
    )
