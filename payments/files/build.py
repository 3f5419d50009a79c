"""The files of a payroll that is being released, from its lines in the order of their numbers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum
from django.utils import timezone

from core.pack import about
from payments.files import pain001, paylist
from payments.models import Instruction, PayingAccount, Payroll, ProviderFile

Kind = ProviderFile.Kind


class FileDoesNotAddUp(Exception):
    """A file for the provider does not add up to its payroll."""


@dataclass(frozen=True, slots=True)
class Built:
    """One file: its bytes, and what it adds up to in minor units."""

    kind: str
    name: str
    content: bytes
    line_count: int
    total_minor: int


def kinds_of(payroll: Payroll) -> list[str]:
    """The files that the lines to be released need: credit transfers for accounts, pay-point lists for cash."""
    cash = set(_leaving(payroll).order_by().values_list("account_kind", flat=True).distinct())
    lists = [Kind.PAYPOINT_PDF, Kind.PAYPOINT_XLSX] if "cash" in cash else []
    return [kind.value for kind in ([Kind.PAIN001] if cash - {"cash"} else []) + lists]


def file_of(*, payroll: Payroll, kind: str, at: datetime) -> Built:
    """One file of a payroll that is being released; the same lines and moment give the same transfers and names."""
    return _transfers(payroll, at) if kind == Kind.PAIN001 else _list(payroll, kind, at)


def require_sum(*, payroll: Payroll, together: int) -> None:
    """Raises: FileDoesNotAddUp: what the files hold together, in minor units, is not the sum of the leaving lines."""
    if together != (_leaving(payroll).aggregate(total=Sum("amount_minor"))["total"] or 0):
        raise FileDoesNotAddUp(FileDoesNotAddUp.__doc__)


def _leaving(payroll: Payroll) -> QuerySet[Instruction]:
    return Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk, status="pending")


def _transfers(payroll: Payroll, at: datetime) -> Built:
    rows = _leaving(payroll).exclude(account_kind="cash").select_related("provider").order_by("id")
    credits = [
        pain001.Credit(
            reference=line.reference,
            name=line.account_holder or line.recipient_name,
            account=line.account_number,
            member_id=line.provider.member_id,
            bic=line.provider.bic,
            provider=line.provider.code,
            amount_minor=line.amount_minor,
            purpose=f"{payroll.cycle.programme.name} {line.period_from:%Y-%m}",
        )
        for line in rows.iterator(chunk_size=5000)
    ]
    paying = PayingAccount.objects.get(currency=payroll.currency)
    content = pain001.document(
        message_id=payroll.reference,
        made_at=timezone.localtime(at),
        pay_on=timezone.localdate(at),
        initiator=paying.name,
        account=paying.number,
        bank_member_id=paying.bank_member_id,
        currency=payroll.currency,
        credits=credits,
    )
    total = sum(credit.amount_minor for credit in credits)
    return Built(Kind.PAIN001, f"{payroll.reference}.xml", content, len(credits), total)


def _list(payroll: Payroll, kind: str, at: datetime) -> Built:
    rows = (
        _leaving(payroll)
        .filter(account_kind="cash")
        .select_related("pay_point", "district", "area", "household")
        .order_by("district__path", "pay_point__code", "recipient_name", "id")
    )
    lines = [
        paylist.Line(
            point_code=line.pay_point.code,
            point=line.pay_point.name,
            district=line.district.name,
            place="" if line.household.is_protected else line.area.name,
            reference=line.reference,
            beneficiary=line.beneficiary_name,
            recipient=line.recipient_name,
            recipient_kind=line.get_recipient_kind_display(),
            mark=line.recipient_mark,
            amount_minor=line.amount_minor,
        )
        for line in rows.iterator(chunk_size=5000)
        if line.pay_point is not None  # payments_instruction_one_way_to_pay: cash always has one
    ]
    sheet = paylist.Sheet(
        country=next(iter(about()["name"].values())),
        programme=payroll.cycle.programme.name,
        cycle=payroll.cycle.code,
        payroll=payroll.reference,
        currency=payroll.currency,
        printed=f"{timezone.localtime(at):%-d %B %Y}",
        seal=payroll.seal,
        lines=lines,
    )
    total = sum(line.amount_minor for line in lines)
    make, ending = (paylist.pdf, "pdf") if kind == Kind.PAYPOINT_PDF else (paylist.xlsx, "xlsx")
    return Built(kind, f"{payroll.reference}.{ending}", make(sheet), len(lines), total)
