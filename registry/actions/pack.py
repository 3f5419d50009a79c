"""The registry's part of the country pack: the questionnaire and the privacy notices."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from core.access.actor import SYSTEM
from core.pack import PackError, about, read_yaml
from registry import periods
from registry.actions import notices, questionnaires
from registry.fieldwork import terms
from registry.intake import identity


def load(folder: Path) -> dict[str, int]:
    """Publish the pack's questionnaire and privacy notices; a second run changes nothing.

    Raises:
        PackError: a file cannot be read.
        QuestionnaireError, PublishedVersionDiffers, NoticeDiffers: what it says cannot be published.
    """
    at = timezone.now()
    identity.formats(about())  # the formats of numbers are used as they stand; here only that they can be read
    questionnaires.load(content=_plain(read_yaml(folder, "questionnaire.yaml")), actor=SYSTEM, at=at)
    _periods(folder)
    _terms(folder)
    protection = about()["data_protection"]
    for notice in protection["privacy_notices"]:
        notices.load(
            version=notice["version"],
            content=notices.Content(
                texts={language: text.strip() for language, text in notice["text"].items()},
                legal_bases=_plain(protection["legal_bases"]),
                purposes=_plain(protection["purposes"]),
                in_force_from=_day(notice["valid_from"]),
            ),
            actor=SYSTEM,
            at=at,
        )
    return {"questionnaires": 1, "privacy_notices": len(protection["privacy_notices"])}


def _periods(folder: Path) -> None:
    """The periods of recertification are used as they stand; here only that they can be read."""
    try:
        periods.in_force(periods.policies(read_yaml(folder, "recertification.yaml")), timezone.localdate())
    except periods.PolicyWrong as error:
        raise PackError(f"recertification.yaml: {error}") from error


def _terms(folder: Path) -> None:
    """The terms of the field's work likewise."""
    try:
        terms.in_force(terms.all_terms(read_yaml(folder, "fieldwork.yaml")), timezone.localdate())
    except terms.TermsWrong as error:
        raise PackError(f"fieldwork.yaml: {error}") from error


def _plain(value: Any) -> Any:
    """The same as JSON has it: YAML's dates become text."""
    return json.loads(json.dumps(value, default=str))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
