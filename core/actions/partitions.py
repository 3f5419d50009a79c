"""Opening the months of partitioned tables."""

from django.db import connection


def open_months(ahead: int = 3) -> int:
    """Open the partitions of this month and the next ``ahead`` for every table partitioned by month.

    Calls the definer function ``core_open_months``; repeats open nothing. Returns how many were opened.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_open_months(%s)", (ahead,))
        return int(cursor.fetchone()[0])
