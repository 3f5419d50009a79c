"""What this package adds to others' pages, by the hooks of core."""

from core.access.actor import Actor
from core.hooks import NavigationItem, WaitingTask


def navigation(actor: Actor) -> list[NavigationItem]:
    return []


def waiting_tasks(actor: Actor) -> list[WaitingTask]:
    return []


def household_tabs(actor: Actor, household_id: int) -> list[NavigationItem]:
    return []
