"""Guards of decisions about one's own or a relative's household, as database triggers."""

import pgtrigger

from core.triggers import FEW, counted_together, first_from, is_absent

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


_MISSING = (
    "RAISE EXCEPTION 'A member of a submission names a person who is not there' "
    "USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'registry_submissionmember_person_id_refers'"
)


def members_are_there() -> pgtrigger.Trigger:
    """Refuse that a submission goes on while a member names a person who is not there.

    Who will be a new person has that person's number before the person is entered. A foreign key that waits for the
    commit would look each of them up by itself, and write into the row of the person that it did.
    """
    return pgtrigger.Trigger(
        name="members_are_there",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(new="moved"),
        declare=[("named", "bigint[]"), ("there", "bigint")],
        func=pgtrigger.Func(
            "named := ARRAY(SELECT DISTINCT m.person_id FROM moved s CROSS JOIN LATERAL (SELECT person_id "
            "FROM registry_submissionmember WHERE submission_id = s.id AND person_id IS NOT NULL OFFSET 0) m "
            "WHERE s.status <> 'received'); "
            f"IF cardinality(named) > {FEW} THEN {counted_together('registry_person')}"
            "ELSE there := (SELECT count(p.id) FROM unnest(named) AS n(id) CROSS JOIN LATERAL ("
            f"{first_from('n.id', 'registry_person')}) p WHERE p.id = n.id); END IF; "
            f"IF there <> cardinality(named) THEN {_MISSING}; END IF; RETURN NULL;"
        ),
    )


def there_when_named_anew() -> pgtrigger.Trigger:
    """Refuse, at the commit, that a member that is there comes to name a person who is not."""
    return pgtrigger.Trigger(
        name="there_when_named_anew",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.UpdateOf("person_id"),
        condition=pgtrigger.Condition("NEW.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id"),
        func=pgtrigger.Func(
            f"IF {is_absent('NEW.person_id', 'registry_person')} THEN {_MISSING}; END IF; RETURN NULL;"
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
