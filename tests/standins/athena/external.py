"""CREATE EXTERNAL TABLE in Hive's words, as the table that Glue keeps."""

from collections.abc import Mapping

from standins.athena.actions import TableInput
from standins.athena.types import compact
from standins.athena.words import Reader, pairs, split, unquoted

_HIVE = "org.apache.hadoop.hive"
_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat"
_TEXT_SERDE = f"{_HIVE}.serde2.lazy.LazySimpleSerDe"
# Input format, output format and serde of each word after STORED AS.
_FORMATS = {
    "parquet": (
        f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat",
        f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat",
        f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "orc": (
        f"{_HIVE}.ql.io.orc.OrcInputFormat",
        f"{_HIVE}.ql.io.orc.OrcOutputFormat",
        f"{_HIVE}.ql.io.orc.OrcSerde",
    ),
    "textfile": (_TEXT_INPUT, _TEXT_OUTPUT, _TEXT_SERDE),
}
# The words between DELIMITED and TERMINATED BY, and the serde's name for them.
_DELIMITERS = {
    "fields": "field.delim",
    "lines": "line.delim",
    "collection items": "collection.delim",
    "map keys": "mapkey.delim",
}
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\\\": "\\"}


def columns(text: str) -> list[dict[str, str]]:
    """Return Glue's columns of Hive's list of `name type [COMMENT 'text']`."""
    return [_column(part) for part in split(text)]


def literals(text: str) -> dict[str, str]:
    """Return Hive's list of `'name' = 'value'`."""
    found = {}
    for reader in map(Reader, split(text)):
        name = reader.text()
        reader.expect("=")
        found[name] = reader.text()
    return found


def values(text: str) -> dict[str, str]:
    """Return the values of `PARTITION (name = value, …)` by column."""
    return {name: unquoted(value) for name, value in pairs(text).items()}


def table_input(name: str, reader: Reader) -> TableInput:
    """Return Glue's table of what follows the name of a new external table."""
    table = columns(reader.group())
    partitions: list[dict[str, str]] = []
    input_format, output_format, serde = _FORMATS["textfile"]
    serde_parameters = {"serialization.format": "1"}
    parameters, location = {"EXTERNAL": "TRUE"}, ""
    while not reader.at_end:
        if reader.skip("comment"):
            parameters["comment"] = reader.text()
        elif reader.skip("partitioned by"):
            partitions = columns(reader.group())
        elif reader.skip("row format serde"):
            serde = reader.text()
            if reader.skip("with serdeproperties"):
                serde_parameters |= literals(reader.group())
        elif reader.skip("row format delimited"):
            serde_parameters |= _delimiters(reader)
        elif reader.skip("stored as inputformat"):
            input_format = reader.text()
            reader.expect("outputformat")
            output_format = reader.text()
        elif reader.skip("stored as"):
            input_format, output_format, own = _FORMATS[_format(reader)]
            # A text file keeps the serde that ROW FORMAT named.
            serde = serde if own == _TEXT_SERDE else own
        elif reader.skip("location"):
            location = reader.text()
        elif reader.skip("tblproperties"):
            parameters |= literals(reader.group())
        else:
            raise reader.mistake("a clause of CREATE EXTERNAL TABLE")
    if not location:
        raise reader.mistake("LOCATION")
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": partitions,
        "StorageDescriptor": {
            "Columns": table,
            "Location": location,
            "InputFormat": input_format,
            "OutputFormat": output_format,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters},
            "Compressed": False,
            "NumberOfBuckets": -1,
            "BucketColumns": [],
            "SortColumns": [],
        },
    }


def _column(text: str) -> dict[str, str]:
    reader = Reader(text)
    name = unquoted(reader.word()).lower()
    first, last = reader.start, len(text)
    comment: Mapping[str, str] = {}
    while not reader.at_end:
        last = reader.start
        if reader.skip("comment"):
            comment = {"Comment": reader.text()}
        else:
            reader.word()
            last = reader.start
    return {"Name": name, "Type": compact(text[first:last]), **comment}


def _format(reader: Reader) -> str:
    name = reader.word().lower()
    if name not in _FORMATS:
        raise reader.mistake(" or ".join(_FORMATS).upper())
    return name


def _delimiters(reader: Reader) -> dict[str, str]:
    found = {}
    while True:
        for phrase, name in _DELIMITERS.items():
            if reader.skip(f"{phrase} terminated by"):
                found[name] = _unescaped(reader.text())
                break
        else:
            if not reader.skip("escaped by"):
                return found
            found["escape.delim"] = _unescaped(reader.text())


def _unescaped(text: str) -> str:
    return _ESCAPES.get(text, text)
