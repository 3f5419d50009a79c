"""Persons, the numbers they are known by, and where they belong."""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from core.history import tracked
from core.triggers import acting_required, begins, moves, refers, stays
from registry.models.guards import QUESTIONNAIRE_IN_FORCE, not_about_own_people
from registry.models.household import NewUuid7


class NewPersonReference(Func):
    template = "core_reference('PN')"
    arity = 0


class LifeStatus(models.TextChoices):
    ALIVE = "alive", "Alive"
    DEAD = "dead", "Dead"
    UNKNOWN = "unknown", "Not known"


@tracked()
class Person(models.Model):
    """A person known to the registry, in one household, several or none.

    ``national_id`` is the identity number in force, normalised, leading zeros kept; one person holds it at a time.
    Without one an ``interim_number`` is given, which stays an alias for ever. ``birth_date`` with a coarser precision
    holds the first day of what is known (1 January of an estimated year); it is never matched as a whole date then.
    """

    class Sex(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"

    class Precision(models.TextChoices):
        DAY = "day", "Day"
        MONTH = "month", "Month"
        YEAR = "year", "Year"
        ESTIMATED = "estimated", "Estimated"

    class ResidenceStatus(models.TextChoices):
        CITIZEN = "citizen", "Citizen"
        PERMANENT = "permanent", "Permanent resident"
        TEMPORARY = "temporary", "Temporary resident"
        REFUGEE = "refugee", "Refugee"
        UNKNOWN = "unknown", "Not known"

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    reference = models.TextField(db_default=NewPersonReference(), editable=False)
    district = models.ForeignKey(
        "core.Area", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    given_names = models.TextField()
    surname = models.TextField()
    sex = models.CharField(max_length=1, choices=Sex.choices)
    birth_date = models.DateField()
    birth_date_precision = models.TextField(choices=Precision.choices)
    birth_evidence = models.TextField(blank=True, default="", db_default="")
    died_on = models.DateField(null=True)
    national_id = models.TextField(null=True)
    interim_number = models.TextField(null=True)
    nationality = models.CharField(max_length=3, blank=True, default="", db_default="")
    residence_status = models.TextField(choices=ResidenceStatus.choices, default="unknown", db_default="unknown")
    marital_status = models.TextField(blank=True, default="", db_default="")
    mother_status = models.TextField(choices=LifeStatus.choices, default="unknown", db_default="unknown")
    father_status = models.TextField(choices=LifeStatus.choices, default="unknown", db_default="unknown")
    questionnaire = models.ForeignKey(
        "registry.QuestionnaireVersion",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    answers = models.JSONField(default=dict)
    registered_at = models.DateTimeField()
    row_version = models.IntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            # Not ``unique=True``, which adds a second index for LIKE that nobody needs.
            models.UniqueConstraint(fields=["reference"], name="registry_person_reference_once"),
            models.UniqueConstraint(fields=["national_id"], name="registry_person_national_id_in_force"),
            models.UniqueConstraint(fields=["interim_number"], name="registry_person_interim_number_once"),
            models.CheckConstraint(
                name="registry_person_has_a_number",
                condition=Q(national_id__isnull=False) | Q(interim_number__isnull=False),
            ),
            models.CheckConstraint(
                name="registry_person_national_id_normal",
                condition=Q(national_id__isnull=True) | Q(national_id__regex=r"^[0-9A-Z]+$"),
            ),
            models.CheckConstraint(
                name="registry_person_dies_after_birth",
                condition=Q(died_on__isnull=True) | Q(died_on__gte=F("birth_date")),
            ),
        ]
        indexes = [models.Index(fields=["district", "id"], name="registry_person_district")]
        triggers = [
            acting_required(),
            stays(),
            *refers(district_id="core_area", questionnaire_id=QUESTIONNAIRE_IN_FORCE),
        ]

    def __str__(self) -> str:
        return f"{self.given_names} {self.surname}"


class PersonName(models.Model):
    """A name by kind, besides the name in use: at birth, by marriage, as known in the village."""

    class Kind(models.TextChoices):
        BIRTH = "birth", "At birth"
        MARRIED = "married", "By marriage"
        KNOWN_AS = "known_as", "Known as"

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="names", db_index=False, db_constraint=False
    )
    kind = models.TextField(choices=Kind.choices)
    given_names = models.TextField(blank=True, default="", db_default="")
    surname = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="registry_person_name_one_of_a_kind")]
        triggers = [acting_required(), *refers(large={"person_id": "registry_person"})]

    def __str__(self) -> str:
        return f"{self.given_names} {self.surname}".strip()


class PersonIdentifier(models.Model):
    """Another number of a person, by kind: passport, refugee card, a legacy number, a former national ID."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="identifiers", db_index=False, db_constraint=False
    )
    kind = models.TextField()
    country = models.CharField(max_length=3, blank=True, default="", db_default="")
    number = models.TextField()
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "number"], name="registry_identifier_once_a_person")
        ]
        indexes = [models.Index(fields=["number"], name="registry_identifier_number")]
        triggers = [acting_required(), *refers(large={"person_id": "registry_person"})]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class IdentityClaim(models.Model):
    """A person gave a national ID that another person holds in force: a supervisor settles whose it is.

    OPEN -> UPHELD      (the claimant receives the number; the former holder an interim number)
    OPEN -> DISMISSED   (the claimant keeps the interim number)
    """

    class Status(models.TextChoices):
        OPEN = "open", "Waits for a supervisor"
        UPHELD = "upheld", "Upheld"
        DISMISSED = "dismissed", "Dismissed"

    claimant = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="claims")
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims_against")
    national_id = models.TextField()
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    status = models.TextField(choices=Status.choices, default=Status.OPEN, db_default="open")
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claimant", "national_id"], condition=Q(status="open"), name="registry_claim_one_open"
            ),
            models.CheckConstraint(name="registry_claim_two_persons", condition=~Q(claimant=F("holder"))),
            models.CheckConstraint(
                name="registry_claim_decided_by_another",
                condition=Q(decided_by_id__isnull=True)
                | Q(opened_by_id__isnull=True)
                | ~Q(decided_by_id=F("opened_by_id")),
            ),
        ]
        triggers = [
            acting_required(),
            begins("status", "open"),
            moves("status", [("open", "upheld"), ("open", "dismissed")]),
            not_about_own_people("NEW.claimant_id, NEW.holder_id", constraint="registry_claim_not_ones_own"),
        ]

    def __str__(self) -> str:
        return f"Claim of {self.claimant_id} against {self.holder_id}"


@tracked()
class Membership(models.Model):
    """A person belongs to a household from one day to another.

    ``counts``: a person counts in one household at a time, but may be linked to others (the husband of a second
    household, a parent who lives elsewhere). The reference person may be a child, or absent. ``recorded_at``: when the
    register learnt of it; empty in rows that are older than this column.
    """

    class Residence(models.TextChoices):
        USUAL = "usual", "Lives here"
        TEMPORARILY_ABSENT = "temporarily_absent", "Away for a time"
        ABROAD = "abroad", "Abroad"
        BOARDER = "boarder", "Boards elsewhere"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships", db_constraint=False)
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="memberships", db_constraint=False
    )
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    counts = models.BooleanField(default=True, db_default=True)
    relationship = models.TextField()
    is_reference = models.BooleanField(default=False, db_default=False)
    residence = models.TextField(choices=Residence.choices, default="usual", db_default="usual")
    caregiver = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    position = models.IntegerField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    end_reason = models.TextField(blank=True, default="", db_default="")
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until_on__isnull=True, counts=True),
                name="registry_membership_counts_once",
            ),
            models.UniqueConstraint(
                fields=["household", "person"],
                condition=Q(until_on__isnull=True),
                name="registry_membership_once_a_household",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(until_on__isnull=True, is_reference=True),
                name="registry_membership_one_reference",
            ),
            models.CheckConstraint(
                name="registry_membership_days_in_order",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
        ]
        triggers = [
            acting_required(),
            *refers(
                district_id="core_area",
                large={
                    "person_id": "registry_person",
                    "household_id": "registry_household",
                    "caregiver_id": "registry_person",
                },
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.household_id}"
