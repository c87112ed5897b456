"""The bare Spark copy that the job is measured against: every cell as text, CSV to Parquet."""

import sys

from pyspark.sql import SparkSession


def main(source: str, target: str) -> None:
    """Copy a CP932 CSV file to Parquet with nothing done to its cells."""
    spark = (
        SparkSession.builder.appName("bare-copy")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    schema = ", ".join(f"c{n} string" for n in range(13))
    rows = spark.read.schema(schema).option("encoding", "MS932").csv(source)
    rows.write.parquet(target)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
