"""Changes of the household itself: answers, place, and whether it is one household, two or none. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.changes.kind import Details, Field, Kind, Problem, changed, ended, past_day
from registry.changes.people import RELATIONSHIPS, moved_into, other_household, other_is_active, others
from registry.changes.protecting import kept_apart, whereabouts
from registry.changes.reading import VillageCode
from registry.changes.state import Add, Member, New, Set, State, Values, Write
from registry.intake.cells import reader_of_question, text_of
from registry.intake.told import answer_text
from registry.intake.vocabulary import Level
from registry.questionnaire import QuestionType

_KINDS = {
    QuestionType.INTEGER: "number",
    QuestionType.DECIMAL: "number",
    QuestionType.CHOICE: "choice",
    QuestionType.CHOICES: "choices",
    QuestionType.DATE: "date",
    QuestionType.BOOLEAN: "choice",
}
_NOT_TYPED = (QuestionType.POINT, QuestionType.PHOTO)


def _questions(state: State, level: Level, row: Values) -> list[Field]:
    """Every question in force, with what is recorded; answers to an earlier version are carried over."""
    questionnaire = state.asked.questionnaire if state.asked else state.questionnaire
    answers = state.asked.carried(row) if state.asked else row["answers"]
    hidden = state.household["is_protected"]  # what tells its place is kept apart, and told by a move
    return [
        Field(
            question.code,
            _KINDS.get(question.type, "text"),
            question.label.get("en", question.code),
            choices=(("yes", "Yes"), ("no", "No"))
            if question.type is QuestionType.BOOLEAN
            else tuple((choice.code, choice.label.get("en", choice.code)) for choice in question.choices),
            read=reader_of_question(question),
            initial=answer_text(answers.get(question.code)),
        )
        for question in questionnaire.of(level)
        if question.type not in _NOT_TYPED and not (hidden and question.code in state.places)
    ]


def _answered(table: str, row: Values, state: State, fields: Sequence[Field], details: Details,
              of: str = "") -> list[Write]:  # fmt: skip
    """The answers as they will stand; with answers to an earlier version, the row moves to the one in force."""
    before, asked = row["answers"], state.asked
    moves = asked is not None and asked.version_id != row["questionnaire"]
    kept = asked.carried(row) if asked and moves else before
    after = {**kept, **{one.name: details.get(one.name) for one in fields}}
    codes = dict.fromkeys([*before, *after])
    writes: list[Write] = [
        Set(table, row["id"], f"answers.{code}", before.get(code), after.get(code), of)
        for code in codes
        if before.get(code) != after.get(code)
    ]
    if asked and moves and writes:
        writes.append(Set(table, row["id"], "questionnaire", row["questionnaire"], asked.version_id, of))
    return writes


class UpdateAnswers(Kind):
    """The dwelling or the belongings of the household changed: answer the questions anew."""

    code = "update_answers"
    checks_bind = True
    label = "Answers about the household"
    second_person = False

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        return _questions(state, Level.HOUSEHOLD, state.household)

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        if not self.effect(details, state, member):
            yield Problem("", "Nothing differs from what is recorded.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        return _answered("household", state.household, state, self.fields(state, member), details)


class UpdatePersonAnswers(Kind):
    """School, work, health or abilities of a member changed: answer the questions about this person anew."""

    code = "update_person_answers"
    checks_bind = True
    label = "Answers about a member"
    about_person = True
    second_person = False

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        assert member is not None
        return _questions(state, Level.PERSON, member.person)

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        if not self.effect(details, state, member):
            yield Problem("", "Nothing differs from what is recorded.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert member is not None
        return _answered("person", member.person, state, self.fields(state, member), details, member.name)


class Move(Kind):
    """The household lives elsewhere now: in another village, or in another dwelling."""

    code = "move"
    label = "The household moved"
    second_person = False

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        hint = "Leave it empty if it is the same village."
        return [
            Field("moved_on", "date", "Since when?", required=True),
            Field("village", "text", "Code of the new village", hint=hint, read=VillageCode(state.villages)),
            Field("address", "text", "How is the dwelling found?", required=True, read=text_of(200),
                  initial=state.household["address"]),
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        yield from past_day(details, "moved_on", state)
        if not self.effect(details, state, member):
            yield Problem("", "Nothing differs from what is recorded.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        village, home = details.get("village"), state.household
        if state.safe is None:
            after = {"address": details["address"], "latitude": None, "longitude": None}
            if village:
                after |= {"area": village.area_id, "district": village.district_id}
            return changed("household", home["id"], home, after)
        # A protected household: its row goes on telling the district alone.
        before = whereabouts(state)
        district = village.district_id if village else home["district"]
        place = {"village": village.area_id if village else before["village"], "address": details["address"]}
        if all(before[name] == value for name, value in place.items()):
            return []
        place["answers"] = before["answers"]
        moved = changed("household", home["id"], home, {"district": district, "area": district})
        return [*kept_apart(state, place=place, district=district, on=state.today), *moved]

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        village = details.get("village")
        if village and village.district_id != state.household["district"]:
            yield "The household leaves the district: its new district keeps it from then on."


class Close(Kind):
    """The household no longer exists: it dissolved, left the country, or all have died."""

    code = "close"
    label = "The household no longer exists"

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        reasons = (
            ("dissolved", "The members live in other households now"),
            ("emigrated", "Left the country"),
            ("all_died", "All have died"),
            ("not_found", "Not found at repeated visits"),
            ("asked", "The household asked for it"),
        )
        return [Field("why", "choice", "What happened?", required=True, choices=reasons)]

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        return [Set("household", state.household["id"], "status", "active", "closed")]


class Reopen(Kind):
    """A closed household was found again, or was closed by mistake."""

    code = "reopen"
    label = "Open the household again"
    while_status = "closed"

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        return []

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        return [Set("household", state.household["id"], "status", "closed", "active")]


class Split(Kind):
    """Some members live and eat apart now and become a household of their own. Any adult may ask for it; the reference
    person need not agree."""

    code = "split"
    label = "Some members live apart now"

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        adults = tuple((one.person["reference"], one.name) for one in state.adults())
        return [
            Field("asked_by", "choice", "Which adult asks for it?", required=True, choices=adults),
            Field("who", "choices", "Who lives apart?", required=True, choices=others(state)),
            Field("head", "choice", "Who is the new household's reference person?", required=True,
                  choices=others(state)),
            *(Field(f"relationship_{one.person['reference']}", "choice", f"What is {one.name} to that person?",
                    hint="Only if this member lives apart.", choices=RELATIONSHIPS) for one in state.members),
            Field("since", "date", "Since when?", required=True),
            Field("address", "text", "How is their dwelling found?", required=True, read=text_of(200)),
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        going = details["who"]
        if len(going) == len(state.members):
            yield Problem("who", "Somebody has to stay: report that the household moved.")
        if details["head"] not in going:
            yield Problem("head", "This person does not live apart.")
        for reference in going:
            if reference != details["head"] and not details.get(f"relationship_{reference}"):
                yield Problem(f"relationship_{reference}", "This must be answered.")
        latest = max((one.membership["from_on"] for one in state.members if one.person["reference"] in going),
                     default=None)  # fmt: skip
        yield from past_day(details, "since", state, latest)

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        writes: list[Write] = [
            Add("household", {"like": state.household["id"], "address": details["address"]}, name="household")
        ]
        for number, reference in enumerate(details["who"], start=1):
            one = state.member(reference)
            assert one is not None
            is_head = reference == details["head"]
            relationship = "reference" if is_head else details[f"relationship_{reference}"]
            writes += ended(one.membership, details["since"], "split", one.name)
            values = {
                "person": one.person["id"],
                "household": New("household"),
                "counts": one.membership["counts"],
                "relationship": relationship,
                "is_reference": is_head,
                "residence": one.membership["residence"],
                "position": number,
                "from_on": details["since"],
            }
            writes.append(Add("membership", values, touch=f"person:{one.person['id']}:household", of=one.name))
        return writes

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        if state.safe is not None:
            yield "The new household's address is protected as this one's is."
        yield "The new household is visited and asked anew; until then it has the former one's answers."
        if state.head and state.head.person["reference"] in details.get("who", ()):
            yield "The household then has no reference person: report next who it is."


class Merge(Kind):
    """Two registered households are one: this one becomes part of the other, and its reference stays known."""

    code = "merge"
    label = "This household is part of another registered one"
    both_places = True

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        return [
            other_household(state, "Of which household is it part?"),
            *(Field(f"relationship_{one.person['reference']}", "choice",
                    f"What is {one.name} to that household's reference person?", required=True, choices=RELATIONSHIPS)
              for one in state.members),
        ]  # fmt: skip

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        yield from other_is_active(state)
        if state.household["is_protected"] or (state.other and state.other.household["is_protected"]):
            yield Problem("", "The address of one of the two is protected: they are merged when that has been lifted.")

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        assert state.other is not None
        writes: list[Write] = []
        here = 0
        for one in state.members:
            writes += ended(one.membership, state.today, "merged", one.name)
            if state.other.member(one.person["reference"]) is None:
                here += 1
                relationship = details[f"relationship_{one.person['reference']}"]
                writes.append(moved_into(state.other, one, relationship=relationship, on=state.today, offset=here))
        if state.account:
            end = max(state.today, state.account["from_on"])
            writes.append(Set("account", state.account["id"], "until_on", None, end))
        home = state.household["id"]
        return [
            *writes,
            Set("household", home, "merged_into", None, state.other.household["id"]),
            Set("household", home, "status", "active", "merged"),
        ]
