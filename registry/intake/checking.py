"""The questionnaire's rules over a set of submissions: one statement, made of the compiled rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core import statements
from core.rules import Rule, render
from registry.intake.columns import CORE_HOUSEHOLD_COLUMNS
from registry.intake.numbers import array
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire, sql

# Each look-up is kept apart with ``OFFSET 0``. Joined with the members, the submissions of a part were taken for a
# handful once the statistics had not heard of them yet, and a thousand heads were compared with each of four thousand
# members; and a look for issues under a condition became a reading of all issues there are.
FACTS = """
WITH s AS MATERIALIZED (
    SELECT id, interviewed_on, source_line, area_id, renews_id, answers FROM registry_submission WHERE id = ANY(%(ids)s)
), m AS MATERIALIZED (
    SELECT m.submission_id, m.position, m.source_line, m.answers, m.counts,
        registry_age(m.birth_date, m.birth_date_precision, s.interviewed_on) AS age,
        m.national_id IS NOT NULL AS has_national_id, nullif(m.sex, '') AS sex,
        nullif(m.membership, '') AS membership, nullif(m.relationship, '') AS relationship,
        nullif(m.birth_date_precision, '') AS birth_date_precision, nullif(m.nationality, '') AS nationality,
        nullif(m.residence_status, '') AS residence_status, nullif(m.residence, '') AS residence,
        nullif(m.marital_status, '') AS marital_status, nullif(m.mother_status, '') AS mother_status,
        nullif(m.father_status, '') AS father_status,
        m.given_names || m.surname <> '' AND count(*) OVER (
            PARTITION BY m.submission_id, lower(m.given_names), lower(m.surname)) > 1 AS name_repeated,
        NULL::bigint AS namesakes
    FROM registry_submissionmember m CROSS JOIN LATERAL (
        SELECT interviewed_on FROM registry_submission WHERE id = m.submission_id OFFSET 0
    ) s
    WHERE m.submission_id = ANY(%(ids)s)
), h AS MATERIALIZED (
    SELECT s.id, s.answers, s.source_line,
        count(*) FILTER (WHERE m.counts) AS size,
        count(*) FILTER (WHERE m.counts AND m.age < 18) AS children_0_17,
        count(*) FILTER (WHERE m.counts AND m.age BETWEEN 18 AND 59) AS adults_18_59,
        count(*) FILTER (WHERE m.counts AND m.age >= 60) AS elders_60_plus,
        count(*) FILTER (WHERE m.relationship = 'reference') AS reference_persons,
        CASE WHEN count(*) FILTER (WHERE m.relationship = 'reference') = 1
            THEN max(m.age) FILTER (WHERE m.relationship = 'reference') END AS reference_age,
        CASE WHEN count(*) FILTER (WHERE m.relationship = 'reference') = 1
            THEN bool_or(m.residence = 'usual') FILTER (WHERE m.relationship = 'reference') END AS reference_present,
        CASE WHEN count(*) FILTER (WHERE m.relationship = 'reference') = 1
            THEN max(m.sex) FILTER (WHERE m.relationship = 'reference') END AS reference_sex,
        count(*) FILTER (WHERE m.relationship = 'spouse' AND m.membership = 'member') AS spouses,
        CASE WHEN count(*) FILTER (WHERE m.relationship = 'reference') = 1 THEN max(m.namesakes) END
            AS namesakes_in_village,
        max(m.age) FILTER (WHERE m.counts) AS oldest_age,
        count(*) FILTER (WHERE m.name_repeated) AS repeated_names,
        max(m.position) FILTER (WHERE m.relationship = 'reference') AS reference_position,
        max(m.source_line) FILTER (WHERE m.relationship = 'reference') AS reference_line,
        max(m.position) FILTER (WHERE m.name_repeated) AS repeated_position,
        max(m.source_line) FILTER (WHERE m.name_repeated) AS repeated_line
    FROM s LEFT JOIN m ON m.submission_id = s.id GROUP BY s.id, s.answers, s.source_line
), p AS (
    SELECT m.*, h.reference_age - m.age AS reference_age_gap, h.answers AS household_answers
    FROM m JOIN h ON h.id = m.submission_id
)
"""

# Heads of the village that bear the names of this one: known by a key, or earlier among those checked. Looked for
# only where a check asks for it. A household that is told of anew is no namesake of itself.
_BEFORE_MEMBERS = ", m AS MATERIALIZED ("
_MEMBERS = "    ) s\n    WHERE m.submission_id = ANY(%(ids)s)\n), h AS"
_NO_NAMESAKES = "NULL::bigint AS namesakes"
_HEADS = """
, heads AS MATERIALIZED (
    SELECT told.id, told.bearers - 1 + (
        SELECT count(*) FROM registry_headkey k
        WHERE k.key = told.key AND k.household_id IS DISTINCT FROM told.renews_id OFFSET 0
    ) AS namesakes
    FROM (
        SELECT head.*, row_number() OVER (PARTITION BY head.key ORDER BY head.submission_id) AS bearers FROM (
            SELECT m.id, m.submission_id, s.renews_id, registry_head_key_of_member(s.area_id, m.name_keys) AS key
            FROM registry_submissionmember m CROSS JOIN LATERAL (
                SELECT area_id, renews_id FROM registry_submission
                WHERE id = m.submission_id AND area_id IS NOT NULL OFFSET 0
            ) s
            WHERE m.submission_id = ANY(%(ids)s) AND m.relationship = 'reference' AND m.name_keys <> '{}' OFFSET 0
        ) head
    ) told
)"""

_INSERT = """
INSERT INTO registry_submissionissue (submission_id, code, severity, path, message, location)
SELECT f.submission_id, t.code, t.severity,
    CASE WHEN f.position IS NULL THEN 'household/' || t.name ELSE 'persons/' || f.position || '/' || t.name END,
    t.message,
    CASE WHEN f.line IS NULL THEN '' WHEN f.position IS NULL
        THEN %(households)s || ', row ' || f.line || CASE WHEN t.in_household THEN ', column ' || t.name ELSE '' END
        ELSE %(persons)s || ', row ' || f.line || ', column ' || t.name END
FROM found f JOIN (VALUES
    {trials}
) AS t(number, code, severity, name, message, in_household) ON t.number = f.number
WHERE t.code <> 'required' OR NOT EXISTS (
    SELECT 1 FROM registry_submissionissue i WHERE i.submission_id = f.submission_id AND i.path =
        CASE WHEN f.position IS NULL THEN 'household/' || t.name ELSE 'persons/' || f.position || '/' || t.name END
    OFFSET 0)
ORDER BY f.submission_id, f.position NULLS FIRST, f.number
"""

# An answer that was not asked for is kept out; what was said stays in the payload.
_KEEP_OUT = """
WITH gone AS MATERIALIZED (
    SELECT submission_id, path LIKE 'household/%%' AS at_home,
        CASE WHEN path LIKE 'persons/%%' THEN split_part(path, '/', 2)::int END AS position,
        array_agg(split_part(path, '/', CASE WHEN path LIKE 'persons/%%' THEN 3 ELSE 2 END)) AS codes
    FROM registry_submissionissue WHERE submission_id = ANY(%(ids)s) AND code = 'not_relevant' GROUP BY 1, 2, 3
), of_persons AS (
    UPDATE registry_submissionmember m SET answers = m.answers - gone.codes FROM gone
    WHERE m.submission_id = gone.submission_id AND m.position = gone.position
)
UPDATE registry_submission s SET answers = s.answers - gone.codes FROM gone
WHERE s.id = gone.submission_id AND gone.at_home
"""

NO_POSITION = "NULL::int"
HOUSEHOLD_LINE = "h.source_line"


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing tried on every row of a level: fires where ``fires`` is true."""

    level: Level
    fires: str
    code: str
    severity: str
    name: str
    message: str
    in_household: bool
    position: str = NO_POSITION
    line: str = HOUSEHOLD_LINE


def check(*, ids: Sequence[int], questionnaire: Questionnaire, households: str, persons: str) -> None:
    """Try every rule on the submissions ``ids`` and write an issue for each that fails.

    Two statements whatever the number of submissions. A rule that is undetermined raises nothing; a required answer
    that is missing does, unless what was written there could not be read (which has its own issue).
    """
    statement = _compiled(questionnaire.code, _Held(questionnaire))
    values: dict[str, Any] = {"ids": array(ids), "households": households, "persons": persons}
    with statements.for_few_rows(when=len(ids) == 1), statements.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute(_KEEP_OUT, values)


class _Held:
    """Carries a questionnaire past the cache, which goes by its code (a published version never changes)."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    def __hash__(self) -> int:
        return hash(id(self.questionnaire))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.questionnaire is self.questionnaire


@lru_cache(maxsize=8)
def _compiled(code: str, held: _Held) -> str:
    trials = _trials(held.questionnaire)
    household = [(n, trial) for n, trial in enumerate(trials, start=1) if trial.level is Level.HOUSEHOLD]
    person = [(n, trial) for n, trial in enumerate(trials, start=1) if trial.level is Level.PERSON]
    found = f"""
    , found AS (
        SELECT h.id AS submission_id, number, {_pick(household, "position")} AS position,
            {_pick(household, "line")} AS line
        FROM h CROSS JOIN LATERAL unnest({_fired(household)}) AS number
        UNION ALL
        SELECT p.submission_id, number, p.position, p.source_line
        FROM p JOIN h ON h.id = p.submission_id CROSS JOIN LATERAL unnest({_fired(person)}) AS number
    )"""
    facts = FACTS.rstrip()
    if any("namesakes_in_village" in one.must.names for one in held.questionnaire.checks):
        facts = facts.replace(_NO_NAMESAKES, "heads.namesakes")
        facts = facts.replace(_MEMBERS, _MEMBERS.replace(") s", ") s LEFT JOIN heads ON heads.id = m.id"))
        facts = facts.replace(_BEFORE_MEMBERS, _HEADS + _BEFORE_MEMBERS)
    return facts + found + _INSERT.format(trials=",\n    ".join(map(_row, range(1, len(trials) + 1), trials)))


def _row(number: int, trial: Trial) -> str:
    texts = ", ".join(_literal(text) for text in (trial.code, trial.severity, trial.name, trial.message))
    return f"({number}, {texts}, {str(trial.in_household).lower()})"


def _literal(text: str) -> str:
    """A text as it stands in a statement that has placeholders."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _fired(trials: Sequence[tuple[int, Trial]]) -> str:
    cases = ", ".join(f"CASE WHEN {trial.fires} THEN {number} END" for number, trial in trials)
    return f"array_remove(ARRAY[{cases}]::int[], NULL)"


def _pick(trials: Sequence[tuple[int, Trial]], what: str) -> str:
    """Which position or line a household trial points to: by default the household's own row."""
    default = {"position": NO_POSITION, "line": HOUSEHOLD_LINE}[what]
    groups: dict[str, list[str]] = {}
    for number, trial in trials:
        value = getattr(trial, what)
        if value != default:
            groups.setdefault(value, []).append(str(number))
    if not groups:
        return default
    cases = " ".join(f"WHEN number IN ({', '.join(numbers)}) THEN {value}" for value, numbers in groups.items())
    return f"CASE {cases} ELSE {default} END"


def _trials(questionnaire: Questionnaire) -> list[Trial]:
    columns = sql.columns(
        questionnaire, household="h", person="p", household_answers="h.answers", person_answers="p.answers"
    )

    def holds(rule: Rule) -> str:
        return render(rule, dialect="postgres", columns=columns)

    trials: list[Trial] = []
    household_columns = {column.name for column in CORE_HOUSEHOLD_COLUMNS} | {
        question.code for question in questionnaire.of(Level.HOUSEHOLD)
    }
    for question in questionnaire.questions:
        at_home = question.level is Level.HOUSEHOLD
        answered = f"{'h' if at_home else 'p'}.answers ? '{question.code}'"
        member = "true" if at_home else "p.membership = 'member'"
        relevant = holds(question.relevant_when) if question.relevant_when else "true"
        required = "true" if question.required else holds(question.required_when) if question.required_when else ""
        if required:
            trials.append(
                Trial(question.level,
                      f"NOT ({answered}) AND {member} AND ({relevant}) IS TRUE AND ({required}) IS TRUE", "required",
                      "error", question.code, "This must be answered.", at_home)
            )  # fmt: skip
        if question.relevant_when or not at_home:
            trials.append(
                Trial(question.level, f"{answered} AND (({relevant}) IS FALSE OR NOT ({member}))", "not_relevant",
                      "warning", question.code, "This was not to be asked here, so the answer is kept out.", at_home)
            )  # fmt: skip
    for check_ in questionnaire.checks:
        position, line = NO_POSITION, HOUSEHOLD_LINE
        if check_.level is Level.HOUSEHOLD and check_.path not in household_columns:
            if "repeated_names" in check_.must.names:
                position, line = "h.repeated_position", "h.repeated_line"
            elif any(name.startswith("reference_") or name == "namesakes_in_village" for name in check_.must.names):
                position = "h.reference_position"
                line = "CASE WHEN h.reference_position IS NULL THEN h.source_line ELSE h.reference_line END"
        trials.append(
            Trial(check_.level, f"({holds(check_.must)}) IS FALSE", check_.code, str(check_.severity), check_.path,
                  check_.message["en"], check_.path in household_columns, position, line)
        )  # fmt: skip
    return trials
