"""Change requests: asking, deciding, carrying out."""

from registry.actions.changes.deciding import NotWaiting, OwnChange, accept, refuse, withdraw
from registry.actions.changes.errors import (
    ChangedSince,
    DetailsWrong,
    NobodyAnswers,
    OneOpenAlready,
)
from registry.actions.changes.requesting import Preview, preview, request
from registry.actions.reviews import DeclaredInterestInTheWay, ReasonNeeded

__all__ = [
    "ChangedSince",
    "DeclaredInterestInTheWay",
    "DetailsWrong",
    "NobodyAnswers",
    "NotWaiting",
    "OneOpenAlready",
    "OwnChange",
    "Preview",
    "ReasonNeeded",
    "accept",
    "preview",
    "refuse",
    "request",
    "withdraw",
]
