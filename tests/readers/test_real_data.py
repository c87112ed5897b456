"""The public files, read with the exact number of their rows."""

import os
from functools import partial
from pathlib import Path

import pytest

from catdata.contracts.load import load_contracts
from catdata.contracts.match import match
from catdata.normalize.compile import compile_table
from catdata.readers import plan, read

ROOT = Path(os.environ.get("CATDATA_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not ROOT.is_dir(), reason=f"the public data is absent: CATDATA_REAL_DATA ({ROOT})"
    ),
]

# Counted apart from the product: by Python's csv and json.
ROWS = {
    "au-townsville/animal_complaints.csv": 42_413,
    "figures/moe_cat_national.csv": 127,
    "figures/municipal_published_figures.csv": 256,
    "jp-oneco/20260510T031248.json": 68,
    "jp-oneco/20260731T170524.json": 447,
    "jp-tailmatch/tailmatch_flat.csv": 4_065,
    "us-austin/shelterbuddy_intakes.csv": 14_132,
    "us-austin/shelterbuddy_outcomes.csv": 13_068,
    "us-longbeach/animal-shelter-intakes-and-outcomes.csv": 16_985,
    "us-sonoma/sonoma_intake_outcome.csv": 30_554,
}


@pytest.mark.parametrize("split_bytes", [100_000, 64 << 20])
@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_every_row_is_read_once(name: str, rows: int, split_bytes: int) -> None:
    path = ROOT / name
    [(contract, table)] = match(path.name, load_contracts())
    columns = compile_table(contract, table).read
    size = path.stat().st_size
    planned = plan(partial(path.open, "rb"), path.name, size, table, split_bytes=split_bytes)
    numbers = [
        number
        for split in planned.splits
        for block in read(split, table, partial(path.open, "rb"), columns)
        for number in block.rows.to_pylist()
    ]
    first = 1 if table.format == "json" else 2
    assert numbers == list(range(first, rows + first))
