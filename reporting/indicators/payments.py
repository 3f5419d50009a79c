"""Who was paid, and how much."""

from reporting.indicators.indicator import Counted, Indicator, Unit

_SOURCES = ("payments_instruction", "payments_paymentcycle")
_PAID = (
    "SELECT i.household_id, i.person_id, c.programme_id, i.currency, i.amount_minor FROM payments_instruction i"
    " JOIN payments_paymentcycle c ON c.id = i.cycle_id WHERE i.status = 'paid'"
)
_NEEDS = ("payments.Instruction", "payments.PaymentCycle")

INDICATORS = [
    Indicator(
        code="households_paid",
        title="Households paid",
        definition=(
            "Households to which at least one payment arrived, as the provider confirmed, since payments began; to "
            "themselves or for a person of theirs. What is under way or came back does not count."
        ),
        unit=Unit.HOUSEHOLDS,
        sources=_SOURCES,
        counted=Counted.HOUSEHOLDS,
        query=_PAID,
        by_programme=True,
        needs=_NEEDS,
    ),
    Indicator(
        code="persons_paid",
        title="Persons paid",
        definition="Persons on the list of a programme for persons for whom at least one payment arrived.",
        unit=Unit.PERSONS,
        sources=_SOURCES,
        counted=Counted.PERSONS,
        query=f"{_PAID} AND i.person_id IS NOT NULL",
        by_programme=True,
        needs=_NEEDS,
    ),
    Indicator(
        code="amount_paid",
        title="Amount paid",
        definition="The sum of the payments that arrived, as the provider confirmed, since payments began.",
        unit=Unit.MONEY,
        sources=_SOURCES,
        counted=Counted.AMOUNT,
        query=_PAID,
        by_programme=True,
        hidden_with=("households_paid",),
        needs=_NEEDS,
    ),
]
