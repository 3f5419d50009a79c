"""Guards of decisions about one's own or a relative's household, as database triggers."""

import pgtrigger

#: What ``core.triggers.refers`` may name: a draft may go again, a version that was published stays.
QUESTIONNAIRE_IN_FORCE = "registry_questionnaireversion WHERE status <> 'draft'"

#: Who decided once may declare an interest afterwards: what else changes in the row then is not their decision.
_DECIDES = pgtrigger.Condition("NEW.decided_by_id IS NOT NULL AND OLD.decided_by_id IS DISTINCT FROM NEW.decided_by_id")
_ACTOR = "nullif(current_setting('core.actor_id', true), '')::bigint"


def not_about_own_household(
    *, constraint: str, when: pgtrigger.Q | None = None, insert: bool = False
) -> pgtrigger.Trigger:
    """Refuse whoever acts where they declared an interest in the row's ``household_id``."""
    return _refuse(
        f"SELECT FROM registry_declaredinterest i WHERE i.user_id = {_ACTOR} AND i.household_id = NEW.household_id",
        constraint=constraint,
        operation=pgtrigger.Insert | pgtrigger.Update if insert else pgtrigger.Update,
        when=when,
    )


def not_about_own_people(persons: str, *, constraint: str) -> pgtrigger.Trigger:
    """Refuse who decides (``decided_by_id``) having declared a household of one of ``persons`` (SQL of ids)."""
    return _refuse(
        "SELECT FROM registry_declaredinterest i JOIN registry_membership m ON m.household_id = i.household_id "
        f"WHERE i.user_id = NEW.decided_by_id AND m.until_on IS NULL AND m.person_id IN ({persons})",
        constraint=constraint,
        operation=pgtrigger.Update,
        when=_DECIDES,
    )


def not_by_who_gave_the_phone(*, constraint: str) -> pgtrigger.Trigger:
    """Refuse that a phone's submission is decided by whoever gave the phone its sign-in, and so saw its password."""
    return pgtrigger.Trigger(
        name="not_by_who_gave_the_phone",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("NEW.door = 'odk' AND NEW.decided_by_id IS NOT NULL"),
        func=pgtrigger.Func(
            "IF EXISTS (SELECT FROM registry_deviceform f JOIN core_devicesignin d ON d.id = f.sign_in_id "
            "WHERE f.submission_id = NEW.id AND d.created_by_id = NEW.decided_by_id) THEN "
            "RAISE EXCEPTION 'Whoever gave a phone its sign-in does not decide what came by it' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}'; END IF; RETURN NEW;"
        ),
    )


def not_about_own_numbers(numbers: str, *, constraint: str) -> pgtrigger.Trigger:
    """Refuse who decides having declared one of the national IDs ``numbers`` (SQL) as their own or a relative's."""
    return _refuse(
        f"SELECT FROM registry_declarednumber n WHERE n.user_id = NEW.decided_by_id AND n.national_id IN ({numbers})",
        constraint=constraint,
        operation=pgtrigger.Update,
        when=_DECIDES,
        name="not_ones_own_number",
    )


def _refuse(
    found: str,
    *,
    constraint: str,
    operation: pgtrigger.Operation,
    when: pgtrigger.Condition | None,
    name: str = "not_ones_own",
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        condition=when,
        func=pgtrigger.Func(
            f"IF EXISTS ({found}) THEN "
            "RAISE EXCEPTION 'Nobody decides about a household in which they declared an interest' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}'; END IF; RETURN NEW;"
        ),
    )
