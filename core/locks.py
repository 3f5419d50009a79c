"""The numbers of every advisory lock, in one place so that no two purposes share one.

Each lock is the pair of a purpose and a key of 32 bits, and ends with the transaction. Purposes used only inside SQL
(of triggers and migrations) stand here too.
"""

from enum import IntEnum

from core import statements


class Lock(IntEnum):
    """What is done by one at a time. A number never changes its purpose: triggers in databases carry it."""

    APPOINTMENTS = 7011
    """One user's appointments, by user: incompatible roles (trigger)."""
    ADMINISTRATORS = 7014
    """Taking a role from whoever administers the whole country (trigger; alone in the space of 64 bits)."""
    SEALS = 7012
    """Links of one log, by the log's name."""
    MONTHS = 7013
    """Opening the months' partitions (definer function; alone in the space of 64 bits)."""
    JOB_BESIDE = 7016
    """A part that is done beside a job's worker, by job."""
    WHO_IS_NEW = 7021
    """Deciding who is new to the register, by every door."""
    SUBMISSION = 7023
    """One registration's form, by its one-time key."""
    IMPORT = 7024
    """One pair of files, by its digest."""
    CHANGE = 7026
    """One change request's form, by its one-time key."""
    CYCLES = 7031
    """Cycles of one programme, by programme (trigger)."""
    DEVICE_FORM = 7027
    """One form of a phone, by its instance number."""
    SAMPLE = 7028
    """Drawing second interviews in one district, by district."""
    PAPER = 7029
    """Issuing serial numbers of paper forms."""
    CORRECTED_COPY = 7030
    """Keeping a copy of rows to correct, and hiding somebody of whom such a copy may tell."""
    REPEAT = 7025
    """One request with an idempotency key, by user and key."""
    LEDGER = 7022
    """What one account gives, by account (trigger and action)."""
    FILE = 7015
    """The bytes of one kept file, by their digest."""
    CASE = 7041
    """One case's form, by its one-time key."""


def hold(lock: Lock, key: int | str = 0, *, shared: bool = False) -> None:
    """Wait until nobody else holds ``lock`` for ``key``, then keep it until the transaction ends.

    ``shared``: with others who share it. Texts are hashed to 32 bits: two texts of one hash wait for one another,
    nothing else.
    """
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with statements.cursor() as cursor:
        if isinstance(key, int):
            cursor.execute(f"SELECT {function}(%s, %s::int)", [int(lock), key])
        else:
            cursor.execute(f"SELECT {function}(%s, hashtext(%s))", [int(lock), key])
