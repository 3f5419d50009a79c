"""What the pages of payments share."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from core.access.web import actor_of_request
from core.money import Money
from payments.models import Payroll
from payments.queries import payrolls as queries

TONES = {
    "draft": "neutral",
    "checked": "progress",
    "submitted": "waiting",
    "approved": "waiting",
    "releasing": "progress",
    "released": "progress",
    "reconciled": "good",
    "closed": "good",
    "pending": "neutral",
    "paid": "good",
    "returned": "bad",
    "withheld": "bad",
    "cancelled": "neutral",
    "open": "progress",
    "owed": "waiting",
    "in_payment": "progress",
    "ok": "good",
    "warning": "waiting",
    "stop": "bad",
}


def payroll_or_404(request: HttpRequest, payroll_id: int) -> Payroll:
    """The payroll, if the actor sees payments of its programme."""
    payroll = queries.payrolls(actor=actor_of_request(request)).filter(pk=payroll_id).first()
    if payroll is None:
        raise Http404
    return payroll


def money(currency: str, minor: int) -> str:
    return str(Money(currency, minor))


def day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
        return date_format(value, "j F Y, H:i")
    return date_format(value, "j F Y")


def figure(value: int) -> str:
    return number_format(value, force_grouping=True)


def crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Crumbs from the payments' start page; the last step has no address."""
    first = {"label": _("Payments"), "url": reverse("payments:cycles")}
    return [first, *({"label": label, "url": url} for label, url in steps)]


def tag(status: str, label: str) -> dict[str, str]:
    return {"text": label, "tone": TONES.get(status, "neutral")}


def columns(*labels: str, numeric: Iterable[int] = ()) -> list[dict[str, Any]]:
    chosen = set(numeric)
    return [{"label": label, "numeric": index in chosen} for index, label in enumerate(labels)]
