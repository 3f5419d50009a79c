"""The API in OpenAPI 3.1: parameters, and schemas made of the columns and of the questionnaire in force."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from core.api.problems import MEDIA_TYPE
from registry.api.decoding import MOST, MOST_MEMBERS
from registry.intake import surroundings
from registry.intake.columns import CORE_HOUSEHOLD_COLUMNS, CORE_PERSON_COLUMNS, Column, Required
from registry.intake.vocabulary import Level
from registry.questionnaire import Question

_TEXT = {"type": "string"}
_NULLABLE = {"type": ["string", "null"]}
_OBJECT = {"type": "object", "additionalProperties": True}


def _parameter(name: str, meaning: str, where: Any = OpenApiParameter.QUERY, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, more.pop("type", OpenApiTypes.STR), where, description=meaning, **more)


IDEMPOTENCY_KEY = _parameter(
    "Idempotency-Key",
    "A new UUID for each bundle. The same key with the same body is answered the same and done once.",
    OpenApiParameter.HEADER,
    required=True,
    type=OpenApiTypes.UUID,
)
LIST_PARAMETERS = [
    _parameter("cursor", "Go on where an earlier page ended: now, or next month, to learn what changed since."),
    _parameter("limit", "How many, at most 500 (default 100)."),
    _parameter("district", "Code of a district."),
    _parameter("village", "Code of a village."),
]
ONE_PARAMETERS = [
    _parameter("If-None-Match", "The ETag of what is known already.", OpenApiParameter.HEADER),
    _parameter("Unmask-Reason", "Why the numbers are needed in full; logged.", OpenApiParameter.HEADER),
]


def answers(good: dict[int, str | None], *bad: int) -> dict[Any, Any]:
    """Responses of an operation: names of schemas by status, and the statuses of problems."""
    told: dict[Any, Any] = {
        (status, "application/json"): {"$ref": f"#/components/schemas/{name}"} if name else None
        for status, name in good.items()
    }
    problem = {"$ref": "#/components/schemas/Problem"}
    return told | {(status, MEDIA_TYPE): problem for status in sorted({401, 405, 429, *bad})}


def add_columns(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Put the schemas in. Without a published questionnaire there are only the core columns."""
    try:
        questionnaire = surroundings.questionnaire_of(surroundings.published())
        questions = {level: list(questionnaire.of(level)) for level in Level}
    except surroundings.NoQuestionnaire:
        questions = {level: [] for level in Level}
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= _fixed()
    schemas["HouseholdColumns"] = _columns(CORE_HOUSEHOLD_COLUMNS, questions[Level.HOUSEHOLD], {"household_no"})
    schemas["PersonColumns"] = _columns(CORE_PERSON_COLUMNS, questions[Level.PERSON], {"household_no", "person_no"})
    return result


def _columns(core: tuple[Column, ...], questions: list[Question], optional: set[str]) -> dict[str, Any]:
    value = {"type": ["string", "number", "boolean", "array", "null"], "items": _TEXT}
    properties: dict[str, Any] = {column.name: value | {"description": column.meaning} for column in core}
    for column in core:
        if column.choices is not None:
            properties[column.name] |= {"examples": [str(choice) for choice in column.choices]}
    for question in questions:
        properties[question.code] = value | {"description": question.label["en"]}
        if question.choices:
            properties[question.code] |= {"examples": [choice.code for choice in question.choices]}
    required = [column.name for column in core if column.required is Required.ALWAYS and column.name not in optional]
    note = (
        "Required columns are named for the reader: a household without one is refused with an issue, not the bundle."
    )
    return {
        "type": "object",
        "properties": properties,
        "description": f"{note} Required: {', '.join(required)}.",
    }


def _object(required: bool = True, **properties: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "object", "properties": properties}
    return told | ({"required": list(properties)} if required else {})


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str, most: int | None = None) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)} | ({"maxItems": most} if most else {})


def _fixed() -> dict[str, Any]:
    return {
        "Bundle": _object(households=_list("Told", MOST) | {"minItems": 1}),
        "Told": _object(household=_ref("HouseholdColumns"), members=_list("PersonColumns", MOST_MEMBERS)),
        "BundleAnswer": _object(results=_list("Result")),
        "Result": _object(
            submission=_TEXT | {"format": "uuid"},
            status={"type": "string", "enum": ["accepted", "in_review", "refused"]},
            reference=_NULLABLE,
            issues=_list("Issue"),
        ),
        "Issue": _object(
            code=_TEXT,
            severity={"type": "string", "enum": ["error", "warning", "duplicate"]},
            pointer=_TEXT | {"format": "json-pointer"},
            message=_TEXT,
        ),
        "HouseholdPage": _object(
            results=_list("Household"), not_shared={"type": "array", "items": _TEXT}, cursor=_TEXT, next=_NULLABLE
        ),
        "Household": _object(
            reference=_TEXT,
            status=_TEXT,
            version={"type": "integer"},
            household=_OBJECT,
            members={"type": "array", "items": _OBJECT},
        ),
        "Problem": _object(
            required=False,
            type=_TEXT,
            title=_TEXT,
            status={"type": "integer"},
            detail=_TEXT,
            instance=_TEXT,
            errors={"type": "array", "items": _object(pointer=_TEXT, detail=_TEXT)},
        ),
    }
