"""Taking complete forms of phones into the pipeline: many of one version and sender in one act."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from core import audit, files
from core.access.actor import SYSTEM, Actor, ActorKind
from core.access.permissions import Permission
from core.acting import acting
from core.models import StoredFile
from core.queries.access import actor_of
from registry.actions import renewals
from registry.actions.fieldwork import second_by_phone
from registry.intake import hiding, pipeline, surroundings
from registry.intake.issues import Issue, Severity
from registry.intake.reading import Reader
from registry.intake.staging import Arrival, Arrived
from registry.models import DeviceAttachment, DeviceForm, Photo, QuestionnaireVersion, Submission, SubmissionPhoto
from registry.openrosa.instance import parse, payload_of, photos_of
from registry.photographs import rewritten
from registry.queries import device_forms

LIMIT = 100
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Picture:
    """A photograph of a form, decoded: its new number, the file as it came, and the copy to show."""

    uuid: UUID
    original: StoredFile
    copy: bytes | None


@dataclass(frozen=True, slots=True)
class _Told:
    """A form's household, its photographs answered by their numbers."""

    form: DeviceForm
    payload: dict[str, Any]
    pictures: list[_Picture]


def take_in_waiting(*, at: datetime, limit: int = LIMIT) -> int:
    """Take in forms that are ready, oldest first; returns how many. Repeats and several workers do no harm.

    A form that cannot be taken in keeps its error, is tried again later and later, and holds up no other. A second
    interview that can never enter is set aside and not tried again.
    """
    due = DeviceForm.objects.filter(Q(try_after__isnull=True) | Q(try_after__lte=at), status=DeviceForm.Status.READY)
    rows = list(due.order_by("id").values_list("questionnaire_id", "user_id", "id")[:limit])
    done = 0
    for (version_id, user_id), group in groupby(sorted(rows), key=lambda row: row[:2]):
        ids = [row[2] for row in group]
        done += _one_by_one_if_need_be(ids, version_id, user_id, at)
    return done


def _one_by_one_if_need_be(ids: Sequence[int], version_id: int, user_id: int, at: datetime) -> int:
    try:
        return _take_in(ids, version_id, user_id, at)
    except Exception as error:  # whatever it is, the form stays and is shown
        if len(ids) > 1:
            return sum(_one_by_one_if_need_be([one], version_id, user_id, at) for one in ids)
        _LOG.exception("A phone's form %s cannot be taken in", ids[0])
        _note(ids[0], error, at)
        return 0


def _note(form_id: int, error: Exception, at: datetime) -> None:
    with acting(actor=SYSTEM, at=at):
        waiting = DeviceForm.objects.select_for_update(of=("self",)).defer("xml")
        form = waiting.filter(pk=form_id, status=DeviceForm.Status.READY).first()
        if form is None:
            return  # another worker was luckier
        form.attempts += 1
        form.error = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        form.try_after = at + timedelta(minutes=min(2**form.attempts, 60))
        form.save(update_fields=["attempts", "error", "try_after"])
        audit.record("device_form.fail", subject_type="device_form", subject_id=form.pk, district_id=form.district_id)


def _take_in(ids: Sequence[int], version_id: int, user_id: int, at: datetime) -> int:
    version = QuestionnaireVersion.objects.get(pk=version_id)
    actor = actor_of(user_id=user_id, kind=ActorKind.JOB)
    # Decoding pictures takes long: it is done before anything is locked.
    told = {one.form.pk: one for one in _read(ids, version)}
    with acting(actor=actor, at=at):
        locked = DeviceForm.objects.select_for_update(of=("self",), skip_locked=True).defer("xml")
        forms = list(locked.filter(pk__in=told, status=DeviceForm.Status.READY).order_by("id"))
        again = [form for form in forms if "second" in told[form.pk].payload]
        entered = sum(
            second_by_phone.take_in(form=form, payload=told[form.pk].payload, version=version, actor=actor, at=at)
            for form in again
        )
        forms = [form for form in forms if form not in again]
        if not forms:
            return entered
        kept = _keep_pictures([picture for form in forms for picture in told[form.pk].pictures], actor, at)
        payloads = [told[form.pk].payload for form in forms]
        photos = {str(picture.uuid) for form in forms for picture in told[form.pk].pictures}
        around = surroundings.load(
            version=version,
            actor=actor,
            permission=Permission.REGISTRY_REGISTER,
            at=at,
            area_codes={str(one["household"].get("area_code", "")).strip() for one in payloads},
            photos=photos,
        )
        reader = Reader(around)
        arrived = [Arrived(reader.read(told[form.pk].payload), form.uuid) for form in forms]
        for form, one in zip(forms, arrived, strict=True):
            one.told.issues.extend(_followings(form))
            one.told.issues.extend(_undecoded(told[form.pk]))
        arrival = Arrival(
            door=Submission.Door.ODK,
            batch_id=None,
            questionnaire_id=version.pk,
            submitted_by_id=user_id,
            at=at,
        )
        anew = _anew(arrived, actor, at)
        taken = pipeline.take_in(arrived=arrived, arrival=arrival, around=around, anew=anew)
        SubmissionPhoto.objects.bulk_create(
            SubmissionPhoto(submission_id=number, photo=kept[picture.uuid])
            for number, form in zip(taken.ids, forms, strict=True)
            for picture in told[form.pk].pictures
        )
        _settle(forms, taken, at)
        _hide(forms)
    return len(forms) + entered


def _anew(arrived: Sequence[Arrived], actor: Actor, at: datetime) -> pipeline.Anew | None:
    """How forms about a household of the phone's list are taken over; one that names none registers a new household."""
    names = ["file" in one.told.payload for one in arrived]
    if not any(names):
        return None

    def named(ids: Sequence[int]) -> list[int]:
        return [number for number, is_named in zip(ids, names, strict=True) if is_named]

    return renewals.anew(permission=Permission.REGISTRY_REGISTER, actor=actor, at=at, named=named)


def _settle(forms: Sequence[DeviceForm], taken: pipeline.TakenIn, at: datetime) -> None:
    for form, submission_id in zip(forms, taken.ids, strict=True):
        form.submission_id = submission_id
        form.status, form.taken_in_at, form.error, form.try_after = DeviceForm.Status.TAKEN_IN, at, "", None
    DeviceForm.objects.bulk_update(forms, ["submission", "status", "taken_in_at", "error", "try_after"])
    audit.record(
        "device_form.take_in",
        subject_type="submission",
        subject_id=taken.ids[0],
        details={"first": taken.ids[0], "last": taken.ids[-1], "forms": len(forms), **taken.counts},
        digest=sha256(b"".join(bytes(form.digest) for form in forms)).digest(),
    )


def _hide(forms: Sequence[DeviceForm]) -> None:
    """A form that follows one of a household whose address is protected by now names its district alone."""
    for form in forms:
        if not (form.deprecated_id or DeviceForm.objects.filter(instance_id=form.instance_id, pk__lt=form.pk).exists()):
            continue
        for one in device_forms.followed(form=form):
            home = one.submission.household if one.submission else None
            if form.submission_id and home is not None and home.is_protected:
                hiding.hide(ids=[form.submission_id], district_id=home.district_id)


def _read(ids: Sequence[int], version: QuestionnaireVersion) -> list[_Told]:
    """What the forms tell; a photograph that did not come is no answer."""
    read = surroundings.questionnaire_of(version)
    came: dict[int, dict[str, StoredFile]] = {}
    for one in DeviceAttachment.objects.filter(form_id__in=ids).select_related("file").order_by("-id"):
        came.setdefault(one.form_id, {})[one.name] = one.file
    told = []
    for form in DeviceForm.objects.filter(pk__in=ids).order_by("id"):
        payload = payload_of(parse(bytes(form.xml)), read)
        pictures = []
        for row, code, name in list(photos_of(payload, read)):
            file = came.get(form.pk, {}).get(name)
            if file is None:
                del row[code]
                continue
            picture = _Picture(uuid4(), file, rewritten(files.stored_path(file)))
            row[code] = str(picture.uuid)
            pictures.append(picture)
        told.append(_Told(form, payload, pictures))
    return told


def _keep_pictures(pictures: Sequence[_Picture], actor: Actor, at: datetime) -> dict[UUID, Photo]:
    kept = {}
    for one in pictures:
        copy = one.copy and files.store(
            one.copy, name="photo.jpg", kind="photo", at=at, district_id=one.original.district_id
        )
        kept[one.uuid] = Photo.objects.create(
            uuid=one.uuid, original=one.original, shown=copy or None, created_at=at, created_by_id=actor.user_id
        )
    return kept


def _followings(form: DeviceForm) -> list[Issue]:
    """A form that follows another goes to a person, whatever it says."""
    if DeviceForm.objects.filter(instance_id=form.instance_id, pk__lt=form.pk).exists():
        message = "Another form with the same number came before, with other answers. Both are kept; compare them."
        return [Issue("same_number", Severity.WARNING, "household/form", message)]
    if form.deprecated_id:
        known = DeviceForm.objects.filter(instance_id=form.deprecated_id).exists()
        message = (
            "This corrects a form that was sent before. Compare the two."
            if known
            else "This corrects a form that never arrived here."
        )
        return [Issue("edited", Severity.WARNING, "household/form", message)]
    return []


def _undecoded(told: _Told) -> list[Issue]:
    if all(one.copy is not None for one in told.pictures):
        return []
    message = "A photograph came that cannot be shown: the file is damaged or no real photograph."
    return [Issue("photo_damaged", Severity.WARNING, "household/form", message)]
