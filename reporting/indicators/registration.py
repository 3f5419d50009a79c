"""What the register holds, and what waits at its doors."""

from reporting.indicators.indicator import By, Counted, Indicator, Unit

_HOUSEHOLD = ("registry_household", "registry_membership", "registry_person")

INDICATORS = [
    Indicator(
        code="households_registered",
        title="Households registered",
        definition="Households in the register that are active: neither closed nor merged into another.",
        unit=Unit.HOUSEHOLDS,
        sources=_HOUSEHOLD,
        counted=Counted.HOUSEHOLDS,
        query="SELECT id AS household_id FROM registry_household WHERE status = 'active'",
    ),
    Indicator(
        code="persons_registered",
        title="Persons registered",
        definition=(
            "Living persons who belong to an active household today and count in it. A person counts in one household "
            "only, even when linked to several."
        ),
        unit=Unit.PERSONS,
        sources=_HOUSEHOLD,
        counted=Counted.PERSONS,
        query=(
            "SELECT m.person_id, m.household_id FROM registry_membership m"
            " JOIN registry_person p ON p.id = m.person_id JOIN registry_household h ON h.id = m.household_id"
            " WHERE m.counts AND m.until_on IS NULL AND p.died_on IS NULL AND h.status = 'active'"
        ),
    ),
    Indicator(
        code="registered_per_1000",
        title="Persons registered per 1,000 inhabitants",
        definition=(
            "Persons registered for every 1,000 inhabitants that the census counted in the district. The population "
            "has changed since, so read it as an order of size."
        ),
        unit=Unit.PER_THOUSAND,
        sources=(*_HOUSEHOLD, "the country pack's places"),
        numerator="persons_registered",
        denominator="population",
        by=(By.PLACE,),
        hidden_with=("persons_registered",),
    ),
    Indicator(
        code="submissions_in_review",
        title="Submissions in review",
        definition="Submissions that a reviewer has yet to decide: possible duplicates and warnings.",
        unit=Unit.SUBMISSIONS,
        sources=("registry_submission",),
        counted=Counted.PLACED,
        query="SELECT area_id, district_id FROM registry_submission WHERE status = 'in_review'",
        by=(By.PLACE,),
    ),
    Indicator(
        code="submissions_refused",
        title="Submissions refused",
        definition="Submissions not entered because a check found an error. Rejections by a reviewer are not in.",
        unit=Unit.SUBMISSIONS,
        sources=("registry_submission",),
        counted=Counted.PLACED,
        query="SELECT area_id, district_id FROM registry_submission WHERE status = 'refused'",
        by=(By.PLACE,),
    ),
    Indicator(
        code="months_since_interview",
        title="Months since interview",
        definition=(
            "The median of the full months since each active household was last interviewed: half of them were "
            "interviewed longer ago than this."
        ),
        unit=Unit.MONTHS,
        sources=_HOUSEHOLD,
        counted=Counted.MONTHS,
        query=(
            "SELECT id AS household_id, greatest(0, extract(year FROM age(%(on)s::date, interviewed_on)) * 12"
            " + extract(month FROM age(%(on)s::date, interviewed_on)))::int AS bin"
            " FROM registry_household WHERE status = 'active'"
        ),
        distribution=True,
        hidden_with=("households_registered",),
    ),
]
