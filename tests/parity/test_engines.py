"""How the marts of Athena and Redshift are read: what is asked, and what becomes of the answers."""

from decimal import Decimal
from typing import Any

import pytest

from parity.engines import read_athena, read_redshift
from parity.figures import Mart

MART = Mart("mart_tnr", '"catalog"."marts"."mart_tnr"', "marts", ("code",))
ROWS = [("a", Decimal("0.500000"), 2023), ("", None, 2024)]


class Cursor:
    """Answers statements by the first key that they contain."""

    def __init__(self, answers: dict[str, list[Any]]) -> None:
        self.answers = answers
        self.found: list[Any] = []

    def execute(self, sql: str) -> None:
        self.found = next(rows for part, rows in self.answers.items() if part in sql)

    def fetchall(self) -> list[Any]:
        return self.found

    def close(self) -> None:
        """Close nothing."""


class Connection:
    """A connection with a session whose Glue has one table."""

    region_name = "ap-northeast-1"

    def __init__(self, answers: dict[str, list[Any]]) -> None:
        self.answers = answers
        self.session = self

    def cursor(self) -> Cursor:
        return Cursor(self.answers)

    def client(self, service: str, region_name: str) -> "Connection":
        assert (service, region_name) == ("glue", self.region_name)
        return self

    def get_table(self, **names: str) -> dict[str, Any]:
        assert names == {"DatabaseName": "marts", "Name": "mart_tnr"}
        columns = [("code", "varchar(6)"), ("share", "decimal(12,6)")]
        described = [{"Name": name, "Type": type_} for name, type_ in columns]
        years = [{"Name": "year", "Type": "int"}]
        return {"Table": {"StorageDescriptor": {"Columns": described}, "PartitionKeys": years}}


ATHENA = Connection({"from " + MART.relation: ROWS})
REDSHIFT = Connection(
    {
        "format_type": [
            ("code", "character varying(6)"),
            ("share", "numeric(12,6)"),
            ("year", "integer"),
        ],
        "from " + MART.relation: ROWS,
    }
)


@pytest.mark.parametrize(("read", "connection"), [(read_athena, ATHENA), (read_redshift, REDSHIFT)])
def test_both_give_the_same_figures(read: Any, connection: Connection) -> None:
    figures = read(connection, MART)
    assert figures.key == ("code",)
    assert figures.kinds == {"code": "text", "share": "decimal(12,6)", "year": "integer"}
    assert [tuple(row.values()) for row in figures.rows.to_pylist()] == ROWS


def test_a_value_that_its_type_cannot_hold_is_no_figure() -> None:
    connection = Connection({"from " + MART.relation: [("a", Decimal("0.1234567"), 2023)]})
    with pytest.raises(Exception, match=r"(?i)decimal"):
        read_athena(connection, MART)
