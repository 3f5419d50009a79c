"""The audit log in plain words: actions are codes in the database and sentences on a page."""

from django.utils.translation import gettext as _

from core.hooks import audit_words


def of_core() -> dict[str, str]:
    """Core's own actions."""
    return {
        "user.create": _("Person added"),
        "user.expect_new_password": _("Link to choose a password given"),
        "password_link.ask": _("Link to choose a password asked for"),
        "password_link.give": _("Link to choose a password confirmed"),
        "password_link.refuse": _("Link to choose a password refused"),
        "user.deactivate": _("Account deactivated"),
        "user.reactivate": _("Account activated again"),
        "user.language": _("Language of texts chosen"),
        "user.sign_in": _("Signed in"),
        "user.sign_out": _("Signed out"),
        "user.sign_in_failed": _("Sign-in failed"),
        "user.password_set": _("Password chosen"),
        "appointment.propose": _("Appointment proposed"),
        "appointment.confirm": _("Appointment confirmed"),
        "appointment.refuse": _("Appointment refused"),
        "appointment.end": _("Appointment ended"),
        "appointment.sync": _("Permissions brought in step with appointments"),
        "job.enqueue": _("Job started"),
        "job.retry": _("Job tried again"),
        "job.cancel": _("Job cancelled"),
        "api_client.create": _("Token for a partner system made"),
        "api_client.revoke": _("Token of a partner system ended"),
        "repeats.sweep": _("Old answers to partner systems removed"),
        "device.give": _("Sign-in for a phone given"),
        "device.revoke": _("Sign-in of a phone ended"),
        "file.erase": _("File erased when its time was over"),
        "audit.verify": _("Seals of the logs recomputed"),
        "pack.places": _("Places loaded from the country pack"),
    }


def all_words() -> dict[str, str]:
    """Every package's words by action."""
    return {action: words for function in audit_words.functions for action, words in function().items()}


def in_words(action: str, known: dict[str, str]) -> str:
    """An action in words; one that no package names is spelt out: ``payroll.approve`` is "Payroll: approve"."""
    if action in known:
        return known[action]
    subject, dot, verb = action.partition(".")
    spelt = subject.replace("_", " ").capitalize()
    return f"{spelt}: {verb.replace('_', ' ').replace('.', ', ')}" if dot else spelt


def meant_by(text: str, known: dict[str, str]) -> tuple[str, ...]:
    """The actions whose words contain what somebody typed."""
    wanted = text.casefold()
    return tuple(sorted(action for action, words in known.items() if wanted in words.casefold()))
