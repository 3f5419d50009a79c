"""Files are kept as long as was said when they were stored, and no longer."""

from datetime import datetime

from django.utils import timezone

from core import audit, files
from core.access.actor import Actor
from core.acting import acting
from core.locks import Lock, hold
from core.models import StoredFile


def erase_due(*, actor: Actor, at: datetime) -> int:
    """Erase the bytes of every file whose last day is over; its row stays and says when. Returns how many.

    Each file is a transaction of its own. The same bytes stay as long as another row still tells of them.
    """
    due = StoredFile.objects.filter(retain_until__lt=timezone.localdate(at), erased_at__isnull=True)
    numbers = list(due.order_by("id").values_list("id", flat=True))
    return sum(_erase(number, actor=actor, at=at) for number in numbers)


def _erase(file_id: int, *, actor: Actor, at: datetime) -> bool:
    """Erase one, unless it was erased or is to be kept longer by now."""
    with acting(actor=actor, at=at):
        digest = StoredFile.objects.values_list("sha256", flat=True).get(pk=file_id)
        hold(Lock.FILE, digest)
        file = StoredFile.objects.select_for_update(of=("self",)).get(pk=file_id)
        kept_longer = file.retain_until is None or file.retain_until >= timezone.localdate(at)
        if file.erased_at is not None or kept_longer:
            return False
        file.erased_at = at
        file.save(update_fields=["erased_at"])
        audit.record("file.erase", subject_type="stored_file", subject_id=file.pk, details={"kind": file.kind})
        if not StoredFile.objects.filter(sha256=digest, erased_at__isnull=True).exists():
            files.remove(file)
    return True
