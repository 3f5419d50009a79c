"""What the acts of payments are called on the audit log's page."""

from django.utils.translation import gettext as _


def of_payments() -> dict[str, str]:
    """Words by action."""
    return {
        "budget.create": _("Budget entered"),
        "budget.release": _("Budget released"),
        "cycle.open": _("Payment cycle opened"),
        "cycle.close": _("Payment cycle closed"),
        "payroll.create": _("Payroll begun"),
        "payroll.prepare": _("Payroll prepared"),
        "payroll.prepare_again": _("Payroll to be prepared anew"),
        "payroll.check": _("Payroll checked"),
        "payroll.submit": _("Payroll submitted"),
        "payroll.approve": _("Payroll approved"),
        "payroll.send_back": _("Payroll sent back"),
        "payroll.release": _("Payroll's release signed"),
        "payroll.hand_over": _("Payroll handed over to the providers"),
        "payroll.returns": _("Provider's returns entered"),
        "payroll.reconciled": _("Payroll reconciled"),
        "payroll.close": _("Payroll closed"),
        "hold.place": _("Payments held"),
        "hold.follow": _("Holds followed their household into another one"),
        "hold.lift": _("Payments let go again"),
    }
