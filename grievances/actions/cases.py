"""Everything that can be done with a case, under one name: ``cases.lodge``, ``cases.decide``, ``cases.appeal``."""

from grievances.actions.complainant import appeal, followed, prove, reply, withdraw
from grievances.actions.deciding import close, decide
from grievances.actions.handling import acknowledge, assign, link_household, message_to_complainant, note, take
from grievances.actions.lodging import Complaint, Lodged, lodge
from grievances.actions.naming import make_sensitive, name_officer, name_where_nobody_is, unname_officer

__all__ = [
    "Complaint",
    "Lodged",
    "acknowledge",
    "appeal",
    "assign",
    "close",
    "decide",
    "followed",
    "link_household",
    "lodge",
    "make_sensitive",
    "message_to_complainant",
    "name_officer",
    "name_where_nobody_is",
    "note",
    "prove",
    "reply",
    "take",
    "unname_officer",
    "withdraw",
]
