"""dbt's own date macros for sqlfluff's jinja templater, written as function calls."""


def date_trunc(part: str, day: str) -> str:
    """Return the call that cuts a day to its part."""
    return f"date_trunc('{part}', {day})"


def last_day(day: str, part: str) -> str:
    """Return the call that gives the last day of the part."""
    return f"last_day({day})"


def dateadd(part: str, interval: object, day: str) -> str:
    """Return the call that adds to a day."""
    return f"date_add({day}, {interval})"


def datediff(first: str, last: str, part: str) -> str:
    """Return the call that counts the days between."""
    return f"date_diff('{part}', {first}, {last})"
