"""Column statistics for moto's Glue, which has none and which Trino always writes and reads."""

import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.glue.responses import GlueResponse

Key = tuple[str, str, tuple[str, ...]]
Method = Callable[[GlueResponse], str]

_statistics: dict[Key, dict[str, dict[str, Any]]] = {}


def install() -> None:
    """Give moto's Glue the six calls, and have a dropped table forget its statistics."""
    for of in ("table", "partition"):
        setattr(GlueResponse, f"update_column_statistics_for_{of}", _update)
        setattr(GlueResponse, f"get_column_statistics_for_{of}", _get)
        setattr(GlueResponse, f"delete_column_statistics_for_{of}", _delete)
    delete_table = GlueResponse.delete_table

    def forget(self: GlueResponse) -> ActionResult:
        place = (self.parameters["DatabaseName"], self.parameters["Name"])
        for key in [key for key in _statistics if key[:2] == place]:
            del _statistics[key]
        return delete_table(self)

    GlueResponse.delete_table = forget  # type: ignore[method-assign]


def _key(parameters: dict[str, Any]) -> Key:
    values = tuple(parameters.get("PartitionValues", ()))
    return parameters["DatabaseName"], parameters["TableName"], values


def _update(response: GlueResponse) -> str:
    columns = _statistics.setdefault(_key(response.parameters), {})
    for column in response.parameters["ColumnStatisticsList"]:
        columns[column["ColumnName"]] = column
    return json.dumps({"Errors": []})


def _get(response: GlueResponse) -> str:
    columns = _statistics.get(_key(response.parameters), {})
    found = [columns[name] for name in response.parameters["ColumnNames"] if name in columns]
    return json.dumps({"ColumnStatisticsList": found, "Errors": []})


def _delete(response: GlueResponse) -> str:
    columns = _statistics.get(_key(response.parameters), {})
    columns.pop(response.parameters["ColumnName"], None)
    return json.dumps({})
