"""Who was assessed, found eligible, enrolled."""

from reporting.indicators.indicator import Counted, Indicator, Unit

_RUNS = ("eligibility_assessmentrun", "eligibility_assessment")
_LIST = ("eligibility_enrolment",)
# A programme's latest published run; what an earlier one found no longer counts.
_LATEST = (
    "(SELECT DISTINCT ON (programme_id) id, programme_id FROM eligibility_assessmentrun WHERE status = 'published'"
    " ORDER BY programme_id, published_at DESC, id DESC)"
)
_FOUND = (
    f"SELECT a.household_id, a.person_id, r.programme_id FROM {_LATEST} r"
    " JOIN eligibility_assessment a ON a.run_id = r.id"
)
_ENROLLED = "SELECT household_id, person_id, programme_id FROM eligibility_enrolment WHERE status = 'enrolled'"

INDICATORS = [
    Indicator(
        code="households_assessed",
        title="Households assessed",
        definition=(
            "Households with a finding in a programme's latest published assessment, whatever it was. In a programme "
            "for persons, households of which at least one person has a finding."
        ),
        unit=Unit.HOUSEHOLDS,
        sources=_RUNS,
        counted=Counted.HOUSEHOLDS,
        query=_FOUND,
        by_programme=True,
    ),
    Indicator(
        code="households_eligible",
        title="Households eligible",
        definition=(
            "Households found eligible in the latest published assessment; in a programme for persons, households of "
            "at least one person found eligible."
        ),
        unit=Unit.HOUSEHOLDS,
        sources=_RUNS,
        counted=Counted.HOUSEHOLDS,
        query=f"{_FOUND} WHERE a.outcome = 'eligible'",
        by_programme=True,
    ),
    Indicator(
        code="households_not_assessable",
        title="Households not assessable",
        definition=(
            "Households that could not be assessed in the latest published assessment because an answer was missing; "
            "in a programme for persons, households of at least one such person. They are owed a visit, not a refusal."
        ),
        unit=Unit.HOUSEHOLDS,
        sources=_RUNS,
        counted=Counted.HOUSEHOLDS,
        query=f"{_FOUND} WHERE a.outcome = 'not_assessable'",
        by_programme=True,
    ),
    Indicator(
        code="households_enrolled",
        title="Households enrolled",
        definition="Households on a beneficiary list today, themselves or by a person; the suspended are not in.",
        unit=Unit.HOUSEHOLDS,
        sources=_LIST,
        counted=Counted.HOUSEHOLDS,
        query=_ENROLLED,
        by_programme=True,
    ),
    Indicator(
        code="persons_enrolled",
        title="Persons enrolled",
        definition="Persons who are on the list of a programme for persons today. Sex and age are the person's own.",
        unit=Unit.PERSONS,
        sources=_LIST,
        counted=Counted.PERSONS,
        query=f"{_ENROLLED} AND person_id IS NOT NULL",
        by_programme=True,
    ),
    Indicator(
        code="coverage",
        title="Coverage",
        definition=(
            "Households enrolled for every 100 households eligible. It can pass 100 where the list still has "
            "households that an earlier assessment found eligible."
        ),
        unit=Unit.PERCENT,
        sources=(*_LIST, *_RUNS),
        by_programme=True,
        numerator="households_enrolled",
        denominator="households_eligible",
        hidden_with=("households_enrolled", "households_eligible"),
    ),
    Indicator(
        code="enrolled_share",
        title="Share enrolled",
        definition="Households enrolled for every 100 households registered.",
        unit=Unit.PERCENT,
        sources=(*_LIST, "registry_household"),
        by_programme=True,
        numerator="households_enrolled",
        denominator="households_registered",
        hidden_with=("households_enrolled", "households_registered"),
    ),
]
