"""Plain households of a file, read by column straight into the rows that COPY takes. Nothing here touches the database.

Most households have nothing unusual in them. They are read without a dictionary a row: each column remembers what a
text becomes, and a row is a look into each. Where anything is unusual (whatever would be an issue, a linked person,
a nominee) nothing is said here, and ``reading`` reads the household the long way. What is said is the same
to the letter (tests/pure/registry/test_plain.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import getitem, itemgetter
from typing import Any

from registry.intake import ages, keys
from registry.intake.cells import Read, Unreadable, reader_of, reader_of_question
from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    PRECISIONS_BY_LENGTH,
    Column,
    ColumnType,
    Required,
)
from registry.intake.parts import Lines
from registry.intake.reading import COUNTING, Surroundings
from registry.intake.staging import NULL, Arrival, Rows, dumps, escaped
from registry.intake.vocabulary import Level

_REMEMBERED = 10_000
_BOOLEANS = {True: "t", False: "f"}


class _Unusual(Exception):
    """This household is read the long way."""


class _Texts(dict[Any, Any]):
    """What the texts of one column become; the first ones are remembered, since what people write repeats."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make

    def __missing__(self, written: Any) -> Any:
        made = self._make(written)
        if len(self) < _REMEMBERED:
            self[written] = made
        return made


class PlainReader:
    """Reads plain households of files with these columns against one set of surroundings."""

    def __init__(self, around: Surroundings, headers: Mapping[str, Sequence[str]]) -> None:
        self._around = around
        self._widths = len(headers["h"]), len(headers["m"])
        self._home = _Row(around, headers["h"], Level.HOUSEHOLD)
        self._member = _Row(around, headers["m"], Level.PERSON)
        at = {name: number for number, name in enumerate(headers["m"])}
        self._named = itemgetter(
            *(at.get(name, -1) for name in ("given_names", "surname", "birth_surname", "known_as"))
        )
        self._places = _Texts(self._place)
        self._notices = _Texts(self._notice)
        self._days = _Texts(self._day)
        self._points = _Texts(_point)
        self._births = _Texts(_birth)
        self._names = _Texts(_keys_of_names)

    def rows(self, told: Lines, uuid: str, arrival: Arrival) -> Rows | None:
        """The household's rows; ``None`` if there is anything unusual about it."""
        home, person = self._widths
        if told.issues or not told.members or len(told.cells) != home or any(len(m) != person for m in told.members):
            return None
        try:
            return self._rows(told, uuid, arrival)
        except (Unreadable, _Unusual):
            return None

    def _rows(self, told: Lines, uuid: str, arrival: Arrival) -> Rows:
        # A column that a file has not got is the blank cell behind the last.
        cells = [[*one, ""] for one in told.members]
        members = [self._member.read(one) for one in cells]
        home, answers, payload = self._home.read([*told.cells, ""])
        positions = {core[_PERSON_NO]: str(position) for position, (core, _, _) in enumerate(members, start=1)}
        if len(positions) != len(members):
            raise _Unusual
        interview = self._days[home[_INTERVIEW]]
        written, ids = [], []
        for place, (core, said, _) in enumerate(members):
            names = self._named(cells[place])
            written.append(self._member_row(place, told.member_lines[place], core, said, names, positions, interview))
            if core[_NATIONAL_ID] != NULL:
                ids.append(core[_NATIONAL_ID])
        if len(set(ids)) != len(ids):
            raise _Unusual
        told_of = ",".join([payload_of for _, _, payload_of in members])
        line = self._home_row(home, members, positions, interview)
        batch = NULL if arrival.batch_id is None else arrival.batch_id
        submission = (
            f"{uuid}\t{arrival.door}\t{batch}\t{told.key}\t{told.line}\t"
            f'{{"household":{payload},"members":[{told_of}]}}\t{arrival.questionnaire_id}\t{line}\t{answers}\t'
            f"{NULL if arrival.submitted_by_id is None else arrival.submitted_by_id}\n"
        )
        return Rows(submission, written, [True] * len(written))

    def _member_row(
        self,
        place: int,
        line: int,
        core: Sequence[str],
        answers: str,
        names: tuple[str, ...],
        positions: Mapping[str, str],
        interview: date,
    ) -> str:
        """A member's row but for the numbers of the submission and of the person."""
        (person_no, membership, linked_to, relationship, caregiver, given, surname, birth_surname, known_as, sex, birth,
         precision, evidence, national_id, kind, country, number, expires, nationality, status, residence, marital,
         mother, father) = core  # fmt: skip
        position = str(place + 1)
        carer = NULL
        if caregiver:
            carer = positions.get(caregiver, position)
            if carer == position:
                raise _Unusual
        if membership != "member" or linked_to or bool(kind) != bool(number):
            raise _Unusual
        born, written, known = self._births[birth, precision]
        if born > interview:
            raise _Unusual
        parts = self._names[names]
        whole = str(keys.of_name_date(names[0].strip(), names[1].strip(), born)) if known == "day" else NULL
        found = f"{{{parts}}}" if whole is NULL else f"{{{parts},{whole}}}" if parts else f"{{{whole}}}"
        return (
            f"{position}\t{line}\t{'t' if residence in COUNTING else 'f'}\t{person_no}\t{membership}\t{linked_to}\t"
            f"{relationship}\t{given}\t{surname}\t{birth_surname}\t{known_as}\t{sex}\t{known}\t{evidence}\t{kind}\t"
            f"{country}\t{number}\t{nationality}\t{status}\t{residence}\t{marital}\t{mother}\t{father}\t{carer}\t"
            f"{written}\t{national_id}\t{expires}\t{whole}\t{answers}\t{found}\n"
        )

    def _home_row(
        self, home: Sequence[str], members: Sequence[Any], positions: Mapping[str, str], interview: date
    ) -> str:
        """What a submission says of the household between its questionnaire and its answers."""
        (area, legacy, phone, address, latitude, longitude, day, interviewer, paper, own, notice, basis, consent, giver,
         kind, provider, number, holder, *nominee) = home  # fmt: skip
        if own not in ("", "no") or any(nominee[:2]) or nominee[2] != NULL or nominee[3]:
            raise _Unusual
        if (kind in ("bank", "mobile") and not number) or (not kind and (provider or number)):
            raise _Unusual
        given_by = self._position(giver, positions)
        if basis == "consent":
            self._consented(consent, given_by, members, interview)
        return (
            f"{self._places[area]}\t{address}\t{phone}\t{self._points[latitude, longitude]}\t{legacy}\t{day}\t"
            f"{interviewer}\t{paper}\t{self._notices[notice]}\t{basis}\t{consent}\t{given_by}\t{kind}\t{provider}\t"
            f"{number}\t{self._position(holder, positions)}\t{NULL}"
        )

    def _position(self, number: str, positions: Mapping[str, str]) -> str:
        if not number:
            return NULL
        if number not in positions:
            raise _Unusual
        return positions[number]

    def _consented(self, consent: str, giver: str, members: Sequence[Any], interview: date) -> None:
        if consent != "t" or giver is NULL:
            raise _Unusual
        core = members[int(giver) - 1][0]
        born, _, known = self._births[core[_BIRTH], core[_PRECISION]]
        if core[_RELATIONSHIP] != "reference" and ages.age(born, known, interview) < self._around.adult_from:
            raise _Unusual

    def _place(self, code: str) -> str:
        place = self._around.places.get(code)
        if place is None or not place.allowed:
            raise _Unusual
        return f"{place.area_id}\t{place.district_id}"

    def _notice(self, version: str) -> str:
        if version not in self._around.notices:
            raise _Unusual
        return str(self._around.notices[version])

    def _day(self, written: str) -> date:
        day = date.fromisoformat(written)
        if day > self._around.today:
            raise _Unusual
        return day


class _Row:
    """How the rows of one file are read: its own columns in their fixed order, answers, and all as it came."""

    def __init__(self, around: Surroundings, header: Sequence[str], level: Level) -> None:
        at = {name: number for number, name in enumerate(header)}
        core = [one for one in _CORE[level] if one.name != "household_no"]
        asked = {question.code: question for question in around.questionnaire.of(level)}
        self._core = [_Texts(_as_column(one, reader_of(one, around.formats))) for one in core]
        self._core_of = itemgetter(*(at.get(one.name, -1) for one in core))
        answered = [name for name in header if name in asked]
        self._answers = [_Texts(_as_answer(name, reader_of_question(asked[name], around.photos))) for name in answered]
        self._answers_of = _cells_at([at[name] for name in answered])
        came = [name for name in header if name != "household_no"]
        self._came = [_Texts(_as_it_came(name)) for name in came]
        self._came_of = _cells_at([at[name] for name in came])

    def read(self, cells: list[str]) -> tuple[list[str], str, str]:
        """What COPY writes for each column of the register, the answers, and what came.

        Raises:
            Unreadable, _Unusual: read it the long way.
        """
        answers = "".join(map(getitem, self._answers, self._answers_of(cells)))
        came = "".join(map(getitem, self._came, self._came_of(cells)))
        core = list(map(getitem, self._core, self._core_of(cells)))
        return core, f"{{{answers[1:]}}}", f"{{{came[1:]}}}"


def _cells_at(places: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: [cells[place] for place in places]


def _as_it_came(name: str) -> Callable[[str], str]:
    key = f",{dumps(name)}:"
    return lambda written: escaped(key + dumps(written)) if written else ""


def _as_answer(code: str, read: Read) -> Callable[[str], str]:
    key = f",{dumps(code)}:"

    def make(written: str) -> str:
        text = written.strip()
        return escaped(key + dumps(read(text))) if text else ""

    return make


def _as_column(column: Column, read: Read) -> Callable[[str], Any]:
    blank = NULL if column.name in _NULLABLE else ""

    def make(written: str) -> Any:
        text = written.strip()
        if not text:
            if column.required is not Required.NEVER:
                raise _Unusual
            return blank
        value = read(text)
        if column.type is ColumnType.PARTIAL_DATE:
            return value
        return _BOOLEANS[value] if column.type is ColumnType.YES_NO else escaped(str(value))

    return make


def _birth(told: tuple[tuple[date, int], str]) -> tuple[date, str, str]:
    """A birth date, as COPY writes it, and how exactly it is known."""
    (born, length), precision = told
    possible = PRECISIONS_BY_LENGTH[length]
    if precision and precision not in possible:
        raise _Unusual
    return born, str(born), str(precision or possible[0])


def _keys_of_names(names: tuple[str, ...]) -> str:
    return ",".join(map(str, sorted(keys.of_names(name.strip() for name in names))))


def _point(told: tuple[str, str]) -> str:
    latitude, longitude = told
    if (latitude == NULL) != (longitude == NULL):
        raise _Unusual
    if latitude != NULL and (abs(float(latitude)) > 90 or abs(float(longitude)) > 180):
        raise _Unusual
    return f"{latitude}\t{longitude}"


_CORE = {Level.HOUSEHOLD: CORE_HOUSEHOLD_COLUMNS, Level.PERSON: CORE_PERSON_COLUMNS}
_NULLABLE = frozenset(("latitude", "longitude", "consent", "nominee_national_id", "national_id", "other_id_expires_on"))


def _place_of(level: Level, name: str) -> int:
    """Where a column stands among those of the register, without the household's number."""
    return [one.name for one in _CORE[level]].index(name) - 1


_INTERVIEW = _place_of(Level.HOUSEHOLD, "interview_date")
_PERSON_NO, _RELATIONSHIP, _BIRTH, _PRECISION, _NATIONAL_ID = (
    _place_of(Level.PERSON, name)
    for name in ("person_no", "relationship", "birth_date", "birth_date_precision", "national_id")
)
