"""The contracts of the real sources on the real files, by the real job: every row is accounted for."""

import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from catdata.cli import commands
from catdata.loads import Ledger
from catdata.loads.record import LoadRecord
from catdata.storage import Storage

REAL_DATA = "CATDATA_REAL_DATA"
REPOSITORY = Path(__file__).parents[2]
FOLDER = Path(os.environ.get(REAL_DATA) or REPOSITORY.parent / "shared" / "data")

if not FOLDER.is_dir():
    warnings.warn(
        f"{FOLDER} is not there: the contracts are NOT tried on the real files; name their folder "
        f"by {REAL_DATA}",
        stacklevel=1,
    )
    pytest.skip(f"no real data in {FOLDER}", allow_module_level=True)


@dataclass(frozen=True)
class Expected:
    """What one real file must give: source rows by verdict and reason, entity rows, unknown codes."""

    path: str
    rows: int
    reasons: dict[str, int]
    entities: dict[str, int]
    flags: dict[str, int]


EXPECTED = {
    "us-sonoma": Expected(
        "us-sonoma/sonoma_intake_outcome.csv",
        30554,
        {"OTHER_SPECIES": 19885, "DEAD_BODY": 242},
        {"shelter_intake": 10427, "outcome": 10366},
        {},
    ),
    "us-longbeach": Expected(
        "us-longbeach/animal-shelter-intakes-and-outcomes.csv",
        16985,
        {"DEAD_BODY": 10},
        {"shelter_intake": 16975, "outcome": 16974},
        {"STAY_CONTINUED": 41, "INTERNAL_MOVEMENT": 9},
    ),
    "us-austin intakes": Expected(
        "us-austin/shelterbuddy_intakes.csv",
        14132,
        {"OTHER_SPECIES": 6280, "DEAD_BODY": 84},
        {"shelter_intake": 7768},
        {},
    ),
    "us-austin outcomes": Expected(
        "us-austin/shelterbuddy_outcomes.csv",
        13068,
        {"OTHER_SPECIES": 5877, "DEAD_BODY": 82},
        {"outcome": 7109},
        {},
    ),
    "au-townsville": Expected(
        "au-townsville/animal_complaints.csv",
        42413,
        {"OTHER_SPECIES": 38319},
        {"complaint": 4094},
        {},
    ),
    "jp-moe-national": Expected(
        "figures/moe_cat_national.csv", 127, {}, {"annual_report": 127}, {}
    ),
    "jp-municipal-figures": Expected(
        "figures/municipal_published_figures.csv",
        256,
        {"OTHER_SPECIES": 24, "OUT_OF_SCOPE": 17, "SUBTOTAL_PART": 7},
        {"annual_report": 208},
        {"PARTIAL_PERIOD": 3, "EDITION_INFERRED": 3},
    ),
    "jp-tailmatch": Expected(
        "jp-tailmatch/tailmatch_flat.csv",
        4065,
        {
            "OTHER_SPECIES": 907,
            "UNKNOWN_SPECIES": 35,
            "NOTE_ROW": 2,
            "REPEATED_HEADER": 1,
            "MISSING_VALUE": 104,
        },
        {"shelter_intake": 3016, "outcome": 166},
        {"SEVERAL_ANIMALS": 15},
    ),
    "jp-oneco": Expected(
        "jp-oneco/20260724T165529.json",
        789,
        {"OTHER_SPECIES": 288, "LOST_REPORT": 219, "FOUND_REPORT": 11},
        {"shelter_intake": 271},
        {},
    ),
}


def ingest(tmp_path: Path, expected: Expected) -> LoadRecord:
    lake = tmp_path / "lake"
    result = CliRunner().invoke(
        commands,
        ["ingest", str(FOLDER / expected.path), "--lake", str(lake), "--engine", "local"],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    heads = Ledger(Storage(str(lake))).heads()
    assert len(heads) == 1
    return heads[0]


@pytest.mark.parametrize("source", EXPECTED)
def test_every_row_of_a_real_file_is_accounted_for(source: str, tmp_path: Path) -> None:
    expected = EXPECTED[source]
    load = ingest(tmp_path, expected)
    assert load.rows_in == expected.rows
    assert load.rows_in == load.rows_accepted + load.rows_rejected + load.rows_excluded
    assert json.loads(load.reasons) == expected.reasons
    assert json.loads(load.entity_rows) == expected.entities
    flags = json.loads(load.flags)
    assert {flag: flags.get(flag) for flag in expected.flags} == expected.flags
