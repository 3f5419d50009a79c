"""Guards of this package's tables, as database triggers."""

import pgtrigger


def released_never_changes() -> pgtrigger.Trigger:
    """Refuse changing or removing what was released: a new version says what changed and since when."""
    return pgtrigger.Trigger(
        name="released_never_changes",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__status="released"),
        func=pgtrigger.Func(
            "RAISE EXCEPTION 'A released row of % never changes: release a new version', TG_TABLE_NAME "
            "USING ERRCODE = 'check_violation';"
        ),
    )


def follows_its_household() -> pgtrigger.Trigger:
    """Refuse another household, except the one that this one was merged into, or in which the person counts now."""
    return pgtrigger.Trigger(
        name="follows_its_household",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("NEW.household_id <> OLD.household_id"),
        func=pgtrigger.Func(
            "IF NOT EXISTS (SELECT FROM registry_household h WHERE h.id = OLD.household_id "
            "AND h.merged_into_id = NEW.household_id) AND NOT EXISTS (SELECT FROM registry_membership m "
            "WHERE m.person_id = NEW.person_id AND m.household_id = NEW.household_id AND m.counts "
            "AND m.until_on IS NULL) THEN "
            "RAISE EXCEPTION 'An enrolment stays with its household' USING ERRCODE = 'check_violation', "
            "CONSTRAINT = 'eligibility_enrolment_follows_its_household'; END IF; RETURN NEW;"
        ),
    )


def settled_by_another() -> pgtrigger.Trigger:
    """Refuse whoever reported the change as the one who decides what follows from it for the list."""
    return pgtrigger.Trigger(
        name="settled_by_another",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=pgtrigger.Func(
            "IF EXISTS (SELECT FROM eligibility_enrolmentnotice n JOIN registry_changerequest c "
            "ON c.reference = n.change_reference WHERE n.id = NEW.notice_id AND c.requested_by_id = NEW.settled_by_id) "
            "THEN RAISE EXCEPTION 'Somebody other than who reported the change settles it' "
            "USING ERRCODE = 'check_violation', CONSTRAINT = 'eligibility_settlement_four_eyes'; END IF; RETURN NEW;"
        ),
    )


def findings_stay() -> pgtrigger.Trigger:
    """Refuse changing what a computed run was computed from and what it found; publishing adds a count alone."""
    return pgtrigger.Trigger(
        name="findings_stay",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status__in=["computed", "published", "discarded"]),
        func=pgtrigger.Func(
            "IF (NEW.facts, NEW.digest, NEW.snapshot, NEW.counts - 'proposed') IS DISTINCT FROM "
            "(OLD.facts, OLD.digest, OLD.snapshot, OLD.counts - 'proposed') THEN "
            "RAISE EXCEPTION 'What a run found never changes' "
            "USING ERRCODE = 'check_violation', CONSTRAINT = 'eligibility_run_findings_stay'; END IF; RETURN NEW;"
        ),
    )
