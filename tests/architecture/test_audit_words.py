"""Every action that the code writes into the audit log has plain words there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.audit_words import all_words
from eligibility.models import Enrolment
from grievances.models import CaseEvent

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["core", "registry", "eligibility", "payments", "grievances", "reporting"]
RECORDERS = {"record", "_record", "_settled", "_turn_away", "_say", "_decide", "_write", "_act"}
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
# An action spelt from a state or a kind: which of them the code can write.
SPELT = {
    "enrolment.{to.value}": [
        f"enrolment.{status}" for status in Enrolment.Status.values if status not in ("proposed", "validated")
    ],
    "case.{kind.value}": [f"case.{kind}" for kind in (CaseEvent.Kind.NOTE, CaseEvent.Kind.MESSAGE)],
}


def written() -> Iterator[tuple[str, str]]:
    """Each action with the place where it is written; spelt ones as their pattern."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name not in RECORDERS:
                    continue
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                for part in (part for argument in node.args for part in ast.walk(argument)):
                    if isinstance(part, ast.Constant) and ACTION.fullmatch(str(part.value)):
                        yield str(part.value), where
                    elif isinstance(part, ast.JoinedStr) and ast.unparse(part)[2:-1] in SPELT:
                        yield ast.unparse(part)[2:-1], where


def test_every_action_in_the_code_has_words_for_the_page():
    words = all_words()
    found = dict(written())
    assert len(found) > 60
    actions = {action: where for key, where in found.items() for action in SPELT.get(key, [key])}
    assert {action: where for action, where in actions.items() if action not in words} == {}


def test_no_words_are_kept_for_an_action_that_nobody_writes():
    sources = "\n".join(path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("actions/**/*.py"))
    sources += "\n".join((ROOT / one).read_text() for one in ["core/accounts.py", "payments/jobs.py"])
    sources += "\n".join(path.read_text() for path in (ROOT / "core" / "jobs").glob("*.py"))
    spelt = {action for actions in SPELT.values() for action in actions}
    assert [action for action in all_words() if f'"{action}"' not in sources and action not in spelt] == []
