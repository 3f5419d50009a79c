"""Second interviews: drawing, sending, entering, comparing, settling; four eyes, guards, repeats, rollback."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry, User
from registry.actions import interests
from registry.actions.fieldwork import comparing, sampling
from registry.actions.reviews import DeclaredInterestInTheWay, ReasonNeeded
from registry.actions.visits import DayHasPassed, DayImpossible, NotSendable
from registry.fieldwork.members import Member
from registry.models import (
    Household,
    InterviewComparison,
    InterviewerFinding,
    InterviewSample,
    Reinterview,
    Submission,
)
from registry.queries import fieldwork, recertification
from tests.fixtures.fieldwork import FIELD_AT, FIELD_BY, FIELD_ON, FIRST, LAST, SAME, SEED, TERMS, WITH_MEMBERS

WHY = "The husband was asked, not the wife."


def terms(**what):
    return replace(TERMS, **what)


@pytest.fixture
def enter(a_reinterview, another_interviewer):
    """``enter(**answers)``: the second interview is held, with these answers instead of the first ones."""

    def make(row=None, *, outcome="answered", on=FIELD_ON, remark="", by=None, **other):
        return comparing.enter(
            reinterview_id=(row or a_reinterview).pk, outcome=outcome, held_on=on, answers=SAME | other,
            remark=remark, actor=by or another_interviewer, at=FIELD_AT,
        )  # fmt: skip

    return make


@pytest.fixture
def finding(a_reinterview) -> InterviewerFinding:
    return a_reinterview.finding


@pytest.fixture
def beyond(enter, finding) -> InterviewerFinding:
    """Half of what was compared does not agree."""
    enter(rooms=9, tenure="rented")
    finding.refresh_from_db()
    assert finding.status == "beyond"
    return finding


@pytest.fixture
def looked(beyond, reviewer) -> InterviewerFinding:
    return comparing.look(finding_id=beyond.pk, verdict="again", note=WHY, actor=reviewer, at=FIELD_AT)


def acts() -> list[str]:
    found = AuditEntry.objects.filter(action__regex="^(interview_sample|reinterview|finding)\\.").order_by("id")
    return list(found.values_list("action", flat=True))


# Drawing


def test_a_share_of_each_interviewer_is_drawn_and_a_minimum(interview, draw, interviewer, officer):
    for _n in range(5):
        interview()
    interview(by=officer)
    sample = draw(terms=terms(share_percent=Decimal(40)))
    drawn = Reinterview.objects.filter(finding__sample=sample)
    assert drawn.filter(first_by_id=interviewer.user_id).count() == 2
    assert drawn.filter(first_by_id=officer.user_id).count() == 1
    assert sample.counts == {"interviewers": 2, "interviews": 6, "drawn": 3}
    assert {row.interviews for row in sample.findings.all()} == {5, 1}
    assert acts() == ["interview_sample.draw"]
    assert AuditEntry.objects.get(action="interview_sample.draw").details["seed"] == SEED


def test_the_seed_alone_decides_which(interview, draw):
    told = [interview() for _n in range(6)]
    sample = draw(terms=terms(share_percent=Decimal(50)))
    order = sorted(told, key=lambda one: hashlib.sha256(f"{SEED}{one.uuid}".encode()).digest())
    drawn = Reinterview.objects.filter(finding__sample=sample).values_list("submission_id", flat=True)
    assert set(drawn) == {one.pk for one in order[:3]}


def test_a_second_draw_adds_only_what_is_missing(interview, draw):
    for _n in range(2):
        interview()
    draw()
    with pytest.raises(sampling.NothingToDraw):
        draw(seed="f" * 32)
    for _n in range(2):
        interview()
    assert draw(seed="f" * 32).counts["drawn"] == 1
    assert Reinterview.objects.count() == 2


def test_fewer_interviews_than_the_minimum_are_all_drawn(interview, draw):
    interview()
    assert draw(terms=terms(at_least=9)).counts["drawn"] == 1


def test_interviews_of_other_days_and_places_and_protected_homes_are_left_out(interview, draw, village):
    interview(interview_date="2026-09-01")
    hidden, closed = interview(), interview()
    with acting(actor=SYSTEM, at=FIELD_AT):
        Household.objects.filter(pk=hidden.household_id).update(
            is_protected=True, area=hidden.district, address="", latitude=None, longitude=None
        )
        Household.objects.filter(pk=closed.household_id).update(status="closed")
    with pytest.raises(sampling.NothingToDraw):
        draw()
    with pytest.raises(sampling.NothingToDraw):
        draw(area_id=village.pk, from_on=FIRST, until_on=FIRST)


@pytest.mark.parametrize("said", ["", "Neo, who walks", "{email}", "  {EMAIL} "])
def test_of_an_imported_row_whom_it_names_interviewed_else_who_sent_the_file(
    said, draw, interviewer, officer, reviewer, bring_in, write_files, other_payload
):
    email = User.objects.get(pk=interviewer.user_id).email
    other_payload["household"] |= {
        "interviewer": said.format(email=email, EMAIL=email.upper()), "interview_date": "2026-08-03",
    }  # fmt: skip
    bring_in(*write_files(other_payload), actor=officer)
    draw()
    (row,) = Reinterview.objects.all()
    sender = row.submission.submitted_by_id
    assert row.first_by_id == (interviewer.user_id if "@" in said.format(email=email, EMAIL=email) else sender)
    assert sender != interviewer.user_id
    # Neither who asked nor who sent the file asks again.
    for whom in {sender, row.first_by_id}:
        sent = sampling.assign(
            sample_id=row.finding.sample_id, ids=None, to_id=whom, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT
        )
        assert sent == sampling.Sent(made=0, left_out=1)
        with pytest.raises(IntegrityError, match=r"not_to_sender|by_another"), transaction.atomic(), \
             acting(actor=reviewer, at=FIELD_AT):  # fmt: skip
            Reinterview.objects.update(
                status="assigned", assigned_to=whom, assigned_by=reviewer.user_id, do_by=FIELD_BY
            )
    doubted = InterviewerFinding.objects.filter(interviewer_id=row.first_by_id)
    assert Submission.objects.filter(fieldwork.in_doubt(findings=doubted)).count() == 1


def test_a_file_that_the_system_sent_has_no_interviewer_unless_it_names_one(
    draw, interviewer, bring_in, write_files, other_payload
):
    other_payload["household"]["interview_date"] = "2026-08-03"
    bring_in(*write_files(other_payload))
    with pytest.raises(sampling.NothingToDraw):
        draw()


def test_nobody_draws_elsewhere_nor_in_the_whole_country_nor_from_the_future(
    draw, other_district, country, make_user, as_actor, officer
):
    with pytest.raises(NotPermitted):
        draw(area_id=other_district.pk)
    with pytest.raises(NotPermitted):
        draw(actor=officer)
    with pytest.raises(NotPermitted):
        draw(actor=SYSTEM)
    above = as_actor(make_user(Role.SUPERVISOR, country))
    with pytest.raises(sampling.PlaceTooWide):
        draw(area_id=country.pk, actor=above)
    for days in ({"until_on": FIELD_ON + timedelta(days=1)}, {"from_on": LAST, "until_on": FIRST}):
        with pytest.raises(sampling.DaysImpossible):
            draw(**days)


def test_a_draw_takes_as_many_statements_for_many_as_for_one(interview, draw):
    interview()
    with CaptureQueriesContext(connection) as one:
        draw()
    for _n in range(7):
        interview()
    with CaptureQueriesContext(connection) as many:
        draw(seed="f" * 32)
    assert len(many) == len(one)


def test_a_draw_never_changes(a_reinterview):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), acting(actor=SYSTEM, at=FIELD_AT):
        InterviewSample.objects.update(seed="f" * 32)


# Sending


def test_who_interviewed_first_is_never_sent(interview, draw, interviewer, reviewer):
    interview()
    sample = draw()
    sent = sampling.assign(
        sample_id=sample.pk, ids=None, to_id=interviewer.user_id, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT
    )
    assert sent == sampling.Sent(made=0, left_out=1)
    with pytest.raises(IntegrityError, match="by_another"), transaction.atomic(), acting(actor=reviewer, at=FIELD_AT):
        Reinterview.objects.update(
            status="assigned", assigned_to=interviewer.user_id, assigned_by=reviewer.user_id, do_by=FIELD_BY
        )


@pytest.mark.parametrize("declared", ["household", "number"])
def test_who_declared_an_interest_is_never_sent(declared, interview, draw, another_interviewer, officer, reviewer):
    told = interview()
    if declared == "household":
        interests.declare(reference=told.household.reference, kind="relative", actor=officer, at=FIELD_AT)
    else:
        number = told.members.get(position=1).national_id
        interests.declare_number(national_id=number, kind="relative", actor=officer, at=FIELD_AT)
    sample = draw()
    sent = sampling.assign(
        sample_id=sample.pk, ids=None, to_id=officer.user_id, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT
    )
    assert sent == sampling.Sent(made=0, left_out=1)
    with pytest.raises(IntegrityError, match="interest"), transaction.atomic(), acting(actor=reviewer, at=FIELD_AT):
        Reinterview.objects.update(
            status="assigned", assigned_to=officer.user_id, assigned_by=reviewer.user_id, do_by=FIELD_BY
        )


def test_sending_twice_sends_once_and_taking_back_lets_another_go(a_reinterview, reviewer, another_interviewer):
    again = sampling.assign(
        sample_id=a_reinterview.finding.sample_id, ids=[a_reinterview.pk], to_id=another_interviewer.user_id,
        do_by=FIELD_BY, actor=reviewer, at=FIELD_AT,
    )  # fmt: skip
    assert again == sampling.Sent(0, 0)
    for _twice in range(2):
        row = sampling.take_back(reinterview_id=a_reinterview.pk, reason=WHY, actor=reviewer, at=FIELD_AT)
        assert row.status == "drawn" and row.assigned_to_id is None
    assert acts() == ["interview_sample.draw", "reinterview.assign", "reinterview.take_back"]


def test_nobody_is_sent_who_does_not_register_there_or_by_a_day_that_passed(
    a_reinterview, reviewer, make_user, other_district, officer
):
    where = {"sample_id": a_reinterview.finding.sample_id, "ids": None, "actor": reviewer, "at": FIELD_AT}
    with pytest.raises(NotSendable):
        sampling.assign(to_id=make_user(Role.ENUMERATOR, other_district).pk, do_by=FIELD_BY, **where)
    with pytest.raises(DayHasPassed):
        sampling.assign(to_id=officer.user_id, do_by=FIELD_ON - timedelta(days=1), **where)
    with pytest.raises(NotPermitted):
        sampling.assign(to_id=officer.user_id, do_by=FIELD_BY, **where | {"actor": officer})


# Entering and comparing


def test_the_same_answers_agree_and_the_interviewer_is_in_order(enter, finding):
    row = enter(rooms=3)
    compared = {one.code: (one.agrees, one.deviation) for one in InterviewComparison.objects.filter(reinterview=row)}
    assert compared == {"size": (True, 0), "rooms": (True, 1), "tenure": (True, None), "tv": (True, None)}
    finding.refresh_from_db()
    assert finding.status == "within"
    assert acts()[-2:] == ["reinterview.enter", "finding.judge"]
    assert not fieldwork.doubts()


def test_entering_the_same_twice_writes_once_and_something_else_is_refused(enter):
    enter()
    enter()
    assert InterviewComparison.objects.count() == 4
    with pytest.raises(comparing.AlreadyDone):
        enter(rooms=1)


def test_too_little_agreement_brings_a_supervisor(beyond):
    tally = fieldwork.tallies(finding_ids=[beyond.pk])[beyond.pk]
    assert (tally.compared, tally.agree, tally.percent) == (4, 2, 50)
    (rooms,) = [one for one in fieldwork.facts(sample=beyond.sample) if one.code == "rooms"]
    assert (rooms.compared, rooms.agree, float(rooms.distance), float(rooms.deviation)) == (1, 0, 7.0, 7.0)


@pytest.mark.parametrize("outcome", ["nobody_came", "not_found"])
def test_a_household_that_denies_the_interview_brings_a_supervisor_at_once(outcome, interview, draw, reviewer, officer):
    for _n in range(2):
        interview()
    sample = draw(terms=terms(at_least=2))
    sampling.assign(sample_id=sample.pk, ids=None, to_id=officer.user_id, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT)
    row = Reinterview.objects.filter(finding__sample=sample).order_by("id")[0]
    comparing.enter(
        reinterview_id=row.pk, outcome=outcome, held_on=FIELD_ON, answers=SAME, remark="The chief knows nobody.",
        actor=officer, at=FIELD_AT,
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.answers, row.finding.status) == ({}, "beyond")


def test_a_household_that_is_away_compares_nothing_so_somebody_looks(enter, finding):
    enter(outcome="away", remark="Gone to the cattle post.")
    finding.refresh_from_db()
    assert finding.status == "beyond"


def test_a_finding_waits_until_the_last_interview_is_held(interview, draw, reviewer, officer, interviewer):
    for _n in range(2):
        interview()
    sample = draw(terms=terms(at_least=2))
    sampling.assign(sample_id=sample.pk, ids=None, to_id=officer.user_id, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT)
    states = []
    for row in Reinterview.objects.filter(finding__sample=sample).order_by("id"):
        comparing.enter(
            reinterview_id=row.pk, outcome="answered", held_on=FIELD_ON, answers=SAME, remark="", actor=officer,
            at=FIELD_AT,
        )  # fmt: skip
        states.append(InterviewerFinding.objects.get(sample=sample).status)
    assert states == ["open", "within"]


def test_only_who_was_sent_enters_it(enter, officer, reviewer, interviewer):
    for other in (officer, reviewer, interviewer, SYSTEM):
        with pytest.raises(comparing.NotYours):
            enter(by=other)


@pytest.mark.parametrize("day", [date(2026, 8, 2), FIELD_ON + timedelta(days=1)])
def test_a_second_interview_is_held_after_the_first_and_before_tomorrow(enter, day):
    with pytest.raises(DayImpossible):
        enter(on=day)


def test_what_is_missing_or_not_compared_is_refused(enter, a_reinterview, another_interviewer):
    with pytest.raises(ReasonNeeded):
        enter(outcome="refused")
    with pytest.raises(comparing.UnknownFact):
        enter(cattle=3)
    household = a_reinterview.submission.household
    interests.declare(reference=household.reference, kind="relative", actor=another_interviewer, at=FIELD_AT)
    with pytest.raises(DeclaredInterestInTheWay):
        enter()


def test_nothing_is_kept_when_the_audit_record_fails(committed_db, enter, a_reinterview, broken_audit):
    with broken_audit(), pytest.raises(IntegrityError):
        enter()
    a_reinterview.refresh_from_db()
    assert a_reinterview.status == "assigned" and not InterviewComparison.objects.exists()


def test_the_log_holds_no_answer(enter):
    enter(tenure="rented", remark="Seen with my own eyes.")
    told = str(list(AuditEntry.objects.filter(action="reinterview.enter").values_list("details", flat=True)))
    assert "rented" not in told and "eyes" not in told


# Members


@pytest.fixture
def of_members(interview, draw, another_interviewer, reviewer) -> Reinterview:
    """One interview whose members are asked one by one again."""
    interview()
    sample = draw(terms=WITH_MEMBERS)
    sampling.assign(
        sample_id=sample.pk, ids=None, to_id=another_interviewer.user_id, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT
    )
    return Reinterview.objects.get(finding__sample=sample)


def people_of(row) -> list[Member]:
    """Who the first interview named, as somebody else would tell them."""
    told = fieldwork.first_members(submission=row.submission)
    return [replace(one, facts={code: one.facts[code] for code in ("sex", "school_attending") if code in one.facts})
            for one in told]  # fmt: skip


def held_with(row, people, by, **answers):
    return comparing.enter(
        reinterview_id=row.pk, outcome="answered", held_on=FIELD_ON, members=people, remark="", actor=by, at=FIELD_AT,
        answers={code: value for code, value in SAME.items() if code != "size"} | answers,
    )  # fmt: skip


def disagreeing(row) -> set[tuple[int, str]]:
    return set(InterviewComparison.objects.filter(reinterview=row, agrees=False).values_list("member", "code"))


def test_members_who_agree_are_told_so_and_counted(of_members, another_interviewer):
    people = people_of(of_members)
    row = held_with(of_members, list(reversed(people)), another_interviewer)
    assert disagreeing(row) == set()
    assert (row.answers["size"], "children_0_17" in row.answers, len(row.members)) == (2, False, 2)
    facts = {one.code: (one.compared, one.agree) for one in fieldwork.facts(sample=row.finding.sample)}
    assert (facts["member"], facts["member.sex"], facts["member.school_attending"]) == ((2, 2), (2, 2), (1, 1))


def test_who_is_in_one_of_the_two_interviews_only_disagrees_and_so_does_another_answer(of_members, another_interviewer):
    mother, child = people_of(of_members)
    stranger = replace(child, given_names="Somebody", surname="Else", national_id="")
    row = held_with(of_members, [replace(mother, facts={"sex": "M"}), stranger], another_interviewer)
    assert disagreeing(row) == {(1, "member.sex"), (2, "member"), (3, "member")}
    assert [one.member for one in fieldwork.differences(reinterview=row)] == [0, 0, 0, 0, 1, 1, 2, 3]
    row.finding.refresh_from_db()
    assert row.finding.status == "beyond"


def test_a_household_that_answered_has_somebody_and_one_that_did_not_nobody(of_members, another_interviewer):
    with pytest.raises(comparing.NobodyNamed):
        held_with(of_members, [], another_interviewer)
    row = comparing.enter(
        reinterview_id=of_members.pk, outcome="away", held_on=FIELD_ON, answers={}, members=people_of(of_members),
        remark="Gone to the cattle post.", actor=another_interviewer, at=FIELD_AT,
    )  # fmt: skip
    assert row.members == []


def test_members_told_twice_are_kept_once_and_others_are_refused(of_members, another_interviewer):
    people = people_of(of_members)
    held_with(of_members, people, another_interviewer)
    held_with(of_members, people, another_interviewer)
    assert AuditEntry.objects.filter(action="reinterview.enter").count() == 1
    with pytest.raises(comparing.AlreadyDone):
        held_with(of_members, people[:1], another_interviewer)


# What follows


def test_a_second_supervisor_confirms_what_the_first_said(looked, second_supervisor):
    assert (looked.status, looked.verdict) == ("looked", "again")
    for _twice in range(2):
        settled = comparing.settle(
            finding_id=looked.pk, reason="I asked them too.", actor=second_supervisor, at=FIELD_AT
        )
        assert settled.status == "settled"
    assert acts()[-3:] == ["finding.judge", "finding.look", "finding.settle"]


def test_nobody_confirms_what_they_said_themselves(looked, reviewer):
    with pytest.raises(comparing.OwnWork):
        comparing.settle(finding_id=looked.pk, reason=WHY, actor=reviewer, at=FIELD_AT)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic(), acting(actor=reviewer, at=FIELD_AT):
        InterviewerFinding.objects.update(status="settled", settled_by=reviewer.user_id, settled_at=FIELD_AT)


def test_what_was_said_may_be_sent_back(looked, second_supervisor, reviewer):
    back = comparing.send_back(finding_id=looked.pk, reason="Ask the wife.", actor=second_supervisor, at=FIELD_AT)
    assert (back.status, back.verdict, back.note, back.looked_by_id) == ("beyond", "", "", None)
    again = comparing.look(finding_id=looked.pk, verdict="explained", note=WHY, actor=reviewer, at=FIELD_AT)
    assert again.status == "looked"


def test_a_decision_needs_a_reason_a_supervisor_of_the_place_and_its_turn(
    finding, beyond, reviewer, second_supervisor, officer, make_user, as_actor, other_district
):
    told = {"finding_id": finding.pk, "verdict": "again", "at": FIELD_AT}
    with pytest.raises(ReasonNeeded):
        comparing.look(note=" ", actor=reviewer, **told)
    for other in (officer, SYSTEM, as_actor(make_user(Role.SUPERVISOR, other_district))):
        with pytest.raises(NotPermitted):
            comparing.look(note=WHY, actor=other, **told)
    with pytest.raises(comparing.NotToDecide):
        comparing.settle(finding_id=finding.pk, reason=WHY, actor=second_supervisor, at=FIELD_AT)
    comparing.look(note=WHY, actor=reviewer, **told)
    with pytest.raises(comparing.NotToDecide):
        comparing.look(note=WHY + " Twice.", actor=second_supervisor, **told)


def test_the_database_knows_no_other_moves(finding):
    with pytest.raises(DatabaseError), transaction.atomic(), acting(actor=SYSTEM, at=FIELD_AT):
        InterviewerFinding.objects.update(status="settled")
    with pytest.raises(DatabaseError), transaction.atomic(), acting(actor=SYSTEM, at=FIELD_AT):
        Reinterview.objects.update(first_by=finding.sample.drawn_by_id)


# Doubts


def test_interviews_stay_in_doubt_until_they_are_settled(interview, beyond, looked, reviewer, second_supervisor):
    interview()  # another of the same interviewer and days, not drawn
    doubts = fieldwork.doubts()
    assert (doubts.open, doubts.beyond, doubts.households, doubts.again) == (0, 1, 2, 0)
    comparing.send_back(finding_id=looked.pk, reason="Ask the wife.", actor=second_supervisor, at=FIELD_AT)
    comparing.look(finding_id=looked.pk, verdict="explained", note=WHY, actor=reviewer, at=FIELD_AT)
    assert fieldwork.doubts().beyond == 1
    comparing.settle(finding_id=looked.pk, reason=WHY, actor=second_supervisor, at=FIELD_AT)
    assert not fieldwork.doubts()


def test_households_to_be_interviewed_again_are_due_at_once_until_they_were_seen(
    looked, second_supervisor, officer, last_seen
):
    household = Household.objects.get()
    assert recertification.counts(actor=officer, on=FIELD_ON) == (0, 0)
    comparing.settle(finding_id=looked.pk, reason=WHY, actor=second_supervisor, at=FIELD_AT)
    assert fieldwork.doubts().again == 1
    assert recertification.counts(actor=officer, on=FIELD_ON) == (1, 1)
    assert "second interview" in recertification.term_of(household, on=FIELD_ON).because
    last_seen(household, FIELD_ON)
    assert not fieldwork.doubts()
    assert recertification.counts(actor=officer, on=FIELD_ON) == (0, 0)


def test_second_interviews_that_are_not_done_are_told_too(a_reinterview):
    doubts = fieldwork.doubts()
    assert (doubts.open, doubts.beyond, bool(doubts)) == (1, 0, True)


# Who sees what


def test_samples_are_seen_by_supervisors_of_the_place(
    a_reinterview, reviewer, officer, make_user, as_actor, other_district, interviewer, another_interviewer
):
    elsewhere = as_actor(make_user(Role.SUPERVISOR, other_district))
    assert list(fieldwork.samples(actor=reviewer)) == [a_reinterview.finding.sample]
    assert list(fieldwork.samples(actor=elsewhere)) == list(fieldwork.samples(actor=officer)) == []
    assert list(fieldwork.mine(actor=another_interviewer)) == [a_reinterview]
    assert list(fieldwork.mine(actor=interviewer)) == []
    national = as_actor(make_user(Role.SUPERVISOR))
    seen = [who for who in (reviewer, national, another_interviewer, interviewer, elsewhere)
            if fieldwork.reinterview(actor=who, uuid=a_reinterview.uuid)]  # fmt: skip
    assert seen == [reviewer, national, another_interviewer]


def test_who_sends_somebody_reads_no_village_of_a_household_protected_since(
    interview, draw, protect, supervisor, village, client
):
    household = interview().household
    sample = draw()
    protect(household, at=FIELD_AT)
    client.force_login(supervisor, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(reverse("registry:sample_assign", args=[sample.uuid])).content.decode()
    assert household.reference in text and village.name not in text
