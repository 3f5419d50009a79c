"""A draft and who may touch it: what every act on drafts begins with."""

from uuid import UUID

from core.access.actor import Actor, NotPermitted
from core.locks import Lock, hold
from registry.models import Submission


class NotADraft(Exception):
    """Only a draft can be changed, submitted or discarded."""


def one_at_a_time(uuid: UUID) -> None:
    """A double-click sends the same twice at once: the second waits, then finds the first."""
    hold(Lock.SUBMISSION, str(uuid))


def own(uuid: UUID, actor: Actor) -> Submission | None:
    """The submission of this number, locked.

    Raises:
        NotPermitted: somebody else sent it.
    """
    known = Submission.objects.select_for_update(of=("self",)).filter(uuid=uuid).first()
    if known and known.submitted_by_id != actor.user_id:
        raise NotPermitted(sentence="This is somebody else's submission.")
    return known


def require_draft(submission: Submission) -> None:
    """Raises: NotADraft: it has been submitted or discarded."""
    if submission.status != Submission.Status.DRAFT:
        raise NotADraft("This has been submitted or discarded, so it can no longer be changed.")
