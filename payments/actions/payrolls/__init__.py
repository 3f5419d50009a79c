"""Payrolls: prepared and submitted by one, approved by a second, released by a third person."""

from payments.actions.payrolls.checking import check, submit
from payments.actions.payrolls.errors import (
    ControlsStop,
    IllegalMove,
    NotPrepared,
    PayrollChanged,
    PayrollUnderWay,
    SameOfficer,
    WithoutBudget,
)
from payments.actions.payrolls.preparing import create, prepare_again
from payments.actions.payrolls.releasing import release
from payments.actions.payrolls.signing import approve, close, send_back

__all__ = [
    "ControlsStop",
    "IllegalMove",
    "NotPrepared",
    "PayrollChanged",
    "PayrollUnderWay",
    "SameOfficer",
    "WithoutBudget",
    "approve",
    "check",
    "close",
    "create",
    "prepare_again",
    "release",
    "send_back",
    "submit",
]
