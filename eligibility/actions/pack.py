"""Loading the country pack's variables, formula, programmes and rules, as released data of the system."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from core import audit
from core.access.actor import SYSTEM
from core.acting import acting
from core.pack import PackError, read_yaml
from core.rules import RuleError
from eligibility.assessing import plan
from eligibility.assessing.formula import whole
from eligibility.models import Formula, Programme, ProgrammeRules, VariableSet
from eligibility.models.formula import ReleaseStatus
from registry import questionnaire

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_STATUS = {"active": Programme.Status.OPEN, "draft": Programme.Status.DRAFT, "closed": Programme.Status.CLOSED}


def load(folder: Path) -> dict[str, int]:
    """Load the pack's variables, formula and programmes; every rule is checked against the pack's questionnaire.

    A version that is already there with the same content is left alone. Programmes keep what managers changed since.

    Raises:
        PackError: a rule is refused, or a released version came with another content.
    """
    at = timezone.now()
    asked = questionnaire.read(read_yaml(folder, "questionnaire.yaml"))
    with acting(actor=SYSTEM, at=at, reason="Country pack"):
        variables = _variables(read_yaml(folder, "variables.yaml"), asked=asked, at=at)
        formula = _formula(read_yaml(folder, "formula.yaml"), variables=variables, at=at)
        raw = read_yaml(folder, "programmes.yaml")["programmes"]
        made = sum(_programme(item, formula=formula, asked=asked, at=at) for item in raw)
        if made:
            audit.record("pack.programmes", subject_type="programme", details={"rules_made": made})
    return {"variables": len(variables.content["variables"]), "programmes": len(raw), "programme_rules_made": made}


def _variables(raw: Mapping[str, Any], *, asked: questionnaire.Questionnaire, at: datetime) -> VariableSet:
    content = {"label": raw["set"].get("label", {}), "variables": raw["variables"]}
    try:
        plan.read_variables(content, questionnaire=asked)
    except RuleError as error:
        raise PackError(f"variables.yaml: {error}") from error
    digest = digest_of(content)
    key = {"code": raw["set"]["code"], "version": raw["set"]["version"]}
    known = VariableSet.objects.filter(**key).first()
    if known is not None:
        _same("variables", known.digest, digest)
        return known
    return VariableSet.objects.create(
        **key,
        status=ReleaseStatus.RELEASED,
        illustrative=raw["set"].get("status") == "illustrative",
        content=content,
        digest=digest,
        source=raw.get("source", ""),
        released_at=at,
    )


def _formula(raw: Mapping[str, Any], *, variables: VariableSet, at: datetime) -> Formula:
    if raw["variables"] != variables.code:
        raise PackError(f"formula.yaml reads {raw['variables']!r}, but variables.yaml has {variables.code!r}.")
    content = formula_content(raw)
    digest = digest_of({**content, "variables": variables.digest})
    known = Formula.objects.filter(code=raw["code"], version=raw["version"]).first()
    if known is not None:
        _same("formula", known.digest, digest)
        return known
    return Formula.objects.create(
        code=raw["code"],
        version=raw["version"],
        status=ReleaseStatus.RELEASED,
        illustrative=raw.get("status") == "illustrative",
        valid_from=raw["valid_from"],
        variable_set=variables,
        content=content,
        digest=digest,
        source=raw.get("source", ""),
        released_at=at,
    )


def formula_content(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A formula as written by people, with its decimals turned into whole ``1/scale``.

    Raises:
        PackError: a coefficient has more digits than the scale keeps.
    """
    scale = int(raw["scale"])
    try:
        terms = [{**term, "coefficient": whole(term["coefficient"], scale=scale)} for term in raw["terms"]]
        rescale = {**raw["rescale"], "subtract": whole(raw["rescale"]["subtract"], scale=scale)}
        intercept = whole(raw["intercept"], scale=scale)
    except RuleError as error:
        raise PackError(f"formula.yaml: {error}") from error
    return {
        "label": raw.get("label", {}),
        "scale": scale,
        "intercept": intercept,
        "terms": terms,
        "rescale": rescale,
        "range": {name: str(value) for name, value in (raw.get("range") or {}).items()},
        "cut_off": raw.get("cut_off") or {},
        "stratum": raw.get("stratum", ""),
    }


def _programme(raw: Mapping[str, Any], *, formula: Formula, asked: questionnaire.Questionnaire, at: datetime) -> int:
    """Make the programme if it is not there, and its rules if they are new; how many rules were made."""
    months = _MONTHS[raw["frequency"]]
    programme, _ = Programme.objects.get_or_create(
        code=raw["code"],
        defaults={
            "name": raw["label"]["en"],
            "unit": raw["unit"],
            "status": _STATUS[raw["status"]],
            "validation_required": raw["community_validation"]["required"],
            "recertify_months": (raw.get("recertification_months") or {}).get("value"),
            "recipient_kind": raw["recipient"],
            "frequency_months": months,
            "currency": raw["benefit"]["currency"],
            "content": _json(
                {
                    "label": raw["label"],
                    "recertification": raw.get("recertification_months"),
                    "validation": raw["community_validation"],
                    "amount_unit": raw["benefit"].get("unit", ""),
                }
            ),
        },
    )
    parameters = [
        {**item, "valid_from": str(item["valid_from"]), "value": str(item["value"])} for item in raw["parameters"]
    ]
    used = formula if raw.get("formula") else None
    if used is not None and raw["formula"] != used.code:
        raise PackError(f"The programme {raw['code']} names the formula {raw['formula']!r}, which is not there.")
    values: dict[str, Any] = {
        "criteria": " ".join(raw["criteria"].split()),
        "amount": " ".join(raw["benefit"]["rule"].split()),
        "parameters": parameters,
        "frequency_months": months,
        "valid_from": str(raw["valid_from"]),
    }
    digest = digest_of({**values, "formula": used.digest if used else None})
    if ProgrammeRules.objects.filter(programme=programme, digest=digest).exists():
        return 0
    _check(programme, values, formula=used, asked=asked)
    valid_from = date.fromisoformat(values["valid_from"])
    last = ProgrammeRules.objects.filter(programme=programme).order_by("-version").first()
    if last is not None and last.valid_from >= valid_from:
        raise PackError(f"The rules of {raw['code']} changed: they need a later valid_from than {last.valid_from}.")
    ProgrammeRules.objects.create(
        programme=programme,
        version=last.version + 1 if last else 1,
        valid_from=valid_from,
        criteria=values["criteria"],
        amount=values["amount"],
        frequency_months=months,
        parameters=parameters,
        formula=used,
        source=raw.get("source", ""),
        caution=raw.get("caution", ""),
        status=ReleaseStatus.RELEASED,
        digest=digest,
        released_at=at,
    )
    return 1


def _check(
    programme: Programme, values: Mapping[str, Any], *, formula: Formula | None, asked: questionnaire.Questionnaire
) -> None:
    """Parse the rules as on the day when all parameters have begun."""
    begun = max([date.fromisoformat(item["valid_from"]) for item in values["parameters"]], default=date.min)
    try:
        plan.make(
            as_of=begun,
            person=programme.unit == Programme.Unit.PERSON,
            questionnaire=asked,
            variable_content=formula.variable_set.content if formula else None,
            formula_content=formula.content if formula else None,
            criteria=values["criteria"],
            amount=values["amount"],
            parameters=values["parameters"],
        )
    except RuleError as error:
        raise PackError(f"The rules of {programme.code}: {error}") from error


def _same(what: str, known: str, found: str) -> None:
    if known != found:
        raise PackError(f"The {what} came with another content under the same version: released versions never change.")


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the content whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _json(content: Mapping[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(content, default=str)))
