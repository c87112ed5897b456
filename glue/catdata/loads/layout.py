"""Names of everything in the lake: built and parsed here, and nowhere else."""

import hashlib
import re
from dataclasses import dataclass

from catdata.entities import ENTITIES, QUARANTINE, REFERENCES

RAW = "raw"
UNMATCHED = "unmatched"
NORMALIZED = "normalized"
LOADS = "loads"
REFERENCE = "reference"

# No contract, load or body can have these names, so they can stand for "none yet".
EMPTY_LEDGER = f"{LOADS}/_empty/_empty/00000000.json"

_DATA = re.compile(
    rf"(?P<partition>{NORMALIZED}/(?P<entity>\w+)/municipality_code=\w+/fiscal_year=\d+)"
    r"/part-(?P<load>[\w-]+)-\d{5,}-\d{3,}\.parquet"
    rf"|(?P<source>{QUARANTINE.name}/source_id=[\w-]+)/load_id=(?P<quarantined>[\w-]+)"
    r"/part-\d{5,}\.parquet"
)
_RECORD = re.compile(rf"(?P<folder>{LOADS}/[a-z0-9-]+/[0-9a-f]{{16}})/(?P<version>\d{{8}})\.json")


@dataclass(frozen=True, slots=True)
class DataFile:
    """What the name of a Parquet file says.

    `partition` is the folder whose rows belong together: of an entity, a body and fiscal year; of
    quarantine, a source.
    """

    table: str
    partition: str
    load_id: str


def raw_file(source_id: str, name: str) -> str:
    """Return the key of a raw object; `name` may hold folders."""
    return f"{RAW}/{source_id}/{name}"


def unmatched_file(name: str) -> str:
    """Return the key of a raw object that no contract matches."""
    return f"{RAW}/{UNMATCHED}/{name}"


def parse_raw(key: str) -> tuple[str, str]:
    """Return source_id and name of a raw object; raises ValueError for another key."""
    match key.split("/", 2):
        case [folder, source_id, name] if folder == RAW and source_id and name:
            return source_id, name
    raise ValueError(f"{key} is not {RAW}/<source_id>/<name>")


def normalized_folder(entity: str, municipality_code: str, fiscal_year: int) -> str:
    """Return the folder of one partition of an entity."""
    return f"{NORMALIZED}/{entity}/municipality_code={municipality_code}/fiscal_year={fiscal_year}"


def normalized_file(
    entity: str, municipality_code: str, fiscal_year: int, load_id: str, split: int, sequence: int
) -> str:
    """Return the key of a file of normalized rows, fixed by load, split and partition."""
    folder = normalized_folder(entity, municipality_code, fiscal_year)
    return f"{folder}/part-{load_id}-{split:05d}-{sequence:03d}.parquet"


def quarantine_folder(source_id: str, load_id: str) -> str:
    """Return the folder of the rejected and excluded rows of a load."""
    return f"{QUARANTINE.name}/source_id={source_id}/load_id={load_id}"


def quarantine_file(source_id: str, load_id: str, split: int) -> str:
    """Return the key of a file of rejected and excluded rows."""
    return f"{quarantine_folder(source_id, load_id)}/part-{split:05d}.parquet"


def parse_data_file(key: str) -> DataFile | None:
    """Return what a file of normalized or quarantined rows is; None for any other object."""
    match = _DATA.fullmatch(key)
    if match is None:
        return None
    if match["entity"] is None:
        return DataFile(QUARANTINE.name, match["source"], match["quarantined"])
    return DataFile(match["entity"], match["partition"], match["load"])


def merged_file(table: str, partition: str, load_id: str, sequence: int) -> str:
    """Return the key of a file of a compaction, for a partition as DataFile names it."""
    if table == QUARANTINE.name:
        return f"{partition}/load_id={load_id}/part-{sequence:05d}.parquet"
    return f"{partition}/part-{load_id}-00000-{sequence:03d}.parquet"


def source_folder(source_id: str) -> str:
    """Return the ledger's folder of one source."""
    return f"{LOADS}/{source_id}"


def object_folder(source_id: str, source_object: str) -> str:
    """Return the ledger's folder of one raw object."""
    digest = hashlib.sha256(source_object.encode()).hexdigest()[:16]
    return f"{source_folder(source_id)}/{digest}"


def record_file(folder: str, object_version: int) -> str:
    """Return the key of one version's record in an object's folder."""
    return f"{folder}/{object_version:08d}.json"


def parse_record(key: str) -> tuple[str, int] | None:
    """Return an object's folder and the version of a ledger record; None for any other object."""
    match = _RECORD.fullmatch(key)
    return (match["folder"], int(match["version"])) if match else None


def reference_file(table: str) -> str:
    """Return the key of a reference table, one file replaced as a whole."""
    return f"{REFERENCE}/{table}/{table}.parquet"


def empty_files() -> dict[str, str]:
    """Return for every table of Parquet the key of the zero-row file that lets its glob match."""
    normalized = {
        name: f"{normalized_folder(name, '000000', 0)}/empty.parquet" for name in ENTITIES
    }
    quarantine = {QUARANTINE.name: f"{quarantine_folder('none', 'none')}/empty.parquet"}
    return normalized | quarantine | {name: reference_file(name) for name in REFERENCES}
