from grievances.models import CaseEvent


def test_a_case_gets_a_reference_a_secret_and_its_dates_in_working_days(lodge):
    case, secret = lodge()
    case.refresh_from_db()

    assert case.reference.startswith("GR-")
    assert len(secret) == 11
    # AT is a Monday: two working days and fourteen working days
    assert (case.acknowledge_by.isoformat(), case.decide_by.isoformat()) == ("2026-03-18", "2026-04-03")
    assert case.due_on == case.acknowledge_by
    assert CaseEvent.objects.get(case=case).kind == "lodged"
