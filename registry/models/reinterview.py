"""Second interviews: a sample of each interviewer's work is repeated by somebody else and compared."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, append_only, begins, identity_stays, moves, signs
from registry.models.household import NewUuid7

#: The doors by which interviews come that somebody here held. Other systems answer for their own.
BY_INTERVIEWERS = ("form", "odk", "import")

#: SQL: who held the interview of a submission: its sender; of an imported row whom its column ``interviewer`` names by
#: the name they sign in with, else who sent the file and answers for it.
INTERVIEWER = (
    "coalesce((SELECT u.id FROM core_user u WHERE {row}.door = 'import' AND {row}.interviewer <> '' "
    "AND lower(u.email) = lower(btrim({row}.interviewer))), {row}.submitted_by_id)"
)

#: SQL: whether ``{user}`` declared an interest in who is told of in the submission ``{submission}``.
INTERESTED = (
    "EXISTS (SELECT FROM registry_submission s JOIN registry_declaredinterest i ON i.household_id = s.household_id "
    "WHERE s.id = {submission} AND i.user_id = {user}) OR EXISTS (SELECT FROM registry_submissionmember m "
    "JOIN registry_declarednumber n ON n.national_id = m.national_id "
    "WHERE m.submission_id = {submission} AND n.user_id = {user})"
)


def _refuse(name: str, found: str, sentence: str, constraint: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=pgtrigger.Func(
            f"IF {found} THEN RAISE EXCEPTION '{sentence}' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}'; END IF; RETURN NEW;"
        ),
    )


class InterviewSample(models.Model):
    """A draw: which interviews of a place and time are repeated. It never changes.

    ``seed`` decides which: of each interviewer's interviews, those whose SHA-256 of seed and submission's UUID come
    first. ``terms`` are those of the country pack on the day (``registry.fieldwork.terms``). ``counts`` are interviews
    and interviewers found, and interviews drawn.
    """

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    seed = models.TextField()
    terms = models.JSONField()
    counts = models.JSONField(default=dict)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_interviewsample_days_in_order", condition=Q(from_on__lte=F("until_on"))
            ),
            models.CheckConstraint(name="registry_interviewsample_seed", condition=Q(seed__regex=r"^[0-9a-f]{32}$")),
        ]
        triggers = [acting_required(), append_only(), signs("drawn_by_id")]

    def __str__(self) -> str:
        return f"{self.from_on} to {self.until_on}"


class InterviewerFinding(models.Model):
    """What a sample's second interviews say about one interviewer's work.

        OPEN -> WITHIN                     (all are done, and enough agrees)
        OPEN -> BEYOND                     (too little agrees, or a household denies the interview)
        BEYOND -> LOOKED -> SETTLED        (a supervisor says what it means; a second person confirms it)
        LOOKED -> BEYOND                   (the second person sends it back)

    Until it is WITHIN or SETTLED as EXPLAINED, whoever starts an assessment is told of the interviews of its sample's
    place and days that are in doubt. Nobody is kept out of an assessment by it: a household is not to blame.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Second interviews not done"
        WITHIN = "within", "In order"
        BEYOND = "beyond", "Too little agrees: a supervisor looks"
        LOOKED = "looked", "Waits for a second supervisor"
        SETTLED = "settled", "Settled"

    class Verdict(models.TextChoices):
        EXPLAINED = "explained", "The differences are explained: the interviews stand"
        AGAIN = "again", "The households are interviewed again"

    sample = models.ForeignKey(InterviewSample, on_delete=models.PROTECT, related_name="findings", db_index=False)
    interviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    interviews = models.IntegerField()
    status = models.TextField(choices=Status.choices, default=Status.OPEN, db_default="open")
    verdict = models.TextField(choices=Verdict.choices, blank=True, default="", db_default="")
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    note = models.TextField(blank=True, default="", db_default="")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "interviewer"], name="registry_interviewerfinding_once_a_sample"),
            models.CheckConstraint(
                name="registry_interviewerfinding_look_is_whole",
                condition=Q(status__in=["looked", "settled"], looked_by__isnull=False, note__regex=r"\S")
                & ~Q(verdict="")
                | Q(status__in=["open", "within", "beyond"], looked_by__isnull=True, verdict="", note=""),
            ),
            models.CheckConstraint(
                name="registry_interviewerfinding_settled_is_whole",
                condition=Q(status="settled", settled_by__isnull=False, settled_at__isnull=False)
                | ~Q(status="settled") & Q(settled_by__isnull=True, settled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="registry_interviewerfinding_four_eyes",
                condition=(Q(looked_by__isnull=True) | ~Q(looked_by=F("interviewer")))
                & (Q(settled_by__isnull=True) | ~Q(settled_by=F("interviewer")) & ~Q(settled_by=F("looked_by"))),
            ),
        ]
        indexes = [
            models.Index(
                fields=["district", "status", "id"],
                condition=~Q(status="within"),
                name="registry_finding_waits",
            )
        ]
        triggers = [
            acting_required(),
            begins("status", "open"),
            moves(
                "status",
                [
                    ("open", "within"),
                    ("open", "beyond"),
                    ("beyond", "looked"),
                    ("looked", "settled"),
                    ("looked", "beyond"),
                ],
            ),
            signs("looked_by_id", once=False),
            signs("settled_by_id"),
            identity_stays("sample_id", "interviewer_id", "area_id", "district_id", "interviews"),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id}: {self.interviewer_id}"


class Reinterview(models.Model):
    """An interview that was drawn, held once more by somebody else, who does not see the first answers.

        DRAWN <-> ASSIGNED -> DONE

    ``answers`` are what was answered the second time, under the codes of the sample's terms, ``members`` who was named
    (``registry.fieldwork.members``). The place is the one that was told first.
    """

    class Status(models.TextChoices):
        DRAWN = "drawn", "Nobody goes yet"
        ASSIGNED = "assigned", "To be held"
        DONE = "done", "Done"

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "The household was found and answered"
        NOBODY_CAME = "nobody_came", "The household says that nobody interviewed it"
        NOT_FOUND = "not_found", "There is no such household"
        AWAY = "away", "The household is away or has moved"
        REFUSED = "refused", "The household does not want to answer again"

    #: Outcomes that put the first interview itself in doubt.
    NOT_SO = ("nobody_came", "not_found")

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    finding = models.ForeignKey(InterviewerFinding, on_delete=models.PROTECT, related_name="reinterviews")
    submission = models.OneToOneField("registry.Submission", on_delete=models.PROTECT, related_name="reinterview")
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.TextField(choices=Status.choices, default=Status.DRAWN, db_default="drawn")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    do_by = models.DateField(null=True)
    outcome = models.TextField(choices=Outcome.choices, blank=True, default="", db_default="")
    held_on = models.DateField(null=True)
    answers = models.JSONField(default=dict)
    members = models.JSONField(default=list, db_default=[])
    remark = models.TextField(blank=True, default="", db_default="")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_reinterview_by_another",
                condition=(Q(assigned_to__isnull=True) | ~Q(assigned_to=F("first_by")))
                & (Q(held_by__isnull=True) | Q(held_by=F("assigned_to"))),
            ),
            models.CheckConstraint(
                name="registry_reinterview_assigned_is_whole",
                condition=Q(status="drawn", assigned_to__isnull=True, assigned_by__isnull=True, do_by__isnull=True)
                | Q(
                    status__in=["assigned", "done"],
                    assigned_to__isnull=False,
                    assigned_by__isnull=False,
                    do_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="registry_reinterview_done_is_whole",
                condition=Q(status="done", held_on__isnull=False, held_by__isnull=False)
                & ~Q(outcome="")
                & (Q(outcome="answered") | Q(answers={}, members=[], remark__regex=r"\S"))
                | ~Q(status="done")
                & Q(held_on__isnull=True, held_by__isnull=True, outcome="", answers={}, members=[], remark=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["assigned_to", "do_by", "id"],
                condition=Q(status="assigned"),
                name="registry_reinterview_mine",
            )
        ]
        triggers = [
            acting_required(),
            begins("status", "drawn"),
            moves("status", [("drawn", "assigned"), ("assigned", "drawn"), ("assigned", "done")]),
            signs("assigned_by_id", once=False),
            signs("held_by_id"),
            identity_stays("uuid", "finding_id", "submission_id", "area_id", "district_id", "first_by_id"),
            _refuse(
                "of_its_sender",
                "NOT EXISTS (SELECT FROM registry_submission s JOIN registry_interviewerfinding f "
                "ON f.interviewer_id = NEW.first_by_id WHERE s.id = NEW.submission_id AND f.id = NEW.finding_id "
                f"AND NEW.first_by_id = {INTERVIEWER.format(row='s')} AND s.status = 'accepted')",
                "A second interview is of an accepted interview of its interviewer",
                "registry_reinterview_of_its_sender",
                pgtrigger.Insert,
            ),
            _refuse(
                "not_to_sender",
                "NEW.assigned_to_id <> NEW.first_by_id AND EXISTS (SELECT FROM registry_submission s "
                "WHERE s.id = NEW.submission_id AND s.submitted_by_id = NEW.assigned_to_id)",
                "Nobody interviews again whom they sent in a file",
                "registry_reinterview_not_to_sender",
                pgtrigger.Insert | pgtrigger.Update,
            ),
            _refuse(
                "not_to_relatives",
                "NEW.assigned_to_id IS NOT NULL AND ("
                + INTERESTED.format(user="NEW.assigned_to_id", submission="NEW.submission_id")
                + ")",
                "Nobody interviews a household in which they declared an interest",
                "registry_reinterview_not_to_relatives",
                pgtrigger.Insert | pgtrigger.Update,
            ),
        ]

    def __str__(self) -> str:
        return f"Second interview {self.uuid}"


class InterviewComparison(models.Model):
    """Whether the two interviews agree about one fact; of two numbers, the second less the first. No answers.

    ``member`` is 0 for the household, else the place among those whom the two interviews name.
    """

    reinterview = models.ForeignKey(Reinterview, on_delete=models.PROTECT, related_name="comparisons", db_index=False)
    code = models.TextField()
    member = models.IntegerField(default=0, db_default=0)
    agrees = models.BooleanField()
    deviation = models.DecimalField(max_digits=14, decimal_places=3, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reinterview", "code", "member"], name="registry_interviewcomparison_once")
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.reinterview_id} {self.code}"
