"""How core's rows are written on pages, and sentences about so many of something."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Appointment

APPOINTMENT_TONES = {"proposed": "waiting", "in_force": "good", "ended": "neutral", "refused": "bad"}
JOB_TONES = {"queued": "waiting", "running": "progress", "done": "good", "failed": "bad", "cancelled": "neutral"}


def days(appointment: Appointment) -> str:
    """From which day until which."""
    first = date_format(appointment.starts_on, "j F Y")
    if appointment.ends_on is None:
        return _("From %(first)s") % {"first": first}
    return _("%(first)s to %(last)s") % {"first": first, "last": date_format(appointment.ends_on, "j F Y")}


def place_and_programme(appointment: Appointment) -> str:
    """Over which place, and for which programme where it is not for all."""
    scope = appointment.scope
    return f"{scope.area.name}, {scope.programme_code}" if scope.programme_code else str(scope.area.name)


def counted(count: int, one: str, many: str) -> str:
    """The words about so many, who stand at ``%(n)s`` in them; none where there are none."""
    return ngettext(one, many, count) % {"n": count} if count else ""
