"""A survey made anew beside the register, field by field, before anybody decides about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Area
from registry.forms import words
from registry.intake.known import values_of
from registry.intake.renewing import Ask
from registry.models import Household, Membership, Person
from registry.queries.history import Act, Change
from registry.queries.masking import masked
from registry.queries.renewing import Renewal
from registry.views.history import _Words

#: They say when and in whose words it was told, and are no news about the household.
_SILENT = ("questionnaire", "interviewed_on", "privacy_notice", "consent_given_by")
Line = dict[str, str]


def shown(found: Renewal) -> dict[str, Any]:
    """For ``_renewal.html``: tables of what accepting writes at once, and of what is then asked for as changes."""
    household, told = found.household.household, _Words(found.household.household, [])
    told.areas = dict(Area.objects.filter(pk__in=_areas(found)).values_list("id", "name"))
    groups = [group for group in _at_once(found, told) if group["changes"]]
    return {
        "title": household.reference,
        "url": reverse("registry:household", args=[household.reference]),
        "since": _since(found, household),
        "groups": groups,
        "asked": [
            {"title": _title(ask, found), "changes": [one for one in _asked(ask, found, told) if one["after"]]}
            for ask in found.differs.asks
        ],
        "unclear": [sentence for _code, sentence in found.differs.unclear],
        "same": _same(found) if not (groups or found.differs.asks or found.differs.unclear) else "",
    }


def _same(found: Renewal) -> str:
    if found.differs.is_nothing:
        return _("It says the same as the register.")
    return _("It says the same as the register. Only the day of the interview is written, and with which form.")


def in_short(found: Renewal) -> str:
    """How much would change, in a few words."""
    differs = found.differs
    told = _Words(found.household.household, [])
    fields = sum(len(group["changes"]) for group in _at_once(found, told))
    parts = []
    if fields:
        parts.append(ngettext("%(n)s field", "%(n)s fields", fields) % {"n": fields})
    if asks := len(differs.asks):
        parts.append(ngettext("%(n)s change asked for", "%(n)s changes asked for", asks) % {"n": asks})
    return ", ".join(parts) or (_("Nothing") if differs.is_nothing else _("Only the day of the interview"))


def _since(found: Renewal, household: Household) -> str:
    if not found.version.isdigit() or int(found.version) >= household.row_version:
        return ""
    return _(
        "The register changed after the list was written that this survey was filled in from. What stands under "
        "“Before” is what it says now."
    )


def _at_once(found: Renewal, told: _Words) -> Iterator[dict[str, Any]]:
    """What is written when it is accepted: of the household, then of each person."""
    household = found.household.household
    yield {
        "title": _("Household"),
        "changes": list(_lines("household", values_of(household), found.differs.household, told)),
    }
    for row in found.household.belonging:
        of_person = found.differs.persons.get(row.person_id, {})
        of_membership = found.differs.memberships.get(row.pk, {})
        yield {
            "title": str(row.person),
            "changes": [
                *_lines("membership", values_of(row), of_membership, told, names=_names(found)),
                *_lines("person", values_of(row.person), of_person, told),
            ],
        }


def _lines(
    subject: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    told: _Words,
    *,
    names: Mapping[int, str] | None = None,
) -> Iterator[Line]:
    act = Act(subject, 0, None, None, None, "", "", ())  # type: ignore[arg-type]
    for field, value in after.items():
        if field in _SILENT:
            continue
        if field == "caregiver":
            known = names or {}
            yield _line(_("Cared for by"), known.get(before[field], ""), known.get(value, ""))
        elif field == "answers":
            codes = dict.fromkeys([*before[field], *value])
            for code in codes:
                if before[field].get(code) != value.get(code):
                    yield told.change(act, Change(f"answers.{code}", before[field].get(code), value.get(code)))
        else:
            yield told.change(act, Change(field, before[field], value))


def _line(label: str, before: str, after: str) -> Line:
    return {"label": label, "before": before, "after": after}


def _names(found: Renewal) -> dict[int, str]:
    return {row.person_id: str(row.person) for row in found.household.belonging}


def _areas(found: Renewal) -> set[int]:
    return {one for one in (found.household.household.area_id, found.submission.area_id) if one}


def _of(ask: Ask, found: Renewal) -> Membership | None:
    return next((row for row in found.household.belonging if row.person.reference == ask.person_reference), None)


def _title(ask: Ask, found: Renewal) -> str:
    row = _of(ask, found)
    return f"{words.change(ask.kind)}: {row.person}" if row else words.change(ask.kind)


def _asked(ask: Ask, found: Renewal, told: _Words) -> Iterator[Line]:
    """What the change would make of what is recorded."""
    row, texts = _of(ask, found), ask.texts
    match ask.kind:
        case "correct_identity" if row:
            before, after = _identity(row.person), _identity_told(texts)
            yield from (_line(label, before[label], after[label]) for label in before if before[label] != after[label])
        case "change_account":
            yield from _account(found, texts)
        case "move":
            household = found.household.household
            yield _line(
                _("Village"),
                told.areas.get(household.area_id, ""),
                told.areas.get(found.submission.area_id or 0, texts["village"]),
            )
            yield _line(_("How to find the dwelling"), household.address, texts["address"])
        case "change_head":
            head = next((str(one.person) for one in found.household.belonging if one.is_reference), "")
            yield _line(_("Reference person"), head, str(row.person) if row else "")
        case "add_member":
            relationship = words.word(words.RELATIONSHIPS, texts["relationship"])
            yield _line(_("Member"), "", f"{texts['given_names']} {texts['surname']}, {relationship}")
            yield _line(_("Born"), "", words.told_birth(texts["birth_date"]))
        case "left" if row:
            yield _line(_("Member"), str(row.person), _("Not told of now"))


def _identity(person: Person) -> dict[str, str]:
    return {
        _("Given names"): person.given_names,
        _("Surname"): person.surname,
        _("Sex"): words.word(words.SEXES, person.sex),
        _("Born"): words.birth(person.birth_date, person.birth_date_precision),
        _("National ID"): masked(person.national_id),
    }


def _identity_told(texts: Mapping[str, str]) -> dict[str, str]:
    return {
        _("Given names"): texts["given_names"],
        _("Surname"): texts["surname"],
        _("Sex"): words.word(words.SEXES, texts["sex"]),
        _("Born"): words.told_birth(texts["birth_date"]),
        _("National ID"): masked(texts["national_id"]),
    }


def _account(found: Renewal, texts: Mapping[str, str]) -> Iterator[Line]:
    now = found.household.account
    before = (now.kind, now.provider, now.number) if now else ("", "", "")
    kind, provider, number = before
    yield _line(_("Paid by"), words.word(words.ACCOUNTS, kind), words.word(words.ACCOUNTS, texts["kind"]))
    yield _line(_("Provider"), provider, texts.get("provider", ""))
    yield _line(_("Account number"), masked(number), masked(texts.get("number", "")))
    holder = next((one for one in found.household.belonging if one.person.reference == texts.get("holder")), None)
    if holder is not None:
        yield _line(_("Account holder"), _names(found).get(now.holder_id or 0, "") if now else "", str(holder.person))
