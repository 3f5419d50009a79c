"""Forms of the field team's phones: kept first, complete when every photograph is there, taken in by a worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from core import audit, files
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.locks import Lock, hold
from core.models import Area, DeviceSignIn
from registry.intake import surroundings
from registry.models import DeviceAttachment, DeviceForm, QuestionnaireVersion
from registry.openrosa.instance import Instance, UnreadableForm, file_name, parse, payload_of, photos_of
from registry.photographs import NotAPhotograph, require_photograph
from registry.xlsform import FORM_ID

MOST_FILES = 60


class UnknownForm(Exception):
    """There is no such form, or this version of it was never published."""


class TooMuch(Exception):
    """There are more files with this form than any form names."""


class NotIncomplete(Exception):
    """This form waits for no photograph."""


class NotSetAside(Exception):
    """This form is not set aside any more."""


@dataclass(frozen=True, slots=True)
class Came:
    """What was kept: the form, and how many of its photographs are still to come; ``repeat``: all was there before."""

    form: DeviceForm
    missing: int
    repeat: bool


def receive(
    *,
    xml: bytes,
    attached: Sequence[tuple[str, bytes | Path]],
    device: DeviceSignIn,
    device_id: str = "",
    tell: Callable[[], None],
    actor: Actor,
    at: datetime,
) -> Came:
    """Keep a filled-in form and the files that came in this post; all of it is committed when this returns.

    The same form may come in several posts, each with other files, and any of them twice: what is there already is not
    written again. When every photograph that the form names is there, ``tell`` is called after the commit, so that a
    worker takes it in. Locks the form's instance number.

    Raises:
        NotPermitted: the actor may not register households.
        UnreadableForm: the XML cannot be read.
        UnknownForm: the form or its version was never published.
        NotAPhotograph: a file is of no kind that forms ask for.
        TooMuch: too many files.
    """
    actor.require(Permission.REGISTRY_REGISTER)
    instance = parse(xml)
    version = _version_of(instance)
    named = [(file_name(name), content) for name, content in attached]
    for name, content in named:
        require_photograph(name, content)
    with acting(actor=actor, at=at):
        hold(Lock.DEVICE_FORM, instance.instance_id)
        form, is_new = _kept(xml, instance, version, device, device_id, actor, at)
        added = _attach(form, named, at)
        missing = set(form.wanted) - _names(form)
        if form.status == DeviceForm.Status.INCOMPLETE and not missing:
            _ready(form, tell)
        if is_new or added:
            audit.record(
                "device_form.receive",
                subject_type="device_form",
                subject_id=form.pk,
                district_id=form.district_id,
                details={"sign_in": device.pk, "files": added, "missing": len(missing)},
                digest=bytes(form.digest),
            )
    return Came(form, len(missing), repeat=not (is_new or added))


def release(*, form_id: int, reason: str, tell: Callable[[], None], actor: Actor, at: datetime) -> DeviceForm:
    """Give up the photographs that did not come, so that the form is taken in without them.

    Locks the form. A repeat by the same person writes nothing.

    Raises:
        NotPermitted: the actor does not review submissions of this place, or sent the form.
        NotIncomplete: it waits for nothing.
    """
    with acting(actor=actor, at=at, reason=reason):
        form = _for_decision(form_id, actor)
        if form.released_by_id is not None and form.released_by_id == actor.user_id:
            return form
        if form.status != DeviceForm.Status.INCOMPLETE:
            raise NotIncomplete(NotIncomplete.__doc__)
        form.released_by_id = actor.user_id
        form.save(update_fields=["released_by"])
        _ready(form, tell)
        audit.record(
            "device_form.release",
            subject_type="device_form",
            subject_id=form.pk,
            district_id=form.district_id,
            details={"missing": len(set(form.wanted) - _names(form))},
        )
    return form


def try_again(*, form_id: int, reason: str, tell: Callable[[], None], actor: Actor, at: datetime) -> DeviceForm:
    """Let a form that was set aside be tried once more, because what stood in its way is gone.

    Locks the form. One that is on its way already is left so. If it still cannot enter it is set aside again.

    Raises:
        NotPermitted: the actor does not review submissions of this place, or sent the form.
        NotSetAside: it is not.
    """
    with acting(actor=actor, at=at, reason=reason):
        form = _for_decision(form_id, actor)
        if form.status == DeviceForm.Status.READY:
            return form
        if form.status != DeviceForm.Status.SET_ASIDE:
            raise NotSetAside(NotSetAside.__doc__)
        named, form.reinterview, form.error = form.reinterview_id, None, ""
        _ready(form, tell, "reinterview", "error")
        audit.record(
            "device_form.try_again",
            subject_type="device_form",
            subject_id=form.pk,
            district_id=form.district_id,
            details={"reinterview": named},
        )
    return form


def _for_decision(form_id: int, actor: Actor) -> DeviceForm:
    """The form, locked, for who reviews its place and did not send it."""
    form = DeviceForm.objects.select_for_update(of=("self",)).select_related("area", "district").get(pk=form_id)
    place = form.area or form.district
    if place is None or form.user_id == actor.user_id:
        raise NotPermitted(Permission.REGISTRY_REVIEW)
    actor.require_in(Permission.REGISTRY_REVIEW, area_path=place.path)
    return form


def _version_of(instance: Instance) -> QuestionnaireVersion:
    if instance.form_id != FORM_ID:
        raise UnknownForm("There is no such form here. Load the forms of the server anew.")
    known = QuestionnaireVersion.objects.filter(code=instance.version).first()
    if known is None or known.status == QuestionnaireVersion.Status.DRAFT:
        raise UnknownForm("This version of the form was never published, so it cannot be sent. Ask your supervisor.")
    return known


def _kept(
    xml: bytes,
    instance: Instance,
    version: QuestionnaireVersion,
    device: DeviceSignIn,
    device_id: str,
    actor: Actor,
    at: datetime,
) -> tuple[DeviceForm, bool]:
    """The form's row, and whether it was written now."""
    digest = sha256(xml).digest()
    known = DeviceForm.objects.defer("xml").filter(instance_id=instance.instance_id, digest=digest).first()
    if known is not None:
        return known, False
    read = surroundings.questionnaire_of(version)
    payload = payload_of(instance, read)
    area = _place(payload["household"].get("area_code", ""), actor)
    form = DeviceForm.objects.create(
        instance_id=instance.instance_id,
        digest=digest,
        deprecated_id=instance.deprecated_id,
        xml=xml,
        questionnaire=version,
        sign_in=device,
        user_id=device.user_id,
        device_id=(instance.device_id or device_id)[:250],
        area=area if area is not None and area.level == Area.Level.VILLAGE else None,
        district_id=area.district_id if area is not None else None,
        wanted=sorted({name for _, _, name in photos_of(payload, read)}),
        received_at=at,
    )
    return form, True


def _place(code: str, actor: Actor) -> Area | None:
    """The village that the form names, else the first area of who sent it: somebody must see the form."""
    named = Area.objects.filter(code=code, level=Area.Level.VILLAGE).first() if code and "\0" not in code else None
    if named is not None:
        return named
    grants = actor.grants.get(Permission.REGISTRY_REGISTER, ())
    return Area.objects.filter(pk=min((grant.area_id for grant in grants), default=0)).first()


def _attach(form: DeviceForm, named: Sequence[tuple[str, bytes | Path]], at: datetime) -> int:
    """Keep the files that are not there yet; returns how many."""
    if not named:
        return 0
    known = set(form.attachments.values_list("name", "sha256"))
    added = 0
    for name, content in named:
        digest = files.digest_of(content)
        if (name, digest) in known:
            continue
        if len(known) >= MOST_FILES:
            raise TooMuch(f"A form comes with at most {MOST_FILES} files.")
        stored = files.store(content, name=name or "file", kind="device.photo", at=at, district_id=form.district_id)
        DeviceAttachment.objects.create(form=form, name=name, sha256=digest, file=stored, received_at=at)
        known.add((name, digest))
        added += 1
    return added


def _names(form: DeviceForm) -> set[str]:
    return set(form.attachments.values_list("name", flat=True)) if form.wanted else set()


def _ready(form: DeviceForm, tell: Callable[[], None], *changed: str) -> None:
    form.status = DeviceForm.Status.READY
    form.save(update_fields=["status", *changed])
    transaction.on_commit(tell)


__all__ = [
    "Came",
    "NotAPhotograph",
    "NotIncomplete",
    "NotSetAside",
    "TooMuch",
    "UnknownForm",
    "UnreadableForm",
    "receive",
    "release",
    "try_again",
]
