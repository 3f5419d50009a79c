"""People who sign in."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from core.access.roles import GUARDED


def _password_by_two() -> pgtrigger.Trigger:
    """Refuse taking over an account with a guarded role: what one administrator alone could do to its password.

    Whose password is forgotten got a link that two gave, in the same act; by a link alone a password is chosen only
    after such a link was given, while it works (three days). Else a password is changed by its owner, or made anew from
    itself at the sign-in, where nobody acts yet. A password that begins with "!" is none.
    """
    roles = ", ".join(f"'{role.value}'" for role in sorted(GUARDED, key=lambda role: role.value))
    given = "EXISTS (SELECT FROM core_passwordlink l WHERE l.user_id = NEW.id AND l.status = 'given' AND {which})"
    return pgtrigger.Trigger(
        name="password_by_two",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("password"),
        condition=pgtrigger.Q(old__password__df=pgtrigger.F("new__password")),
        declare=[
            ("who", "bigint := nullif(current_setting('core.actor_id', true), '')::bigint"),
            ("moment", "timestamptz := coalesce(nullif(current_setting('core.at', true), '')::timestamptz, now())"),
            ("allowed", "boolean"),
        ],
        func=pgtrigger.Func(
            "IF coalesce(current_setting('core.actor_kind', true), '') = 'system' OR NOT EXISTS ("
            "SELECT FROM core_appointment a WHERE a.user_id = NEW.id AND a.status = 'in_force' "
            f"AND a.role IN ({roles}) AND coalesce(a.ends_on, moment::date) >= moment::date - 1) THEN "
            "RETURN NEW; END IF; "
            "IF NEW.password LIKE '!%' THEN allowed := OLD.password LIKE '!%' OR who = NEW.id OR "
            + given.format(which="l.decided_by_id = who AND l.decided_at = moment")
            + "; ELSIF OLD.password LIKE '!%' THEN allowed := "
            + given.format(which="l.decided_at > moment - interval '3 days'")
            + "; ELSE allowed := who IS NULL OR who = NEW.id; END IF; "
            "IF allowed IS NOT TRUE THEN "
            "RAISE EXCEPTION 'Two administrators give a link to an account with a sensitive role' "
            "USING ERRCODE = 'check_violation', CONSTRAINT = 'core_user_password_by_two'; END IF; RETURN NEW;"
        ),
    )


class UserManager(BaseUserManager["User"]):
    """Finds a user by e-mail address, whatever its case; users are made by ``core.actions.users``."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in by e-mail address. What they may do comes from appointments alone.

    Nobody is a superuser: the database refuses it.
    """

    email = models.EmailField(max_length=254, unique=True)
    full_name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    is_staff = False

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="core_user_email_any_case"),
            models.CheckConstraint(name="core_user_no_superuser", condition=Q(is_superuser=False)),
        ]
        triggers = [_password_by_two()]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]

    def natural_key(self) -> Any:
        return (self.email,)
