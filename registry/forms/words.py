"""Codes of the registry in the words that people read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.models import Area
from registry.changes import KINDS
from registry.queries.questionnaires import Question

Text = str | Promise

RELATIONSHIPS: dict[str, Text] = {
    "reference": _("Reference person"),
    "spouse": _("Husband, wife or partner"),
    "child": _("Son or daughter"),
    "parent": _("Father or mother"),
    "sibling": _("Brother or sister"),
    "grandchild": _("Grandchild"),
    "grandparent": _("Grandparent"),
    "niece_nephew": _("Niece or nephew"),
    "in_law": _("In-law"),
    "other_relative": _("Other relative"),
    "foster_child": _("Foster child"),
    "domestic_worker": _("Domestic worker"),
    "boarder": _("Boarder"),
    "not_related": _("Not related"),
}
SEXES: dict[str, Text] = {"F": _("Female"), "M": _("Male")}
RESIDENCES: dict[str, Text] = {
    "usual": _("Lives here"),
    "temporarily_absent": _("Away for a time"),
    "abroad": _("Abroad"),
    "boarder": _("Boards elsewhere"),
}
MARITAL: dict[str, Text] = {
    "never_married": _("Never married"),
    "married": _("Married"),
    "polygamous": _("Married, one of several wives or with several wives"),
    "cohabiting": _("Living together"),
    "separated": _("Separated"),
    "divorced": _("Divorced"),
    "widowed": _("Widowed"),
    "unknown": _("Not known"),
}
LIFE: dict[str, Text] = {"alive": _("Alive"), "dead": _("Dead"), "unknown": _("Not known")}
RIGHTS: dict[str, Text] = {
    "citizen": _("Citizen"),
    "permanent": _("Permanent resident"),
    "temporary": _("Temporary resident"),
    "refugee": _("Refugee"),
    "unknown": _("Not known"),
}
EVIDENCE: dict[str, Text] = {
    "id_card": _("Identity card"),
    "birth_certificate": _("Birth certificate"),
    "clinic_card": _("Clinic card"),
    "baptism": _("Baptism certificate"),
    "declared": _("Told by the family"),
}
MEMBERSHIPS: dict[str, Text] = {
    "member": _("Member of this household"),
    "linked": _("Counts in another household, belongs here too"),
}
BASES: dict[str, Text] = {"public_task": _("Task carried out under the law"), "consent": _("Consent")}
ACCOUNTS: dict[str, Text] = {
    "cash": _("Cash at a pay point"),
    "bank": _("Bank account"),
    "mobile": _("Mobile money"),
}
OWN_OR_RELATIVE: dict[str, Text] = {
    "no": _("No"),
    "own": _("I am a member of it"),
    "relative": _("A relative of mine is a member of it"),
}
YES_NO: dict[str, Text] = {"yes": _("Yes"), "no": _("No")}

SUBMISSION_TONES = {
    "draft": "neutral",
    "received": "progress",
    "accepted": "good",
    "in_review": "waiting",
    "refused": "bad",
    "returned": "bad",
    "rejected": "bad",
    "discarded": "neutral",
    "replaced": "neutral",
}
CHANGE_TONES = {"requested": "waiting", "applied": "good", "refused": "bad", "withdrawn": "neutral"}
HOUSEHOLD_TONES = {"active": "good", "closed": "neutral", "merged": "neutral"}


def word(words: Mapping[str, Text], code: str | None) -> str:
    """The word for a code; the code itself, made readable, where the list does not know it."""
    if not code:
        return ""
    return str(words.get(code) or code.replace("_", " ").capitalize())


def day(value: date | None) -> str:
    """A date as ``4 March 2026``."""
    return formats.date_format(value, "j F Y") if value else ""


def moment(value: datetime | None) -> str:
    """``14:05 on 3 March 2026``."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return gettext("%(time)s on %(day)s") % {"time": f"{local:%H:%M}", "day": day(local.date())}


def iso_day(text: str) -> str:
    """A date written ``2026-03-04`` as ``4 March 2026``; anything else as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def told_birth(text: str) -> str:
    """A birth date as the draft holds it (``2001-05-17``, ``2001-05``, ``2001``) in words."""
    precision = {10: "day", 7: "month", 4: "year"}.get(len(text), "")
    try:
        return birth(date.fromisoformat(text + "-01-01"[len(text) - 4 :] if precision != "day" else text), precision)
    except ValueError:
        return text


def birth(value: date | None, precision: str) -> str:
    """A birth date as far as it is known: ``17 May 2001``, ``May 2001``, ``2001``, ``about 1950``."""
    if value is None:
        return ""
    if precision == "day":
        return day(value)
    if precision == "month":
        return formats.date_format(value, "F Y")
    if precision == "estimated":
        return gettext("about %(year)s") % {"year": value.year}
    return str(value.year)


def ago(then: date, today: date) -> str:
    """How long ago a day was, in words an officer would use: ``today``, ``12 days ago``, ``3 months ago``."""
    days = (today - then).days
    if days <= 0:
        return gettext("today")
    if days < 61:
        return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}
    months = (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)
    if months < 24:
        return ngettext("%(n)s month ago", "%(n)s months ago", months) % {"n": months}
    return gettext("%(n)s years ago") % {"n": months // 12}


def answer(question: Question, value: Any) -> str:
    """An answer in words: labels of choices, yes or no."""
    if value is None or value == "" or value == []:
        return ""
    labels = dict(question.choices)
    if question.type == "boolean":
        return gettext("Yes") if value in (True, "yes") else gettext("No")
    if question.type == "choice":
        return labels.get(str(value), str(value))
    if question.type == "photo":
        return gettext("Photograph")
    if question.type == "point":
        return measured(str(value))
    if question.type == "choices":
        codes = value if isinstance(value, list) else str(value).split(";")
        return ", ".join(labels.get(str(code), str(code)) for code in codes)
    return plain(value)


def measured(told: str) -> str:
    """A measured place in words: ``29.31000° south, 27.48000° east, within 5 metres``."""
    parts = told.split()
    try:
        north, east, accuracy = float(parts[0]), float(parts[1]), float(parts[3]) if len(parts) > 3 else 0.0
    except (IndexError, ValueError):
        return told
    words = gettext("%(north).5f° %(n)s, %(east).5f° %(e)s") % {
        "north": abs(north),
        "n": gettext("north") if north >= 0 else gettext("south"),
        "east": abs(east),
        "e": gettext("east") if east >= 0 else gettext("west"),
    }
    if accuracy:
        words += gettext(", within %(metres)s metres") % {"metres": math.ceil(accuracy)}
    return str(words)


def plain(value: Any) -> str:
    """Any value of a column in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return ", ".join(plain(one) for one in value)
    return str(value)


def change(code: str) -> str:
    """A kind of change in plain words."""
    return gettext(KINDS[code].label)


def seen(then: date, today: date) -> str:
    """How long ago a household was seen, as lists and its page say it: ``Last seen 3 years ago``."""
    return gettext("Last seen %(ago)s") % {"ago": ago(then, today)}


def due(due_on: date, because: str, today: date) -> str:
    """When a household is to be seen again, and what asks for it where that is not the register."""
    late = due_on < today
    told = {"day": day(due_on), "because": because}
    if because:
        text = gettext("Overdue since %(day)s: %(because)s") if late else gettext("Due by %(day)s: %(because)s")
    else:
        text = gettext("Overdue since %(day)s") if late else gettext("Due by %(day)s")
    return text % told


def place(area: Area | None, district: Area | None) -> str:
    """Village and district; a district alone where no village is told."""
    if area is None or district is None:
        return ""
    return district.name if area.pk == district.pk else f"{area.name}, {district.name}"


def hidden() -> str:
    """What stands where a protected household's place would be told."""
    return gettext("Protected")
