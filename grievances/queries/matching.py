"""What a case is about: finding household, person and contested assessment from what the complainant gave."""

from dataclasses import dataclass

from core import pack
from core.references import normalise
from eligibility.models import Assessment, AssessmentRun, Enrolment
from registry.models import DeclaredInterest, Household, Membership, Person


@dataclass(frozen=True, slots=True)
class Match:
    household: Household | None = None
    person: Person | None = None


def normal_national_id(text: str) -> str:
    """An identity number as the country pack has it stored: without blanks and hyphens, in capitals."""
    rules = pack.about()["national_id"].get("normalise", {})
    kept = "".join(character for character in text if character not in rules.get("strip", " "))
    return kept.upper() if rules.get("upper", True) else kept


def match(*, reference: str, national_id: str) -> Match:
    """Household and person behind the numbers given, if they agree. For officers' eyes: the public never learns it."""
    by_reference = _household(normalise(reference)) if reference.strip() else None
    person = Person.objects.filter(national_id=normal_national_id(national_id)).first() if national_id.strip() else None
    homes = _homes(person) if person else []
    if person is None or (by_reference is not None and by_reference not in homes):
        return Match(by_reference)
    return Match(by_reference or (homes[0] if homes else None), person)


def _household(reference: str) -> Household | None:
    household = Household.objects.filter(reference=reference).select_related("merged_into").first()
    if household is None:
        enrolment = Enrolment.objects.filter(reference=reference).select_related("household__merged_into").first()
        household = enrolment.household if enrolment else None
    return household.merged_into or household if household else None


def _homes(person: Person) -> list[Household]:
    """Where the person lives now, the household they count in first."""
    current = Membership.objects.filter(person=person, until_on__isnull=True).select_related("household")
    return [membership.household for membership in current.order_by("-counts", "id")]


def contested(*, household_id: int, programme_code: str, person_id: int | None) -> Assessment | None:
    """The household's newest published assessment, of one programme where it is named."""
    found = Assessment.objects.filter(household_id=household_id, run__status=AssessmentRun.Status.PUBLISHED)
    if programme_code:
        found = found.filter(run__programme__code=programme_code)
    if person_id and found.filter(person_id=person_id).exists():
        found = found.filter(person_id=person_id)
    return found.order_by("-run__published_at", "-run_id", "id").first()


def contested_officers(*, household_id: int | None, run_id: int | None, programme_code: str) -> set[int]:
    """Those whose act is contested: who prepared and published the assessment, who kept the household's enrolments."""
    rows: list[tuple[int | None, ...]] = []
    if run_id:
        rows += AssessmentRun.objects.filter(pk=run_id).values_list("prepared_by_id", "published_by_id")
    if household_id:
        enrolments = Enrolment.objects.filter(household_id=household_id)
        if programme_code:
            enrolments = enrolments.filter(programme__code=programme_code)
        rows += enrolments.values_list("proposed_by_id", "validated_by_id", "enrolled_by_id")
    return {user_id for row in rows for user_id in row if user_id}


def has_interest(*, user_id: int | None, household_id: int | None) -> bool:
    """Whether a user has declared an interest in a household."""
    if user_id is None or household_id is None:
        return False
    return DeclaredInterest.objects.filter(user_id=user_id, household_id=household_id).exists()
