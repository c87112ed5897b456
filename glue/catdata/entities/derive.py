"""What other systems need of the entities: Arrow, Spark and Glue schemas, all from the one definition."""

from typing import TYPE_CHECKING

import pyarrow as pa

from catdata.entities.schema import Entity, Type

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

_ARROW: dict[Type, pa.DataType] = {
    Type.STRING: pa.string(),
    Type.INT: pa.int32(),
    Type.BIGINT: pa.int64(),
    Type.BOOLEAN: pa.bool_(),
    Type.DATE: pa.date32(),
    Type.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Type.MONTHS: pa.decimal128(6, 1),
    Type.STRINGS: pa.list_(pa.string()),
}


def arrow_type(type_: Type) -> pa.DataType:
    """Return the Arrow type of a column type."""
    return _ARROW[type_]


def arrow_schema(entity: Entity, *, with_partitions: bool = True) -> pa.Schema:
    """Return the Arrow schema of a table, without the columns that its folders name if asked."""
    return pa.schema(
        [
            pa.field(c.name, _ARROW[c.type], nullable=not c.required)
            for c in entity.columns
            if with_partitions or c.name not in entity.partitions
        ]
    )


def glue_columns(entity: Entity) -> list[dict[str, str]]:
    """Return the Glue catalog's columns of a table, partition columns left out."""
    return [
        {"Name": c.name, "Type": c.type.value, "Comment": f"{c.ja}: {c.en}"}
        for c in entity.columns
        if c.name not in entity.partitions
    ]


def spark_schema(entity: Entity) -> "StructType":
    """Return Spark's StructType of a table, partition columns last as Spark reads them."""
    from pyspark.sql import types as t

    spark = {
        Type.STRING: t.StringType(),
        Type.INT: t.IntegerType(),
        Type.BIGINT: t.LongType(),
        Type.BOOLEAN: t.BooleanType(),
        Type.DATE: t.DateType(),
        Type.TIMESTAMP: t.TimestampType(),
        Type.MONTHS: t.DecimalType(6, 1),
        Type.STRINGS: t.ArrayType(t.StringType()),
    }
    ordered = sorted(entity.columns, key=lambda c: c.name in entity.partitions)
    return t.StructType([t.StructField(c.name, spark[c.type], not c.required) for c in ordered])
