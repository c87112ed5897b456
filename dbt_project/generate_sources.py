"""Writes the dbt files that follow from catdata.entities: the sources and what staging documents.

`python dbt_project/generate_sources.py` writes them, `--check` only says whether they are current.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from catdata.catalog import LAYERS, location
from catdata.entities import ENTITIES, LOADS, REFERENCES, Column, Entity, Type

MODELS = Path(__file__).parent / "models"
HEAD = (
    "# Generated from catdata.entities by dbt_project/generate_sources.py; do not edit.\n"
    "version: 2\n"
)

DUCKDB_TYPES = {Type.STRING: "VARCHAR", Type.INT: "INTEGER"}
DESCRIPTIONS = {
    "normalized": "正規化層の実体 / entities of the normalized layer",
    "operations": "取込台帳と隔離 / the ledger and quarantine",
    "reference": "参照表 / reference tables",
}
PARQUET = "read_parquet('%s*.parquet', union_by_name = true%s)"
HIVE = ", hive_partitioning = true, hive_types = {hive_types}"
LEDGER = "read_json('%s*/*/*.json', format = 'newline_delimited', columns = {json_columns})"


def quoted(text: str) -> str:
    """Return the text as a YAML scalar in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def struct(columns: tuple[Column, ...]) -> str:
    """Return DuckDB's struct literal of column names and types."""
    return (
        "{"
        + ", ".join(f"'{c.name}': '{DUCKDB_TYPES.get(c.type, c.type.value)}'" for c in columns)
        + "}"
    )


def text(column: Column) -> str:
    """Return a column's description in both languages, with the list that closes it."""
    codes = f" (ref_code: {column.codes})" if column.codes else ""
    return f"{column.ja} / {column.en}{codes}"


def about(entity: Entity, ja: str = "", en: str = "") -> str:
    """Return a table's description in both languages, each with an addition, and its grain."""
    return quoted(f"{entity.ja}{ja} / {entity.en}{en}. Grain: {entity.grain}.")


def external_location(entity: Entity) -> Iterator[str]:
    """Yield the lines of meta that tell DuckDB where the table lies in the lake."""
    place = location(entity, "{lake}")
    if entity is LOADS:
        yield f"external_location: {quoted(LEDGER % place)}"
        yield f"json_columns: {quoted(struct(entity.columns))}"
    elif entity.partitions:
        yield f"external_location: {quoted(PARQUET % (place + '*/*/', HIVE))}"
        partitions = tuple(entity.column(name) for name in entity.partitions)
        yield f"hive_types: {quoted(struct(partitions))}"
    else:
        yield f"external_location: {quoted(PARQUET % (place, ''))}"


def columns(entity: Entity) -> Iterator[str]:
    """Yield the documentation of every column."""
    for column in entity.columns:
        yield f"- name: {column.name}"
        yield f"  description: {quoted(text(column))}"


def sources() -> str:
    """Return sources.yml: every table of the lake with every column."""
    lines = ["sources:"]
    for layer, entities in LAYERS.items():
        lines += [
            f"  - name: {layer}",
            f"    description: {quoted(DESCRIPTIONS[layer])}",
            f"    schema: \"{{{{ env_var('CATDATA_SCHEMA_{layer.upper()}', "
            f"'catdata_{layer}') }}}}\"",
            "    config:",
            "      meta:",
            "        lake: \"{{ env_var('CATDATA_LAKE', 'lake') }}\"",
            "    tables:",
        ]
        for entity in entities:
            lines += [
                f"      - name: {entity.name}",
                f"        description: {about(entity)}",
                "        config:",
            ]
            if entity is LOADS:
                # The newest commit of any source; each source has its own limits in its contract,
                # which a test of mart_data_quality applies.
                lines += [
                    "          loaded_at_field: committed_at",
                    "          freshness:",
                    "            warn_after: {count: 40, period: day}",
                    "            error_after: {count: 400, period: day}",
                ]
            lines += [
                "          meta:",
                *(f"            {line}" for line in external_location(entity)),
            ]
            lines += ["        columns:", *(f"          {line}" for line in columns(entity))]
    return HEAD + "\n".join(lines) + "\n"


def staging() -> str:
    """Return staging.yml: one model an entity, columns as in the lake, lists as text."""
    lines = ["models:"]
    for entity in ENTITIES.values():
        lines += [
            f"  - name: stg_{entity.name}",
            f"    description: {about(entity, '（有効な取込のみ）', ', visible rows only')}",
            "    columns:",
            *(f"      {line}" for line in columns(entity)),
        ]
    for entity in REFERENCES.values():
        lines += [
            f"  - name: stg_{entity.name}",
            f"    description: {about(entity)}",
            "    columns:",
            *(f"      {line}" for line in columns(entity)),
        ]
    lines += [
        "  - name: stg_load",
        "    description: "
        + quoted(
            "取込台帳（版ごと） / the ledger: one version of one object. Materialised first, so "
            "that one run sees one state of the lake. "
            "Grain: source_id, source_object, object_version."
        ),
        "    columns:",
        *(f"      {line}" for line in columns(LOADS)),
        "      - name: is_head",
        '        description: "最新の版か / whether it is the greatest version of its object"',
        "      - name: is_visible",
        '        description: "有効か / whether rows of this load and object are visible"',
    ]
    return HEAD + "\n".join(lines) + "\n"


def lake_columns() -> str:
    """Return doc blocks `lake_<column>` for models that pass a column of the lake on."""
    described: dict[str, Column] = {}
    for entity in (*ENTITIES.values(), *REFERENCES.values(), LOADS):
        for column in entity.columns:
            described.setdefault(column.name, column)
    blocks = (
        f"{{% docs lake_{name} %}}\n{text(described[name])}\n{{% enddocs %}}\n"
        for name in sorted(described)
    )
    return "\n".join(blocks)


FILES = {
    MODELS / "sources.yml": sources,
    MODELS / "staging" / "staging.yml": staging,
    MODELS / "lake_columns.md": lake_columns,
}


def stale() -> list[Path]:
    """Return the files that do not say what the entities say."""
    return [
        path
        for path, text in FILES.items()
        if not path.exists() or path.read_text("utf-8") != text()
    ]


def main() -> int:
    """Write the files, or with --check return 1 when one is out of date."""
    if "--check" in sys.argv[1:]:
        for path in stale():
            print(f"{path}: 古い / out of date; run python {sys.argv[0]}")
        return 1 if stale() else 0
    for path, text in FILES.items():
        path.write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
