"""Why a payroll does not move, and the lock that every move takes."""

from core.access.actor import Actor
from core.access.permissions import Permission
from payments.models import Payroll


class IllegalMove(Exception):
    """The payroll is not in the state that this needs."""


class NotPrepared(Exception):
    """The payroll is still being prepared."""


class ControlsStop(Exception):
    """A control stops this payroll: see the controls on its page."""


class PayrollChanged(Exception):
    """The payroll's lines are not those that were seen and sealed."""


class SameOfficer(Exception):
    """Another person has to do this."""


class WithoutBudget(Exception):
    """The released budget does not cover this payroll."""


class PayrollUnderWay(Exception):
    """Another payroll of this cycle is under way: finish it first."""


class ReasonNeeded(Exception):
    """Say why."""


def locked(*, payroll_id: int, permission: Permission, actor: Actor) -> Payroll:
    """The payroll, locked until commit, for an actor who holds the permission over its programme.

    Raises:
        NotPermitted: the actor does not.
    """
    payroll = (
        Payroll.objects.select_for_update(of=("self",))
        .select_related("cycle__programme", "budget__programme")
        .get(pk=payroll_id)
    )
    actor.require_for_programme(permission, payroll.cycle.programme.code)
    return payroll


def require_state(payroll: Payroll, *wanted: str) -> None:
    """Raises: IllegalMove: the payroll is in another state."""
    if payroll.status not in wanted:
        raise IllegalMove(f"The payroll {payroll.reference} is {payroll.get_status_display().lower()}.")
