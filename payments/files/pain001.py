"""Credit transfers as an ISO 20022 message pain.001.001.09. Pure: no Django.

Source: ISO 20022 registration authority, Payments Initiation, message definition report.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from lxml import etree

from core.money import EXPONENTS, Money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
# XML 1.0 forbids the other control characters, and a name with one would make the whole file unreadable.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Credit:
    """One transfer to a beneficiary's account; ``provider`` groups those that one institution pays out."""

    reference: str
    name: str
    account: str
    member_id: str
    bic: str
    provider: str
    amount_minor: int
    purpose: str


class DoesNotAddUp(Exception):
    """The message's counts or sums are not those of its transfers."""


def document(
    *,
    message_id: str,
    made_at: datetime,
    pay_on: date,
    initiator: str,
    account: str,
    bank_member_id: str,
    currency: str,
    credits: Sequence[Credit],
) -> bytes:
    """The message: one payment block a provider, in the order of the provider's code and the transfers' own order.

    ``NbOfTxs`` and ``CtrlSum``, which the schema does not check, are reckoned from the amounts as written.

    Raises:
        DoesNotAddUp: what was written does not add up to the transfers.
    """
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    message = _add(root, "CstmrCdtTrfInitn")
    header = _add(message, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", made_at.isoformat(timespec="seconds"))
    _counts(header, credits, currency)
    _add(_add(header, "InitgPty"), "Nm", _text(initiator, 140))
    ordered = sorted(credits, key=attrgetter("provider"))  # stable: the order within a provider stays
    for provider, group in groupby(ordered, key=attrgetter("provider")):
        block = _add(message, "PmtInf")
        mine = list(group)
        _add(block, "PmtInfId", f"{message_id}-{provider}"[:35])
        _add(block, "PmtMtd", "TRF")
        _counts(block, mine, currency)
        _add(_add(block, "ReqdExctnDt"), "Dt", pay_on.isoformat())
        _add(_add(block, "Dbtr"), "Nm", _text(initiator, 140))
        _other(_add(block, "DbtrAcct"), account)
        _agent(_add(block, "DbtrAgt"), member_id=bank_member_id, bic="")
        for credit in mine:
            _transfer(block, credit, currency)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    _verify(content, credits, currency)
    return bytes(content)


def _transfer(block: etree._Element, credit: Credit, currency: str) -> None:
    transfer = _add(block, "CdtTrfTxInf")
    ids = _add(transfer, "PmtId")
    _add(ids, "InstrId", credit.reference)
    _add(ids, "EndToEndId", credit.reference)
    amount = _add(_add(transfer, "Amt"), "InstdAmt", _amount(credit.amount_minor, currency))
    amount.set("Ccy", currency)
    _agent(_add(transfer, "CdtrAgt"), member_id=credit.member_id, bic=credit.bic, other=credit.provider)
    _add(_add(transfer, "Cdtr"), "Nm", _text(credit.name, 140))
    _other(_add(transfer, "CdtrAcct"), credit.account)
    _add(_add(transfer, "RmtInf"), "Ustrd", _text(credit.purpose, 140))


def _agent(parent: etree._Element, *, member_id: str, bic: str, other: str = "NOTPROVIDED") -> None:
    institution = _add(parent, "FinInstnId")
    if bic:
        _add(institution, "BICFI", bic)
    if member_id:
        _add(_add(institution, "ClrSysMmbId"), "MmbId", member_id)
    if not bic and not member_id:
        _add(_add(institution, "Othr"), "Id", other)


def _other(parent: etree._Element, number: str) -> None:
    _add(_add(_add(parent, "Id"), "Othr"), "Id", number)


def _counts(parent: etree._Element, credits: Sequence[Credit], currency: str) -> None:
    _add(parent, "NbOfTxs", str(len(credits)))
    _add(parent, "CtrlSum", _amount(sum(credit.amount_minor for credit in credits), currency))


def _amount(minor: int, currency: str) -> str:
    return f"{Money(currency, minor).major:.{EXPONENTS[currency]}f}"


def _text(value: str, length: int) -> str:
    clean = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", value)).strip()
    return clean[:length] or "-"


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text is not None:
        child.text = text
    return child


def _verify(content: bytes, credits: Iterable[Credit], currency: str) -> None:
    """Read the message back as the bank will, and compare."""
    read = etree.fromstring(content)
    written = [(node.text or "") for node in read.iter(f"{{{NAMESPACE}}}InstdAmt")]
    wanted = [_amount(credit.amount_minor, currency) for credit in credits]
    blocks = [int(node.findtext(f"{{{NAMESPACE}}}NbOfTxs") or 0) for node in read.iter(f"{{{NAMESPACE}}}PmtInf")]
    if sorted(written) != sorted(wanted) or sum(blocks) != len(wanted):
        raise DoesNotAddUp(DoesNotAddUp.__doc__)
