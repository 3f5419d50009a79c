"""The set-based statements of preparation. Parameters are named; everything else is ours, never typed by anybody.

``CANDIDATES`` takes the beneficiary list as of the cut-off: whoever was enrolled then, with the reason why they are not
payable now, if any, who receives, and where the money goes.
"""

CANDIDATES = """
WITH cycle AS (
    SELECT c.id, c.programme_id, c.period_from, c.period_to, c.cutoff_on, g.unit, g.recipient_kind, g.currency
    FROM payments_paymentcycle c JOIN eligibility_programme g ON g.id = c.programme_id WHERE c.id = %(cycle)s
), cash AS (
    SELECT min(id) AS id FROM payments_provider WHERE kind = 'cash'
), place AS (
    SELECT a.id AS area_id, coalesce(
        (SELECT p.id FROM payments_paypoint p JOIN core_area c ON c.id = p.council_id
         WHERE a.path LIKE c.path || '%%' LIMIT 1),
        (SELECT min(p.id) FROM payments_paypoint p WHERE p.district_id = a.district_id)) AS pay_point_id
    FROM core_area a
), newest AS (
    SELECT max(r.id) AS id FROM eligibility_assessmentrun r JOIN cycle ON r.programme_id = cycle.programme_id
    WHERE r.status = 'published' AND r.as_of <= cycle.cutoff_on
), listed AS (
    SELECT e.*, cycle.unit, cycle.recipient_kind
    FROM eligibility_enrolment e JOIN cycle ON e.programme_id = cycle.programme_id
    WHERE e.enrolled_on <= cycle.cutoff_on AND e.enrolled_on <= cycle.period_to
    AND (e.status IN ('enrolled', 'suspended') OR e.status = 'exited' AND e.exited_on > cycle.cutoff_on)
), candidate AS (
    SELECT l.id AS enrolment_id, l.household_id, l.person_id, h.district_id, h.area_id, l.enrolled_on,
        coalesce(fresh.inputs, own.inputs, '{}'::jsonb) AS inputs,
        CASE WHEN l.unit = 'person' THEN p.given_names || ' ' || p.surname
             ELSE coalesce(r.given_names || ' ' || r.surname, h.reference) END AS beneficiary_name,
        CASE WHEN n.id IS NOT NULL THEN 'nominee'
             WHEN receiver.id = l.person_id THEN 'self' ELSE 'caregiver' END AS recipient_kind,
        CASE WHEN n.id IS NULL THEN receiver.id END AS recipient_person_id,
        n.id AS recipient_nominee_id,
        CASE WHEN n.id IS NOT NULL THEN n.given_names || ' ' || n.surname
             ELSE receiver.given_names || ' ' || receiver.surname END AS recipient_name,
        CASE WHEN n.id IS NOT NULL THEN right(n.national_id, 4)
             ELSE right(coalesce(receiver.national_id, receiver.interim_number, ''), 4) END AS recipient_mark,
        coalesce(v.kind, 'cash') AS account_kind,
        coalesce(v.id, cash.id) AS provider_id,
        CASE WHEN v.id IS NOT NULL THEN a.number ELSE '' END AS account_number,
        CASE WHEN v.id IS NOT NULL AND holder.id IS NOT NULL THEN holder.given_names || ' ' || holder.surname
             ELSE '' END AS account_holder,
        CASE WHEN v.id IS NULL THEN place.pay_point_id END AS pay_point_id,
        a.kind IN ('bank', 'mobile') AND v.id IS NULL AS unusable_account,
        CASE WHEN h.status <> 'active' THEN 'household_closed'
             WHEN l.status = 'suspended' THEN 'suspended'
             WHEN l.status = 'exited' THEN 'exited'
             WHEN p.died_on IS NOT NULL THEN 'died'
             WHEN EXISTS (SELECT FROM payments_hold k WHERE k.household_id = l.household_id AND k.lifted_at IS NULL
                          AND (k.programme_id IS NULL OR k.programme_id = l.programme_id)) THEN 'held'
             WHEN n.id IS NULL AND receiver.id IS NULL THEN 'no_recipient'
             WHEN n.id IS NULL AND receiver.died_on IS NOT NULL THEN 'recipient_died'
             WHEN v.id IS NULL AND place.pay_point_id IS NULL THEN 'no_pay_point'
        END AS reason
    FROM listed l
    CROSS JOIN cash
    JOIN registry_household h ON h.id = l.household_id
    LEFT JOIN place ON place.area_id = h.area_id
    LEFT JOIN registry_person p ON p.id = l.person_id
    LEFT JOIN registry_membership m ON m.household_id = h.id AND m.until_on IS NULL AND m.is_reference
    LEFT JOIN registry_person r ON r.id = m.person_id
    LEFT JOIN registry_person receiver ON receiver.id = coalesce(l.recipient_person_id,
        CASE WHEN l.recipient_kind = 'self' THEN l.person_id END, m.person_id)
    LEFT JOIN registry_nominee n ON n.household_id = h.id AND n.until_on IS NULL
    LEFT JOIN registry_paymentaccount a ON a.household_id = h.id AND a.until_on IS NULL
    LEFT JOIN payments_provider v ON v.code = a.provider AND v.kind = a.kind AND v.kind <> 'cash'
        AND (v.account_mask = '' OR a.number ~ v.account_mask)
    LEFT JOIN registry_person holder ON holder.id = a.holder_id
    LEFT JOIN eligibility_assessment own ON own.run_id = l.run_id AND own.id = l.assessment_no
    LEFT JOIN newest ON true
    LEFT JOIN eligibility_assessment fresh ON fresh.run_id = newest.id AND fresh.household_id = l.household_id
        AND fresh.person_id IS NOT DISTINCT FROM l.person_id
)
"""

ENTITLEMENTS = (
    CANDIDATES
    + """
INSERT INTO payments_entitlement (enrolment_id, programme_id, kind, period_from, period_to, amount_minor, currency,
    rules_id, facts, status, created_at)
SELECT enrolment_id, %(programme)s, 'regular', %(period_from)s, %(period_to)s, amount, %(currency)s, %(rules)s, facts,
    'owed', %(at)s
FROM (SELECT enrolment_id, reason, enrolled_on, {amount} AS amount, {facts} AS facts FROM candidate) priced
WHERE amount > 0 AND enrolled_on <= %(period_to)s
AND (reason IS NULL OR reason IN ('held', 'no_recipient', 'recipient_died', 'no_pay_point'))
ORDER BY enrolment_id
ON CONFLICT ON CONSTRAINT payments_entitlement_once DO NOTHING
"""
)

EXCLUSIONS = (
    CANDIDATES
    + """
INSERT INTO payments_exclusion (payroll_id, enrolment_id, district_id, reason)
SELECT %(payroll)s, c.enrolment_id, c.district_id, coalesce(c.reason, 'no_amount')
FROM candidate c CROSS JOIN cycle
WHERE NOT EXISTS (SELECT FROM payments_entitlement t WHERE t.enrolment_id = c.enrolment_id
    AND t.period_from BETWEEN cycle.period_from AND cycle.period_to AND t.status IN ('in_payment', 'paid'))
AND (c.reason IS NOT NULL OR NOT EXISTS (SELECT FROM payments_entitlement t WHERE t.enrolment_id = c.enrolment_id
    AND t.period_from BETWEEN cycle.period_from AND cycle.period_to))
ORDER BY c.enrolment_id
ON CONFLICT ON CONSTRAINT payments_exclusion_once DO NOTHING
"""
)

LINES = (
    CANDIDATES
    + """
, numbered AS (
    SELECT c.*, t.id AS entitlement_id, t.period_from AS period, t.amount_minor, t.currency,
        %(last)s + row_number() OVER (ORDER BY c.district_id, c.enrolment_id, t.period_from, t.kind) AS line
    FROM candidate c CROSS JOIN cycle
    JOIN payments_entitlement t ON t.enrolment_id = c.enrolment_id AND t.status = 'owed'
        AND t.period_from <= cycle.period_to
    WHERE c.reason IS NULL
)
INSERT INTO {table} (id, cycle_id, payroll_id, entitlement_id, enrolment_id, period_from, reference, household_id,
    person_id, beneficiary_name, recipient_kind, recipient_person_id, recipient_nominee_id, recipient_name,
    recipient_mark, account_kind, provider_id, account_number, account_holder, pay_point_id, district_id, area_id,
    amount_minor, currency)
SELECT line, %(cycle)s, %(payroll)s, entitlement_id, enrolment_id, period,
    %(reference)s || '-' || lpad(line::text, 7, '0') || lpad((98 - line * 100 %% 97)::text, 2, '0'),
    household_id, person_id, beneficiary_name, recipient_kind, recipient_person_id, recipient_nominee_id,
    recipient_name, recipient_mark, account_kind, provider_id, account_number, account_holder, pay_point_id,
    district_id, area_id, amount_minor, currency
FROM numbered ORDER BY line
"""
)

CLAIM = """
UPDATE payments_entitlement t SET status = 'in_payment', live_instruction_id = i.id, live_cycle_id = i.cycle_id
FROM payments_instruction i
WHERE i.cycle_id = %(cycle)s AND i.payroll_id = %(payroll)s AND t.id = i.entitlement_id AND t.status = 'owed'
"""

FREE = """
UPDATE payments_entitlement t SET status = 'owed', live_instruction_id = NULL, live_cycle_id = NULL
FROM payments_instruction i
WHERE i.cycle_id = %(cycle)s AND i.payroll_id = %(payroll)s AND t.id = i.entitlement_id
AND t.live_instruction_id = i.id AND t.live_cycle_id = i.cycle_id AND t.status = 'in_payment'
"""

UNUSABLE = CANDIDATES + "SELECT count(*) FROM candidate WHERE reason IS NULL AND unusable_account"

TOTALS = """
SELECT count(*), coalesce(sum(amount_minor), 0)::bigint FROM payments_instruction
WHERE cycle_id = %(cycle)s AND payroll_id = %(payroll)s
"""
