"""What the rules language says when it refuses."""


class RuleError(Exception):
    """A rule that cannot be accepted, rendered or computed, said in one plain sentence.

    ``position`` is the offset in the source where the trouble begins, counted from 0, or None
    where the trouble is not in the text. ``suggestion`` is the word probably meant.
    """

    def __init__(self, sentence: str, *, position: int | None = None, suggestion: str | None = None) -> None:
        self.sentence = sentence
        self.position = position
        self.suggestion = suggestion
        super().__init__(str(self))

    def __str__(self) -> str:
        text = self.sentence
        if self.suggestion is not None:
            text += f" Did you mean '{self.suggestion}'?"
        if self.position is not None:
            text += f" (at character {self.position + 1})"
        return text


class OutOfRange(RuleError):
    """A number has more than twelve digits before the point; it is refused, never wrapped."""


class WrongValue(RuleError):
    """A value handed to a rule is not of the type that its vocabulary declares."""
