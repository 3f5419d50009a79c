"""What happened, and whether it adds up."""

from dataclasses import dataclass

from reporting.demo import complaining, deciding, fieldwork, paying, registering
from reporting.demo.people import People

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Sum:
    """One thing that has to be true of the counts, in words."""

    words: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        return self.left == self.right


def counts(people: People) -> dict[str, Counts]:
    """The counts of every step, straight from the tables."""
    return {
        "register": registering.registered(),
        "assessment": deciding.assessed(),
        "lists": deciding.enrolled(),
        "payments": paying.paid(people=people),
        "cases": complaining.cases(),
        "field work": fieldwork.done(),
    }


def sums(told: dict[str, Counts]) -> list[Sum]:
    """What must add up."""
    register, payments, cases = told["register"], told["payments"], told["cases"]
    field = told["field work"]
    return [
        Sum(
            "registered = accepted + in review + refused",
            register["registered"],
            register["accepted"] + register["in_review"] + register["refused"],
        ),
        Sum("accepted = households in the register", register["accepted"], register["households"]),
        Sum("payroll lines = released + withheld", payments["lines"], payments["released"] + payments["withheld"]),
        Sum(
            "released = paid + returned + outstanding",
            payments["released"],
            payments["paid"] + payments["returned"] + payments["outstanding"],
        ),
        Sum("the ledger sums to 0", payments["ledger"], 0),
        Sum(
            "changes asked for = carried out + refused + waiting",
            field["changes_asked_for"],
            field["carried_out"] + field["refused"] + field["waiting"],
        ),
        Sum("cases lodged = answered + open", cases["lodged"], cases["answered"] + cases["open"]),
    ]
