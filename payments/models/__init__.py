"""Payments' tables: budgets, cycles, what is owed, payrolls and their lines, the ledger, files."""

from payments.models.budget import Budget, BudgetRelease
from payments.models.cycle import PaymentCycle
from payments.models.entitlement import Entitlement, Hold
from payments.models.files import ProviderFile, ReturnFile, ReturnLine
from payments.models.instruction import Instruction
from payments.models.ledger import LedgerAccount, Transfer
from payments.models.payroll import Exclusion, Payroll
from payments.models.provider import PayingAccount, PayPoint, Provider

__all__ = [
    "Budget",
    "BudgetRelease",
    "Entitlement",
    "Exclusion",
    "Hold",
    "Instruction",
    "LedgerAccount",
    "PayPoint",
    "PayingAccount",
    "PaymentCycle",
    "Payroll",
    "Provider",
    "ProviderFile",
    "ReturnFile",
    "ReturnLine",
    "Transfer",
]
