"""Columns of the import files and the closed lists that they draw on.

The one definition of what a submission may say about identity: the import door reads it, the
sample register writes it, and docs/import-format.md describes it (a test compares the two).
Question columns are not here: they come from the questionnaire version, one column a question.

Pure: no Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Membership(StrEnum):
    """A person counts in one household at a time and may be linked to others."""

    MEMBER = "member"
    LINKED = "linked"


class Relationship(StrEnum):
    """What this person is to the household's reference person."""

    REFERENCE = "reference"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    SIBLING = "sibling"
    GRANDCHILD = "grandchild"
    GRANDPARENT = "grandparent"
    NIECE_NEPHEW = "niece_nephew"
    IN_LAW = "in_law"
    OTHER_RELATIVE = "other_relative"
    FOSTER_CHILD = "foster_child"
    DOMESTIC_WORKER = "domestic_worker"
    BOARDER = "boarder"
    NOT_RELATED = "not_related"


class Sex(StrEnum):
    FEMALE = "F"
    MALE = "M"


class OwnOrRelative(StrEnum):
    """Whether whoever sends a household belongs to it, or is related to somebody in it."""

    NO = "no"
    OWN = "own"
    RELATIVE = "relative"


class DatePrecision(StrEnum):
    """How much of a birth date is known. Estimated: a year that somebody worked out."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    ESTIMATED = "estimated"


class BirthEvidence(StrEnum):
    ID_CARD = "id_card"
    BIRTH_CERTIFICATE = "birth_certificate"
    CLINIC_CARD = "clinic_card"
    BAPTISM = "baptism"
    DECLARED = "declared"


class ResidenceStatus(StrEnum):
    """By what right a person lives in the country."""

    CITIZEN = "citizen"
    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    REFUGEE = "refugee"
    UNKNOWN = "unknown"


class Residence(StrEnum):
    """Where a member lives. Only ``usual`` and ``temporarily_absent`` count in the size.

    ``boarder`` boards elsewhere (a pupil at a school far away); somebody who boards *with* this
    household lives here: ``usual``, with the relationship ``boarder``.
    """

    USUAL = "usual"
    TEMPORARILY_ABSENT = "temporarily_absent"
    ABROAD = "abroad"
    BOARDER = "boarder"


class MaritalStatus(StrEnum):
    NEVER_MARRIED = "never_married"
    MARRIED = "married"
    POLYGAMOUS = "polygamous"
    COHABITING = "cohabiting"
    SEPARATED = "separated"
    DIVORCED = "divorced"
    WIDOWED = "widowed"
    UNKNOWN = "unknown"


class ParentStatus(StrEnum):
    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


class LegalBasis(StrEnum):
    PUBLIC_TASK = "public_task"
    CONSENT = "consent"


class AccountKind(StrEnum):
    CASH = "cash"
    BANK = "bank"
    MOBILE = "mobile"


class ColumnType(StrEnum):
    """How a cell is read. Blank always means: not answered."""

    TEXT = "text"
    KEY = "key"  # letters, digits, hyphen: refers to a row of the same files
    AREA = "area"  # code of a place at the lowest level of the country pack
    DATE = "date"  # YYYY-MM-DD
    PARTIAL_DATE = "partial_date"  # YYYY-MM-DD, YYYY-MM or YYYY
    DECIMAL = "decimal"
    YES_NO = "yes_no"
    CHOICE = "choice"
    NATIONAL_ID = "national_id"
    PHONE = "phone"
    COUNTRY = "country"  # ISO 3166-1 alpha-3
    PERSON = "person"  # person_no in the same household
    SERIAL = "serial"  # of a paper form, with its check character
    PERSON_LINK = "person_link"  # household_no/person_no in the same files


class Required(StrEnum):
    ALWAYS = "always"
    MEMBERS = "members"  # for membership = member
    NEVER = "never"


Choices = type[StrEnum]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an import file."""

    name: str
    type: ColumnType
    meaning: str
    required: Required = Required.NEVER
    choices: Choices | None = None
    max_length: int | None = None


def _choice(name: str, choices: Choices, meaning: str, required: Required = Required.NEVER) -> Column:
    return Column(name, ColumnType.CHOICE, meaning, required, choices)


CORE_HOUSEHOLD_COLUMNS: tuple[Column, ...] = (
    Column(
        "household_no",
        ColumnType.KEY,
        "key of the household in these two files; not kept as an identity",
        Required.ALWAYS,
        max_length=40,
    ),
    Column("area_code", ColumnType.AREA, "code of the village", Required.ALWAYS, max_length=20),
    Column("legacy_number", ColumnType.TEXT, "number in an earlier register, kept", max_length=60),
    Column("phone", ColumnType.PHONE, "telephone that reaches the household", max_length=20),
    Column("address", ColumnType.TEXT, "how to find the dwelling", max_length=200),
    Column("latitude", ColumnType.DECIMAL, "degrees north, WGS 84; with longitude or not at all"),
    Column("longitude", ColumnType.DECIMAL, "degrees east, WGS 84; with latitude or not at all"),
    Column(
        "interview_date",
        ColumnType.DATE,
        "day of the interview; ages are counted on it; not after the day of import",
        Required.ALWAYS,
    ),
    Column("interviewer", ColumnType.TEXT, "who asked", max_length=120),
    Column(
        "paper_form", ColumnType.SERIAL, "serial number of the paper form that was filled in, if one was", max_length=20
    ),
    _choice(
        "own_or_relative",
        OwnOrRelative,
        "is it the sender's own household or a relative's; then somebody else decides",
    ),
    Column(
        "privacy_notice",
        ColumnType.TEXT,
        "version of the privacy notice that was read out",
        Required.ALWAYS,
        max_length=40,
    ),
    _choice("legal_basis", LegalBasis, "why the data may be held", Required.ALWAYS),
    Column("consent", ColumnType.YES_NO, "the answer, where the legal basis is consent"),
    Column("consent_given_by", ColumnType.PERSON, "the member who consented"),
    _choice("account_kind", AccountKind, "how the household would be paid"),
    Column("account_provider", ColumnType.TEXT, "code of the provider; needs a kind", max_length=40),
    Column(
        "account_number",
        ColumnType.TEXT,
        "account or wallet number; blank for cash; leading zeros are kept",
        max_length=40,
    ),
    Column("account_holder_no", ColumnType.PERSON, "the member whose account it is"),
    Column(
        "nominee_given_names",
        ColumnType.TEXT,
        "somebody outside the household who may collect; given names",
        max_length=120,
    ),
    Column("nominee_surname", ColumnType.TEXT, "... family name", max_length=120),
    Column("nominee_national_id", ColumnType.NATIONAL_ID, "... national ID", max_length=30),
    Column("nominee_phone", ColumnType.PHONE, "... telephone", max_length=20),
)

CORE_PERSON_COLUMNS: tuple[Column, ...] = (
    Column(
        "household_no",
        ColumnType.KEY,
        "the household in households.csv",
        Required.ALWAYS,
        max_length=40,
    ),
    Column(
        "person_no",
        ColumnType.KEY,
        "number within the household, for other columns to refer to",
        Required.ALWAYS,
        max_length=10,
    ),
    _choice(
        "membership",
        Membership,
        "member: counts here; linked: counts elsewhere, belongs here too",
        Required.ALWAYS,
    ),
    Column(
        "linked_to",
        ColumnType.PERSON_LINK,
        "for a linked person: household_no/person_no of the row that describes that person in full",
    ),
    _choice(
        "relationship",
        Relationship,
        "to the reference person of this household",
        Required.ALWAYS,
    ),
    Column("caregiver_no", ColumnType.PERSON, "the person who cares for this child"),
    Column("given_names", ColumnType.TEXT, "given names, in full", Required.ALWAYS, max_length=120),
    Column("surname", ColumnType.TEXT, "family name now", Required.ALWAYS, max_length=120),
    Column("birth_surname", ColumnType.TEXT, "family name at birth, if other", max_length=120),
    Column("known_as", ColumnType.TEXT, "name in daily use, if other", max_length=120),
    _choice("sex", Sex, "as in the papers or as declared", Required.ALWAYS),
    Column("birth_date", ColumnType.PARTIAL_DATE, "as much as is known of it", Required.MEMBERS),
    _choice(
        "birth_date_precision",
        DatePrecision,
        "must agree with the form of birth_date; blank is taken from that form",
    ),
    _choice("birth_evidence", BirthEvidence, "what the date was taken from"),
    Column(
        "national_id",
        ColumnType.NATIONAL_ID,
        "as on the card; blank where there is none",
        max_length=30,
    ),
    Column("other_id_kind", ColumnType.TEXT, "kind of another document", max_length=40),
    Column("other_id_country", ColumnType.COUNTRY, "country that issued it", max_length=3),
    Column("other_id_number", ColumnType.TEXT, "its number; needs a kind", max_length=60),
    Column("other_id_expires_on", ColumnType.DATE, "the day it ceases to be valid"),
    Column("nationality", ColumnType.COUNTRY, "ISO 3166-1 alpha-3", max_length=3),
    _choice("residence_status", ResidenceStatus, "by what right the person lives here"),
    _choice("residence", Residence, "where the person lives; boarder: boards elsewhere", Required.MEMBERS),
    _choice("marital_status", MaritalStatus, "at the interview"),
    _choice("mother_status", ParentStatus, "is the person's mother alive"),
    _choice("father_status", ParentStatus, "is the person's father alive"),
)

#: Columns about the file itself: whom a survey made anew tells of, and what a corrected copy is about. No rule sees
#: them, and no other door knows them.
FILE_HOUSEHOLD_COLUMNS: tuple[Column, ...] = (
    Column("household_reference", ColumnType.TEXT, "the registered household that this row tells of anew"),
    Column(
        "based_on_version",
        ColumnType.TEXT,
        "version of the household (`row_version`) when the row was written for the visit",
    ),
    Column(
        "corrects",
        ColumnType.TEXT,
        "the submission that this row replaces; leave it as the corrected copy has it",
    ),
    Column("messages", ColumnType.TEXT, "what was wrong, in a corrected copy; never read"),
)
FILE_PERSON_COLUMNS: tuple[Column, ...] = (
    Column("person_reference", ColumnType.TEXT, "the registered person that this row tells of anew"),
    FILE_HOUSEHOLD_COLUMNS[-1],
)

#: Precisions that a birth date of this many characters may carry.
PRECISIONS_BY_LENGTH: dict[int, tuple[DatePrecision, ...]] = {
    10: (DatePrecision.DAY, DatePrecision.ESTIMATED),
    7: (DatePrecision.MONTH, DatePrecision.ESTIMATED),
    4: (DatePrecision.YEAR, DatePrecision.ESTIMATED),
}

#: Day and month that stand in where a birth date is known to the year or to the month.
FILL_MONTH_DAY = (7, 1)
FILL_DAY = 15

YES = "yes"
NO = "no"
SEVERAL_SEPARATOR = ";"
