"""How upper packages take part in lower packages' work without being imported: typed hooks, run in package order.

Packages register in ``AppConfig.ready``. The functions run in the caller's transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from core.access.actor import Actor

Function = TypeVar("Function", bound=Callable[..., object])

PACKAGES = ("core", "registry", "eligibility", "payments", "grievances", "reporting")


@dataclass
class Hook(Generic[Function]):
    """A named place where packages may join in. ``functions`` come in the order of the packages, lowest first."""

    name: str
    _functions: dict[str, Function] = field(default_factory=dict)

    def register(self, package: str, function: Function) -> None:
        """Join in for ``package``; a second registration of the same package replaces the first."""
        if package not in PACKAGES:
            raise ValueError(f"{package} is not a package of this house.")
        self._functions[package] = function

    @property
    def functions(self) -> list[Function]:
        return [self._functions[package] for package in PACKAGES if package in self._functions]


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """One line of a role's home page: what waits for this person, how much, and where."""

    label: str
    count: int
    url: str
    hint: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the top navigation that this actor may use."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class HouseholdChange:
    """A change of a registered household: its kind (``registry.changes``), who is concerned, and when it is.

    ``other_household_id`` is the second household of a transfer or merge, or the new one of a split; ``reference``
    is the change request's.
    """

    kind: str
    household_id: int
    person_ids: tuple[int, ...]
    at: datetime
    other_household_id: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RecertificationTerm:
    """Some households are to be seen again sooner than the register asks: within ``months`` of the last time.

    ``household_ids`` is a query of one column, put into the statement that lists who is due; ``label`` says why.
    """

    label: str
    months: int
    household_ids: QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class VisitOutcome:
    """Somebody went to a registered household and did not find it as recorded; another person accepted that.

    ``outcome`` is ``not_found``, ``refused``, ``moved`` or ``died``; ``reference`` is the visit's.
    """

    outcome: str
    household_id: int
    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class RuleUse:
    """Rules of a package that read answers: ``questions`` are level (household, person) and code.

    ``refused`` says why the rules cannot be read in the words of a questionnaire that is about to be published; empty:
    they can.
    """

    label: str
    url: str
    questions: frozenset[tuple[str, str]]
    refused: str


@dataclass(frozen=True, slots=True)
class PrivacyText:
    """What people are told about their data: the version, and its text by language."""

    version: str
    texts: Mapping[str, str]


load_pack: Hook[Callable[[Path], dict[str, int]]] = Hook("load_pack")
"""Load a package's part of the country pack from its folder; returns counts by name. Repeats change nothing."""

waiting_tasks: Hook[Callable[[Actor], list[WaitingTask]]] = Hook("waiting_tasks")
navigation: Hook[Callable[[Actor], list[NavigationItem]]] = Hook("navigation")
household_tabs: Hook[Callable[[Actor, int], list[NavigationItem]]] = Hook("household_tabs")
"""Later stages on a household's page: label and the address of the tab's fragment."""

programmes: Hook[Callable[[], list[tuple[str, str]]]] = Hook("programmes")
"""Code and name of each programme that an appointment may be limited to."""

audit_words: Hook[Callable[[], dict[str, str]]] = Hook("audit_words")
"""What an action of the audit log is called in plain words: ``{"payroll.approve": "Payroll approved"}``."""

references: Hook[Callable[[Actor, str], list[NavigationItem]]] = Hook("references")
"""What carries a reference and may be seen by the actor: what it is, and its address. Reads only."""

household_changed: Hook[Callable[[HouseholdChange], None]] = Hook("household_changed")
"""Called when a change of a household has been written, in its transaction: mark what no longer holds."""

change_preview: Hook[Callable[[HouseholdChange], list[str]]] = Hook("change_preview")
"""Sentences on what a change would mean for what stands above the registry. Reads only."""

household_merge: Hook[Callable[[HouseholdChange], set[str]]] = Hook("household_merge")
"""Move what refers to a household that becomes part of ``other_household_id``; returns the relations answered for, as
``eligibility.Enrolment.household``. A relation that has rows and that nobody answers for makes the merge refuse."""

recertification_terms: Hook[Callable[[], list[RecertificationTerm]]] = Hook("recertification_terms")
"""Periods shorter than the register's after which certain households are to be seen again."""

visit_outcome: Hook[Callable[[VisitOutcome], None]] = Hook("visit_outcome")
"""Called when a visit's outcome other than "seen" has been accepted, in its transaction: propose, never decide."""

question_uses: Hook[Callable[[Mapping[str, Any], Mapping[str, Any], date], list[RuleUse]]] = Hook("question_uses")
"""The rules in force on a day or later that read answers: contents of the questionnaire in force and of the one that is
to replace it, and the day. Reads only."""

privacy_notice: Hook[Callable[[date], PrivacyText | None]] = Hook("privacy_notice")
"""The text in force on a day, for the page that is open to everybody."""
