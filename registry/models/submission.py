"""What arrived, by whatever door, as it came; what the checks found; and what became of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import JsonAsText
from core.triggers import acting_required, append_only, begins, moves, refers, stays
from registry.models.guards import (
    QUESTIONNAIRE_IN_FORCE,
    members_are_there,
    not_about_own_numbers,
    not_about_own_people,
    not_by_who_gave_the_phone,
    there_when_named_anew,
)
from registry.models.household import NewUuid7
from registry.models.review import not_while_another_holds_it, waits


class ImportBatch(models.Model):
    """A pair of files brought in together, or one workbook (then both are that file). The same bytes again are the same
    batch.

    RECEIVED -> CHECKING -> DONE | FAILED;  FAILED -> CHECKING
    RECEIVED -> FAILED                      (cancelled while it waited)

    ``all_or_nothing``: one household that is refused keeps all of them out. ``re_survey``: it may tell of registered
    households anew. ``corrected_file`` holds what was refused or waits, to be corrected and sent again.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        CHECKING = "checking", _("Being checked")
        DONE = "done", _("Done")
        FAILED = "failed", _("Could not be read")

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    digest = models.CharField(max_length=64)
    dry_run = models.BooleanField(default=False)
    status = models.TextField(choices=Status.choices, default=Status.RECEIVED)
    households_file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    persons_file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    all_or_nothing = models.BooleanField(default=False, db_default=False)
    re_survey = models.BooleanField(default=False, db_default=False)
    corrected_file = models.ForeignKey("core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)
    issues = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(dry_run=False) & ~Q(status="failed"),
                name="registry_batch_same_files_once",
            )
        ]
        triggers = [
            acting_required(),
            stays(),
            begins("status", "received"),
            moves(
                "status",
                [
                    ("received", "checking"),
                    ("received", "failed"),
                    ("checking", "done"),
                    ("checking", "failed"),
                    ("failed", "checking"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def is_workbook(self) -> bool:
        return self.households_file_id == self.persons_file_id


class Submission(models.Model):
    """One household as somebody told it, on its way into the register.

        DRAFT -> RECEIVED -> ACCEPTED | IN_REVIEW | REFUSED
        IN_REVIEW -> ACCEPTED | RETURNED | REJECTED
        REFUSED | IN_REVIEW | RETURNED -> REPLACED     (a corrected one came: its ``corrects``)
        DRAFT -> DISCARDED

    ``payload`` is what came, unchanged. The columns below it and the ``members`` are the same, read and typed; a value
    that could not be read is null there and has an issue with its path. ``REFUSED`` has an error; ``RETURNED`` went
    back to the sender with a reason. ``renews`` is the registered household that it tells of anew, as it was at
    ``based_on_version``.
    """

    class Door(models.TextChoices):
        FORM = "form", _("Officer's form")
        IMPORT = "import", _("File import")
        ODK = "odk", _("Field device")
        API = "api", _("Partner system")
        REGISTER = "register", _("Other register")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RECEIVED = "received", _("Received")
        ACCEPTED = "accepted", _("Accepted")
        IN_REVIEW = "in_review", _("In review")
        REFUSED = "refused", _("Refused")
        RETURNED = "returned", _("Returned")
        REJECTED = "rejected", _("Rejected")
        DISCARDED = "discarded", _("Discarded")
        REPLACED = "replaced", _("Replaced by a corrected one")

    uuid = models.UUIDField(unique=True, db_default=NewUuid7())
    door = models.TextField(choices=Door.choices)
    status = models.TextField(choices=Status.choices, default=Status.RECEIVED, db_default="received")
    batch = models.ForeignKey(
        ImportBatch,
        null=True,
        on_delete=models.PROTECT,
        related_name="submissions",
        db_index=False,
        db_constraint=False,
    )
    source_key = models.TextField(blank=True, default="", db_default="")
    source_line = models.IntegerField(null=True)
    payload = JsonAsText(default=dict)
    questionnaire = models.ForeignKey(
        "registry.QuestionnaireVersion",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    area = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    district = models.ForeignKey(
        "core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    address = models.TextField(blank=True, default="", db_default="")
    phone = models.TextField(blank=True, default="", db_default="")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    legacy_number = models.TextField(blank=True, default="", db_default="")
    interviewed_on = models.DateField(null=True)
    interviewer = models.TextField(blank=True, default="", db_default="")
    paper_form = models.TextField(blank=True, default="", db_default="")
    privacy_notice = models.ForeignKey(
        "registry.PrivacyNotice",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    legal_basis = models.TextField(blank=True, default="", db_default="")
    consent = models.BooleanField(null=True)
    consent_given_by_position = models.IntegerField(null=True)
    account_kind = models.TextField(blank=True, default="", db_default="")
    account_provider = models.TextField(blank=True, default="", db_default="")
    account_number = models.TextField(blank=True, default="", db_default="")
    account_holder_position = models.IntegerField(null=True)
    nominee = models.JSONField(null=True)
    answers = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    household = models.ForeignKey("registry.Household", null=True, on_delete=models.PROTECT, related_name="submissions")
    renews = models.ForeignKey(
        "registry.Household", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    based_on_version = models.IntegerField(null=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_submission_accepted_has_household",
                condition=Q(status="accepted", household__isnull=False)
                | ~Q(status="accepted") & Q(household__isnull=True),
            ),
            models.CheckConstraint(
                name="registry_submission_reviewed_by_another",
                condition=Q(decided_by__isnull=True) | Q(submitted_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
            ),
            models.UniqueConstraint(
                fields=["batch", "source_key"],
                condition=Q(batch__isnull=False),
                name="registry_submission_once_a_batch",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(corrects__isnull=False), name="registry_submission_corrected_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["district", "received_at", "id"],
                condition=Q(status="in_review"),
                name="registry_submission_review",
            ),
            models.Index(fields=["submitted_by", "status", "id"], name="registry_submission_mine"),
            models.Index(fields=["received_at", "id"], condition=Q(status="draft"), name="registry_submission_drafts"),
        ]
        triggers = [
            acting_required(),
            stays(),
            begins("status", "draft", "received"),
            *refers(
                batch_id="registry_importbatch",
                questionnaire_id=QUESTIONNAIRE_IN_FORCE,
                area_id="core_area",
                district_id="core_area",
                privacy_notice_id="registry_privacynotice WHERE status = 'published'",
            ),
            moves(
                "status",
                [
                    ("draft", "received"),
                    ("draft", "discarded"),
                    ("received", "accepted"),
                    ("received", "in_review"),
                    ("received", "refused"),
                    ("in_review", "accepted"),
                    ("in_review", "returned"),
                    ("in_review", "rejected"),
                    ("refused", "replaced"),
                    ("in_review", "replaced"),
                    ("returned", "replaced"),
                ],
            ),
            not_about_own_people(
                "SELECT c.person_id FROM registry_duplicatecandidate c WHERE c.submission_id = NEW.id "
                "UNION ALL SELECT s.person_id FROM registry_submissionmember s WHERE s.submission_id = NEW.id "
                "UNION ALL SELECT p.id FROM registry_submissionmember s "
                "JOIN registry_person p ON p.national_id = s.national_id WHERE s.submission_id = NEW.id",
                constraint="registry_submission_not_ones_own",
            ),
            not_by_who_gave_the_phone(constraint="registry_submission_not_by_who_gave_the_phone"),
            not_about_own_numbers(
                "SELECT s.national_id FROM registry_submissionmember s WHERE s.submission_id = NEW.id",
                constraint="registry_submission_not_ones_own",
            ),
            waits(),
            members_are_there(),
            not_while_another_holds_it(),
        ]

    def __str__(self) -> str:
        return f"Submission {self.pk}"


class SubmissionMember(models.Model):
    """One person of a submission, read and typed.

    ``position`` counts the rows from 1; ``person_no`` is what the sender calls the row. ``name_keys`` are the
    keys of all names, ``name_date_key`` the one of names and exact birth date that the check for duplicates uses
    (``registry.intake.keys``). ``person`` is who this became, or (linked) already was.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="members", db_index=False, db_constraint=False
    )
    position = models.IntegerField()
    person_no = models.TextField(blank=True, default="", db_default="")
    source_line = models.IntegerField(null=True)
    membership = models.TextField(blank=True, default="", db_default="")
    counts = models.BooleanField(default=True, db_default=True)
    linked_to = models.TextField(blank=True, default="", db_default="")
    relationship = models.TextField(blank=True, default="", db_default="")
    caregiver_position = models.IntegerField(null=True)
    given_names = models.TextField(blank=True, default="", db_default="")
    surname = models.TextField(blank=True, default="", db_default="")
    birth_surname = models.TextField(blank=True, default="", db_default="")
    known_as = models.TextField(blank=True, default="", db_default="")
    sex = models.CharField(max_length=1, blank=True, default="", db_default="")
    birth_date = models.DateField(null=True)
    birth_date_precision = models.TextField(blank=True, default="", db_default="")
    birth_evidence = models.TextField(blank=True, default="", db_default="")
    national_id = models.TextField(null=True)
    other_id_kind = models.TextField(blank=True, default="", db_default="")
    other_id_country = models.TextField(blank=True, default="", db_default="")
    other_id_number = models.TextField(blank=True, default="", db_default="")
    other_id_expires_on = models.DateField(null=True)
    nationality = models.TextField(blank=True, default="", db_default="")
    residence_status = models.TextField(blank=True, default="", db_default="")
    residence = models.TextField(blank=True, default="", db_default="")
    marital_status = models.TextField(blank=True, default="", db_default="")
    mother_status = models.TextField(blank=True, default="", db_default="")
    father_status = models.TextField(blank=True, default="", db_default="")
    answers = models.JSONField(default=dict)
    name_keys = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    name_date_key = models.BigIntegerField(null=True)
    person = models.ForeignKey(
        "registry.Person", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "position"], name="registry_submission_member_position")
        ]
        indexes = [
            models.Index(
                fields=["name_date_key"],
                condition=Q(name_date_key__isnull=False, person__isnull=True),
                name="registry_member_waits",
            ),
            models.Index(
                fields=["submission"],
                condition=Q(person__isnull=True) & ~Q(linked_to=""),
                name="registry_member_link_waits",
            ),
        ]
        triggers = [
            acting_required(),
            *refers(large={"submission_id": "registry_submission"}),
            there_when_named_anew(),
        ]

    def __str__(self) -> str:
        return f"{self.given_names} {self.surname}"


class SubmissionIssue(models.Model):
    """What a check found: code, severity, ``path`` (``household/phone``, ``persons/2/birth_date``), in words.

    ``location`` says where it stands in a file (``persons.csv, row 34, column birth_date``); empty if there was none.
    """

    class Severity(models.TextChoices):
        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")
        DUPLICATE = "duplicate", _("Possible duplicate")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="issues")
    code = models.TextField()
    severity = models.TextField(choices=Severity.choices)
    path = models.TextField(blank=True, default="", db_default="")
    message = models.TextField()
    location = models.TextField(blank=True, default="", db_default="")

    class Meta:
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message


class DuplicateCandidate(models.Model):
    """A person of a submission who may be somebody already known (or told of in another submission).

    ``rule`` names the key that agreed; ``evidence`` says which fields agreed, without values.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="candidates")
    member = models.ForeignKey(SubmissionMember, on_delete=models.CASCADE, related_name="candidates")
    person = models.ForeignKey("registry.Person", null=True, on_delete=models.PROTECT, related_name="+")
    other_member = models.ForeignKey(SubmissionMember, null=True, on_delete=models.CASCADE, related_name="+")
    rule = models.TextField()
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_candidate_names_one",
                condition=Q(person__isnull=False, other_member__isnull=True)
                | Q(person__isnull=True, other_member__isnull=False),
            )
        ]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return f"{self.rule}: {self.member_id}"


class NameKey(models.Model):
    """A key by which a person is found (``registry.intake.keys``), as a row under one b-tree.

    Derived from names and birth date, like an index: whoever writes those renews the keys. So no foreign keys, whose
    checks cost more than the rows; a key that leads nowhere finds nobody. District and year of birth are the person's:
    in this order a walk through one key tells people of one name apart without a look at anybody.
    """

    pk = models.CompositePrimaryKey("key", "district_id", "born", "person")
    key = models.BigIntegerField()
    # Four bytes and two: with eight for the district a row of the b-tree would be a quarter larger.
    district_id = models.IntegerField()
    born = models.SmallIntegerField()
    person = models.ForeignKey(
        "registry.Person", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        triggers = [acting_required()]

    def __str__(self) -> str:
        return f"{self.key}: {self.person_id}"


class HeadKey(models.Model):
    """Under which number a household's reference person is found by village and names (``registry_head_key``).

    Derived like ``NameKey``, one row a household: another head of the same names in the village is noticed.
    """

    household_id = models.BigIntegerField(primary_key=True)
    key = models.BigIntegerField(db_index=True)

    class Meta:
        triggers = [acting_required()]

    def __str__(self) -> str:
        return f"{self.key}: {self.household_id}"
