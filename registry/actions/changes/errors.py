"""Why a change cannot be asked for or carried out."""

from collections.abc import Sequence

from registry.changes import Problem


class DetailsWrong(Exception):
    """What was entered cannot be; ``problems`` say which field and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(dict.fromkeys(problem.sentence for problem in problems)))


class ChangedSince(Exception):
    """The household changed since the form was opened, or since the change was asked for."""


class OneOpenAlready(Exception):
    """A request of this kind for this household and person waits for a decision already."""


class NobodyAnswers(Exception):
    """Something refers to the household that would disappear, and nothing moves it."""
