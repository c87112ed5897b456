"""What the tests of the readers share: a small contract's table, and a file read by plan and read."""

import io
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from catdata.contracts.model import Table
from catdata.readers import Plan, plan, read


def table(format: str, columns: Sequence[str], **more: object) -> Table:
    """Return a table whose columns are all read."""
    return Table.model_validate(
        {
            "name": "t",
            "file": r"f(?P<year>\d*)\.\w+",
            "format": format,
            "columns": {name: {"use": True} for name in columns},
            "records": [{"entity": "complaint", "id": "row"}],
            **more,
        }
    )


@dataclass(frozen=True)
class Found:
    """All rows of a file: cells by wanted column, row numbers and ragged marks in reading order."""

    plan: Plan
    rows: list[tuple[str, ...]]
    numbers: list[int]
    ragged: list[int]
    variables: list[Mapping[str, str]]


def read_all(
    data: bytes,
    contract: Table,
    columns: Sequence[str] | None = None,
    *,
    key: str = "",
    split_bytes: int = 64 << 20,
    plain: frozenset[str] = frozenset(),
    block_rows: int = 1 << 16,
) -> Found:
    """Plan and read bytes; every split travels as a pickle, as it does to a worker."""
    key = key or f"f.{contract.format}"
    wanted = list(contract.columns if columns is None else columns)
    planned = plan(lambda: io.BytesIO(data), key, len(data), contract, split_bytes=split_bytes)
    found = Found(planned, [], [], [], [])
    for split in planned.splits:
        again = pickle.loads(pickle.dumps(split))
        blocks = read(
            again, contract, lambda: io.BytesIO(data), wanted, block_rows=block_rows, plain=plain
        )
        for block in blocks:
            count = len(block.rows)
            for name in wanted:
                kind = block.columns.column(name).type
                assert pa.types.is_string(kind) if name in plain else pa.types.is_dictionary(kind)
            cells = [block.columns.column(n).cast(pa.string()).to_pylist() for n in wanted]
            found.rows.extend(zip(*cells, strict=True))
            found.numbers.extend(block.rows.to_pylist())
            found.ragged.extend(
                block.ragged.to_pylist() if block.ragged is not None else [0] * count
            )
            found.variables.extend([block.variables] * count)
    return found
