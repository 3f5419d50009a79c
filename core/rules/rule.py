"""A parsed rule: the tree with what callers ask of it."""

import hashlib
from dataclasses import dataclass

from core.rules import canonical, nodes, parsing
from core.rules.errors import RuleError
from core.rules.vocabulary import Type, Vocabulary

# Part of every digest: a change of what an unchanged text means must change the digests.
LANGUAGE = "rules-1"


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked expression. Two rules are equal when their trees and types are.

    ``names`` are the inputs it uses; ``canonical`` parses to an equal rule; ``digest`` is the
    SHA-256, in hexadecimal, of the language's version, the types of its inputs and the text.
    """

    tree: nodes.Node
    type: Type

    @property
    def names(self) -> frozenset[str]:
        return nodes.names(self.tree)

    @property
    def canonical(self) -> str:
        return canonical.text(self.tree)

    @property
    def digest(self) -> str:
        inputs = {f"{part.name}:{part.type}" for part in nodes.walk(self.tree) if isinstance(part, nodes.Name)}
        told = "\n".join([LANGUAGE, self.type, *sorted(inputs), self.canonical])
        return hashlib.sha256(told.encode()).hexdigest()


def parse(source: str, *, vocabulary: Vocabulary, expects: Type | None = None) -> Rule:
    """The rule that a source spells, checked against the vocabulary.

    Where ``expects`` is decimal an integer will do, and where it is a text a choice will.

    Raises:
        RuleError: the source is no rule, uses what the language or vocabulary has not, or is of
            another type than expected.
    """
    tree = parsing.tree(source, vocabulary=vocabulary)
    if tree.type is Type.CHOICES:
        raise RuleError("A list of choices is asked by contains(variable, 'choice').", position=0)
    if expects is None or expects is tree.type:
        return Rule(tree, tree.type)
    widens = expects is Type.DECIMAL and tree.type is Type.INTEGER
    if widens or (expects.is_text and tree.type.is_text):
        return Rule(tree, expects)
    raise RuleError(f"This gives a value of type {tree.type}, where {expects} is wanted.", position=0)
