"""Cases: what somebody complains about, until it is answered."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from core.history import tracked
from core.triggers import acting_required, begins, moves, signs


class NewCaseReference(Func):
    template = "core_reference('GR')"
    arity = 0


_STAYS = (
    "reference",
    "secret_hash",
    "one_shot_digest",
    "category_id",
    "standard_id",
    "channel",
    "description",
    "lodged_at",
    "lodged_by_id",
    "acknowledge_by",
)


def what_was_lodged_stays() -> pgtrigger.Trigger:
    """Refuse rewriting what the complainant said and was promised; a case may become sensitive, never cease to be."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _STAYS)
    return pgtrigger.Trigger(
        name="what_was_lodged_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=pgtrigger.Func(
            f"IF {changed} OR (OLD.sensitive AND NOT NEW.sensitive) THEN "
            "RAISE EXCEPTION 'What was lodged and promised in a case never changes' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    )


def nobody_decides_for_their_own() -> pgtrigger.Trigger:
    """Refuse a decision about a household in which the decider has declared an interest."""
    return pgtrigger.Trigger(
        name="nobody_decides_for_their_own",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__decided_by__isnull=False),
        func=pgtrigger.Func(
            "IF EXISTS (SELECT FROM registry_declaredinterest i WHERE i.user_id = NEW.decided_by_id "
            "AND i.household_id = NEW.household_id) THEN "
            "RAISE EXCEPTION 'Nobody decides a case of a household in which they declared an interest' "
            "USING ERRCODE = 'check_violation', CONSTRAINT = 'grievances_case_not_ones_own'; END IF; RETURN NEW;"
        ),
    )


@tracked(exclude=["secret_hash", "one_shot_digest"])
class Case(models.Model):
    """A complaint, an appeal or a request, from the day it was lodged until it is closed.

        RECEIVED -> ACKNOWLEDGED -> IN_PROGRESS -> DECIDED -> CLOSED
        DECIDED, CLOSED -> APPEALED -> IN_PROGRESS     (once, within the time for it, to another officer)
        RECEIVED, ACKNOWLEDGED, IN_PROGRESS, APPEALED -> WITHDRAWN

    ``secret_hash`` proves the complainant's second secret, which is kept nowhere. ``one_shot_digest`` is the digest of
    the form's one-time key. Dates are business dates of the country, frozen at lodging from ``standard``; an appeal
    gives a new ``decide_by``. ``due_on`` is the date that counts now, null when nothing is due. ``area`` is the whole
    country and ``district`` null while nobody knows where it belongs. ``household`` is claimed until an officer has
    confirmed that the complainant speaks for it. ``run`` and ``assessment_no`` name the assessment that is contested.
    ``previous_decider`` decided before the appeal and takes no further part.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        IN_PROGRESS = "in_progress", _("Being looked into")
        DECIDED = "decided", _("Decided")
        CLOSED = "closed", _("Closed")
        APPEALED = "appealed", _("Appealed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Channel(models.TextChoices):
        WEB = "web", _("Web page")
        PHONE = "phone", _("Telephone")
        SMS = "sms", _("SMS")
        IN_PERSON = "in_person", _("In person")
        LETTER = "letter", _("Letter")

    class Relationship(models.TextChoices):
        SELF = "self", _("It is about me or my household")
        FAMILY = "family", _("I speak for somebody of my family")
        NEIGHBOUR = "neighbour", _("I speak for a neighbour")
        LEADER = "leader", _("I am a chief, councillor or committee member")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("Upheld")
        PARTLY = "partly", _("Partly upheld")
        NOT_UPHELD = "not_upheld", _("Not upheld")

    class Remedy(models.TextChoices):
        NONE = "none", _("Nothing needs to change")
        PROPOSE = "propose", _("Propose for the beneficiary list")
        REASSESS = "reassess", _("Assess the household again")
        CORRECT_DATA = "correct_data", _("Correct the household's data")
        PAY = "pay", _("Pay what was not paid")
        REFER = "refer", _("Refer to another service")
        APOLOGISE = "apologise", _("Apologise and instruct the officer")

    class RemedyState(models.TextChoices):
        RECOMMENDED = "recommended", _("Recommended to those in charge")
        DONE = "done", _("Done")

    OPEN = ("received", "acknowledged", "in_progress", "appealed")

    reference = models.TextField(unique=True, db_default=NewCaseReference(), editable=False)
    secret_hash = models.TextField(editable=False)
    one_shot_digest = models.BinaryField(unique=True, editable=False)
    category = models.ForeignKey("grievances.CaseCategory", on_delete=models.PROTECT, related_name="cases")
    standard = models.ForeignKey("grievances.ServiceStandard", on_delete=models.PROTECT, related_name="+")
    sensitive = models.BooleanField()
    status = models.TextField(choices=Status.choices, default=Status.RECEIVED, db_default="received")
    channel = models.TextField(choices=Channel.choices)
    lodged_at = models.DateTimeField()
    lodged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledge_by = models.DateField()
    decide_by = models.DateField()
    due_on = models.DateField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.TextField(blank=True, default="")
    anonymous = models.BooleanField(default=False)
    complainant_name = models.TextField(blank=True, default="")
    complainant_phone = models.TextField(blank=True, default="")
    relationship = models.TextField(choices=Relationship.choices, blank=True, default="")
    given_national_id = models.TextField(blank=True, default="")
    given_reference = models.TextField(blank=True, default="")
    description = models.TextField()
    household = models.ForeignKey("registry.Household", null=True, on_delete=models.PROTECT, related_name="+")
    household_confirmed = models.BooleanField(default=False)
    person = models.ForeignKey("registry.Person", null=True, on_delete=models.PROTECT, related_name="+")
    programme_code = models.TextField(blank=True, default="")
    run = models.ForeignKey("eligibility.AssessmentRun", null=True, on_delete=models.PROTECT, related_name="+")
    assessment_no = models.BigIntegerField(null=True)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.TextField(choices=Outcome.choices, blank=True, default="")
    reasons = models.TextField(blank=True, default="")
    remedy = models.TextField(choices=Remedy.choices, blank=True, default="")
    remedy_state = models.TextField(choices=RemedyState.choices, blank=True, default="")
    remedy_reference = models.TextField(blank=True, default="")
    appeal_by = models.DateField(null=True)
    appeals = models.PositiveSmallIntegerField(default=0)
    previous_decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        permissions = [("view_sensitive_case", "See and handle this sensitive case")]
        constraints = [
            models.CheckConstraint(
                name="grievances_case_decision_is_whole",
                condition=Q(status__in=["decided", "closed"], decided_by__isnull=False, decided_at__isnull=False)
                & Q(appeal_by__isnull=False)
                & ~Q(outcome="")
                & ~Q(reasons="")
                & ~Q(remedy="")
                | ~Q(status__in=["decided", "closed"])
                & Q(decided_by__isnull=True, decided_at__isnull=True, appeal_by__isnull=True)
                & Q(outcome="", reasons="", remedy="", remedy_state=""),
            ),
            models.CheckConstraint(
                name="grievances_case_due_while_open",
                condition=Q(status__in=["received", "acknowledged", "in_progress", "appealed"], due_on__isnull=False)
                | Q(status__in=["decided", "closed", "withdrawn"], due_on__isnull=True),
            ),
            models.CheckConstraint(
                name="grievances_case_worked_on_by_somebody",
                condition=~Q(status__in=["in_progress"]) | Q(assigned_to__isnull=False),
            ),
            models.CheckConstraint(
                name="grievances_case_acknowledged_first",
                condition=Q(status__in=["received", "withdrawn"]) | Q(acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="grievances_case_one_appeal_to_another",
                condition=Q(appeals=0, previous_decider__isnull=True) & ~Q(status="appealed")
                | Q(appeals=1, previous_decider__isnull=False),
            ),
            models.CheckConstraint(
                name="grievances_case_appeal_decided_by_another",
                condition=(Q(decided_by__isnull=True) | ~Q(decided_by=F("previous_decider")))
                & (Q(assigned_to__isnull=True) | ~Q(assigned_to=F("previous_decider"))),
            ),
            models.CheckConstraint(
                name="grievances_case_anonymous_has_no_name",
                condition=Q(anonymous=False)
                | Q(complainant_name="", complainant_phone="", given_national_id="", relationship=""),
            ),
            models.CheckConstraint(name="grievances_case_says_something", condition=Q(description__regex=r"\S{2}")),
            models.CheckConstraint(
                name="grievances_case_confirmed_household",
                condition=Q(household_confirmed=False) | Q(household__isnull=False),
            ),
            models.CheckConstraint(
                name="grievances_case_names_its_assessment",
                condition=Q(run__isnull=True, assessment_no__isnull=True)
                | Q(run__isnull=False, assessment_no__isnull=False, household__isnull=False),
            ),
            models.CheckConstraint(
                name="grievances_case_dates_in_order", condition=Q(decide_by__gte=F("acknowledge_by"))
            ),
        ]
        indexes = [
            models.Index(fields=["district", "due_on", "id"], name="grievances_case_due"),
            models.Index(fields=["assigned_to", "due_on", "id"], name="grievances_case_mine"),
        ]
        triggers = [
            acting_required(),
            begins("status", "received"),
            signs("lodged_by_id"),
            signs("decided_by_id", once=False),
            what_was_lodged_stays(),
            nobody_decides_for_their_own(),
            moves(
                "status",
                [
                    ("received", "acknowledged"),
                    ("received", "withdrawn"),
                    ("acknowledged", "in_progress"),
                    ("acknowledged", "withdrawn"),
                    ("in_progress", "decided"),
                    ("in_progress", "withdrawn"),
                    ("decided", "closed"),
                    ("decided", "appealed"),
                    ("closed", "appealed"),
                    ("appealed", "in_progress"),
                    ("appealed", "withdrawn"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class CaseUserObjectPermission(UserObjectPermissionBase):
    """django-guardian's row: this user is named on this sensitive case."""

    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="named")

    class Meta(UserObjectPermissionBase.Meta):
        pass
