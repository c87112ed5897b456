"""A loaded contract: its digest, the files it claims, and the reference rows it gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from catdata.contracts import reference
from catdata.contracts.load import digest, load_contract, load_contracts
from catdata.contracts.match import match, table_for
from catdata.entities import REFERENCES

Write = Callable[..., Path]
CONTRACTS = load_contracts()


def test_comments_and_layout_do_not_change_the_digest(write: Write, right: str) -> None:
    first = digest(load_contract(write(right)))
    commented = "# a remark\n" + right.replace("{use: true}", "\n        use: true  # only read")
    assert digest(load_contract(write(commented))) == first
    stated = right.replace("format: csv", "format: csv\n    species: cat")
    assert digest(load_contract(write(stated))) == first


@pytest.mark.parametrize(
    ("piece", "other"),
    [
        ("捨て猫: stray", "捨て猫: injured"),
        ("{ignore: free text}", "{personal: name}"),
        ("捨て猫: stray, '/迷い.*/': stray", "'/迷い.*/': stray, 捨て猫: stray"),
    ],
)
def test_what_a_contract_says_changes_the_digest(
    piece: str, other: str, write: Write, right: str
) -> None:
    first = digest(load_contract(write(right)))
    assert digest(load_contract(write(right.replace(piece, other)))) != first


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("intake_20240401.csv", True),
        ("intake_20240401.csv.bak", False),
        ("old_intake_20240401.csv", False),
        ("intake_2024.csv", False),
    ],
)
def test_a_pattern_matches_the_whole_name(name: str, claimed: bool, write: Write) -> None:
    contract = load_contract(write())
    assert (table_for(contract, name) is not None) is claimed
    assert [c.source_id for c, _ in match(name, [contract])] == ["test-city"] * claimed


@pytest.mark.parametrize(
    ("name", "source", "table"),
    [
        ("sonoma_intake_outcome.csv", "us-sonoma", "stays"),
        ("animal-shelter-intakes-and-outcomes.csv", "us-longbeach", "stays"),
        ("shelterbuddy_intakes.csv", "us-austin", "intakes"),
        ("shelterbuddy_outcomes.csv", "us-austin", "outcomes"),
        ("animal_complaints.csv", "au-townsville", "complaints"),
        ("tailmatch_flat.csv", "jp-tailmatch", "listings"),
        ("20260526T184004.json", "jp-oneco", "snapshot"),
        ("moe_cat_national.csv", "jp-moe-national", "figures"),
        ("municipal_published_figures.csv", "jp-municipal-figures", "figures"),
    ],
)
def test_each_real_file_has_one_contract(name: str, source: str, table: str) -> None:
    assert [(c.source_id, t.name) for c, t in match(name, CONTRACTS)] == [(source, table)]


def test_reference_rows_fit_their_tables() -> None:
    for name, rows in (
        ("ref_body", reference.bodies(CONTRACTS)),
        ("ref_source", reference.sources(CONTRACTS)),
        ("ref_target", reference.targets(CONTRACTS)),
    ):
        table = REFERENCES[name]
        for row in rows:
            assert all(key in table for key in row)
            required = [c.name for c in table.columns if c.required]
            assert [c for c in required if row.get(c) is None] == []


def test_bodies_are_told_once_and_sources_all() -> None:
    codes = [row["municipality_code"] for row in reference.bodies(CONTRACTS)]
    assert codes == sorted(set(codes))
    assert {"USSON0", "USLGB0", "USAUS0", "AUTSV0"} <= set(codes)
    sources = {row["source_id"]: row for row in reference.sources(CONTRACTS)}
    assert set(sources) == set(CONTRACTS)
    assert sources["jp-oneco"]["is_snapshot"] and not sources["us-sonoma"]["is_snapshot"]


def test_a_body_of_the_code_list_has_no_row_of_its_own(write: Write, right: str) -> None:
    target = (
        "targets:\n  - {measure: euthanized_total, base_year: 2020, base_value: 9,"
        " target_year: 2030, target_value: 0}\n"
    )
    contract = load_contract(write(right + target))
    assert reference.bodies({"test-city": contract}) == []
    assert reference.targets({"test-city": contract}) == [
        {
            "municipality_code": "011002",
            "measure": "euthanized_total",
            "base_year": 2020,
            "base_value": 9,
            "target_year": 2030,
            "target_value": 0,
            "note": None,
        }
    ]
