"""Which types of the engines are the same."""

import pyarrow as pa
import pytest

from parity.kinds import UnknownTypeError, arrow_type, kind_of


@pytest.mark.parametrize(
    ("duckdb", "athena", "redshift", "kind"),
    [
        ("VARCHAR", "varchar", "character varying(1024)", "text"),
        ("VARCHAR", "varchar(64)", "character varying", "text"),
        ("DATE", "date", "date", "date"),
        ("TIMESTAMP", "timestamp", "timestamp without time zone", "timestamp"),
        ("TIMESTAMP", "timestamp(3)", "timestamp(6) without time zone", "timestamp"),
        ("BIGINT", "bigint", "bigint", "bigint"),
        ("INTEGER", "integer", "integer", "integer"),
        ("BOOLEAN", "boolean", "boolean", "boolean"),
        ("DOUBLE", "double", "double precision", "double"),
        ("DECIMAL(12,6)", "decimal(12,6)", "numeric(12,6)", "decimal(12,6)"),
        ("DECIMAL(12, 0)", "decimal(12)", "numeric(12, 0)", "decimal(12,0)"),
    ],
)
def test_equivalents(duckdb: str, athena: str, redshift: str, kind: str) -> None:
    assert {kind_of(duckdb), kind_of(athena), kind_of(redshift)} == {kind}


@pytest.mark.parametrize(
    "declared",
    ["timestamp with time zone", "decimal", "real", "bigint[]", "character(3)", "timestamp(3) with time zone", ""],
)  # fmt: skip
def test_what_the_table_does_not_know_is_refused(declared: str) -> None:
    with pytest.raises(UnknownTypeError, match="対応表"):
        kind_of(declared)


def test_decimals_differ_by_scale() -> None:
    assert kind_of("numeric(12,6)") != kind_of("decimal(12,5)")
    assert arrow_type("decimal(12,6)") == pa.decimal128(12, 6)
