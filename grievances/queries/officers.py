"""Who could deal with a case."""

from datetime import date

from django.db.models import Q

from core.access.permissions import Permission
from core.access.roles import Role
from core.models import User
from core.queries.access import in_force
from grievances.models import Case, CaseUserObjectPermission


def handlers(*, case: Case, on: date) -> list[User]:
    """Officers who handle cases where this one belongs, by name. The action checks each of them again."""
    roles = [role.value for role in Role if Permission.GRIEVANCES_HANDLE in role.permissions]
    path = case.area.path
    above = [path[:length] for length in range(4, len(path) + 1, 4)]
    holding = in_force(on=on).filter(role__in=roles).filter(Q(scope__area__path__in=above))
    return list(User.objects.filter(pk__in=holding.values("user_id")).order_by("full_name", "id"))


def named_on(*, case: Case) -> list[User]:
    """The officers named on a sensitive case."""
    named = CaseUserObjectPermission.objects.filter(content_object=case).values("user_id")
    return list(User.objects.filter(pk__in=named).order_by("full_name", "id"))
