"""What the tests have children do that are killed; apart, as a child must import it quickly."""

from datetime import UTC, datetime, timedelta

from small_lake import NOW, cases, key_of, write_load

from catdata.loads import Ledger
from catdata.loads.choose import Sizes
from catdata.loads.compact import compact
from catdata.loads.expire import expire
from catdata.storage import Storage

DAY = timedelta(days=1)
KEEP = 30 * DAY
LATER = datetime.now(UTC) + 40 * DAY
FEW = Sizes(min_files=2)


def correct(url: str) -> None:
    """Replace the object a with other rows."""
    record = write_load(Storage(url), "a", cases("new", 2))
    assert Ledger(Storage(url)).commit(record)


def withdraw(url: str) -> None:
    """Take the rows of the object a away."""
    Ledger(Storage(url)).withdraw("jp-x", key_of("a"), NOW)


def compact_few(url: str) -> None:
    """Merge where there are two small files or more."""
    compact(Storage(url), NOW, FEW)


def expire_all(url: str) -> None:
    """Expire with every grace over."""
    expire(Storage(url), LATER, KEEP)
