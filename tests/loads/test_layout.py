"""Names in the lake: what is built is parsed back, and everything else is nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catdata.entities import ENTITIES, TABLES
from catdata.loads import layout

LOAD = "20260401T000000000000Z0123456789ab"
counts = st.integers(0, 10**6)


@given(
    st.sampled_from(sorted(ENTITIES)), st.sampled_from(["011002", "US0SON"]), counts, counts, counts
)
def test_normalized_files(entity: str, code: str, year: int, split: int, sequence: int) -> None:
    folder = layout.normalized_folder(entity, code, year)
    key = layout.normalized_file(entity, code, year, LOAD, split, sequence)
    assert layout.parse_data_file(key) == layout.DataFile(entity, folder, LOAD)


@given(st.sampled_from(["jp-x", "us-sonoma-2"]), counts)
def test_quarantine_files(source_id: str, split: int) -> None:
    key = layout.quarantine_file(source_id, LOAD, split)
    expected = layout.DataFile("quarantine", f"quarantine/source_id={source_id}", LOAD)
    assert layout.parse_data_file(key) == expected


@pytest.mark.parametrize("table", ["complaint", "quarantine"])
def test_merged_files_are_in_the_partition_they_merge(table: str) -> None:
    partition = (
        layout.normalized_folder(table, "011002", 2020)
        if table in ENTITIES
        else "quarantine/source_id=jp-x"
    )
    parsed = layout.parse_data_file(layout.merged_file(table, partition, LOAD, 7))
    assert parsed == layout.DataFile(table, partition, LOAD)


@given(st.text(min_size=1), st.integers(0, 99_999_999))
def test_records(source_object: str, version: int) -> None:
    folder = layout.object_folder("jp-x", source_object)
    assert layout.parse_record(layout.record_file(folder, version)) == (folder, version)


@pytest.mark.parametrize("name", ["令和5年度.csv", "2026/04/猫.xlsx"])
def test_raw_files(name: str) -> None:
    assert layout.parse_raw(layout.raw_file("jp-x", name)) == ("jp-x", name)
    assert layout.parse_raw(layout.unmatched_file(name)) == ("unmatched", name)


@pytest.mark.parametrize("key", ["raw/x", "raw//x", "raw/x/", "loads/a/b", "xraw/a/b"])
def test_what_is_no_raw_file_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is not raw/"):
        layout.parse_raw(key)


@pytest.mark.parametrize(
    "key",
    [
        *layout.empty_files().values(),
        layout.EMPTY_LEDGER,
        f"normalized/complaint/municipality_code=011002/part-{LOAD}-00000-000.parquet",
        f"normalized/complaint/municipality_code=011002/fiscal_year=2020/{LOAD}.parquet",
        f"quarantine/source_id=jp-x/load_id={LOAD}/part-00000.parquet.bak",
    ],
)
def test_nothing_else_is_a_file_of_a_load_or_a_record(key: str) -> None:
    assert layout.parse_data_file(key) is None
    assert layout.parse_record(key) is None


def test_every_table_of_parquet_has_an_empty_file() -> None:
    assert layout.empty_files().keys() == TABLES.keys() - {"loads"}
    assert len(set(layout.empty_files().values())) == len(TABLES) - 1
