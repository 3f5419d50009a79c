"""The files of a released payroll, from its lines in the order of their numbers."""

from collections.abc import Iterator
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


def files_of(*, payroll: Payroll, at: datetime) -> list[Built]:
    """Every file that the payroll's released lines need: credit transfers for accounts, pay-point lists for cash.

    Raises:
        FileDoesNotAddUp: the files together are not the released lines.
    """
    built = [*_transfers(payroll, at), *_lists(payroll, at)]
    released = _released(payroll).aggregate(total=Sum("amount_minor"))["total"] or 0
    if sum(file.total_minor for file in built if file.kind != Kind.PAYPOINT_XLSX) != released:
        raise FileDoesNotAddUp(FileDoesNotAddUp.__doc__)
    return built


def _released(payroll: Payroll) -> QuerySet[Instruction]:
    return Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk, status="released")


def _transfers(payroll: Payroll, at: datetime) -> Iterator[Built]:
    rows = _released(payroll).exclude(account_kind="cash").select_related("provider").order_by("id")
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
    if not credits:
        return
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
    yield Built(Kind.PAIN001, f"{payroll.reference}.xml", content, len(credits), total)


def _lists(payroll: Payroll, at: datetime) -> Iterator[Built]:
    rows = (
        _released(payroll)
        .filter(account_kind="cash")
        .select_related("pay_point", "district", "area")
        .order_by("district__path", "pay_point__code", "recipient_name", "id")
    )
    lines = [
        paylist.Line(
            point_code=line.pay_point.code,
            point=line.pay_point.name,
            district=line.district.name,
            place=line.area.name,
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
    if not lines:
        return
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
    yield Built(Kind.PAYPOINT_PDF, f"{payroll.reference}.pdf", paylist.pdf(sheet), len(lines), total)
    yield Built(Kind.PAYPOINT_XLSX, f"{payroll.reference}.xlsx", paylist.xlsx(sheet), len(lines), total)
