"""An empty lake that can be queried: a file without rows for every table."""

from catdata.entities import TABLES
from catdata.entities.derive import arrow_schema
from catdata.loads import layout
from catdata.loads.parquet import zero_rows
from catdata.storage import Storage


def initialise(storage: Storage) -> None:
    """Give every table a file, so that readers' globs match; what is there stays as it is."""
    for table, key in layout.empty_files().items():
        storage.create(key, zero_rows(arrow_schema(TABLES[table], with_partitions=False)))
    storage.create(layout.EMPTY_LEDGER, b"")
