"""Kinds of change requests: one class a kind, its docstring is what people read. Pure: no Django, no database.

A kind turns details into an *effect*, a list of writes. The preview shows that very list, conflicts between requests
are found in it, and the action writes it: what was shown is what happens.
"""

from registry.changes.consenting import GiveConsent, WithdrawConsent
from registry.changes.homes import Close, Merge, Move, Reopen, Split, UpdateAnswers, UpdatePersonAnswers
from registry.changes.kind import Details, Field, Kind, Problem
from registry.changes.money import ChangeAccount
from registry.changes.people import AddMember, ChangeHead, CorrectIdentity, Died, Left, Transfer
from registry.changes.protecting import Protect, Unprotect
from registry.changes.state import Member, State

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        AddMember(),
        Left(),
        Died(),
        Transfer(),
        ChangeHead(),
        CorrectIdentity(),
        UpdateAnswers(),
        UpdatePersonAnswers(),
        ChangeAccount(),
        Move(),
        Protect(),
        Unprotect(),
        Split(),
        Merge(),
        Close(),
        Reopen(),
        GiveConsent(),
        WithdrawConsent(),
    )
}
"""By code, in the order in which a page offers them."""

ALWAYS_SECOND = tuple(sorted(code for code, kind in KINDS.items() if kind.second_person))
"""Kinds that nobody may decide alone; the database holds them to it."""

__all__ = ["ALWAYS_SECOND", "KINDS", "Details", "Field", "Kind", "Member", "Problem", "State"]
