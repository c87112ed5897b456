"""Reference tables of the lake: bodies, code lists, sources and targets, as Parquet that dbt reads."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from catdata.contracts import reference as contract_rows
from catdata.contracts.model import Contract
from catdata.entities import CODE_LISTS, REFERENCES
from catdata.entities.derive import arrow_schema
from catdata.loads import layout
from catdata.loads.parquet import as_file
from catdata.storage import Storage
from catdata.values import bodies, body_events


def publish(storage: Storage, contracts: Mapping[str, Contract]) -> None:
    """Write every reference table that has changed, each as one file replaced atomically."""
    for name, rows in reference_rows(contracts).items():
        table = pa.Table.from_pylist(rows, arrow_schema(REFERENCES[name]))
        key, data = layout.reference_file(name), as_file(table)
        if not storage.exists(key) or storage.read(key) != data:
            storage.put(key, data)


def reference_rows(contracts: Mapping[str, Contract]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each reference table."""
    own = contract_rows.bodies(contracts)
    codes = {body["municipality_code"] for body in own}
    return {
        "ref_body": [b for b in bodies() if b["municipality_code"] not in codes] + own,
        "ref_body_event": body_events(),
        "ref_source": contract_rows.sources(contracts),
        "ref_target": contract_rows.targets(contracts),
        "ref_code": [
            {
                "code_list": code_list.name,
                "code": c.code,
                "ja": c.ja,
                "en": c.en,
                "sort_order": place,
            }
            for code_list in CODE_LISTS.values()
            for place, c in enumerate(code_list.codes, start=1)
        ],
    }
