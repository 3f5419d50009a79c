"""The beneficiary list."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q

from core.history import tracked
from core.triggers import acting_required, begins, identity_stays, moves, signs
from eligibility.models.guards import follows_its_household
from registry.models.guards import not_about_own_household


class NewEnrolmentReference(Func):
    template = "core_reference('EN')"
    arity = 0


@tracked()
class Enrolment(models.Model):
    """A household (or person) on a programme's list.

        PROPOSED -> VALIDATED -> ENROLLED -> SUSPENDED -> ENROLLED
        PROPOSED -> ENROLLED                (where the programme asks for no community validation)
        PROPOSED, VALIDATED -> REJECTED
        ENROLLED, SUSPENDED -> EXITED

    Live until rejected or exited: a programme has one live enrolment for a household, or for a person where its unit is
    the person (``person`` is then set). ``run`` and ``assessment_no`` name the assessment that it came from.
    ``recipient_person`` receives for the beneficiary. ``validation_required`` is the programme's, frozen here. Nobody
    both proposes and enrols, or validates and enrols, or proposes and validates. It stays with its household,
    unless that becomes part of another one, or the person comes to count in another one.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        VALIDATED = "validated", "Validated by the community"
        ENROLLED = "enrolled", "Enrolled"
        SUSPENDED = "suspended", "Suspended"
        EXITED = "exited", "Exited"
        REJECTED = "rejected", "Rejected"

    LIVE = ("proposed", "validated", "enrolled", "suspended")

    reference = models.TextField(unique=True, db_default=NewEnrolmentReference(), editable=False)
    programme = models.ForeignKey("eligibility.Programme", on_delete=models.PROTECT, related_name="enrolments")
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="enrolments")
    person = models.ForeignKey("registry.Person", null=True, on_delete=models.PROTECT, related_name="enrolments")
    recipient_person = models.ForeignKey(
        "registry.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.TextField(choices=Status.choices, default=Status.PROPOSED, db_default="proposed")
    status_on = models.DateField()
    reason = models.TextField(blank=True, default="", db_default="")
    validation_required = models.BooleanField()
    run = models.ForeignKey("eligibility.AssessmentRun", null=True, on_delete=models.PROTECT, related_name="+")
    assessment_no = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField()
    enrolled_on = models.DateField(null=True)
    exited_on = models.DateField(null=True)
    recertify_on = models.DateField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    validated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    enrolled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "household"],
                condition=Q(person__isnull=True, status__in=["proposed", "validated", "enrolled", "suspended"]),
                name="eligibility_enrolment_one_live_household",
            ),
            models.UniqueConstraint(
                fields=["programme", "person"],
                condition=Q(person__isnull=False, status__in=["proposed", "validated", "enrolled", "suspended"]),
                name="eligibility_enrolment_one_live_person",
            ),
            models.CheckConstraint(
                name="eligibility_enrolment_four_eyes",
                condition=(Q(enrolled_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(enrolled_by=F("proposed_by")))
                & (Q(enrolled_by__isnull=True) | Q(validated_by__isnull=True) | ~Q(enrolled_by=F("validated_by")))
                & (Q(proposed_by__isnull=True) | Q(validated_by__isnull=True) | ~Q(proposed_by=F("validated_by"))),
            ),
            models.CheckConstraint(
                name="eligibility_enrolment_validated_where_required",
                condition=~Q(status__in=["enrolled", "suspended", "exited"])
                | Q(validation_required=False)
                | Q(validated_by__isnull=False),
            ),
            models.CheckConstraint(
                name="eligibility_enrolment_enrolled_is_dated",
                condition=~Q(status__in=["enrolled", "suspended", "exited"])
                | Q(enrolled_on__isnull=False, enrolled_by__isnull=False),
            ),
            models.CheckConstraint(
                name="eligibility_enrolment_end_has_reason",
                condition=~Q(status__in=["exited", "rejected", "suspended"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="eligibility_enrolment_exit_is_dated",
                condition=Q(status="exited", exited_on__isnull=False) | ~Q(status="exited") & Q(exited_on__isnull=True),
            ),
            models.CheckConstraint(
                name="eligibility_enrolment_names_its_assessment",
                condition=Q(run__isnull=True, assessment_no__isnull=True)
                | Q(run__isnull=False, assessment_no__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "status", "district", "area", "id"], name="eligibility_enrolment_list"),
        ]
        triggers = [
            acting_required(),
            begins("status", "proposed"),
            signs("proposed_by_id"),
            signs("validated_by_id"),
            signs("enrolled_by_id"),
            moves(
                "status",
                [
                    ("proposed", "validated"),
                    ("proposed", "enrolled"),
                    ("proposed", "rejected"),
                    ("validated", "enrolled"),
                    ("validated", "rejected"),
                    ("enrolled", "suspended"),
                    ("suspended", "enrolled"),
                    ("enrolled", "exited"),
                    ("suspended", "exited"),
                ],
            ),
            not_about_own_household(
                constraint="eligibility_enrolment_not_ones_own",
                when=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
            ),
            follows_its_household(),
            identity_stays(
                "programme_id",
                "person_id",
                "run_id",
                "assessment_no",
                "proposed_by_id",
                "reference",
                "validation_required",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
