"""Municipal cat data: raw municipal files to trustworthy, partitioned Parquet."""
