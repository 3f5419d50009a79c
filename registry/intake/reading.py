"""Reading one household as it was told: from texts to typed rows and issues. Pure: no Django, no database.

Every door hands over the same payload, ``{"household": {column: text}, "members": [{column: text}, ...]}``, and what
cannot be read becomes an issue; the payload itself is kept as it came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from registry.intake import ages, keys
from registry.intake.cells import Read, Unreadable, quoted, reader_of, reader_of_question
from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    PRECISIONS_BY_LENGTH,
    Membership,
    OwnOrRelative,
    Required,
    Residence,
)
from registry.intake.identity import NumberFormats
from registry.intake.issues import Issue, Severity
from registry.intake.vocabulary import Level
from registry.questionnaire import Question, Questionnaire, QuestionType

COUNTING = (Residence.USUAL, Residence.TEMPORARILY_ABSENT)
_BLANK: Any = object()
_REMEMBERED = 5000


class Place(NamedTuple):
    """A village: its number, its district's, and whether this actor may register there."""

    area_id: int
    district_id: int
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a household is read against."""

    questionnaire: Questionnaire
    formats: NumberFormats
    places: Mapping[str, Place]
    notices: Mapping[str, int]
    today: date
    adult_from: int
    photos: frozenset[str] = frozenset()


@dataclass(slots=True)
class Source:
    """Where a household stands in a pair of files: names, and its rows (the header is row 1)."""

    households: str = ""
    persons: str = ""
    line: int | None = None
    member_lines: Sequence[int] = ()
    missing_links: frozenset[str] = frozenset()
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """A household, read: typed values by column, its members, and what could not be read."""

    payload: Mapping[str, Any]
    household: dict[str, Any]
    members: list[dict[str, Any]]
    issues: list[Issue]


class _Column(dict[str, Any]):
    """How one column is read. What people write repeats, so the first texts are remembered with their values."""

    def __init__(self, read: Read, *, is_answer: bool) -> None:
        self._read, self.is_answer = read, is_answer

    def __missing__(self, written: str) -> Any:
        text = written.strip()
        value = self._read(text) if text else _BLANK
        if len(self) < _REMEMBERED:
            self[written] = value
        return value


class Reader:
    """Reads households against one set of surroundings; made once, used for many."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around

        def columns(level: Level) -> dict[str, _Column]:
            return {
                name: _Column(
                    reader_of_question(way, around.photos) if isinstance(way, Question) else way, is_answer=is_answer
                )
                for name, way, is_answer in _ways(around.questionnaire, level, around.formats)
            }

        self._household, self._person = columns(Level.HOUSEHOLD), columns(Level.PERSON)
        self._required_household = _REQUIRED_HOUSEHOLD
        self._required_linked, self._required_member = _REQUIRED_LINKED, _REQUIRED_MEMBER

    def read(self, payload: Mapping[str, Any], source: Source | None = None) -> Told:
        """The household that a payload tells of. Never raises for what people write."""
        return _Reading(self, self.around, payload, source or Source()).told()


@lru_cache(maxsize=16)
def _ways(
    questionnaire: Questionnaire, level: Level, formats: NumberFormats
) -> list[tuple[str, Read | Question, bool]]:
    """How each column of a level is read, and whether it is an answer: made once for a version.

    A photograph's question stands for itself: which of them came along is another matter for each household.
    """
    core = CORE_HOUSEHOLD_COLUMNS if level is Level.HOUSEHOLD else CORE_PERSON_COLUMNS
    ways: list[tuple[str, Read | Question, bool]] = [(one.name, reader_of(one, formats), False) for one in core]
    for question in questionnaire.of(level):
        of_photos = question.type is QuestionType.PHOTO
        ways.append((question.code, question if of_photos else reader_of_question(question), True))
    return ways


def _required(columns: Sequence[Any], kind: Required) -> frozenset[str]:
    return frozenset(column.name for column in columns if column.required is kind)


_REQUIRED_HOUSEHOLD = _required(CORE_HOUSEHOLD_COLUMNS, Required.ALWAYS) - {"household_no"}
_REQUIRED_LINKED = _required(CORE_PERSON_COLUMNS, Required.ALWAYS) - {"household_no", "person_no"}
_REQUIRED_MEMBER = _REQUIRED_LINKED | _required(CORE_PERSON_COLUMNS, Required.MEMBERS)


class _Reading:
    """One household being read."""

    def __init__(self, reader: Reader, around: Surroundings, payload: Mapping[str, Any], source: Source) -> None:
        self._reader, self._around, self._payload, self._source = reader, around, payload, source
        self._issues: list[Issue] = list(source.issues)
        self._positions: dict[str, int] = {}

    def told(self) -> Told:
        rows = self._payload.get("members") or []
        household = self._cells(0, self._payload.get("household") or {}, self._reader._household)
        members = [self._cells(n, row, self._reader._person) for n, row in enumerate(rows, start=1)]
        self._number(members)
        for position, member in enumerate(members, start=1):
            self._member(position, member, household)
        if not members:
            self._error(0, "household_no", "no_persons", "This household has no persons.")
        self._repeated_ids(members)
        self._settle_household(household, members)
        return Told(self._payload, household, members, self._issues)

    def _error(self, position: int, column: str, code: str, message: str) -> None:
        path = f"persons/{position}/{column}" if position else f"household/{column}"
        self._issues.append(Issue(code, Severity.ERROR, path, message, self._location(position, column)))

    def _location(self, position: int, column: str) -> str:
        source = self._source
        if source.line is None and not source.member_lines:
            return ""
        if position:
            return f"{source.persons}, row {source.member_lines[position - 1]}, column {column}"
        return f"{source.households}, row {source.line}, column {column}" if source.line else source.households

    def _cells(self, position: int, row: Mapping[str, Any], columns: Mapping[str, _Column]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        answers: dict[str, Any] = {}
        unread: set[str] = set()
        for name, raw in row.items():
            written = raw if isinstance(raw, str) else str(raw) if raw is not None else ""
            column = columns.get(name)
            if column is None:
                if written.strip():
                    self._error(position, name[:60], "unknown_column", f"Nothing is called {quoted(name)} here.")
                continue
            try:
                value = column[written]
                if value is not _BLANK:
                    (answers if column.is_answer else values)[name] = value
            except Unreadable as error:
                unread.add(name)
                self._error(position, name, error.code, str(error))
        values["answers"] = answers
        values["unread"] = unread
        return values

    def _missing(self, position: int, values: Mapping[str, Any], required: frozenset[str]) -> None:
        for name in sorted(required - values.keys() - values["unread"]):
            self._error(position, name, "required", "This must be answered.")

    # -- members

    def _number(self, members: list[dict[str, Any]]) -> None:
        for position, member in enumerate(members, start=1):
            number = member.get("person_no")
            if number is None:
                number = member["person_no"] = str(position)
                if self._source.member_lines and "person_no" not in member["unread"]:
                    self._error(position, "person_no", "required", "This must be answered.")
            if number in self._positions:
                self._error(
                    position, "person_no", "person_no_repeated", f"Another row of this household is number {number}."
                )
            else:
                self._positions[number] = position

    def _member(self, position: int, member: dict[str, Any], household: Mapping[str, Any]) -> None:
        linked = member.get("membership") == Membership.LINKED
        self._missing(position, member, self._reader._required_linked if linked else self._reader._required_member)
        self._birth(position, member, household.get("interview_date"))
        self._link(position, member, linked)
        member["caregiver_position"] = self._position_of(position, "caregiver_no", member.get("caregiver_no"))
        if member["caregiver_position"] == position:
            member["caregiver_position"] = None
            self._error(position, "caregiver_no", "own_caregiver", "Nobody is their own caregiver.")
        if ("other_id_kind" in member) != ("other_id_number" in member):
            self._error(position, "other_id_number", "other_id_half", "Another document has a kind and a number.")
        member["counts"] = not linked and member.get("residence") in COUNTING
        given, surname = member.get("given_names", ""), member.get("surname", "")
        exact = member.get("birth_date_precision") == "day" and given and surname
        born = member.get("birth_date")
        spoken = (given, surname, member.get("birth_surname", ""), member.get("known_as", ""))
        whole = keys.of_name_date(given, surname, born) if exact and born else None
        member["name_date_key"] = whole
        member["name_keys"] = sorted(keys.of_names(spoken)) + ([] if whole is None else [whole])

    def _birth(self, position: int, member: dict[str, Any], interview: date | None) -> None:
        told = member.pop("birth_date", None)
        precision = member.get("birth_date_precision")
        if told is None:
            if precision and "birth_date" not in member["unread"]:
                self._error(position, "birth_date_precision", "precision_alone", "A precision needs a birth date.")
            member["birth_date_precision"] = ""
            return
        born, length = told
        possible = PRECISIONS_BY_LENGTH[length]
        if precision and precision not in possible:
            self._error(
                position,
                "birth_date_precision",
                "precision_disagrees",
                f"A birth date written this way is known to the {possible[0]}, or estimated.",
            )
        if interview and born > interview:
            self._error(position, "birth_date", "born_after_interview", "This person is born after the interview.")
            member["birth_date_precision"] = ""
            return
        member["birth_date"] = born
        member["birth_date_precision"] = str(precision or possible[0])

    def _link(self, position: int, member: dict[str, Any], linked: bool) -> None:
        target = member.get("linked_to")
        if target is None:
            return
        if not linked:
            self._error(position, "linked_to", "link_of_member", "Only a linked person names another row.")
        elif not self._source.member_lines or target in self._source.missing_links:
            self._error(
                position, "linked_to", "link_unknown", f"No row of these files describes {quoted(target)} as a member."
            )

    def _position_of(self, position: int, column: str, number: str | None) -> int | None:
        if number is None or not self._positions:
            return None
        found = self._positions.get(number)
        if found is None:
            self._error(position, column, "person_unknown", f"No person of this household is number {number}.")
        return found

    def _repeated_ids(self, members: list[dict[str, Any]]) -> None:
        seen: dict[str, int] = {}
        for position, member in enumerate(members, start=1):
            number = member.get("national_id")
            if number and seen.setdefault(number, position) != position:
                self._error(
                    position,
                    "national_id",
                    "id_repeated",
                    f"Person {members[seen[number] - 1]['person_no']} of this household has the same national ID.",
                )

    # -- household

    def _settle_household(self, household: dict[str, Any], members: list[dict[str, Any]]) -> None:
        self._missing(0, household, self._reader._required_household)
        self._settle_place(household)
        interview = household.get("interview_date")
        if interview and interview > self._around.today:
            self._error(0, "interview_date", "in_the_future", "The interview is in the future.")
        notice = household.get("privacy_notice")
        household["privacy_notice_id"] = self._around.notices.get(notice) if notice else None
        if notice and household["privacy_notice_id"] is None:
            self._error(0, "privacy_notice", "unknown_code", f"{quoted(notice)} is no version of the privacy notice.")
        if household.get("own_or_relative") in (OwnOrRelative.OWN, OwnOrRelative.RELATIVE):
            message = "The sender's own household or a relative's: somebody else decides."
            path, location = "household/own_or_relative", self._location(0, "own_or_relative")
            self._issues.append(Issue("own_household", Severity.WARNING, path, message, location))
        self._settle_consent(household, members)
        self._settle_account(household)
        self._settle_nominee(household)

    def _settle_place(self, household: dict[str, Any]) -> None:
        code = household.get("area_code")
        place = self._around.places.get(code) if code else None
        if code and place is None:
            self._error(0, "area_code", "unknown_village", f"{quoted(code)} is not the code of a village.")
        elif place and not place.allowed:
            self._error(0, "area_code", "area_not_yours", "This village is outside the area that you register in.")
        household["area_id"] = place.area_id if place else None
        household["district_id"] = place.district_id if place else None
        for name, other, limit in (("latitude", "longitude", 90), ("longitude", "latitude", 180)):
            degrees = household.get(name)
            if degrees is not None and abs(degrees) > limit:
                self._error(0, name, "out_of_range", f"{degrees} is out of range: -{limit} to {limit} is possible.")
                household[name] = None
            elif degrees is not None and other not in household and other not in household["unread"]:
                self._error(0, other, "point_half", "A point has a latitude and a longitude.")

    def _settle_consent(self, household: dict[str, Any], members: list[dict[str, Any]]) -> None:
        giver = self._position_of(0, "consent_given_by", household.get("consent_given_by"))
        household["consent_given_by_position"] = giver
        if household.get("legal_basis") != "consent":
            return
        if household.get("consent") is not True:
            self._error(0, "consent", "consent_missing", "On this legal basis the household must have consented.")
        interview = household.get("interview_date")
        if giver is None:
            if not household.get("consent_given_by"):
                self._error(0, "consent_given_by", "required", "This must be answered where consent is the basis.")
            return
        person = members[giver - 1]
        born = person.get("birth_date")
        adult = (
            born
            and interview
            and (ages.age(born, person["birth_date_precision"], interview) >= self._around.adult_from)
        )
        if not (adult or person.get("relationship") == "reference"):
            self._error(0, "consent_given_by", "consent_by_child", "An adult or the reference person must consent.")

    def _settle_account(self, household: dict[str, Any]) -> None:
        kind = household.get("account_kind")
        holder = self._position_of(0, "account_holder_no", household.get("account_holder_no"))
        household["account_holder_position"] = holder
        if kind in ("bank", "mobile") and "account_number" not in household:
            self._error(0, "account_number", "required", "An account of this kind has a number.")
        if not kind and "account_kind" not in household["unread"]:
            for name in ("account_provider", "account_number"):
                if name in household:
                    self._error(0, "account_kind", "required", "Say what kind of account this is.")
                    break

    def _settle_nominee(self, household: dict[str, Any]) -> None:
        keys = ("given_names", "surname", "national_id", "phone")
        told = {key: household[f"nominee_{key}"] for key in keys if f"nominee_{key}" in household}
        household["nominee"] = told or None
        for key in ("given_names", "surname"):
            if told and key not in told:
                self._error(0, f"nominee_{key}", "required", "A nominee needs given names and a surname.")
