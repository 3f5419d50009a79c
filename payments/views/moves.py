"""Pages that ask before a payroll moves, and move it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.views.errors import conflict
from payments.actions import payrolls
from payments.actions.ledger import NotCovered
from payments.actions.payrolls import (
    ControlsStop,
    IllegalMove,
    NotPrepared,
    PayrollChanged,
    SameOfficer,
    WithoutBudget,
)
from payments.files.build import FileDoesNotAddUp
from payments.forms import ReasonForm, SealForm
from payments.models import Payroll
from payments.queries.moves import Move, moves_of
from payments.views.shared import crumbs, figure, money, payroll_or_404

_REFUSALS = (
    ControlsStop, FileDoesNotAddUp, IllegalMove, NotCovered, NotPrepared, PayrollChanged, SameOfficer, WithoutBudget,
)  # fmt: skip

_DONE = {
    "prepare": "The payroll is being prepared.",
    "check": "The controls have run.",
    "submit": "Submitted. A finance approver sees it now.",
    "approve": "Approved. A finance releaser sees it now.",
    "send-back": "Sent back to its preparer.",
    "release": "Release signed. The files for the providers are being made.",
    "close": "Closed.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(
    Permission.PAYMENTS_PREPARE,
    Permission.PAYMENTS_APPROVE,
    Permission.PAYMENTS_RELEASE,
    Permission.PAYMENTS_RECONCILE,
)
def move(request: HttpRequest, payroll_id: int, name: str) -> HttpResponse:
    """Ask with the figures, then do it. What may not be done now is answered with the sentence that says why."""
    payroll = payroll_or_404(request, payroll_id)
    back = reverse("payments:payroll", args=[payroll.pk])
    if name not in _DONE:
        raise Http404
    form = _form(request, name, payroll)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _act(request, payroll, name, form.cleaned_data if form else {})
        except _REFUSALS as error:
            return conflict(request, sentence=str(error), back_url=back)
        messages.success(request, _(_DONE[name]))
        return redirect(back)
    found = next((one for one in moves_of(payroll, actor=actor_of_request(request)) if one.name == name), None)
    if found is None or found.why_not:
        sentence = found.why_not if found else _("The payroll is no longer in the state for this.")
        return conflict(request, sentence=sentence, back_url=back)
    return render(
        request,
        "payments/confirm.html",
        _context(payroll, found, form, back),
        status=422 if form and form.errors else 200,
    )


def _form(request: HttpRequest, name: str, payroll: Payroll) -> SealForm | ReasonForm | None:
    if name == "send-back":
        return ReasonForm(request.POST or None)
    if name == "approve":
        return SealForm(request.POST or None, initial={"seen": payroll.seal})
    return None


def _act(request: HttpRequest, payroll: Payroll, name: str, given: dict[str, Any]) -> None:
    common: dict[str, Any] = {"payroll_id": payroll.pk, "actor": actor_of_request(request), "at": timezone.now()}
    actions: dict[str, Callable[[], object]] = {
        "prepare": lambda: payrolls.prepare_again(**common),
        "check": lambda: payrolls.check(**common),
        "submit": lambda: payrolls.submit(**common),
        "approve": lambda: payrolls.approve(**common, seen_digest=given["seen"]),
        "send-back": lambda: payrolls.send_back(**common, reason=given["reason"]),
        "release": lambda: payrolls.release(**common),
        "close": lambda: payrolls.close(**common),
    }
    actions[name]()


def _context(payroll: Payroll, found: Move, form: Any, back: str) -> dict[str, Any]:
    summary = [
        {"key": _("Programme"), "value": f"{payroll.cycle.programme.name}, {payroll.cycle.code}"},
        {"key": _("Lines"), "value": figure(payroll.line_count)},
        {"key": _("Amount"), "value": money(payroll.currency, payroll.total_minor)},
        {"key": _("Prepared by"), "value": str(payroll.prepared_by or "")},
    ]
    if payroll.approved_by:
        summary.append({"key": _("Approved by"), "value": str(payroll.approved_by)})
    if payroll.seal:
        summary.append({"key": _("Seal"), "value": payroll.seal})
    return {
        "page_title": found.label,
        "caption": payroll.reference,
        "crumbs": crumbs((payroll.reference, back), (found.label, "")),
        "question": found.sentence,
        "summary": summary,
        "form": form,
        "confirm_label": found.label,
        "danger": found.danger,
        "cancel_url": back,
    }
