"""What every kind of change declares: its form, its checks, who decides, its effect. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from registry.changes.state import Member, Set, State, Write
from registry.intake.cells import Read, Unreadable, choice_of, choices_of, day, partial_date, text_of

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind's details form.

    ``kind``: text, long, number, choice, choices, date, partial_date, tick (``ticked`` is its text). ``choices`` are
    code and words. What is read is text in, typed value out, as in the intake.
    """

    name: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    read: Read | None = None
    ticked: str = ""
    initial: str = ""

    @property
    def reader(self) -> Read:
        if self.read is not None:
            return self.read
        readers: dict[str, Callable[[], Read]] = {
            "date": lambda: day,
            "partial_date": lambda: partial_date,
            "choice": lambda: choice_of(code for code, _ in self.choices),
            "choices": lambda: choices_of(code for code, _ in self.choices),
            "tick": lambda: choice_of([self.ticked]),
            "long": lambda: text_of(2000),
        }
        return readers.get(self.kind, lambda: text_of(200))()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why this cannot be: the field (empty: the whole) and a sentence."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Details:
    """Details as they were read: typed values by field, absent where nothing was said."""

    values: Mapping[str, Any]
    texts: Texts
    problems: tuple[Problem, ...]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)


class Kind:
    """One kind of change. Subclasses say in their docstring, in the words of the user, what it is for.

    ``second_person``: nobody decides it alone (the country pack may ask for a second person where this does not).
    ``enters_persons``: the search for known persons must be kept still meanwhile. ``checks_bind``: an error that the
    questionnaire's checks find refuses it; elsewhere (a death, a departure) life comes first and the error only makes
    a second person look. ``both_places``: who decides answers for the other household's place too.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    about_person: ClassVar[bool] = False
    second_person: ClassVar[bool] = True
    enters_persons: ClassVar[bool] = False
    checks_bind: ClassVar[bool] = False
    while_status: ClassVar[str] = "active"
    both_places: ClassVar[bool] = False

    @property
    def explanation(self) -> str:
        """The docstring as one paragraph."""
        return " ".join((self.__doc__ or "").split())

    def fields(self, state: State, member: Member | None) -> Sequence[Field]:
        """The details form for this household (and person)."""
        raise NotImplementedError

    def checks(self, details: Details, state: State, member: Member | None) -> Iterator[Problem]:
        """What speaks against it, besides single fields that cannot be read."""
        return iter(())

    def effect(self, details: Details, state: State, member: Member | None) -> list[Write]:
        """What is written; only called when nothing speaks against it."""
        raise NotImplementedError

    def notes(self, details: Details, state: State, member: Member | None) -> Iterator[str]:
        """What the reader should know or do besides."""
        return iter(())

    def read(self, texts: Texts, state: State, member: Member | None) -> Details:
        """Read details and try every check. Never raises for what people write."""
        if state.household["status"] != self.while_status:
            wanted = "closed" if self.while_status == "closed" else "active"
            return Details({}, texts, (Problem("", f"This is possible only for a household that is {wanted}."),))
        if self.about_person and member is None:
            return Details({}, texts, (Problem("", "This person does not belong to the household now."),))
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for one in self.fields(state, member):
            text = (texts.get(one.name) or "").strip()
            if not text:
                if one.required:
                    problems.append(Problem(one.name, "This must be answered."))
                continue
            try:
                values[one.name] = one.reader(text)
            except Unreadable as error:
                problems.append(Problem(one.name, str(error)))
        kept = {one.name: texts[one.name].strip() for one in self.fields(state, member) if texts.get(one.name)}
        details = Details(values, kept, tuple(problems))
        if problems:
            return details
        return Details(values, kept, tuple(self.checks(details, state, member)))


def past_day(details: Details, name: str, state: State, since: Any = None) -> Iterator[Problem]:
    """A day that must not lie in the future, nor before ``since``."""
    value = details.get(name)
    if value is None:
        return
    if value > state.today:
        yield Problem(name, "This day lies in the future.")
    elif since is not None and value < since:
        yield Problem(name, f"This day lies before {since:%d %B %Y}.")


def changed(table: str, pk: int, before: Mapping[str, Any], after: Mapping[str, Any], of: str = "") -> list[Write]:
    """A write for each column whose value differs."""
    return [Set(table, pk, name, before[name], value, of) for name, value in after.items() if before[name] != value]


def ended(membership: Mapping[str, Any], on: Any, reason: str, of: str) -> list[Write]:
    """A membership ends; never before it began."""
    after = {"until_on": max(on, membership["from_on"]), "end_reason": reason}
    return changed("membership", membership["id"], membership, after, of)
