"""Each act on a case: success, repeat, every refusal, and nothing when the audit record fails."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry
from grievances.actions import cases, complainant, deciding, handling, moving, remedies
from grievances.models import Case, CaseEvent
from grievances.secret import ProofExpired
from registry.models import DeclaredInterest
from tests.fixtures.people import AT
from tests.grievances.conftest import proof_of

DECISION = {"outcome": "upheld", "reasons": "You are right.", "remedy": "none"}


def counted() -> tuple[int, int]:
    return AuditEntry.objects.count(), CaseEvent.objects.count()


def test_acknowledging_tells_the_complainant_and_a_repeat_writes_nothing(received, officer):
    case = cases.acknowledge(case_id=received.pk, message="We look into it.", actor=officer, at=AT)
    before = counted()
    again = cases.acknowledge(case_id=received.pk, message="We look into it.", actor=officer, at=AT)

    assert (case.status, case.due_on) == ("acknowledged", case.decide_by)
    assert again.status == "acknowledged"
    assert counted() == before
    assert CaseEvent.objects.get(kind="acknowledged").public


def test_a_case_is_acknowledged_before_it_is_taken_up(received, officer):
    with pytest.raises(moving.IllegalMove):
        cases.take(case_id=received.pk, actor=officer, at=AT)


def test_taking_up_and_giving_on(in_progress, officer, second_officer):
    before = counted()
    assert cases.take(case_id=in_progress.pk, actor=officer, at=AT).assigned_to_id == officer.user_id
    assert counted() == before

    given_on = cases.assign(case_id=in_progress.pk, user_id=second_officer.user_id, actor=officer, at=AT)

    assert given_on.assigned_to_id == second_officer.user_id
    with pytest.raises(deciding.NotYourCase):
        cases.decide(case_id=in_progress.pk, **DECISION, actor=officer, at=AT)


def test_a_case_is_not_given_to_somebody_who_may_not_handle_it(in_progress, officer, elsewhere, manager):
    for other in (elsewhere, manager):
        with pytest.raises(handling.CannotBeGiven):
            cases.assign(case_id=in_progress.pk, user_id=other.user_id, actor=officer, at=AT)


def test_notes_and_messages_are_written_once_for_each_form(received, officer):
    key = uuid4()
    for _ in range(2):
        cases.note(case_id=received.pk, text="Called twice.", one_shot=key, actor=officer, at=AT)
    cases.message_to_complainant(case_id=received.pk, text="Please come by.", actor=officer, at=AT)

    assert list(CaseEvent.objects.order_by("id").values_list("kind", "public")) == [
        ("lodged", True),
        ("note", False),
        ("message", True),
    ]
    with pytest.raises(moving.TextMissing):
        cases.note(case_id=received.pk, text=" ", actor=officer, at=AT)


def test_a_line_of_the_timeline_is_never_changed_or_removed(received):
    for sql in ("UPDATE grievances_caseevent SET text = 'x'", "DELETE FROM grievances_caseevent"):
        with (
            pytest.raises(Exception, match=r"permission denied|never changed"),
            acting(actor=SYSTEM, at=AT),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_deciding_needs_outcome_reasons_and_the_officer_who_works_on_it(in_progress, officer, second_officer):
    with pytest.raises(deciding.UnknownChoice):
        cases.decide(case_id=in_progress.pk, **{**DECISION, "outcome": "maybe"}, actor=officer, at=AT)
    with pytest.raises(moving.TextMissing):
        cases.decide(case_id=in_progress.pk, **{**DECISION, "reasons": ""}, actor=officer, at=AT)
    with pytest.raises(deciding.NotYourCase):
        cases.decide(case_id=in_progress.pk, **DECISION, actor=second_officer, at=AT)

    case = cases.decide(case_id=in_progress.pk, **DECISION, actor=officer, at=AT)
    before = counted()
    cases.decide(case_id=in_progress.pk, **DECISION, actor=officer, at=AT)

    assert (case.status, case.due_on, case.appeal_by.isoformat()) == ("decided", None, "2026-04-13")
    assert counted() == before
    with pytest.raises(moving.IllegalMove):
        cases.decide(case_id=in_progress.pk, **{**DECISION, "outcome": "not_upheld"}, actor=officer, at=AT)


def test_the_database_refuses_half_a_decision(in_progress):
    for change in ({"status": "decided", "due_on": None}, {"outcome": "upheld"}, {"decided_at": AT}):
        with pytest.raises(IntegrityError), acting(actor=SYSTEM, at=AT):
            Case.objects.filter(pk=in_progress.pk).update(**change)


def test_what_is_not_upheld_has_no_remedy(in_progress, officer):
    with pytest.raises(remedies.NothingToRemedy):
        cases.decide(case_id=in_progress.pk, outcome="not_upheld", reasons="No.", remedy="pay", actor=officer, at=AT)


def test_a_remedy_without_an_act_of_its_own_is_a_recommendation(in_progress, officer):
    case = cases.decide(case_id=in_progress.pk, **{**DECISION, "remedy": "apologise"}, actor=officer, at=AT)

    assert case.remedy_state == "recommended"
    assert "recommended" in CaseEvent.objects.get(kind="remedy").text


def test_closing_follows_the_decision(decided, officer, received):
    closed = cases.close(case_id=decided.pk, actor=officer, at=AT)
    before = counted()

    assert closed.status == cases.close(case_id=decided.pk, actor=officer, at=AT).status == "closed"
    assert counted() == before


def test_an_undecided_case_cannot_be_closed(in_progress, officer):
    with pytest.raises(moving.IllegalMove):
        cases.close(case_id=in_progress.pk, actor=officer, at=AT)


ACTS = {
    "acknowledge": lambda case, actor: cases.acknowledge(case_id=case.pk, actor=actor, at=AT),
    "take": lambda case, actor: cases.take(case_id=case.pk, actor=actor, at=AT),
    "note": lambda case, actor: cases.note(case_id=case.pk, text="Text", actor=actor, at=AT),
    "message": lambda case, actor: cases.message_to_complainant(case_id=case.pk, text="Text", actor=actor, at=AT),
    "decide": lambda case, actor: cases.decide(case_id=case.pk, **DECISION, actor=actor, at=AT),
    "close": lambda case, actor: cases.close(case_id=case.pk, actor=actor, at=AT),
    "link": lambda case, actor: cases.link_household(case_id=case.pk, reference="HH-X", actor=actor, at=AT),
    "sensitive": lambda case, actor: cases.make_sensitive(case_id=case.pk, reason="Harm", actor=actor, at=AT),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_may_not_handle_a_case_cannot_act_on_it(act, received, elsewhere, make_user, as_actor, citizen):
    supervisor = as_actor(make_user(Role.SUPERVISOR))

    for actor, refusal in ((elsewhere, moving.CaseNotFound), (supervisor, NotPermitted), (citizen, NotPermitted)):
        with pytest.raises(refusal):
            act(received, actor)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_nobody_deals_with_a_case_of_a_household_of_their_own(act, lodge, household, officer):
    case = lodge(reference=household.reference).case
    with acting(actor=SYSTEM, at=AT):
        DeclaredInterest.objects.create(user_id=officer.user_id, household=household, kind="relative", declared_at=AT)

    with pytest.raises(moving.InterestInTheWay):
        act(case, officer)


def test_the_database_as_well_refuses_a_decision_on_a_household_of_ones_own(lodge, household, officer):
    case = lodge(reference=household.reference).case
    cases.acknowledge(case_id=case.pk, actor=officer, at=AT)
    cases.take(case_id=case.pk, actor=officer, at=AT)
    with acting(actor=SYSTEM, at=AT):
        DeclaredInterest.objects.create(user_id=officer.user_id, household=household, kind="own", declared_at=AT)

    with pytest.raises(IntegrityError, match="declared an interest"), acting(actor=officer, at=AT):
        Case.objects.filter(pk=case.pk).update(
            status="decided",
            decided_by=officer.user_id,
            decided_at=AT,
            outcome="upheld",
            reasons="So.",
            remedy="none",
            due_on=None,
            appeal_by=AT.date(),
        )


def test_confirming_the_household_ends_the_doubt(lodge, household, officer, elsewhere):
    case = lodge().case
    linked = cases.link_household(case_id=case.pk, reference=household.reference, actor=officer, at=AT)
    before = counted()
    cases.link_household(case_id=case.pk, reference=household.reference, actor=officer, at=AT)

    assert (linked.household, linked.household_confirmed) == (household, True)
    assert counted() == before
    with pytest.raises(handling.HouseholdNotFound):
        cases.link_household(case_id=case.pk, reference="HH-2222222222-2", actor=officer, at=AT)


def test_the_complainant_withdraws_once(lodge):
    lodged = lodge()
    proof = proof_of(lodged)

    first = cases.withdraw(proof=proof, actor=SYSTEM, at=AT)
    before = counted()
    cases.withdraw(proof=proof, actor=SYSTEM, at=AT)

    assert (first.status, first.due_on) == ("withdrawn", None)
    assert counted() == before


def test_a_proof_is_good_for_half_an_hour_and_for_its_case_only(lodge):
    proof = proof_of(lodge())

    with pytest.raises(ProofExpired):
        cases.withdraw(proof=proof, actor=SYSTEM, at=AT + timedelta(minutes=31))
    with pytest.raises(ProofExpired):
        cases.withdraw(proof=proof[:-1] + ("a" if proof[-1] != "a" else "b"), actor=SYSTEM, at=AT)


def decided_case(lodge, officer):
    lodged = lodge()
    for act in ("acknowledge", "take"):
        ACTS[act](lodged.case, officer)
    cases.decide(case_id=lodged.case.pk, outcome="not_upheld", reasons="As ruled.", remedy="none", actor=officer, at=AT)
    return lodged


def test_an_appeal_goes_to_another_officer_who_decides_anew(lodge, officer, second_officer, citizen):
    lodged = decided_case(lodge, officer)
    case = cases.appeal(proof=proof_of(lodged), grounds="It is wrong.", actor=citizen, at=AT)
    before = counted()
    cases.appeal(proof=proof_of(lodged), grounds="It is wrong.", actor=citizen, at=AT)

    assert (case.status, case.outcome, case.assigned_to, case.previous_decider_id) == (
        "appealed",
        "",
        None,
        officer.user_id,
    )
    assert case.due_on is not None
    assert counted() == before
    with pytest.raises(handling.AnotherOfficerNeeded):
        cases.take(case_id=case.pk, actor=officer, at=AT)
    cases.take(case_id=case.pk, actor=second_officer, at=AT)
    again = cases.decide(case_id=case.pk, **DECISION, actor=second_officer, at=AT)
    assert again.outcome == "upheld"
    with pytest.raises(complainant.AppealedBefore):
        cases.appeal(proof=proof_of(lodged), grounds="Still wrong.", actor=citizen, at=AT)


def test_the_first_decision_stays_in_the_history(lodge, officer, citizen):
    lodged = decided_case(lodge, officer)
    cases.appeal(proof=proof_of(lodged), grounds="It is wrong.", actor=citizen, at=AT)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reasons, decided_by_id, pgh_actor_kind FROM grievances_casehistory "
            "WHERE id = %s AND status = 'decided'",
            [lodged.case.pk],
        )
        assert cursor.fetchall() == [("As ruled.", officer.user_id, "public")]
    assert "As ruled." in CaseEvent.objects.get(kind="decided").text


def test_an_appeal_comes_in_time_and_after_a_decision(lodge, officer, citizen):
    with pytest.raises(moving.IllegalMove):
        cases.appeal(proof=proof_of(lodge()), grounds="It is wrong.", actor=citizen, at=AT)
    lodged = decided_case(lodge, officer)
    late = AT + timedelta(days=60)
    with pytest.raises(complainant.TooLateToAppeal):
        cases.appeal(proof=proof_of(lodged, at=late), grounds="It is wrong.", actor=citizen, at=late)


@pytest.mark.parametrize("name", ["acknowledge", "note", "message", "sensitive"])
def test_nothing_changes_when_the_audit_record_fails(name, received, officer, break_audit):
    break_audit()
    events = CaseEvent.objects.count()

    with pytest.raises(IntegrityError):
        ACTS[name](received, officer)
    fresh = Case.objects.get(pk=received.pk)
    assert (fresh.status, fresh.sensitive, CaseEvent.objects.count()) == ("received", False, events)


@pytest.mark.parametrize("name", ["decide"])
def test_nothing_is_decided_when_the_audit_record_fails(name, in_progress, officer, break_audit):
    break_audit()

    with pytest.raises(IntegrityError):
        ACTS[name](in_progress, officer)
    assert Case.objects.get(pk=in_progress.pk).status == "in_progress"


GRAPH = {
    "received": {"acknowledged", "withdrawn"},
    "acknowledged": {"in_progress", "withdrawn"},
    "in_progress": {"decided", "withdrawn"},
    "decided": {"closed", "appealed"},
    "closed": {"appealed"},
    "appealed": {"in_progress", "withdrawn"},
    "withdrawn": set(),
}
MOVES = ["acknowledge", "take", "decide", "close", "withdraw", "appeal"]
KNOWN = (
    moving.IllegalMove,
    handling.AnotherOfficerNeeded,
    deciding.NotYourCase,
    complainant.AppealedBefore,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(MOVES), st.booleans()), max_size=14))
def test_no_sequence_of_acts_leads_where_the_graph_does_not(steps, lodge, officer, second_officer, citizen):
    with transaction.atomic():
        lodged = lodge()
        proof, seen = proof_of(lodged), ["received"]
        for name, second in steps:
            actor = second_officer if second else officer
            before = counted()
            try:
                if name == "withdraw":
                    cases.withdraw(proof=proof, actor=citizen, at=AT)
                elif name == "appeal":
                    cases.appeal(proof=proof, grounds="It is wrong.", actor=citizen, at=AT)
                else:
                    ACTS[name](lodged.case, actor)
            except KNOWN:
                assert counted() == before
            case = Case.objects.get(pk=lodged.case.pk)
            if case.status != seen[-1]:
                assert case.status in GRAPH[seen[-1]]
                seen.append(case.status)
        assert seen.count("appealed") <= 1
        assert case_is_sound(Case.objects.get(pk=lodged.case.pk))
        transaction.set_rollback(True)


def case_is_sound(case: Case) -> bool:
    decided = case.status in ("decided", "closed")
    return (
        decided == bool(case.outcome) == (case.decided_by_id is not None)
        and case.is_open == (case.due_on is not None)
        and (case.decided_by_id is None or case.decided_by_id != case.previous_decider_id)
    )


@pytest.mark.parametrize("source", GRAPH)
def test_the_database_draws_the_same_graph(source):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'pgtrigger_status_moves%'"
            " AND pg_get_functiondef(oid) LIKE '%appealed%'"
        )
        body = cursor.fetchone()[0]
    for target in GRAPH:
        drawn = f"{source}:{target}" in body or f"'{source}', '{target}'" in body
        assert drawn == (target in GRAPH[source]), (source, target)
