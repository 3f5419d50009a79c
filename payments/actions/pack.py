"""Loading the pack's providers, pay points, paying account and budgets."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from core.access.actor import SYSTEM
from core.acting import acting
from core.models import Area
from core.money import Money
from core.pack import PackError, read_yaml
from eligibility.models import Programme
from payments.actions import budgets
from payments.models import PayingAccount, PayPoint, Provider
from payments.periods import plus_months


def load(folder: Path) -> dict[str, int]:
    """Make what ``payments.yaml`` names; what is known by its code takes the file's words. Repeats change nothing.

    Raises:
        PackError: a pay point's council is not among the places, or a budget's programme not among the programmes.
    """
    content = read_yaml(folder, "payments.yaml")
    with acting(actor=SYSTEM, at=timezone.now(), reason="Country pack"):
        for row in content["providers"]:
            _keep(Provider, row["code"], _provider(row))
        areas = {area.code: area for area in Area.objects.filter(level=Area.Level.COUNCIL)}
        for row in content["pay_points"]:
            _keep(PayPoint, row["code"], _pay_point(row, areas))
        _keep(PayingAccount, "debtor", _paying_account(content["debtor"]))
        loaded = sum(_budget(row) for row in content["budget_lines"])
    return {"providers": len(content["providers"]), "pay_points": len(content["pay_points"]), "budgets": loaded}


def _keep(model: Any, code: str, values: dict[str, Any]) -> None:
    row = model.objects.filter(code=code).first()
    if row is None:
        model.objects.create(code=code, **values)
    elif any(getattr(row, name) != value for name, value in values.items()):
        model.objects.filter(pk=row.pk).update(**values)


def _name(row: dict[str, Any]) -> str:
    return str(next(iter(row["label"].values())))


def _provider(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": _name(row),
        "kind": row["kind"],
        "account_mask": row.get("account_mask") or "",
        "member_id": row.get("member_id") or "",
        "bic": row.get("bic") or "",
        "source": row.get("source") or "",
    }


def _pay_point(row: dict[str, Any], areas: dict[str, Area]) -> dict[str, Any]:
    council = areas.get(row["council"])
    if council is None:
        raise PackError(f"The pay point {row['code']} names the council {row['council']!r}, which is not a place.")
    return {
        "name": _name(row),
        "council_id": council.pk,
        "district_id": council.district_id,
        "source": row.get("source") or "",
    }


def _paying_account(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "number": str(row["account_number"]),
        "bank_member_id": str(row["bank_member_id"]),
        "currency": row["currency"],
        "country": row["country"],
        "source": row.get("source") or "",
    }


def _budget(row: dict[str, Any]) -> int:
    programme = Programme.objects.filter(code=row["programme"]).first()
    if programme is None:
        raise PackError(f"The budget {row['code']} names the programme {row['programme']!r}, which is not there.")
    first = _day(row["financial_year_from"])
    at = timezone.now()
    budget = budgets.create(
        programme_id=programme.pk,
        code=row["code"],
        year_from=first,
        year_to=plus_months(first, 12) - timedelta(days=1),
        amount_minor=Money.of(Decimal(row["amount"]), row["currency"]).minor,
        actor=SYSTEM,
        at=at,
        source=row.get("source") or "",
    )
    for part in row["releases"]:
        day = _day(part["released_on"])
        if day > timezone.localdate(at):
            continue  # a later load records it, once its day has come
        budgets.release(
            budget_id=budget.pk,
            reference=f"{row['code']}-{day:%Y%m%d}",
            amount_minor=Money.of(Decimal(part["amount"]), row["currency"]).minor,
            released_on=day,
            actor=SYSTEM,
            at=at,
        )
    return 1


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
